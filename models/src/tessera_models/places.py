"""Embedding maps of the regions: what tissue is where, looked up for any crop at any magnification."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from . import runtime
from .augment import window
from .crops import Place
from .data import GRIDS, SCALES, TILE, Region
from .embedder import Embedder

STRIDE = 128


@torch.no_grad()
def embedding_map(embedder: Embedder, level: torch.Tensor, device: torch.device, batch: int = 32) -> torch.Tensor:
    """The embeddings [64,h,w] of a uint8 level at the finest scale: one 256 px tile every 128 px."""
    height, width, _ = level.shape
    rows, cols = range(0, height - TILE + 1, STRIDE), range(0, width - TILE + 1, STRIDE)
    corners = [(y, x) for y in rows for x in cols]
    vectors = []
    for i in range(0, len(corners), batch):
        tiles = torch.stack([window(level, y, x, TILE) for y, x in corners[i : i + batch]])
        with runtime.precision(device):
            vectors.append(embedder(tiles.to(device, memory_format=torch.channels_last)).float().cpu())
    return torch.cat(vectors).T.reshape(-1, len(rows), len(cols)).contiguous()


def embedding_maps(embedder: Embedder, regions: list[Region], device: torch.device) -> list[dict[float, torch.Tensor]]:
    """The maps of every region in every world."""
    return [{world: embedding_map(embedder, pyramid[0], device) for world, pyramid in r.levels.items()} for r in regions]


def cells(side: int, magnification: int) -> torch.Tensor:
    """Centres of a crop's embedding cells along one axis, in px of the finest level, from the crop's corner.

    `side`: the crop's side at its magnification; one cell for every 256 px of a tile at the finest scale.
    """
    count = SCALES[magnification]
    return (torch.arange(count) + 0.5) * side * SCALES[magnification] / count


def grid_at(maps: dict[float, torch.Tensor], place: Place) -> torch.Tensor:
    """The raw embedding grid [64,g,g] of a place: bilinear between the map's vectors, pooled to g <= 8."""
    table = maps[place.world]
    scale = SCALES[place.magnification]
    centres = cells(place.side, place.magnification)
    _, h, w = table.shape
    y = ((place.y * scale + centres - TILE / 2) / STRIDE).clamp(0, h - 1)
    x = ((place.x * scale + centres - TILE / 2) / STRIDE).clamp(0, w - 1)
    y0, x0 = y.long().clamp_max(max(0, h - 2)), x.long().clamp_max(max(0, w - 2))
    y1, x1 = (y0 + 1).clamp_max(h - 1), (x0 + 1).clamp_max(w - 1)
    fy, fx = (y - y0)[None, :, None], (x - x0)[None, None, :]
    rows0, rows1 = table[:, y0], table[:, y1]
    top = rows0[:, :, x0] * (1 - fx) + rows0[:, :, x1] * fx
    bottom = rows1[:, :, x0] * (1 - fx) + rows1[:, :, x1] * fx
    grid = top * (1 - fy) + bottom * fy
    g = GRIDS[place.magnification]
    return grid if grid.shape[-1] == g else F.avg_pool2d(grid[None], grid.shape[-1] // g)[0]
