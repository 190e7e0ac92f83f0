"""Crops and their variations: windows that may pass a border, the 8 symmetries, stain jitter, resizing."""

from __future__ import annotations

import torch
import torch.nn.functional as F

# Optical densities of haematoxylin, eosin and what is left (Ruifrok & Johnston 2001), one stain a row.
STAINS = torch.tensor([[0.650, 0.704, 0.286], [0.072, 0.990, 0.105], [0.268, 0.570, 0.776]])


def window(level: torch.Tensor, y: int, x: int, side: int) -> torch.Tensor:
    """The square [3,side,side] in [-1,1] of a uint8 [H,W,3] level; past its border the level is mirrored."""
    h, w, _ = level.shape
    rows = mirror(torch.arange(y, y + side), h)
    cols = mirror(torch.arange(x, x + side), w)
    if y >= 0 and x >= 0 and y + side <= h and x + side <= w:
        crop = level[y : y + side, x : x + side]
    else:
        crop = level[rows][:, cols]
    return crop.permute(2, 0, 1).float() / 127.5 - 1


def mirror(index: torch.Tensor, size: int) -> torch.Tensor:
    """Indices folded back into 0..size-1 as by mirrors at the borders."""
    index = index.abs() % (2 * size - 2) if size > 1 else index * 0
    return torch.where(index >= size, 2 * size - 2 - index, index)


def symmetry(x: torch.Tensor, which: int) -> torch.Tensor:
    """One of the 8 symmetries of the square (0..7) of [...,H,W]; 0 changes nothing."""
    if which & 4:
        x = x.transpose(-1, -2)
    if which & 2:
        x = x.flip(-2)
    if which & 1:
        x = x.flip(-1)
    return x


def stain_factors(rng: torch.Generator, strength: float = 0.06) -> torch.Tensor:
    """Factors and offsets [2,3] of the stains' amounts; the factors' standard deviation is `strength`, the offsets' a quarter of it."""
    draw = torch.randn(2, 3, generator=rng) * strength
    return torch.stack([1 + draw[0], 0.25 * draw[1]])


def stain(image: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """An image [...,3,H,W] in [-1,1] with each stain stronger or weaker (Tellez et al. 2018)."""
    density = -torch.log(((image + 1) / 2).clamp(1 / 255, 1))
    stains = F.normalize(STAINS, dim=1)
    # amounts = density @ stains^-1; changed = amounts * factor + offset; back by stains: one 3x3 matrix and an offset.
    matrix = torch.linalg.inv(stains) @ torch.diag(factors[0]) @ stains
    density = torch.einsum("...chw,cd->...dhw", density, matrix) + (factors[1] @ stains)[:, None, None]
    return (torch.exp(-density) * 2 - 1).clamp(-1, 1)


def stain_jitter(image: torch.Tensor, rng: torch.Generator, strength: float = 0.06) -> torch.Tensor:
    """`stain` with factors drawn at `strength`."""
    return stain(image, stain_factors(rng, strength))


def resize(image: torch.Tensor, side: int) -> torch.Tensor:
    """[B,3,H,W] to side x side px by the antialiased cubic (a = -0.5)."""
    if image.shape[-1] == side and image.shape[-2] == side:
        return image
    return F.interpolate(image, size=(side, side), mode="bicubic", antialias=True, align_corners=False)


def gaussian_blur(image: torch.Tensor, sigma: torch.Tensor, radius: int = 10) -> torch.Tensor:
    """[B,C,H,W] blurred by sigma [B] px, each its own; the border repeats. sigma below 0.05 px changes nothing."""
    taps = torch.arange(-radius, radius + 1, device=image.device, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (taps[None] / sigma.float().clamp_min(0.05)[:, None]) ** 2)
    kernel = kernel / kernel.sum(1, keepdim=True)
    b, c, h, w = image.shape
    flat = F.pad(image.reshape(1, b * c, h, w), (radius, radius, radius, radius), mode="replicate")
    kernel = kernel.repeat_interleave(c, 0)
    flat = F.conv2d(flat, kernel[:, None, None, :], groups=b * c)
    flat = F.conv2d(flat, kernel[:, None, :, None], groups=b * c)
    return flat.reshape(b, c, h, w)
