"""The last stage: the layout prior, on crops of the regions' embedding maps."""

from __future__ import annotations

import torch

from . import runtime
from .augment import symmetry
from .budget import learning_rate
from .crops import chance, draw
from .data import Region
from .diffusion import LATENT, min_snr, noised, per_sample, stratified_times, velocity
from .ema import Average
from .embedder import Embedder
from .layout import Layout
from .places import embedding_maps
from .tissues import NAMES, middles, mostly, tissue_map

# Label 0 is any tissue; then the organs that the file names tell, and the tissues that could be named by their looks.
ORGANS = ("any", "breast", "prostate")
LABELS = ORGANS + NAMES
BATCH, UNTOLD, RATE = 16, 0.3, 1e-3
# How often a crop of one tissue is looked for, and how many places are tried.
NAMED, TRIES = 0.5, 8


class Statistics(torch.nn.Module):
    """Mean and standard deviation per channel of the raw vectors, as the manifest's `layout` says them."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(64))
        self.register_buffer("std", torch.ones(64))


class LayoutStage:
    """Grids of 1 to 19 cells a side at all phases of the lattice, all worlds and symmetries."""

    name = "layout"

    def __init__(self, regions: list[Region], embedder: Embedder, seed: int, device: torch.device):
        torch.manual_seed(seed + 3)
        self.seed, self.device = seed, device
        embedder = embedder.to(device, memory_format=torch.channels_last)
        by_region = embedding_maps(embedder, regions, device)
        self.maps = [m for region in by_region for m in region.values()]
        clusters = middles(regions, by_region)
        self.tissues = [tissue_map(m, *clusters) for m in self.maps]
        self.organs = [ORGANS.index(r.organ) for r in regions for _ in r.levels]
        # Square root of the area: many small regions against a few large ones.
        self.weights = torch.tensor([float(m.shape[1] * m.shape[2]) ** 0.5 for m in self.maps])
        vectors = torch.cat([m.flatten(1) for m in self.maps], 1)
        self.statistics = Statistics()
        self.statistics.mean.copy_(vectors.mean(1))
        self.statistics.std.copy_(vectors.std(1))
        self.model = Layout(len(LABELS)).to(device)
        self.average = Average(self.model, 0.998)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=0.02)
        self.abar = LATENT.abar()

    def parts(self):
        return {"model": self.model, "average": self.average, "optimizer": self.optimizer, "statistics": self.statistics}

    def batch(self, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Normalised grids [BATCH,64,h,w] of one size, and their labels."""
        largest = 4 + draw(rng, 16) if chance(rng) < 0.7 else 1 + draw(rng, 8)
        fits = torch.tensor([float(min(m.shape[1:]) >= 2 * largest - 1) for m in self.maps])
        if not fits.any():
            largest, fits = 1, torch.ones(len(self.maps))
        grids, labels = [], []
        for _ in range(BATCH):
            grid, label = self.crop(2 * largest - 1, fits, rng)
            grids.append(symmetry(grid, draw(rng, 8)))
            labels.append(0 if chance(rng) < UNTOLD else label)
        mean, std = self.statistics.mean.view(1, -1, 1, 1), self.statistics.std.view(1, -1, 1, 1)
        return (torch.stack(grids) - mean) / std, torch.tensor(labels)

    def crop(self, span: int, fits: torch.Tensor, rng: torch.Generator) -> tuple[torch.Tensor, int]:
        """Every other cell of a random square of `span` cells, and its label: the tissue it mostly shows, or the organ."""
        tries = TRIES if chance(rng) < NAMED else 1
        for _ in range(tries):
            i = int(torch.multinomial(self.weights * fits, 1, generator=rng))
            table = self.maps[i]
            y, x = draw(rng, table.shape[1] - span + 1), draw(rng, table.shape[2] - span + 1)
            square = (slice(y, y + span, 2), slice(x, x + span, 2))
            tissue = mostly(self.tissues[i][square])
            if tissue and tries > 1:
                return table[:, *square], len(ORGANS) + tissue - 1
        return table[:, *square], self.organs[i]

    def step(self, step: int, progress: float) -> dict[str, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * learning_rate(progress)
        rng = runtime.generator(self.seed, 7, step)
        grid, label = self.batch(rng)
        grid = grid + 0.05 * torch.randn(grid.shape, generator=rng)
        t = stratified_times(BATCH, len(self.abar), rng)
        abar, noise = per_sample(self.abar, t, grid), torch.randn(grid.shape, generator=rng)
        v = self.model(*[a.to(self.device) for a in (noised(grid, noise, abar), t.float(), label)])
        errors = (v - velocity(grid, noise, abar).to(self.device)).pow(2).mean((1, 2, 3)) * min_snr(abar).view(-1).to(self.device)
        loss = errors.mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.model)
        return {"layout": loss.item()}
