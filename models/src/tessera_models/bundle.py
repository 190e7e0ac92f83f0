"""A bundle in ONNX Runtime: its graphs as functions over float32 tensors. Any bundle, not only ours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from .graphs import session
from .summarizer import standardise


class Bundle:
    """The graphs of a bundle folder. Raises FileNotFoundError without a manifest, KeyError for a role it lacks."""

    def __init__(self, folder: Path, threads: int = 1):
        path = Path(folder) / "manifest.json"
        if not path.exists():
            raise FileNotFoundError(f"{folder}: expected a bundle with manifest.json but got none")
        self.folder, self.threads = Path(folder), threads
        self.manifest = json.loads(path.read_text())
        self.sessions: dict = {}

    def run(self, role: str, *inputs: torch.Tensor, batch: int = 16) -> torch.Tensor:
        """A role's first output, evaluated `batch` samples at a time."""
        if role not in self.manifest["graphs"]:
            raise KeyError(f"{self.folder.name}: expected a graph for the role {role} but got none")
        if role not in self.sessions:
            self.sessions[role] = session(self.folder / self.manifest["graphs"][role]["file"], self.threads)
        names = list(self.manifest["graphs"][role]["inputs"])
        out = []
        for i in range(0, len(inputs[0]), batch):
            feeds = {n: np.ascontiguousarray(v[i : i + batch].numpy()) for n, v in zip(names, inputs, strict=True)}
            out.append(torch.from_numpy(self.sessions[role].run(None, feeds)[0]))
        return torch.cat(out)

    def context(self, grids: torch.Tensor, magnification: int) -> torch.Tensor:
        """The context of raw grids [B,E,g,g]."""
        return self.run("summarizer", standardise(grids), torch.full((len(grids),), magnification))

    def predict(self, x, t: float, context, guide=None, blur: float = 0.0, scale: float = 1.0, role: str = "denoiser") -> torch.Tensor:
        """The denoiser's v at one timestep, with diffusers' guidance scale: one evaluation if it is 1 or folded in, else two."""
        count = len(x)
        present = torch.full((count,), 0.0 if guide is None else 1.0)
        guide = torch.zeros(count, 3, 64, 64) if guide is None else guide
        times, blurs = torch.full((count,), float(t)), torch.full((count,), blur)
        if "guidanceScale" in self.manifest["graphs"][role]["inputs"]:
            return self.run(role, x, times, context, guide, present, blurs, torch.full((count,), scale))
        told = self.run(role, x, times, context, guide, present, blurs)
        if scale == 1.0:
            return told
        untold = self.run(role, x, times, torch.zeros_like(context), guide, present, blurs)
        return untold + scale * (told - untold)

    @property
    def plain(self) -> str:
        """The role of the denoiser that nothing is folded into."""
        return "denoiser.full" if "denoiser.full" in self.manifest["graphs"] else "denoiser"
