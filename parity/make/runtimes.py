"""The networks by PyTorch, whose answers are recorded, and by ONNX Runtime, by which the tolerances are measured."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

ROLES = ("denoiser", "decoder", "encoder", "summarizer", "prior", "inversion")


class TorchGraphs:
    def __init__(self, networks: dict[str, nn.Module], side: int):
        self.side = side
        for role in ROLES:
            setattr(self, role, self._call(networks[role]))

    @staticmethod
    def _call(net: nn.Module):
        def call(*inputs: np.ndarray):
            outputs = net(*(torch.from_numpy(np.ascontiguousarray(i)) for i in inputs))
            return tuple(o.detach().numpy() for o in outputs) if isinstance(outputs, tuple) else outputs.detach().numpy()

        return call


class OnnxGraphs:
    def __init__(self, folder: Path, side: int):
        self.side = side
        for role in ROLES:
            setattr(self, role, self._call(onnxruntime.InferenceSession(folder / f"{role}.onnx", providers=["CPUExecutionProvider"])))

    @staticmethod
    def _call(session: onnxruntime.InferenceSession):
        names = [i.name for i in session.get_inputs()]

        def call(*inputs: np.ndarray):
            outputs = session.run(None, dict(zip(names, inputs, strict=True)))
            return outputs[0] if len(outputs) == 1 else tuple(outputs)

        return call
