"""The patch discriminator that keeps chromatin from going soft (PatchGAN, Isola et al. 2017; used late, as in VQGAN)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from .layers import conv3


class Critic(nn.Module):
    """Image [B,3,H,W] -> a score for each patch [B,1,H/8,W/8]; spectrally normalised (Miyato et al. 2018)."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.body = nn.Sequential(
            spectral_norm(conv3(12, width)),
            nn.LeakyReLU(0.2),
            spectral_norm(conv3(width, 2 * width, stride=2)),
            nn.LeakyReLU(0.2),
            spectral_norm(conv3(2 * width, 4 * width, stride=2)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(4 * width, 16, 1)),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.body(F.pixel_unshuffle(image, 2)).mean(1, keepdim=True)


def critic_loss(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """The hinge loss of the critic."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def generator_loss(fake: torch.Tensor) -> torch.Tensor:
    """What the decoder must lower: the critic's doubt."""
    return -fake.mean()
