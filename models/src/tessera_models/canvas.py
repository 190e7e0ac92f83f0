"""A canvas of tiles as the renderer makes it (overlapping windows, fused estimates), small and slow: for measurement."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from .bundle import Bundle
from .diffusion import LATENT, SAMPLERS, estimate, sample_dpm
from .pool import GUIDE_SIDE

CELLS = 32


@dataclass
class Settings:
    """How a level is sampled: by which graph, by which of the renderer's samplers, at which guidance scale."""

    role: str = "denoiser"
    sampler: str = "dpmpp-2m"
    steps: int = 10
    scale: float = 1.0
    blur: float = 0.25
    stride: int = 24


def window() -> torch.Tensor:
    """The cosine window [32,32] of the renderer."""
    s = torch.sin(math.pi * (torch.arange(CELLS) + 0.5) / CELLS) ** 2
    return torch.outer(s, s).clamp_min(1e-3)


def starts(cells: int, stride: int) -> tuple[list[int], int]:
    """Window starts along an axis and the padded number of cells."""
    count = 1 + max(0, math.ceil((cells - CELLS) / stride))
    return [i * stride for i in range(count)], CELLS + (count - 1) * stride


def tile_grid(grid: torch.Tensor, y: float, x: float, span: float, g: int, pooled: int) -> torch.Tensor:
    """The raw grid [E,g,g] of a tile whose corner is (y, x) and side `span`, in cells of the scale-1 grid [E,H,W].

    `pooled` cells a side are averaged first where a sub-cell covers more than one vector; then linear between centres.
    """
    if pooled > 1:
        grid = torch.nn.functional.avg_pool2d(grid[None], pooled)[0]
        y, x, span = y / pooled, x / pooled, span / pooled
    centres = (torch.arange(g) + 0.5) * span / g - 0.5
    _, h, w = grid.shape
    rows, cols = (y + centres).clamp(0, h - 1), (x + centres).clamp(0, w - 1)
    r0, c0 = rows.floor().long(), cols.floor().long()
    r1, c1 = (r0 + 1).clamp_max(h - 1), (c0 + 1).clamp_max(w - 1)
    fr, fc = (rows - r0)[None, :, None], (cols - c0)[None, None, :]
    top = grid[:, r0][:, :, c0] * (1 - fc) + grid[:, r0][:, :, c1] * fc
    low = grid[:, r1][:, :, c0] * (1 - fc) + grid[:, r1][:, :, c1] * fc
    return top * (1 - fr) + low * fr


def render_level(
    bundle: Bundle, grid: torch.Tensor, magnification: int, side: int, above: torch.Tensor | None, settings: Settings, rng: torch.Generator
) -> torch.Tensor:
    """A level's picture [3,side,side] in [-1,1].

    grid: raw scale-1 vectors [E,H,W] over the whole canvas; above: the picture of the level 4x coarser, or None.
    """
    entry = bundle.manifest["magnifications"][magnification]
    scale, g = entry["scale"], entry["grid"]
    at, padded = starts(math.ceil(side / 8), settings.stride)
    corners = [(y, x) for y in at for x in at]
    cell = 8 * scale / 256  # one latent cell in cells of the scale-1 grid
    grids = torch.stack([tile_grid(grid, y * cell, x * cell, scale, g, max(1, scale // g)) for y, x in corners])
    context = bundle.context(grids, magnification)
    guides = None
    if above is not None:
        need = padded * 2
        pad = max(0, need - above.shape[-1])
        above = torch.nn.functional.pad(above[None], (0, pad, 0, pad), mode="replicate")[0]
        guides = torch.stack([above[:, 2 * y : 2 * y + GUIDE_SIDE, 2 * x : 2 * x + GUIDE_SIDE] for y, x in corners])
    weight, abar = window(), LATENT.abar()

    def predict(x: torch.Tensor, t: int) -> torch.Tensor:
        tiles = torch.stack([x[0, :, r : r + CELLS, c : c + CELLS] for r, c in corners])
        v = bundle.predict(tiles, t, context, guides, settings.blur, settings.scale, settings.role)
        a = abar[t - 1]
        fused = fuse(estimate(tiles, v, a), corners, padded, weight)
        return (a.sqrt() * x - fused) / (1 - a).sqrt()  # the v that means the fused estimate

    x = torch.randn(1, 4, padded, padded, generator=rng)
    z = SAMPLERS[settings.sampler](predict, x, abar, settings.steps)
    tiles = torch.stack([z[0, :, r : r + CELLS, c : c + CELLS] for r, c in corners])
    pixels = bundle.run("decoder", tiles, batch=4).clamp(-1, 1)
    big = weight.repeat_interleave(8, 0).repeat_interleave(8, 1)
    picture = fuse(pixels, [(8 * r, 8 * c) for r, c in corners], 8 * padded, big)
    return picture[0, :, :side, :side]


def fuse(tiles: torch.Tensor, corners: list[tuple[int, int]], side: int, weight: torch.Tensor) -> torch.Tensor:
    """The weighted mean [1,C,side,side] of overlapping tiles [N,C,n,n]."""
    n = weight.shape[0]
    total, weights = torch.zeros(1, tiles.shape[1], side, side), torch.zeros(1, 1, side, side)
    for tile, (r, c) in zip(tiles, corners, strict=True):
        total[0, :, r : r + n, c : c + n] += weight * tile
        weights[0, 0, r : r + n, c : c + n] += weight
    return total / weights


def sample_layout(bundle: Bundle, side: int, label: int, rng: torch.Generator, steps: int = 25) -> torch.Tensor:
    """A raw scale-1 grid [E,side,side] from the bundle's layout prior."""
    entry = bundle.manifest["layout"]
    mean, std = torch.tensor(entry["mean"]).view(-1, 1, 1), torch.tensor(entry["std"]).view(-1, 1, 1)

    def predict(x: torch.Tensor, t: int) -> torch.Tensor:
        return bundle.run("layout", x, torch.full((1,), float(t)), torch.full((1,), label))

    x = torch.randn(1, len(mean), side, side, generator=rng)
    return sample_dpm(predict, x, LATENT.abar(), steps)[0] * std + mean
