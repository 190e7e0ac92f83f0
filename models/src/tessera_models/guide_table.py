"""How soft a level's own estimate is at each timestep: what the denoiser below is told about its guide."""

from __future__ import annotations

import torch

from . import runtime
from .augment import resize
from .crops import choose_place, pixels
from .diffusion import LATENT, estimate, noised
from .places import grid_at
from .pool import GUIDE_SIDE
from .samples import FLOOR, HALO, Source, decode, encode, error_level, repeated

TIMES = (1000, 900, 800, 700, 600, 500, 400, 300, 200, 150)
# The last frame of a level, at 8 steps or more, is a finished picture: training tells the denoiser FLOOR of such guides.
FINISHED = (125, 50)


@torch.no_grad()
def guide_table(source: Source, count: int = 12, seed: int = 12) -> list[list[float]]:
    """[[t, blur], ...] from t = 1000 down: the blur (units of 4 guide px) that loses as much of a real coarse tile's crop as
    the model's one-step estimate at t has lost, in the mean over `count` 5x tiles under a real guide; FLOOR once finished."""
    rng = runtime.generator(seed)
    places = [choose_place(source.regions, 2, rng) for _ in range(count)]
    halo = torch.stack([pixels(source.regions, p, halo=HALO) for p in places])
    real = halo[:, :, HALO:-HALO, HALO:-HALO]
    z = encode(source, halo)
    grid = torch.stack([repeated(grid_at(source.maps[p.region], p)) for p in places])
    guide = resize(real, GUIDE_SIDE)
    mag, ones = torch.full((count,), 2), torch.ones(count)
    table = []
    for t in TIMES:
        abar = LATENT.abar()[t - 1]
        x = noised(z, torch.randn(z.shape, generator=rng), abar)
        v = source.predict(x, ones * t, grid, mag, guide, ones, ones * FLOOR)
        made = decode(source, estimate(x, v, abar))
        levels = [error_level(real[:, :, y : y + 64, x_ : x_ + 64], made[:, :, y : y + 64, x_ : x_ + 64]) for y in (0, 96, 192) for x_ in (0, 96, 192)]
        table.append([t, round(float(torch.stack(levels).mean()), 3)])
    # What is fresher is never said to be softer.
    for i in range(len(table) - 2, -1, -1):
        table[i][1] = max(table[i][1], table[i + 1][1])
    return table + [[t, FLOOR] for t in FINISHED]
