"""The roles of a bundle: which module is behind each graph, with which edges, tried on which inputs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from .autoencoder import CHANNELS
from .embedder import EMBEDDING
from .graphs import Edge
from .pool import GUIDE_SIDE, LATENT_SIDE
from .data import TILE
from .summarizer import TOKENS, WIDTH

LATENT = (-1, CHANNELS, LATENT_SIDE, LATENT_SIDE)
IMAGE = (-1, 3, TILE, TILE)


@dataclass(frozen=True)
class Role:
    """A graph of the bundle."""

    name: str
    inputs: list[Edge]
    outputs: list[Edge]


DENOISER = Role(
    "denoiser",
    [
        Edge("x", LATENT),
        Edge("t", (-1,)),
        Edge("context", (-1, TOKENS, WIDTH)),
        Edge("guide", (-1, 3, GUIDE_SIDE, GUIDE_SIDE)),
        Edge("guidePresent", (-1,)),
        Edge("guideBlur", (-1,)),
    ],
    [Edge("prediction", LATENT)],
)
DECODER = Role("decoder", [Edge("z", LATENT)], [Edge("image", IMAGE)])
ENCODER = Role("encoder", [Edge("image", IMAGE)], [Edge("z", LATENT)])
SUMMARIZER = Role(
    "summarizer",
    [Edge("grid", (-1, EMBEDDING, -1, -1)), Edge("magnification", (-1,), "int64")],
    [Edge("context", (-1, TOKENS, WIDTH))],
)
EMBEDDER = Role("embedder", [Edge("image", IMAGE)], [Edge("embedding", (-1, EMBEDDING))])
LAYOUT = Role(
    "layout",
    [Edge("x", (-1, EMBEDDING, -1, -1)), Edge("t", (-1,)), Edge("label", (-1,), "int64")],
    [Edge("prediction", (-1, EMBEDDING, -1, -1))],
)
ROLES = (DENOISER, DECODER, ENCODER, SUMMARIZER, EMBEDDER, LAYOUT)


class Clamped(nn.Module):
    """A decoder whose pictures stay in [-1,1]."""

    def __init__(self, decoder: nn.Module):
        super().__init__()
        self.decoder = decoder

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.decoder(z).clamp(-1, 1)


def sample_inputs(role: Role, batch: int, seed: int = 0, free: int = 8) -> tuple[torch.Tensor, ...]:
    """Inputs of a role drawn from a seed; free sides other than the batch are `free`."""
    rng = torch.Generator().manual_seed(seed)
    out = []
    for edge in role.inputs:
        shape = [batch if i == 0 else free if side == -1 else side for i, side in enumerate(edge.shape)]
        if edge.kind == "int64":
            value = torch.randint(3, shape, generator=rng)
        elif edge.name == "t":
            value = 1 + 999 * torch.rand(shape, generator=rng)
        elif edge.name in ("guidePresent", "guideBlur"):
            value = torch.rand(shape, generator=rng).round() if edge.name == "guidePresent" else torch.rand(shape, generator=rng)
        elif edge.name in ("image", "guide"):
            value = 2 * torch.rand(shape, generator=rng) - 1
        else:
            value = torch.randn(shape, generator=rng)
        out.append(value)
    return tuple(out)
