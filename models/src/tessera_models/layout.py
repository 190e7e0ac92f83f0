"""The layout prior: how a canvas begins from a seed alone.

A small fully convolutional diffusion model over grids of embeddings of any side, 1x1 upwards: dilated convolutions
reach 31 cells (about 8,000 px at the finest scale) without ever pooling, so no side is special, and what is
outside the grid is told apart from what is unknown by a plane of ones that the padding ends.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .denoiser import EMBED, sinusoids
from .embedder import EMBEDDING
from .layers import conv1, conv3, zero

DILATIONS = (1, 2, 4, 8, 1, 2, 4, 8, 1)


class LayoutBlock(nn.Module):
    """A residual block whose normalisation is over channels at each cell: the mean of a canvas must not depend on its size."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.spread, self.back = conv3(width, width, dilation=dilation), zero(conv1(width, width))
        self.modulate = nn.Linear(EMBED, 2 * width)

    def forward(self, x: torch.Tensor, embed: torch.Tensor) -> torch.Tensor:
        scale, shift = self.modulate(embed)[:, :, None, None].chunk(2, 1)
        h = self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2) * (1 + scale) + shift
        return x + self.back(F.silu(self.spread(h)))


class Layout(nn.Module):
    """x [B,64,H,W] (normalised by the manifest's mean and std), t [B] (1..1000), label [B] int64 -> v [B,64,H,W]."""

    def __init__(self, labels: int, width: int = 128):
        super().__init__()
        self.labels, self.width = labels, width
        self.time = nn.Sequential(nn.Linear(128, EMBED), nn.SiLU(), nn.Linear(EMBED, EMBED))
        self.label = nn.Embedding(labels, EMBED)
        self.inward = conv3(EMBEDDING + 1, width)
        self.blocks = nn.ModuleList(LayoutBlock(width, d) for d in DILATIONS)
        self.norm, self.out = nn.LayerNorm(width), zero(conv1(width, EMBEDDING))

    def forward(self, x: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        embed = F.silu(self.time(sinusoids(t, 128)) + self.label(label))
        h = self.inward(torch.cat([x, torch.ones_like(x[:, :1])], 1))
        for block in self.blocks:
            h = block(h, embed)
        return self.out(F.silu(self.norm(h.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))).float()
