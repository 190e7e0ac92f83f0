"""A bundle's graphs in ONNX Runtime."""

import json
from pathlib import Path

import numpy as np
import onnxruntime


class Graphs:
    """Evaluates graphs on the CPU provider with a fixed number of threads."""

    def __init__(self, folder: Path, threads: int):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._sessions = {
            role: onnxruntime.InferenceSession(folder / self.manifest["graphs"][role]["file"], options, ["CPUExecutionProvider"])
            for role in ("denoiser", "decoder", "summarizer")
        }

    def run(self, role: str, **inputs: np.ndarray) -> np.ndarray:
        return self._sessions[role].run(None, inputs)[0]
