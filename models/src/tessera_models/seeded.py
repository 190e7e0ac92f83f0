"""The parts of an evaluation that look at whole canvases, every level generated: from a seed, and of the grids of real tissue."""

from __future__ import annotations

import numpy as np
import torch

from . import metrics, runtime
from .augment import window
from .bundle import Bundle
from .canvas import Settings, render_level, sample_layout
from .data import HELD_OUT, TILE, Region
from .measures import LEAST, NAMES, distances, memorisation, tiles

# A canvas is 4096 px at 20x: 16 tiles a side, of which the middle three are made.
CELLS = 16
MIDDLE = slice(6, 9)
# Tiles of a magnification on a canvas start so far apart, px.
STEPS = {0: TILE, 2: TILE // 2, 4: TILE // 2}


def canvas(model: Bundle, grid: torch.Tensor, settings: Settings, rng: torch.Generator) -> dict[int, torch.Tensor]:
    """Pictures by magnification index of a raw grid [E,16,16]: all of 1.25x and 5x, 768 px of 20x."""
    overview = render_level(model, grid, 4, 256, None, settings, rng)
    middle = render_level(model, grid, 2, 1024, overview, settings, rng)
    return {4: overview, 2: middle, 0: finest(model, grid, middle, settings, rng)}


def finest(model: Bundle, grid: torch.Tensor, picture: torch.Tensor, settings: Settings, rng: torch.Generator) -> torch.Tensor:
    """The middle of a canvas at 20x, [3,768,768], guided by its 5x picture [3,1024,1024]."""
    guide = slice(MIDDLE.start * TILE // 4, MIDDLE.stop * TILE // 4)
    side = (MIDDLE.stop - MIDDLE.start) * TILE
    return render_level(model, grid[:, MIDDLE, MIDDLE], 0, side, picture[:, guide, guide], settings, rng)


def from_seed(model: Bundle, held: list[Region], train: list[Region], judges, settings: Settings, canvases: int, seed: int, table) -> list:
    """Canvases from a seed: what tissue they show decides the distances, so there are many of them."""
    rng = runtime.generator(seed, 33)
    examples = list(example_grids(model).values())
    invents = "layout" in model.manifest["graphs"]
    made = []
    for i in range(canvases):
        grid = sample_layout(model, CELLS, 0, rng) if invents else examples[i % len(examples)]
        made.append(canvas(model, grid, settings, rng))
    rows = compared(made, held, train, judges, f"from a seed ({'layout' if invents else 'example grids'})", seed, table)
    table.add("seams: step at tile borders over elsewhere, 20x", metrics.seam_ratio(made[0][0], 8 * settings.stride), 1.0)
    return rows


def from_grids(model: Bundle, held: list[Region], train: list[Region], judges, settings: Settings, canvases: int, seed: int, table) -> list:
    """Canvases of the example grids, which are training tissue: like for like with a bundle that has no layout.

    The last row says how crisp 20x is under the generated 5x pictures and under the real ones.
    """
    rng = runtime.generator(seed, 35)
    grids = example_grids(model)
    made = {name: canvas(model, grid, settings, rng) for name, grid in grids.items()}
    rows = compared(list(made.values()), held, train, judges, "of training grids", seed, table)
    real = {region.name: window(region.levels[1.0][2], 0, 0, 1024) for region in train if region.name in grids}
    guided = [finest(model, grids[name], picture, settings, rng) for name, picture in real.items()]
    generated = [made[name][0] for name in real]
    table.add("fine energy, 20x of training grids, under generated 5x", metrics.fine_energy(torch.stack(generated)), metrics.fine_energy(torch.stack(guided)), "reference: under their real 5x")
    return rows


def compared(made: list[dict[int, torch.Tensor]], held, train, judges, label: str, seed: int, table) -> list:
    """Distances to held-out and to training tiles, crispness and memorisation at each magnification; rows of pictures."""
    rng, rows = runtime.generator(seed, 36), []
    for magnification, step in STEPS.items():
        name = NAMES[magnification]
        all_made = torch.cat([cut(levels[magnification], step) for levels in made])
        real, _ = tiles(held, magnification, len(all_made), seed)
        known, _ = tiles(train, magnification, len(all_made), seed + 1)
        others, _ = tiles(train, magnification, len(all_made), seed + 2)
        drawn = all_made[torch.randperm(len(all_made), generator=rng)]
        if min(len(drawn), len(real)) >= LEAST:
            distances(table, judges, f"{name} {label}", drawn, real, known)
            distances(table, judges, f"{name} {label}, to training tiles", drawn, known, others)
        everything, _ = tiles(train, magnification, 1000, seed)
        closest = memorisation(table, judges[0], f"{name} {label}", all_made, real, everything)
        rows.append((f"{name} {label}; last: the closest pair of generated and training tile", [*drawn[:6], *closest]))
        table.add(f"fine energy, {name} {label}", metrics.fine_energy(all_made), metrics.fine_energy(real), "reference: held-out tiles")
    rows.append((f"{label}: 1.25x, 5x (1024 px), 20x (768 px), for each canvas", [levels[m] for levels in made[:3] for m in (4, 2, 0)]))
    return rows


def example_grids(model: Bundle) -> dict[str, torch.Tensor]:
    """The bundle's example grids of 16x16 cells, [E,16,16] by region, but for regions that are held out."""
    return {
        e["name"]: torch.from_numpy(np.load(model.folder / e["file"]))[:, :CELLS, :CELLS]
        for e in model.manifest["examples"]
        if min(e["shape"][1:]) >= CELLS and e["name"] not in HELD_OUT
    }


def cut(picture: torch.Tensor, step: int) -> torch.Tensor:
    """Tiles [n,3,256,256] of a picture, every `step` px."""
    _, h, w = picture.shape
    return torch.stack([picture[:, y : y + TILE, x : x + TILE] for y in range(0, h - TILE + 1, step) for x in range(0, w - TILE + 1, step)])
