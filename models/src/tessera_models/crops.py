"""Where training crops come from: which region, which magnification, which place."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .augment import resize, window
from .data import TILE, Region


@dataclass(frozen=True)
class Place:
    """A square of tissue: its level in the pyramid, its corner and side in that level's pixels."""

    region: int
    world: float
    magnification: int
    y: int
    x: int
    side: int


def draw(rng: torch.Generator, limit: int) -> int:
    """A whole number in 0..limit-1."""
    return int(torch.randint(limit, (1,), generator=rng))


def chance(rng: torch.Generator) -> float:
    """A number in [0,1)."""
    return float(torch.rand(1, generator=rng))


def has(region: Region, world: float, magnification: int, side: int) -> bool:
    """Whether a region has a square of `side` px at a magnification in a world."""
    levels = region.levels.get(world, [])
    return len(levels) > magnification and min(levels[magnification].shape[:2]) >= side


def choose_region(regions: list[Region], rng: torch.Generator, magnification: int = 0, side: int = TILE) -> int:
    """A region that has a square of `side` px at the magnification, in proportion to the square root of its area.

    By area alone the few large regions would drown the many small ones, which hold most of the stains.
    """
    areas = torch.tensor([r.pixels**0.5 if has(r, 1.0, magnification, side) else 0.0 for r in regions])
    if not areas.any():
        raise ValueError(f"data: expected a region with {side} px at magnification {magnification} but got none")
    return int(torch.multinomial(areas, 1, generator=rng))


def choose_place(regions: list[Region], magnification: int, rng: torch.Generator, side: int = TILE) -> Place:
    """A random place at a magnification (index). `side`: px of the crop at that magnification.

    Half of the places are seen at a scale between 0.8 and 1.6 of the magnification (never finer than the image itself).
    Where no region is large enough for the magnification, the coarsest one that some region has is taken instead.
    """
    while magnification > 0 and not any(has(r, 1.0, magnification, side) for r in regions):
        magnification -= 1
    index = choose_region(regions, rng, magnification, side)
    region = regions[index]
    finer = () if magnification == 0 else (0.8,)
    worlds = [w for w in (1.0, *finer, 1.25) if has(region, w, magnification, side)]
    if chance(rng) < 0.5:
        world, zoom = 1.0, 1.0
    else:
        world, zoom = worlds[draw(rng, len(worlds))], 1 + 0.28 * chance(rng)
    height, width, _ = region.levels[world][magnification].shape
    taken = min(int(side * zoom), height, width)
    return Place(index, world, magnification, draw(rng, height - taken + 1), draw(rng, width - taken + 1), taken)


def pixels(regions: list[Region], place: Place, side: int = TILE, halo: int = 0) -> torch.Tensor:
    """The picture [3,side+2*halo,side+2*halo] in [-1,1] of a place and `halo` px around it (mirrored past the region's border)."""
    around = round(halo * place.side / side)
    level = regions[place.region].levels[place.world][place.magnification]
    crop = window(level, place.y - around, place.x - around, place.side + 2 * around)
    return resize(crop[None], side + 2 * halo)[0]
