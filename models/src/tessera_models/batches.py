"""Batches for the denoiser and for what is distilled from it: samples out of the pool, with grids and guides corrupted."""

from __future__ import annotations

import torch

from . import runtime
from .augment import gaussian_blur
from .pool import Pool
from .samples import Source, cascade, plain

CAPACITY, FIRST, GROUP, GROUP_EVERY = 4096, 1024, 8, 2
# How often a sample goes without its guide: a level's own place in a cascade decides how often it will have one.
UNGUIDED = torch.tensor([0.2, 0.3, 0.3, 0.5, 0.8])
GRID_NOISE = 0.1
# What a denoiser is told of its guide, by the names of a batch and in the order of its inputs.
GUIDANCE = ("guide", "present", "blur")


def corrupt(guide: torch.Tensor, claim: torch.Tensor, generated: torch.Tensor, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Guides [B,3,64,64] blurred and noised by a known level, and that level [B] (0..1).

    A real guide is left sharp a third of the time; one of the model's own is mostly left alone, or blurred further. The
    noise, up to 0.3 of the level, is there so that no fine detail of a guide that is called soft is trusted.
    """
    count = len(guide)
    u, pick, amount = torch.rand(count, generator=rng), torch.rand(count, generator=rng), torch.rand(count, generator=rng)
    level = torch.where(pick < torch.where(generated, 0.75, 0.33), torch.zeros(count), u * u)
    level = torch.maximum(level, claim)
    extra = (level.square() - claim.square()).clamp_min(0).sqrt()
    noise = torch.randn(guide.shape, generator=rng) * (0.3 * extra * amount * (amount > 0.4))[:, None, None, None]
    return gaussian_blur(guide, 4 * extra) + noise, level


class Batches:
    """The batches of a stage, a pure function of its seed, the step and what was made before.

    stream: the first of three streams of `runtime.generator` that no other stage of the same seed draws from.
    """

    def __init__(self, source: Source, seed: int, stream: int, batch: int):
        if batch < 1:
            raise ValueError(f"batch: expected at least 1 sample a step but got {batch}")
        self.source, self.seed, self.stream, self.batch = source, seed, stream, batch
        self.pool = Pool(CAPACITY)

    def refill(self, step: int, own: bool) -> None:
        """New samples for the pool: the first thousand at the start, and a group every other step, half of them, with
        `own`, under guides that the model made itself."""
        while len(self.pool) < FIRST:
            self.pool.add(plain(self.source, runtime.generator(self.seed, self.stream, self.pool.made), 32))
        if step % GROUP_EVERY == 0:
            rng = runtime.generator(self.seed, self.stream + 1, step)
            made = own and step % (2 * GROUP_EVERY) == 0
            self.pool.add(cascade(self.source, rng, 2, GROUP // 2) if made else plain(self.source, rng, GROUP))

    def draw(self, step: int) -> tuple[dict[str, torch.Tensor], torch.Generator]:
        """A batch as the pool has it, `grid` noised, `guide` corrupted, with `present` and `blur` (both [B], 0..1); and the
        generator to draw the rest of the step from."""
        rng = runtime.generator(self.seed, self.stream + 2, step)
        batch = self.pool.draw(self.batch, rng)
        batch["grid"] = batch["grid"] + GRID_NOISE * torch.randn(batch["grid"].shape, generator=rng)
        present = (torch.rand(self.batch, generator=rng) >= UNGUIDED[batch["magnification"]]).float()
        guide, blur = corrupt(batch["guide"], batch["claim"], batch["generated"], rng)
        return batch | {"present": present, "guide": guide * present[:, None, None, None], "blur": blur * present}, rng
