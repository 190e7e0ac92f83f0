"""PyTorch modules to ONNX graphs: named edges in float32, weights stored in float16 or int8, a free batch axis."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

OPSET = 18
# Below this many numbers a smaller copy saves nothing.
SMALL = 64


@dataclass(frozen=True)
class Edge:
    """An input or output: its name, its shape with -1 where free, float32 or int64."""

    name: str
    shape: tuple[int, ...]
    kind: str = "float32"

    def describe(self) -> dict:
        """As the manifest says it."""
        return {"type": self.kind, "shape": list(self.shape)}


def write_graph(module: nn.Module, path: Path, inputs: list[Edge], outputs: list[Edge], samples: tuple[torch.Tensor, ...], stored: str = "float16") -> None:
    """Trace a module with sample inputs and write it as ONNX (opset 18) without external data.

    Weights keep the module's names, so that training can go on from them (`weights.unpack`).
    """
    free = {e.name: {i: f"{e.name}_{i}" if i else "batch" for i, side in enumerate(e.shape) if side == -1} for e in inputs + outputs}
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            samples,
            buffer,
            input_names=[e.name for e in inputs],
            output_names=[e.name for e in outputs],
            dynamic_axes={k: v for k, v in free.items() if v},
            opset_version=OPSET,
            do_constant_folding=False,
            dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    shrink(model, stored)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


def shrink(model: onnx.ModelProto, stored: str) -> None:
    """Store the float32 weights as `stored` (float16 or int8), followed by their way back: the runtime folds it when it loads.

    int8: whole numbers -127..127 and a scale for each row of the first axis, the outputs. What has one axis only (biases,
    schedules) is small, and stays as it is.
    """
    graph = model.graph
    nodes = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or not large(tensor.dims):
            continue
        name, values = tensor.name, numpy_helper.to_array(tensor)
        if stored == "int8":
            scale = scales(values)
            tensor.CopyFrom(numpy_helper.from_array(np.rint(values / scale).astype(np.int8), f"{name}.int8"))
            graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
            nodes.append(helper.make_node("Cast", [f"{name}.int8"], [f"{name}.whole"], name=f"{name}.cast", to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [f"{name}.whole", f"{name}.scale"], [name], name=f"{name}.mul"))
        else:
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.float16"))
            nodes.append(helper.make_node("Cast", [f"{name}.float16"], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
    nodes += graph.node
    del graph.node[:]
    graph.node.extend(nodes)


def large(shape) -> bool:
    """Whether a tensor is worth storing smaller."""
    return len(shape) >= 2 and int(np.prod(shape)) >= SMALL


def scales(values: np.ndarray) -> np.ndarray:
    """The scale [R,1,...] of each output of a matrix or kernel [R,...] in int8."""
    largest = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True)
    return np.maximum(largest / 127, 1e-12).astype(np.float32)


def weights_in(path: Path) -> dict[str, torch.Tensor]:
    """The weights of a graph by their names in the module, as float32."""
    held = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(path)).graph.initializer}
    weights = {}
    for name, values in held.items():
        if name.endswith(".int8"):
            name, values = name.removesuffix(".int8"), values.astype(np.float32) * held[name.removesuffix(".int8") + ".scale"]
        weights[name.removesuffix(".float16")] = torch.from_numpy(values.astype(np.float32))
    return weights


def as_stored(module: nn.Module, stored: str = "float16") -> nn.Module:
    """The module with its weights rounded as a graph stores them."""
    for p in [*module.parameters(), *module.buffers()]:
        if p.dtype != torch.float32 or not large(p.shape):
            continue
        if stored == "int8":
            scale = torch.from_numpy(scales(p.detach().numpy()))
            p.data.copy_((p.data / scale).round() * scale)
        else:
            p.data.copy_(p.data.half().float())
    return module


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Graph:
    """A written graph as a function: its inputs in order, float32 or int64, to its first output."""

    def __init__(self, path: Path):
        self.session = session(path)
        self.names = [i.name for i in self.session.get_inputs()]

    def __call__(self, *inputs: torch.Tensor) -> torch.Tensor:
        feeds = {n: np.ascontiguousarray(v.numpy()) for n, v in zip(self.names, inputs, strict=True)}
        return torch.from_numpy(self.session.run(None, feeds)[0])


def largest_difference(module: nn.Module, path: Path, inputs: list[Edge], samples: tuple[torch.Tensor, ...]) -> float:
    """The largest difference between PyTorch (stored weights, float32) and ONNX Runtime, relative to the output's largest value."""
    with torch.no_grad():
        wanted = module(*samples)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    feeds = {e.name: s.numpy() for e, s in zip(inputs, samples, strict=True)}
    got = session(path).run(None, feeds)
    worst = 0.0
    for w, g in zip(wanted, got, strict=True):
        worst = max(worst, float((w - torch.from_numpy(np.asarray(g))).abs().max() / w.abs().max().clamp_min(1e-6)))
    return worst
