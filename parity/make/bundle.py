"""Writes the networks as a bundle: graphs, and a manifest that names their digests."""

import hashlib
import json
from pathlib import Path

import onnx
import torch
from torch import nn

import nets

NUMBER = {torch.float32: "float32", torch.int64: "int64"}
SCALED = {"num_train_timesteps": 500, "beta_schedule": "scaled_linear", "beta_start": 0.001, "beta_end": 0.03}


def example_inputs(batch: int = 2) -> dict[str, dict[str, torch.Tensor]]:
    """Inputs of every role by which it is traced."""
    latent = torch.randn(batch, nets.CHANNELS, nets.SIDE, nets.SIDE)
    image = torch.randn(batch, 3, nets.PIXELS, nets.PIXELS)
    t, count = torch.full((batch,), 100.0), torch.ones(batch, dtype=torch.int64)
    context = torch.randn(batch, nets.TOKENS, nets.WIDTH)
    grid = torch.randn(batch, nets.EMBEDDING, 2, 2)
    guide = {"guide": image[:, :, ::4, ::4], "guidePresent": torch.ones(batch), "guideBlur": torch.zeros(batch)}
    return {
        "denoiser": {"x": latent, "t": t, "context": context},
        "guided": {"x": latent, "t": t, "context": context, **guide},
        "decoder": {"z": latent},
        "encoder": {"image": image},
        "summarizer": {"grid": grid, "magnification": count},
        "prior": {"x": context.transpose(1, 2).contiguous(), "t": t, "label": count},
        "inversion": {"grid": grid[:1], "x": latent[:1], "t": t[:1], "noise": latent[:1], "weight": t[:1], "magnification": count[:1]},
    }


OUTPUTS = {
    "denoiser": ["prediction"],
    "decoder": ["image"],
    "encoder": ["z"],
    "summarizer": ["context"],
    "prior": ["prediction"],
    "inversion": ["loss", "gradient"],
}


def export(role: str, net: nn.Module, folder: Path) -> dict:
    """Writes one graph; its entry of the manifest."""
    inputs = example_inputs()["guided" if isinstance(net, nets.GuidedDenoiser) else role]
    path = folder / f"{role}.onnx"
    free = {} if role == "inversion" else {name: {0: "batch"} for name in [*inputs, *OUTPUTS[role]]}
    if role == "summarizer":
        free["grid"] |= {2: "rows", 3: "columns"}
    if role == "inversion":
        write_inversion(net, inputs, path)
    else:
        torch.onnx.export(net, tuple(inputs.values()), path, input_names=[*inputs], output_names=OUTPUTS[role], dynamic_axes=free, opset_version=18, dynamo=False)
    strip(path)
    outputs = net(*inputs.values())
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)

    def tensors(named: dict[str, torch.Tensor]) -> dict:
        return {
            name: {"type": NUMBER[value.dtype], "shape": [-1 if i in free.get(name, {}) else side for i, side in enumerate(value.shape)]}
            for name, value in named.items()
        }

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    named_outputs = dict(zip(OUTPUTS[role], outputs, strict=True))
    return {"file": path.name, "sha256": digest, "inputs": tensors(inputs), "outputs": tensors(named_outputs)}


def write_inversion(net: nn.Module, inputs: dict[str, torch.Tensor], path: Path) -> None:
    """Traces loss and gradient to one graph of plain operators."""
    from torch.fx.experimental.proxy_tensor import make_fx

    traced = make_fx(lambda *args: net(*args), decomposition_table=torch._decomp.core_aten_decompositions())(*inputs.values())
    for node in traced.graph.nodes:
        # Hints on memory, which the exporter does not know.
        node.kwargs = {name: value for name, value in node.kwargs.items() if name not in ("memory_format", "pin_memory")}
    program = torch.onnx.export(traced, tuple(inputs.values()), input_names=[*inputs], output_names=OUTPUTS["inversion"], opset_version=18, dynamo=True)
    program.save(path, external_data=False)


def strip(path: Path) -> None:
    """Leaves out names of source files and the like, and stores weights as float16."""
    model = onnx.load(path)
    model.producer_name, model.producer_version, model.doc_string = "tessera", "", ""
    del model.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def halve(model: onnx.ModelProto) -> None:
    """Float32 weights of more than a handful of values become float16 ones followed by a cast, where that loses nothing."""
    import numpy as np

    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 64 or not np.array_equal(values.astype(np.float16).astype(np.float32), values):
            kept.append(tensor)
            continue
        kept.append(onnx.numpy_helper.from_array(values.astype(np.float16), tensor.name + "_half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name + "_half"], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)


def write_bundle(folder: Path, name: str, graphs: dict[str, nn.Module], **more: object) -> dict:
    """A whole bundle. Returns its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    grids = [(1, 1), (2, 2), (4, 4), (8, 4)]
    manifest = {
        "format": "tessera.bundle/1",
        "name": name,
        "version": "1.0.0",
        "license": "Apache-2.0",
        "domain": "test",
        "description": "Small random networks for parity tests; nothing was trained and nothing here makes pictures.",
        "finest": {"power": 20, "metersPerPixel": 5e-7},
        "tile": {"pixels": nets.PIXELS, "channels": nets.CHANNELS, "size": nets.SIDE, "downsample": nets.DOWN},
        "magnifications": [{"index": i, "scale": scale, "grid": grid} for i, (scale, grid) in enumerate(grids)],
        "scheduler": {**SCALED, "prediction_type": "epsilon"},
        "conditioning": {"embedding": nets.EMBEDDING, "maxGrid": nets.MAX_GRID, "tokens": nets.TOKENS, "width": nets.WIDTH, "null": "zeros"},
        **more,
        "graphs": {role: export(role, net, folder) for role, net in graphs.items()},
        "provenance": {"made": "parity/make"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest
