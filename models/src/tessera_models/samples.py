"""Making training samples for the denoiser: crops with their real guide, and crops under a guide the model made itself.

The level above is, when pictures are made, the model's own work: softer than a real one and wrong in places. A
denoiser that only ever saw real guides copies those faults. So coarse tiles are noised, denoised again and decoded, and
their crops are the guides of the real fine tiles under them (conditioning augmentation, Ho et al. 2021, with the
corruption that will really occur).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from . import runtime
from .augment import gaussian_blur, resize, stain, stain_factors, symmetry
from .autoencoder import Decoder, Encoder
from .crops import Place, chance, choose_place, draw, pixels
from .data import TILE, Region
from .diffusion import LATENT, estimate, noised, sample_dpm
from .places import grid_at
from .pool import GUIDE_SIDE
from .summarizer import SIDE, standardise

# How often each magnification is drawn, and under a guide of the model's own.
MAGNIFICATIONS = torch.tensor([0.36, 0.06, 0.31, 0.05, 0.22])
CASCADED = torch.tensor([0.55, 0.08, 0.37])
# Around a crop, in px: so that the encoder sees what surrounds a tile, as it does inside a canvas.
HALO = 32
# What a finished generated guide is said to be, in units of 4 guide px; the manifest's `guide.floor`.
FLOOR = 0.25
LEVELS = torch.tensor([0.0, 0.0625, 0.125, 0.1875, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0])

Predict = Callable[..., torch.Tensor]


@dataclass
class Source:
    """What samples are made of. `predict(x, t, grid, magnification, guide, present, blur)` is the model's averaged v."""

    regions: list[Region]
    maps: list[dict[float, torch.Tensor]]
    encoder: Encoder
    decoder: Decoder
    predict: Predict | None
    device: torch.device


def repeated(grid: torch.Tensor) -> torch.Tensor:
    """A standardised grid [64,g,g] repeated to [64,8,8]: to the summarizer it is the same."""
    return F.interpolate(standardise(grid[None]), size=(SIDE, SIDE), mode="nearest")[0]


@torch.no_grad()
def encode(source: Source, pictures: torch.Tensor, halo: int = HALO) -> torch.Tensor:
    """Latents [B,4,32,32] of pictures with a halo around the tile."""
    with runtime.precision(source.device):
        z = source.encoder(pictures.to(source.device, memory_format=torch.channels_last)).float().cpu()
    edge = halo // 8
    return z[:, :, edge : z.shape[2] - edge, edge : z.shape[3] - edge]


@torch.no_grad()
def decode(source: Source, z: torch.Tensor) -> torch.Tensor:
    """Pictures [B,3,256,256] in [-1,1] of latents."""
    with runtime.precision(source.device):
        return source.decoder(z.to(source.device)).float().clamp(-1, 1).cpu()


