"""The denoiser: a U-Net over 32x32 latents that is told the tissue (context) and shown the level above (guide).

Three scales (32, 16, 8 cells a side); the context's 64 tokens are an 8x8 map added at every scale, so the network knows
where each of them is; the guide enters with the latent. Timestep, magnification and the guide's blur modulate every
block (AdaGN, Dhariwal & Nichol 2021), and the guidance scale does where it is folded in. Predicts v.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from .autoencoder import CHANNELS
from .layers import conv1, conv3, zero
from .summarizer import SIDE, WIDTH

EMBED = 256


def sinusoids(t: torch.Tensor, width: int, longest: float = 10000.0) -> torch.Tensor:
    """Transformer position features [B,width] of t [B] (any real numbers)."""
    rates = torch.exp(-math.log(longest) * torch.arange(width // 2, device=t.device, dtype=torch.float32) / (width // 2))
    angles = t.float()[:, None] * rates[None]
    return torch.cat([angles.cos(), angles.sin()], 1)


class Block(nn.Module):
    """A residual block: normalise, convolve, add the context's map, modulate, convolve.

    `finer`: cells of this scale along a cell of the context's 8x8 map.
    """

    def __init__(self, inputs: int, outputs: int, finer: float):
        super().__init__()
        self.finer = float(finer)
        self.norm1, self.conv1 = nn.GroupNorm(16, inputs), conv3(inputs, outputs)
        self.norm2, self.conv2 = nn.GroupNorm(16, outputs), zero(conv3(outputs, outputs))
        self.modulate = nn.Linear(EMBED, 2 * outputs)
        self.context = conv1(WIDTH, outputs)
        self.skip = conv1(inputs, outputs) if inputs != outputs else nn.Identity()

    def forward(self, x: torch.Tensor, embed: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        told = self.context(context)
        if self.finer != 1:
            told = F.interpolate(told, scale_factor=self.finer, mode="nearest")
        h = self.norm2(h + told)
        scale, shift = self.modulate(embed)[:, :, None, None].chunk(2, 1)
        h = self.conv2(F.silu(h * (1 + scale) + shift))
        return self.skip(x) + h


class Attention(nn.Module):
    """Self-attention over the cells of the coarsest scale."""

    def __init__(self, channels: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(16, channels)
        self.qkv, self.proj = conv1(channels, 3 * channels), zero(conv1(channels, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, h * w).unbind(1)
        weights = torch.softmax(q.transpose(-1, -2) @ k * (c // self.heads) ** -0.5, -1)
        return x + self.proj((v @ weights.transpose(-1, -2)).reshape(b, c, h, w))


class Denoiser(nn.Module):
    """x [B,4,32,32], t [B] (1..1000), context [B,65,128] (zeros: none), guide [B,3,64,64] in [-1,1],
    guidePresent [B] (1 or 0), guideBlur [B] (0..1, in units of 4 guide px) -> v [B,4,32,32].

    A folded one also takes guidanceScale [B] (1: off) and answers as both halves of a guided pair together would.
    """

    def __init__(self, widths: tuple[int, int, int] = (64, 128, 192), folded: bool = False):
        super().__init__()
        a, b, c = widths
        self.widths = widths
        self.time = nn.Sequential(nn.Linear(128, EMBED), nn.SiLU(), nn.Linear(EMBED, EMBED))
        self.blur = nn.Sequential(nn.Linear(32, EMBED), nn.SiLU(), nn.Linear(EMBED, EMBED))
        self.token = nn.Linear(WIDTH, EMBED)
        # Zero at first: until it is trained a folded denoiser is the one that it was copied from.
        self.scale = nn.Sequential(nn.Linear(32, EMBED), nn.SiLU(), zero(nn.Linear(EMBED, EMBED))) if folded else None
        self.inward = conv3(CHANNELS, a)
        self.look = nn.Sequential(conv3(14, a), nn.SiLU(), conv3(a, a))
        self.enter = Block(a, a, 4)
        self.down1, self.mid1, self.mid2 = conv3(a, b, stride=2), Block(b, b, 2), Block(b, b, 2)
        self.down2, self.low1, self.attend1 = conv3(b, c, stride=2), Block(c, c, 1), Attention(c)
        self.low2, self.attend2 = Block(c, c, 1), Attention(c)
        self.low3, self.low4, self.up2 = Block(2 * c, c, 1), Block(c, c, 1), conv3(c, b)
        self.mid3, self.mid4, self.up1 = Block(2 * b, b, 2), Block(b, b, 2), conv3(b, a)
        self.leave1, self.leave2 = Block(2 * a, a, 4), Block(a, a, 4)
        self.norm, self.out = nn.GroupNorm(16, a), zero(conv3(a, CHANNELS))

    def forward(
        self,
        x: torch.Tensor,
        t: torch.Tensor,
        context: torch.Tensor,
        guide: torch.Tensor,
        guide_present: torch.Tensor,
        guide_blur: torch.Tensor,
        guidance_scale: torch.Tensor | None = None,
    ) -> torch.Tensor:
        present = guide_present[:, None]
        embed = self.time(sinusoids(t, 128)) + self.token(context[:, 0])
        if self.scale is not None:
            embed = embed + self.scale(sinusoids(100 * (guidance_scale - 1), 32))
        embed = F.silu(embed + self.blur(sinusoids(1000 * guide_blur, 32)) * present)
        tissue = context[:, 1:].transpose(1, 2).reshape(-1, WIDTH, SIDE, SIDE)
        plane = torch.ones_like(x[:, :1])
        flags = torch.cat([plane * present[:, :, None, None], plane * (guide_blur[:, None] * present)[:, :, None, None]], 1)
        seen = torch.cat([F.pixel_unshuffle(guide, 2) * present[:, :, None, None], flags], 1)
        h1 = self.enter(self.inward(x) + self.look(seen), embed, tissue)
        h2 = self.mid2(self.mid1(self.down1(h1), embed, tissue), embed, tissue)
        h3 = self.attend1(self.low1(self.down2(h2), embed, tissue))
        h = self.attend2(self.low2(h3, embed, tissue))
        h = self.low4(self.low3(torch.cat([h, h3], 1), embed, tissue), embed, tissue)
        h = self.up2(F.interpolate(h, scale_factor=2.0, mode="nearest"))
        h = self.mid4(self.mid3(torch.cat([h, h2], 1), embed, tissue), embed, tissue)
        h = self.up1(F.interpolate(h, scale_factor=2.0, mode="nearest"))
        h = self.leave2(self.leave1(torch.cat([h, h1], 1), embed, tissue), embed, tissue)
        return self.out(F.silu(self.norm(h))).float()
