"""The moving average of the weights that pictures are made with."""

from __future__ import annotations

import copy

import torch
from torch import nn


# The count of an average that comes from a bundle: slow from its first step.
TAKEN_UP = 10**6


class Average:
    """An exponential moving average of a module's parameters; young averages forget faster, so that no warm-up is needed."""

    def __init__(self, module: nn.Module, decay: float):
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay = decay
        self.count = 0

    @property
    def taken_up(self) -> bool:
        """Whether the weights it began with were a bundle's."""
        return self.count >= TAKEN_UP

    @torch.no_grad()
    def update(self, source: nn.Module) -> None:
        """Take in the weights after a step."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        pairs = list(zip(self.module.parameters(), source.parameters(), strict=True))
        torch._foreach_lerp_([a for a, _ in pairs], [b.detach() for _, b in pairs], 1 - decay)
        for a, b in zip(self.module.buffers(), source.buffers(), strict=True):
            a.copy_(b)

    def state_dict(self) -> dict:
        """For the checkpoint."""
        return {"module": self.module.state_dict(), "count": self.count}

    def load_state_dict(self, state: dict) -> None:
        """From the checkpoint."""
        self.module.load_state_dict(state["module"])
        self.count = state["count"]
