"""The embedder: a 256 px tile at the finest scale -> a vector that says what tissue it shows.

Trained by contrast (SimCLR, Chen et al. 2020): two views of one place against views of other places. Its inner
features also serve as the perceptual loss of the autoencoder (Johnson et al. 2016), so no foreign network is needed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .layers import PlainBlock, conv3

EMBEDDING = 64


class Embedder(nn.Module):
    """Image [B,3,H,W] in [-1,1], sides multiples of 32 -> embedding [B,64], length sqrt(64) = 8 (unit variance a channel)."""

    def __init__(self, widths: tuple[int, int, int] = (64, 128, 192)):
        super().__init__()
        a, b, c = widths
        self.widths = widths
        self.stem = conv3(48, a, stride=2)
        self.blocks = nn.ModuleList([PlainBlock(a), PlainBlock(b), PlainBlock(c)])
        self.downs = nn.ModuleList([conv3(a, b, stride=2), conv3(b, c, stride=2)])
        self.head = nn.Sequential(nn.Linear(a + b + c, 256), nn.LeakyReLU(0.2), nn.Linear(256, EMBEDDING))

    def features(self, image: torch.Tensor) -> list[torch.Tensor]:
        """The activations at 1/8, 1/16 and 1/32 of the image's side."""
        h = self.stem(F.pixel_unshuffle(image, 4))
        out = []
        for i, block in enumerate(self.blocks):
            h = block(h)
            out.append(h)
            if i < len(self.downs):
                h = self.downs[i](F.leaky_relu(h, 0.2))
        return out

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pooled = torch.cat([F.leaky_relu(f, 0.2).mean((2, 3)) for f in self.features(image)], 1)
        vector = self.head(pooled).float()
        return vector * (EMBEDDING**0.5) * torch.rsqrt(vector.pow(2).sum(1, keepdim=True) + 1e-8)


def contrastive_loss(a: torch.Tensor, b: torch.Tensor, temperature: float = 0.15) -> torch.Tensor:
    """NT-Xent of two views a, b [N,E] of N places: each view must find its twin among all the others."""
    v = F.normalize(torch.cat([a, b]).float(), dim=1)
    logits = v @ v.T / temperature
    logits.fill_diagonal_(float("-inf"))
    n = a.shape[0]
    twin = torch.cat([torch.arange(n, 2 * n), torch.arange(n)]).to(a.device)
    return F.cross_entropy(logits, twin)
