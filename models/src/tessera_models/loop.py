"""The loop that every stage of training shares: budget, progress lines, checkpoints, resuming."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any, Protocol

from . import checkpoint
from .budget import Budget


class Stage(Protocol):
    """What a stage gives the loop."""

    name: str

    def parts(self) -> dict[str, Any]:
        """Everything with state_dict and load_state_dict that the stage needs to go on."""

    def step(self, step: int, progress: float) -> dict[str, float]:
        """One optimiser step, `progress` 0..1 through the budget; returns the losses."""


def run(
    stage: Stage,
    folder: Path,
    *,
    minutes: float | None = None,
    steps: int | None = None,
    resume: bool = False,
    every: float = 180.0,
    say=print,
) -> dict[str, Any]:
    """Train a stage to the end of its budget and return its last checkpoint.

    `folder/<name>.pt` is written every `every` seconds, at the end (`done`), and at Ctrl-C or SIGTERM, which then raise
    KeyboardInterrupt. With `resume` the stage goes on from it; a stage that is done is left alone. Without `resume` an existing checkpoint is an error, not something to overwrite.
    """
    path = Path(folder) / f"{stage.name}.pt"
    state = checkpoint.load(path)
    if state is not None and not resume:
        raise FileExistsError(f"{path}: expected no checkpoint but got one; pass --resume to go on from it, or another --out")
    first, spent = 0, 0.0
    if state is not None:
        first, spent = state["step"], state["seconds"]
        for key, part in stage.parts().items():
            if key in state["parts"]:  # a checkpoint unpacked from a bundle holds weights alone
                part.load_state_dict(state["parts"][key])
    budget = Budget(minutes=minutes, steps=steps, spent=spent)
    if state is not None and state["done"] and budget.progress(first) >= 0.999:
        say(f"{stage.name}: done at step {first}")
        return state
    say(f"{stage.name}: from step {first}, {spent / 60:.1f} min spent")
    report = Report(stage.name, say)
    step, saved = first, time.monotonic()
    with Stop() as stop:
        while (progress := budget.progress(step)) < 1 and not stop.asked:
            losses = stage.step(step, progress)
            step += 1
            report.add(step, progress, losses)
            if time.monotonic() - saved > every:
                checkpoint.save(path, pack(stage, step, budget, False))
                saved = time.monotonic()
    if stop.asked:
        checkpoint.save(path, pack(stage, step, budget, False))
        say(f"{stage.name}: stopped at step {step}; --resume goes on from here")
        raise KeyboardInterrupt
    state = pack(stage, step, budget, True)
    checkpoint.save(path, state)
    say(f"{stage.name}: finished at step {step} after {budget.seconds() / 60:.1f} min")
    return state


class Stop:
    """Whether Ctrl-C or SIGTERM has asked for an end: `asked` after the first, as ever at the second."""

    asked = False

    def __enter__(self) -> Stop:
        self.before = {s: signal.signal(s, self.ask) for s in (signal.SIGINT, signal.SIGTERM)}
        return self

    def ask(self, number: int, _frame) -> None:
        """The step that is under way is finished first."""
        self.asked = True
        signal.signal(number, self.before[number])

    def __exit__(self, *_error) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)


def pack(stage: Stage, step: int, budget: Budget, done: bool) -> dict[str, Any]:
    """The checkpoint of a stage."""
    parts = {key: part.state_dict() for key, part in stage.parts().items()}
    return {"step": step, "seconds": budget.seconds(), "done": done, "parts": parts}


class Report:
    """A progress line every `every` seconds: step, share of the budget, mean losses since the last line, steps a second."""

    def __init__(self, name: str, say, every: float = 20.0):
        self.name, self.say, self.every = name, say, every
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        self.count, self.since = 0, time.monotonic()

    def add(self, step: int, progress: float, losses: dict[str, float]) -> None:
        """Take in a step's losses; NaN means that the step had none of that kind."""
        self.count += 1
        for key, value in losses.items():
            if value == value:
                self.sums[key] = self.sums.get(key, 0.0) + value
                self.counts[key] = self.counts.get(key, 0) + 1
        took = time.monotonic() - self.since
        if took < self.every:
            return
        means = "  ".join(f"{k} {self.sums[k] / self.counts[k]:.4f}" for k in self.sums)
        self.say(f"{self.name} {step:6d} {100 * progress:5.1f}%  {self.count / took:.2f} steps/s  {means}")
        self.sums, self.counts, self.count, self.since = {}, {}, 0, time.monotonic()
