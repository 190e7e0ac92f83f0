"""The autoencoder: a 256 px tile <-> a 32x32 latent of 4 channels (f = 8).

No layer normalises over space, so a tile decodes to what the whole image would show there, and no layer rearranges
channels into pixels on the way up: a flat latent gives flat features at every size (bilinear resizing, then a
convolution), so there is no 8-px lattice for the next level to amplify (Odena et al. 2016, "Deconvolution and
checkerboard artifacts").
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .layers import PlainBlock, conv3

CHANNELS, DOWNSAMPLE = 4, 8
# Below this the decoder learns to read differences of the latent that no denoiser gets right.
LATENT_NOISE = 0.05


class Encoder(nn.Module):
    """Image [B,3,H,W] in [-1,1] -> latent [B,4,H/8,W/8], about zero mean and unit variance a channel.

    The statistics are running means of training, kept in buffers, and belong to the network: the scaling factor of
    other autoencoders lives inside this one.
    """

    def __init__(self, widths: tuple[int, int] = (64, 128)):
        super().__init__()
        a, b = widths
        self.widths = widths
        self.body = nn.Sequential(
            conv3(48, a), PlainBlock(a), nn.LeakyReLU(0.2), conv3(a, b, stride=2), PlainBlock(b), PlainBlock(b), nn.LeakyReLU(0.2)
        )
        self.out = conv3(b, CHANNELS)
        self.register_buffer("mean", torch.zeros(1, CHANNELS, 1, 1))
        self.register_buffer("std", torch.ones(1, CHANNELS, 1, 1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return (self.raw(image) - self.mean) / self.std

    def raw(self, image: torch.Tensor) -> torch.Tensor:
        """The latent before its statistics are taken out."""
        return self.out(self.body(F.pixel_unshuffle(image, 4))).float()

    @torch.no_grad()
    def track(self, raw: torch.Tensor, momentum: float = 0.02) -> None:
        """Move the running statistics towards those of a batch of raw latents."""
        self.mean.lerp_(raw.mean((0, 2, 3), keepdim=True), momentum)
        self.std.lerp_(raw.std((0, 2, 3), keepdim=True).clamp_min(1e-3), momentum)


def double(x: torch.Tensor) -> torch.Tensor:
    """Twice the size, bilinear."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Decoder(nn.Module):
    """Latent [B,4,h,w] -> image [B,3,8h,8w], about [-1,1] (not clamped: training needs the gradient; callers clamp)."""

    def __init__(self, widths: tuple[int, int, int, int] = (128, 64, 32, 16)):
        super().__init__()
        a, b, c, d = widths
        self.widths = widths
        self.inward = conv3(CHANNELS, a)
        self.low = nn.Sequential(PlainBlock(a), PlainBlock(a), nn.LeakyReLU(0.2), conv3(a, b))
        self.mid = nn.Sequential(PlainBlock(b), nn.LeakyReLU(0.2), conv3(b, c))
        self.high = nn.Sequential(PlainBlock(c), nn.LeakyReLU(0.2), conv3(c, d))
        self.full = nn.Sequential(nn.LeakyReLU(0.2), conv3(d, d), nn.LeakyReLU(0.2), conv3(d, 3))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        h = double(self.low(self.inward(z)))
        h = double(self.mid(h))
        h = double(self.high(h))
        return self.full(h).float()
