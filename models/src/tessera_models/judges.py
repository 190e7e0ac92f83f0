"""Feature sets that pictures are judged by: the frozen embedder of a bundle, and fixed random filters."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F

from .bundle import Bundle


class BundleJudge:
    """The embedder of a bundle that stays as it is (the starter's), so that no network of the model judges itself."""

    name = "embedder"

    def __init__(self, folder: Path):
        self.bundle = Bundle(folder)

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """[B,3,256,256] -> [B,64]."""
        return self.bundle.run("embedder", pictures, batch=8)


class RandomJudge:
    """Random filters of three sizes, rectified and pooled, with the mean colour: nothing in it was trained."""

    name = "random"

    def __init__(self, seed: int = 2024, filters: int = 16):
        rng = torch.Generator().manual_seed(seed)
        self.banks = [torch.randn(filters, 3, 7, 7, generator=rng) / 12 for _ in range(3)]

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """[B,3,256,256] -> [B,51]: three scales of 16 filters, and the colour."""
        out, x = [pictures.mean((2, 3))], pictures
        for bank in self.banks:
            out.append(torch.cat([F.relu(F.conv2d(part, bank)).mean((2, 3)) for part in x.split(16)]))
            x = F.avg_pool2d(x, 2)
        return torch.cat(out, 1)
