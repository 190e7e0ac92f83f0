"""A linear look at a latent, for live pictures: least squares from latent to colour."""

from __future__ import annotations

import torch

from . import runtime
from .augment import resize
from .autoencoder import CHANNELS
from .samples import Source, plain


def fit_preview(source: Source, count: int = 64, seed: int = 11) -> dict:
    """`factors` [4][3] and `bias` [3]: rgb in 0..1 of a latent cell = z @ factors + bias."""
    samples = plain(source, runtime.generator(seed), count)
    z = samples["z"].permute(0, 2, 3, 1).reshape(-1, CHANNELS)
    rgb = (resize(samples["guide"], samples["z"].shape[-1]).permute(0, 2, 3, 1).reshape(-1, 3) + 1) / 2
    design = torch.cat([z, torch.ones(len(z), 1)], 1)
    solution = torch.linalg.lstsq(design, rgb).solution
    rows = [[round(float(v), 5) for v in row] for row in solution]
    return {"factors": rows[:-1], "bias": rows[-1]}
