"""How long a stage of training lasts: minutes of wall clock or a number of steps."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Budget:
    """A stage's budget. A budget in steps gives the same weights everywhere; one in minutes ends where the machine's speed says.

    `spent` seconds come from the checkpoint that the stage resumed from.
    """

    minutes: float | None = None
    steps: int | None = None
    spent: float = 0.0
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.steps is None):
            raise ValueError(f"budget: expected either minutes or steps but got minutes={self.minutes}, steps={self.steps}")

    def seconds(self) -> float:
        """Seconds spent on this stage, earlier runs included."""
        return self.spent + time.monotonic() - self._began

    def progress(self, step: int) -> float:
        """How much of the budget is used, 0..1 and beyond."""
        if self.steps is not None:
            return step / max(1, self.steps)
        return self.seconds() / max(1e-9, 60 * self.minutes)


def learning_rate(progress: float, warm: float = 0.02, decay_from: float = 0.5, floor: float = 0.0) -> float:
    """The factor of the learning rate at a point of the budget: warm-up, constant, then linear to `floor`."""
    if progress < warm:
        return max(0.05, progress / warm)
    if progress < decay_from:
        return 1.0
    return max(floor, 1 - (1 - floor) * (progress - decay_from) / (1 - decay_from))
