"""The denoiser's training samples: made once, used a few times with new noise, then replaced.

Encoding a crop and looking up its grid costs a good part of a training step; a ring of a few thousand samples spreads
that cost, and keeping it in the checkpoint makes a resumed run the same as an unbroken one.
"""

from __future__ import annotations

import torch

from .autoencoder import CHANNELS
from .embedder import EMBEDDING
from .summarizer import SIDE

LATENT_SIDE, GUIDE_SIDE = 32, 64
FIELDS = {
    "z": ((CHANNELS, LATENT_SIDE, LATENT_SIDE), torch.float16),
    "guide": ((3, GUIDE_SIDE, GUIDE_SIDE), torch.uint8),
    "grid": ((EMBEDDING, SIDE, SIDE), torch.float16),
    "magnification": ((), torch.int64),
    "claim": ((), torch.float32),
    "generated": ((), torch.bool),
}


class Pool:
    """A ring of `capacity` samples.

    A sample: latent `z`; `guide`, the 4x smaller picture; `grid`, standardised and repeated to 8x8; `magnification`;
    `claim`, how blurred the guide is known to be (0 for a real one); `generated`, whether the model made the guide.
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.rows = {name: torch.zeros((capacity, *shape), dtype=kind) for name, (shape, kind) in FIELDS.items()}
        self.made = 0

    def __len__(self) -> int:
        return min(self.made, self.capacity)

    def add(self, samples: dict[str, torch.Tensor]) -> None:
        """Take in samples (first axis), in place of the oldest. Guides come as float in [-1,1]."""
        count = samples["z"].shape[0]
        at = (torch.arange(count) + self.made) % self.capacity
        for name, column in self.rows.items():
            value = samples[name]
            if name == "guide":
                value = ((value.clamp(-1, 1) + 1) * 127.5).round()
            column[at] = value.to(column.dtype)
        self.made += count

    def draw(self, count: int, rng: torch.Generator) -> dict[str, torch.Tensor]:
        """`count` samples, guides as float in [-1,1]."""
        if len(self) == 0:
            raise ValueError("pool: expected samples to draw from but it is empty")
        at = torch.randint(len(self), (count,), generator=rng)
        out = {name: column[at] for name, column in self.rows.items()}
        out["z"], out["grid"] = out["z"].float(), out["grid"].float()
        out["guide"] = out["guide"].float() / 127.5 - 1
        return out

    def state_dict(self) -> dict:
        """For the checkpoint."""
        return {"rows": self.rows, "made": self.made}

    def load_state_dict(self, state: dict) -> None:
        """From the checkpoint."""
        self.rows, self.made = state["rows"], state["made"]
        self.capacity = self.rows["z"].shape[0]
