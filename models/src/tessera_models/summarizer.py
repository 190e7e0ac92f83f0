"""The summarizer: a grid of embeddings and a magnification -> the denoiser's context.

Token 0 carries the magnification, tokens 1..64 are an 8x8 map over the tile: the grid is resized to it, so token (i, j)
always speaks of the same part of the picture, whatever the magnification (ZoomLDM's summarizer places a small grid in
the middle of the square instead).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .embedder import EMBEDDING

SIDE, WIDTH, MAGNIFICATIONS = 8, 128, 5
TOKENS = 1 + SIDE * SIDE


class TransformerBlock(nn.Module):
    """Pre-norm self-attention and MLP over [B,N,C]."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.mlp[2].weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-1, -2) * (c // self.heads) ** -0.5, -1)
        x = x + self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))
        return x + self.mlp(self.norm2(x))


class Summarizer(nn.Module):
    """Grid [B,64,g,g] (standardised vectors, g = 1..8), magnification [B] int64 (0..4) -> context [B,65,128]."""

    def __init__(self, depth: int = 2):
        super().__init__()
        self.depth = depth
        self.inward = nn.Linear(EMBEDDING, WIDTH)
        self.position = nn.Parameter(0.02 * torch.randn(1, TOKENS, WIDTH))
        self.magnification = nn.Embedding(MAGNIFICATIONS, WIDTH)
        self.blocks = nn.ModuleList(TransformerBlock(WIDTH) for _ in range(depth))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, grid: torch.Tensor, magnification: torch.Tensor) -> torch.Tensor:
        # Nearest, not bilinear: at g = 1, 2, 4, 8 a cell is repeated over exactly the tokens it covers.
        cells = F.interpolate(grid, size=(SIDE, SIDE), mode="nearest").flatten(2).transpose(1, 2)
        which = self.magnification(magnification)[:, None]
        tokens = torch.cat([which, self.inward(cells) + which], 1) + self.position
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens).float()


def repeat(side: int) -> torch.Tensor:
    """The matrix [8,side] that repeats `side` cells over the 8 they cover, as the summarizer does (nearest)."""
    at = torch.arange(SIDE) * side // SIDE
    return (at[:, None] == torch.arange(side)[None]).float()


def standardise(grid: torch.Tensor) -> torch.Tensor:
    """Each vector of [B,E,...] less its mean over E, divided by its standard deviation (n - 1): what the renderer feeds."""
    return (grid - grid.mean(1, keepdim=True)) / (grid.std(1, keepdim=True) + 1e-6)
