"""How soft a level's own estimate is at each timestep: what the denoiser below is told about its guide."""

from __future__ import annotations

import torch

from . import runtime
from .augment import resize
from .autoencoder import CHANNELS
from .crops import Place, choose_place, pixels
from .data import TILE
from .diffusion import LATENT, SAMPLERS, estimate, noised
from .metrics import fine_energy
from .places import grid_at
from .pool import GUIDE_SIDE, LATENT_SIDE
from .samples import FLOOR, HALO, LEVELS, Source, decode, encode, error_level, repeated

TIMES = (1000, 900, 800, 700, 600, 500, 400, 300, 200, 150)
# The last frame of a level, at 8 steps or more, is a finished picture.
FINISHED = (125, 50)
# As crisp as under a real guide, but for what two draws differ by.
ENOUGH = 0.97
# A guide that is called softer than this is hardly followed.
MOST = 0.75


@torch.no_grad()
def guide_table(source: Source, floor: float, count: int = 8, seed: int = 12) -> list[list[float]]:
    """[[t, blur], ...] from t = 1000 down: the blur (units of 4 guide px) that loses as much of a real coarse tile's crop as
    the model's one-step estimate at t has lost, in the mean over `count` 5x tiles under a real guide; `floor` at least,
    and once the guide is finished."""
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
        table.append([t, max(floor, round(float(torch.stack(levels).mean()), 3))])
    # What is fresher is never said to be softer.
    for i in range(len(table) - 2, -1, -1):
        table[i][1] = max(table[i][1], table[i + 1][1])
    return table + [[t, floor] for t in FINISHED]


@torch.no_grad()
def guide_floor(source: Source, sampler: str, steps: int, count: int = 8, seed: int = 13) -> tuple[float, dict[str, float]]:
    """What to claim of a finished generated guide, and the fine energies that say so, by claim and under a `real` guide.

    5x tiles are generated from noise, and 20x tiles under crops of them: the least claim, FLOOR to MOST, by which these
    are as crisp (`metrics.fine_energy`) as the same tissue under its real guide; or, where none is, as by the best claim.
    """
    rng = runtime.generator(seed)
    abar = LATENT.abar()
    ones = torch.ones(count)
    coarse = [choose_place(source.regions, 2, rng) for _ in range(count)]
    fine = [Place(p.region, p.world, 0, 4 * p.y + 96 * p.side // TILE * 4, 4 * p.x + 96 * p.side // TILE * 4, p.side) for p in coarse]
    noise = torch.randn(2, count, CHANNELS, LATENT_SIDE, LATENT_SIDE, generator=rng)

    def sample(x: torch.Tensor, places: list[Place], guide: torch.Tensor | None, claim: float) -> torch.Tensor:
        grid = torch.stack([repeated(grid_at(source.maps[p.region], p)) for p in places])
        magnification = torch.tensor([p.magnification for p in places])
        shown = torch.zeros(count, 3, GUIDE_SIDE, GUIDE_SIDE) if guide is None else guide
        told = (shown, ones * float(guide is not None), ones * claim)
        return decode(source, SAMPLERS[sampler](lambda a, t: source.predict(a, ones * t, grid, magnification, *told), x, abar, steps))

    real = resize(torch.stack([pixels(source.regions, p) for p in fine]), GUIDE_SIDE)
    energies = {"real": fine_energy(sample(noise[1], fine, real, 0.0))}
    guide = sample(noise[0], coarse, None, 0.0)[:, :, 96:160, 96:160]
    claims = [float(c) for c in LEVELS if FLOOR <= c <= MOST]
    crispness = [fine_energy(sample(noise[1], fine, guide, claim)) for claim in claims]
    wanted = ENOUGH * min(energies["real"], max(crispness))
    energies |= {str(c): e for c, e in zip(claims, crispness, strict=True)}
    return next(c for c, e in zip(claims, crispness, strict=True) if e >= wanted), energies
