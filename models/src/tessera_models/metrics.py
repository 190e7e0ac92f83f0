"""Measures between pictures and between sets of pictures."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    """Mean PSNR in dB over pictures [B,3,H,W] in [-1,1]."""
    error = (a - b).pow(2).mean((1, 2, 3)).clamp_min(1e-10)
    return float((10 * torch.log10(4 / error)).mean())


def ssim(a: torch.Tensor, b: torch.Tensor) -> float:
    """Mean SSIM (Wang et al. 2004; 11 px gaussian of sigma 1.5) over pictures [B,3,H,W] in [-1,1], per channel."""
    taps = torch.exp(-0.5 * (torch.arange(-5, 6) / 1.5) ** 2)
    kernel = torch.outer(taps, taps)
    kernel = (kernel / kernel.sum())[None, None].repeat(3, 1, 1, 1)

    def blur(x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, kernel, groups=3)

    x, y = (a + 1) / 2, (b + 1) / 2
    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    value = ((2 * mx * my + 1e-4) * (2 * cov + 9e-4)) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))
    return float(value.mean())


def lattice_peak(pictures: torch.Tensor, period: int = 8) -> float:
    """Power at the frequency 1/period along rows and columns, over the mean of its neighbours: 1 is no lattice.

    pictures [B,3,H,W], sides multiples of 2 * period. The spectrum along each axis is averaged over all lines.
    """
    gray = pictures.mean(1)
    ratios = []
    for axis in (1, 2):
        lines = gray if axis == 2 else gray.transpose(1, 2)
        n = lines.shape[-1]
        hann = torch.hann_window(n)
        power = torch.fft.rfft((lines - lines.mean(-1, keepdim=True)) * hann).abs().pow(2).mean((0, 1))
        k = n // period
        around = torch.cat([power[k - 5 : k - 2], power[k + 3 : k + 6]])
        ratios.append(float(power[k - 1 : k + 2].max() / around.mean()))
    return max(ratios)


def frechet(a: torch.Tensor, b: torch.Tensor) -> float:
    """Frechet distance of two sets of features [N,F] (Heusel et al. 2017)."""
    a, b = a.double(), b.double()
    ca, cb = torch.cov(a.T), torch.cov(b.T)
    # tr sqrt(ca cb) is the sum of the roots of the eigenvalues of the product.
    roots = torch.linalg.eigvals(ca @ cb).real.clamp_min(0).sqrt().sum()
    return float((a.mean(0) - b.mean(0)).pow(2).sum() + ca.trace() + cb.trace() - 2 * roots)


def kernel_distance(a: torch.Tensor, b: torch.Tensor) -> float:
    """Unbiased kernel distance x 1000 with the cubic polynomial kernel (KID, Binkowski et al. 2018)."""
    a, b = a.double(), b.double()
    k = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3  # noqa: E731
    n, m = len(a), len(b)
    aa, bb, ab = k(a, a), k(b, b), k(a, b)
    within = (aa.sum() - aa.trace()) / (n * (n - 1)) + (bb.sum() - bb.trace()) / (m * (m - 1))
    return float(1000 * (within - 2 * ab.mean()))


def bootstrap(measure, a: torch.Tensor, b: torch.Tensor, rounds: int = 20, seed: int = 0) -> tuple[float, float, float]:
    """A measure of two feature sets, and the 5 % and 95 % quantiles over draws of both with four fifths of each.

    Draws are without replacement: repeated samples would bias both distances upwards.
    """
    rng = torch.Generator().manual_seed(seed)
    values = []
    for _ in range(rounds):
        x = a[torch.randperm(len(a), generator=rng)[: int(0.8 * len(a))]]
        y = b[torch.randperm(len(b), generator=rng)[: int(0.8 * len(b))]]
        values.append(measure(x, y))
    q = torch.tensor(values).quantile(torch.tensor([0.05, 0.95], dtype=torch.float32))
    return measure(a, b), float(q[0]), float(q[1])


def nearest(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each row of a [N,F] the distance to its nearest row of b, and that row's index."""
    distance = torch.cdist(a.double(), b.double())
    found = distance.min(1)
    return found.values, found.indices


def fine_energy(pictures: torch.Tensor) -> float:
    """Root mean square of what a 4 px blur takes away: how crisp pictures [B,3,H,W] are."""
    low = F.avg_pool2d(pictures, 4)
    return float((pictures - F.interpolate(low, scale_factor=4, mode="bilinear")).pow(2).mean().sqrt())


def seam_ratio(picture: torch.Tensor, stride: int) -> float:
    """Mean step between neighbouring pixels on the tile borders of [3,H,W] over that elsewhere; 1 is no seam.

    Borders lie every `stride` px; the 2 px beside each count to it.
    """
    columns = (picture[..., 1:] - picture[..., :-1]).abs().mean((0, 1))
    rows = (picture[:, 1:] - picture[:, :-1]).abs().mean((0, 2))
    at = torch.arange(len(columns)) + 1
    border = ((at % stride) <= 1) & (at >= stride - 1)
    return float((columns[border].mean() + rows[border].mean()) / (columns[~border].mean() + rows[~border].mean()))