def finish(source: Source, places: list[Place], pictures: list[torch.Tensor], grids: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    """Samples of pictures with a halo, the guide being the tile itself at a quarter of the size."""
    halo = torch.stack(pictures)
    tiles = halo[:, :, HALO:-HALO, HALO:-HALO]
    count = len(places)
    return {
        "z": encode(source, halo),
        "guide": resize(tiles, GUIDE_SIDE),
        "grid": torch.stack(grids),
        "magnification": torch.tensor([p.magnification for p in places]),
        "claim": torch.zeros(count),
        "generated": torch.zeros(count, dtype=torch.bool),
    }


def plain(source: Source, rng: torch.Generator, count: int) -> dict[str, torch.Tensor]:
    """`count` samples with real guides, of any magnification, symmetry and stain."""
    places, pictures, grids = [], [], []
    for _ in range(count):
        place = choose_place(source.regions, int(torch.multinomial(MAGNIFICATIONS, 1, generator=rng)), rng)
        which = draw(rng, 8)
        picture = symmetry(pixels(source.regions, place, halo=HALO), which)
        if chance(rng) < 0.6:
            picture = stain(picture, stain_factors(rng))
        places.append(place)
        pictures.append(picture)
        grids.append(symmetry(repeated(grid_at(source.maps[place.region], place)), which))
    return finish(source, places, pictures, grids)


def error_level(real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """The blur [B] (units of 4 px) that would lose as much of `real` [B,3,64,64] as `made` has lost, from LEVELS."""
    lost = (made - real).pow(2).mean((1, 2, 3))
    by_blur = [(gaussian_blur(real, (4 * c).expand(len(real))) - real).pow(2).mean((1, 2, 3)) for c in LEVELS]
    return LEVELS[(torch.stack(by_blur, 1) - lost[:, None]).abs().argmin(1)]


@torch.no_grad()
def regenerate(source: Source, coarse: dict[str, torch.Tensor], rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The model's own version of coarse tiles: pictures [B,3,256,256], and whether they are finished or one-step estimates.

    Noise the latent to a random timestep, then either finish it in a few steps or denoise it once. The level above the
    coarse one guides it half of the time.
    """
    abar = LATENT.abar()
    z, count = coarse["z"].float(), len(coarse["z"])
    finished = chance(rng) < 0.6
    t = 150 + draw(rng, 500 if finished else 650)
    noise = torch.randn(z.shape, generator=rng)
    present = torch.full((count,), float(chance(rng) < 0.5))
    blur = torch.full((count,), FLOOR)
    guide = gaussian_blur(coarse["guide"], 4 * blur * float(chance(rng) < 0.5))

    def predict(x: torch.Tensor, at: int) -> torch.Tensor:
        times = torch.full((count,), float(at))
        return source.predict(x, times, coarse["grid"], coarse["magnification"], guide, present, blur)

    x = noised(z, noise, abar[t - 1])
    x0 = sample_dpm(predict, x, abar, 4, start=t) if finished else estimate(x, predict(x, t), abar[t - 1])
    return decode(source, x0), torch.full((count,), finished)


def cascade(source: Source, rng: torch.Generator, tiles: int, each: int) -> dict[str, torch.Tensor]:
    """`tiles * each` samples: fine tiles under crops of coarse tiles that the model has made again."""
    places, pictures, grids, corners, symmetries = [], [], [], [], []
    fines, fine_pictures, fine_grids = [], [], []
    for _ in range(tiles):
        place = choose_place(source.regions, 2 + int(torch.multinomial(CASCADED, 1, generator=rng)), rng)
        magnification = place.magnification - 2
        if magnification < 0:
            raise ValueError("data: expected a region of at least 1024 px, for tiles under a coarser level, but got none")
        factors = stain_factors(rng)
        places.append(place)
        pictures.append(stain(pixels(source.regions, place, halo=HALO), factors))
        grids.append(repeated(grid_at(source.maps[place.region], place)))
        for _ in range(each):
            oy, ox = draw(rng, TILE - GUIDE_SIDE + 1), draw(rng, TILE - GUIDE_SIDE + 1)
            ratio = 4 * place.side / TILE
            fine = Place(place.region, place.world, magnification, round(4 * place.y + oy * ratio), round(4 * place.x + ox * ratio), place.side)
            which = draw(rng, 8)
            fines.append(fine)
            corners.append((oy, ox))
            symmetries.append(which)
            fine_pictures.append(symmetry(stain(pixels(source.regions, fine, halo=HALO), factors), which))
            fine_grids.append(symmetry(repeated(grid_at(source.maps[fine.region], fine)), which))
    coarse = finish(source, places, pictures, grids)
    made, finished = regenerate(source, coarse, rng)
    samples = finish(source, fines, fine_pictures, fine_grids)
    crops = [made[i // each][:, y : y + GUIDE_SIDE, x : x + GUIDE_SIDE] for i, (y, x) in enumerate(corners)]
    guides = torch.stack([symmetry(c, s) for c, s in zip(crops, symmetries, strict=True)])
    level = error_level(samples["guide"], guides)
    # A finished guide is claimed to be what the renderer will claim, however far it strayed from this tile.
    samples["claim"] = torch.where(finished.repeat_interleave(each), torch.full_like(level, FLOOR), level)
    samples["guide"] = guides
    samples["generated"] = torch.ones(len(fines), dtype=torch.bool)
    return samples

