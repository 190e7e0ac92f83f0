"""The first stage: the embedder, by contrast between places."""

from __future__ import annotations

import torch

from . import runtime
from .augment import stain_jitter, symmetry, window
from .budget import learning_rate
from .crops import choose_region, draw
from .data import Region
from .ema import Average
from .embedder import Embedder, contrastive_loss

VIEW, AROUND, PLACES, NEIGHBOURS = 160, 288, 64, 4


class EmbedderStage:
    """Two 160 px views of each of 64 regions of 288 px; four places come from each image, so that stain alone does not tell them apart."""

    name = "embedder"

    def __init__(self, regions: list[Region], seed: int, device: torch.device):
        torch.manual_seed(seed)
        self.regions, self.seed, self.device = regions, seed, device
        self.model = Embedder().to(device, memory_format=torch.channels_last)
        self.average = Average(self.model, 0.99)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=1e-3)

    def parts(self):
        return {"model": self.model, "average": self.average, "optimizer": self.optimizer}

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Two views [PLACES,3,VIEW,VIEW] of the same places."""
        rng = runtime.generator(self.seed, 1, step)
        views: tuple[list, list] = ([], [])
        for _ in range(PLACES // NEIGHBOURS):
            region = self.regions[choose_region(self.regions, rng)]
            world = (1.0, 1.0, 0.8, 1.25)[draw(rng, 4)]
            level = region.levels[world][0]
            for _ in range(NEIGHBOURS):
                y, x = draw(rng, level.shape[0] - AROUND), draw(rng, level.shape[1] - AROUND)
                for side in views:
                    dy, dx = draw(rng, AROUND - VIEW), draw(rng, AROUND - VIEW)
                    view = symmetry(window(level, y + dy, x + dx, VIEW), draw(rng, 8))
                    side.append(stain_jitter(view, rng, 0.08))
        shape = {"device": self.device, "memory_format": torch.channels_last}
        return torch.stack(views[0]).to(**shape), torch.stack(views[1]).to(**shape)

    def step(self, step: int, progress: float) -> dict[str, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = 1e-3 * learning_rate(progress)
        a, b = self.batch(step)
        with runtime.precision(self.device):
            both = self.model(torch.cat([a, b]))
        loss = contrastive_loss(*both.chunk(2))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.model)
        return {"contrast": loss.item()}
