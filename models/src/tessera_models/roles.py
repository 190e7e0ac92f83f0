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


@dataclass(frozen=True, eq=False)
class Role:
    """A graph of the bundle."""

    name: str
    inputs: list[Edge]
    outputs: list[Edge]
    # The largest difference between PyTorch and ONNX Runtime that is accepted, relative to an output's largest value.
    tolerance: float = 1e-4
    # How the graph's weights are stored: float16 or int8.
    stored: str = "float16"


DENOISER_INPUTS = [
    Edge("x", LATENT),
    Edge("t", (-1,)),
    Edge("context", (-1, TOKENS, WIDTH)),
    Edge("guide", (-1, 3, GUIDE_SIDE, GUIDE_SIDE)),
    Edge("guidePresent", (-1,)),
    Edge("guideBlur", (-1,)),
]
PREDICTION = [Edge("prediction", LATENT)]
DENOISER = Role("denoiser", DENOISER_INPUTS, PREDICTION, stored="int8")
# One with the guidance scale folded in takes the place of the plain one, which is then kept to compare with.
FOLDED = Role("denoiser", [*DENOISER_INPUTS, Edge("guidanceScale", (-1,))], PREDICTION, stored="int8")
FULL = Role("denoiser.full", DENOISER_INPUTS, PREDICTION, stored="int8")
DECODER = Role("decoder", [Edge("z", LATENT)], [Edge("image", IMAGE)])
ENCODER = Role("encoder", [Edge("image", IMAGE)], [Edge("z", LATENT)], stored="int8")
SUMMARIZER = Role(
    "summarizer",
    [Edge("grid", (-1, EMBEDDING, -1, -1)), Edge("magnification", (-1,), "int64")],
    [Edge("context", (-1, TOKENS, WIDTH))],
)
EMBEDDER = Role("embedder", [Edge("image", IMAGE)], [Edge("embedding", (-1, EMBEDDING))], stored="int8")
LAYOUT = Role(
    "layout",
    [Edge("x", (-1, EMBEDDING, -1, -1)), Edge("t", (-1,)), Edge("label", (-1,), "int64")],
    [Edge("prediction", (-1, EMBEDDING, -1, -1))],
    stored="int8",
)
ONE = (1, *LATENT[1:])
INVERSION = Role(
    "inversion",
    [
        Edge("grid", (1, EMBEDDING, -1, -1)),
        Edge("x", ONE),
        Edge("t", (1,)),
        Edge("noise", ONE),
        Edge("weight", (1,)),
        Edge("magnification", (1,), "int64"),
    ],
    [Edge("loss", ()), Edge("gradient", (1, EMBEDDING, -1, -1))],
    tolerance=1e-3,
    stored="int8",
)


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
        shape = [side if side != -1 else batch if i == 0 else free for i, side in enumerate(edge.shape)]
        if edge.kind == "int64":
            value = torch.randint(3, shape, generator=rng)
        elif edge.name == "t":
            value = (1 + 999 * torch.rand(shape, generator=rng)).round()
        elif edge.name == "guidanceScale":
            value = 1 + 2 * torch.rand(shape, generator=rng)
        elif edge.name in ("guidePresent", "guideBlur"):
            value = torch.rand(shape, generator=rng).round() if edge.name == "guidePresent" else torch.rand(shape, generator=rng)
        elif edge.name in ("image", "guide"):
            value = 2 * torch.rand(shape, generator=rng) - 1
        else:
            value = torch.randn(shape, generator=rng)
        out.append(value)
    return tuple(out)
