"""
Small random networks in the bundle format (docs of the format: bundle.md). Nothing is trained and nothing makes pictures;
they only have to be smooth, of order one, and sensitive to all their inputs.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS, SIDE, DOWN, PIXELS = 4, 16, 4, 64
EMBEDDING, WIDTH, MAX_GRID = 24, 32, 4
TOKENS = 1 + MAX_GRID * MAX_GRID
HIDDEN = 24


def shape(channels: int, side: int, down: int, embedding: int, width: int) -> None:
    """Other sizes for all networks that are made from now on: latents of `channels` x `side` x `side`, tiles of `side * down` px."""
    global CHANNELS, SIDE, DOWN, PIXELS, EMBEDDING, WIDTH
    CHANNELS, SIDE, DOWN, PIXELS, EMBEDDING, WIDTH = channels, side, down, side * down, embedding, width


def timestep_features(t: Tensor) -> Tensor:
    """Sines and cosines of t at geometric frequencies, [B, HIDDEN]."""
    rates = torch.exp(-math.log(500.0) * torch.arange(HIDDEN // 2) / (HIDDEN // 2))
    angles = t[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def swish(h: Tensor) -> Tensor:
    """SiLU, of operators whose derivatives are operators of ONNX."""
    return h * h.sigmoid()


class Denoiser(nn.Module):
    """Convolutions over x and t, then attention to the context; everything after the attention is pointwise."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(CHANNELS, HIDDEN, 3, padding=1)
        self.time = nn.Linear(HIDDEN, HIDDEN)
        self.mix = nn.Conv2d(HIDDEN, HIDDEN, 3, padding=1)
        self.query, self.key, self.value = nn.Linear(HIDDEN, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, HIDDEN)
        self.leave = nn.Linear(HIDDEN, CHANNELS)

    def features(self, x: Tensor, t: Tensor) -> Tensor:
        h = self.enter(x) + self.time(timestep_features(t))[:, :, None, None]
        return h + self.mix(F.silu(h))

    def attend(self, h: Tensor, context: Tensor) -> Tensor:
        places = h.flatten(2).transpose(1, 2)
        attention = (self.query(places) @ self.key(context).transpose(1, 2) / WIDTH**0.5).softmax(-1)
        places = self.leave(swish(places + attention @ self.value(context)))
        return places.transpose(1, 2).reshape(-1, CHANNELS, SIDE, SIDE)

    def forward(self, x: Tensor, t: Tensor, context: Tensor) -> Tensor:
        return self.attend(self.features(x, t), context)


class GuidedDenoiser(Denoiser):
    """One that takes the picture of the level above as an input."""

    def __init__(self) -> None:
        super().__init__()
        self.guide = nn.Conv2d(3 + 2, HIDDEN, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor, context: Tensor, guide: Tensor, guidePresent: Tensor, guideBlur: Tensor) -> Tensor:
        planes = [plane[:, None, None, None].expand(-1, 1, SIDE, SIDE) for plane in (guidePresent, guideBlur)]
        return self.attend(self.features(x, t) + self.guide(torch.cat([guide, *planes], 1)), context)


class Decoder(nn.Module):
    """Nearest of 48 codes, then pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.randn(48, CHANNELS))
        self.body = nn.Conv2d(CHANNELS, HIDDEN, 3, padding=1)
        self.leave = nn.Conv2d(HIDDEN, 3 * DOWN * DOWN, 1)

    def quantise(self, z: Tensor) -> Tensor:
        distance = (self.codes**2).sum(1)[:, None, None] - 2 * torch.einsum("kc,bchw->bkhw", self.codes, z)
        return self.codes[distance.argmin(1)].permute(0, 3, 1, 2)

    def forward(self, z: Tensor) -> Tensor:
        return F.pixel_shuffle(self.leave(F.silu(self.body(self.quantise(z)))), DOWN)


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(3 * DOWN * DOWN, HIDDEN, 1)
        self.leave = nn.Conv2d(HIDDEN, CHANNELS, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        return self.leave(F.silu(self.body(F.pixel_unshuffle(image, DOWN))))


class Summarizer(nn.Module):
    """Token 0 is the magnification; the real cells stand in the middle of the rest, which is a learned pad."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(EMBEDDING, WIDTH)
        self.pad = nn.Parameter(torch.randn(1, TOKENS - 1, WIDTH))
        self.place = nn.Parameter(torch.randn(1, TOKENS, WIDTH))
        self.magnification = nn.Embedding(8, WIDTH)
        self.mix = nn.Linear(TOKENS, TOKENS)
        self.leave = nn.Linear(WIDTH, WIDTH)

    def forward(self, grid: Tensor, magnification: Tensor) -> Tensor:
        cells = self.enter(grid.flatten(2).transpose(1, 2))
        count, room = cells.shape[1], TOKENS - 1
        before = room // 2 - count // 2
        pad = self.pad.expand(grid.shape[0], -1, -1)
        tokens = [self.magnification(magnification)[:, None], pad[:, :before], cells, pad[:, before + count :]]
        h = torch.cat(tokens, 1) + self.place
        return self.leave(swish(h + self.mix(h.transpose(1, 2)).transpose(1, 2)))


class Prior(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enter, self.leave = nn.Conv1d(WIDTH, HIDDEN, 1), nn.Conv1d(HIDDEN, 2 * WIDTH, 1)
        self.time, self.label = nn.Linear(HIDDEN, HIDDEN), nn.Embedding(8, HIDDEN)
        self.mix = nn.Linear(TOKENS, TOKENS)

    def forward(self, x: Tensor, t: Tensor, label: Tensor) -> Tensor:
        h = self.enter(x) + (self.time(timestep_features(t)) + self.label(label))[:, :, None]
        return self.leave(F.silu(h + self.mix(h)))


class Inversion(nn.Module):
    """Loss of condition inversion and its gradient, for a batch of one and a grid of one side."""

    def __init__(self, denoiser: Denoiser, summarizer: Summarizer, cosine: float) -> None:
        super().__init__()
        self.denoiser, self.summarizer, self.cosine = denoiser, summarizer, cosine

    def loss(self, grid: Tensor, x: Tensor, t: Tensor, noise: Tensor, weight: Tensor, magnification: Tensor) -> Tensor:
        centred = grid - grid.mean(1, keepdim=True)
        standard = centred / ((centred * centred).sum(1, keepdim=True) / (EMBEDDING - 1)).sqrt()
        error = self.denoiser(x, t, self.summarizer(standard, magnification)) - noise
        vectors = standard.reshape(EMBEDDING, -1)
        vectors = vectors / (vectors * vectors).sum(0, keepdim=True).sqrt()
        return weight[0] * (error * error).sum() - self.cosine * (vectors.transpose(0, 1) @ vectors).mean()

    def forward(self, grid: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor]:
        gradient, loss = torch.func.grad_and_value(self.loss)(grid, *rest)
        return loss, gradient


def make(kind: type[nn.Module], seed: int, gain: float = 1.0) -> nn.Module:
    """A network of seeded weights, the last layer's multiplied by `gain`, stored so that float16 holds them exactly."""
    torch.manual_seed(seed)
    net = kind()
    if gain != 1.0:
        net.leave.weight.data.mul_(gain)
    for parameter in net.parameters():
        parameter.data = parameter.data.half().float()
        parameter.requires_grad_(False)
    return net.eval()
