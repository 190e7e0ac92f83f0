"""Taking up training from a bundle: its graphs' weights as checkpoints without optimiser states."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn

from . import checkpoint
from .autoencoder import Decoder, Encoder
from .denoiser import Denoiser
from .ema import TAKEN_UP
from .embedder import Embedder
from .graphs import weights_in

# What a run's folder says of the bundle that it began from.
ORIGIN = "from-bundle.json"


def fill(module: nn.Module, weights: dict[str, torch.Tensor], prefix: str = "") -> nn.Module:
    """A module with the weights of a graph. Raises ValueError where one is missing or has another shape."""
    state = module.state_dict()
    for name, value in state.items():
        found = weights.get(prefix + name)
        if found is None or found.shape != value.shape:
            got = "none" if found is None else f"shape {list(found.shape)}"
            raise ValueError(f"weights: expected {prefix + name} of shape {list(value.shape)} but got {got}")
        value.copy_(found)
    return module


def averaged(module: nn.Module) -> dict:
    """A module as `ema.Average` keeps it; the count makes the average slow from the first step."""
    return {"module": module.state_dict(), "count": TAKEN_UP}


def unpack(bundle: Path, out: Path) -> None:
    """Write a checkpoint at step 0 for every stage that has none in `out`, with the bundle's weights."""
    from .layout import Layout
    from .train_denoiser import Networks
    from .train_distil import Teacher
    from .train_layout import LABELS, Statistics

    graph = {p.stem: p for p in Path(bundle).glob("*.onnx")}
    for role in ("embedder", "encoder", "decoder", "denoiser", "summarizer", "layout"):
        if role not in graph:
            raise FileNotFoundError(f"{bundle}: expected {role}.onnx but got none")
    embedder = fill(Embedder(), weights_in(graph["embedder"]))
    encoder = fill(Encoder(), weights_in(graph["encoder"]))
    decoder = fill(Decoder(), weights_in(graph["decoder"]), "decoder.")
    networks = Networks()
    # Where the guidance scale is folded into the denoiser, the one that it was distilled from is beside it.
    fill(networks.denoiser, weights_in(graph.get("denoiser.full", graph["denoiser"])))
    fill(networks.summarizer, weights_in(graph["summarizer"]))
    parts = {
        "embedder": {"model": embedder.state_dict(), "average": averaged(embedder)},
        "autoencoder": {"encoder": encoder.state_dict(), "decoder": decoder.state_dict()},
        "denoiser": {"model": networks.state_dict(), "average": averaged(networks)},
    }
    if "denoiser.full" in graph:
        pupil = fill(Denoiser(folded=True), weights_in(graph["denoiser"]))
        parts["distil"] = {"model": pupil.state_dict(), "average": averaged(pupil), "teacher": Teacher(networks).state_dict()}
    manifest = json.loads((Path(bundle) / "manifest.json").read_text())
    said = manifest["layout"]
    held = weights_in(graph["layout"])
    layout = Layout(len(LABELS))
    # A label that the bundle does not know begins unlike all others: as a copy of one it would be slow to part from it.
    rows = layout.label.weight.detach().clone()
    for i, label in enumerate(LABELS):
        if label in said["labels"]:
            rows[i] = held["label.weight"][said["labels"].index(label)]
    fill(layout, held | {"label.weight": rows})
    statistics = Statistics()
    statistics.mean.copy_(torch.tensor(said["mean"]))
    statistics.std.copy_(torch.tensor(said["std"]))
    parts["layout"] = {"model": layout.state_dict(), "average": averaged(layout), "statistics": statistics.state_dict()}
    Path(out).mkdir(parents=True, exist_ok=True)
    origin = {k: manifest[k] for k in ("name", "version")} | {"stages": manifest["provenance"]["stages"]}
    (Path(out) / ORIGIN).write_text(json.dumps(origin, indent=1) + "\n")
    for stage, held in parts.items():
        path = Path(out) / f"{stage}.pt"
        if not path.exists():
            checkpoint.save(path, {"step": 0, "seconds": 0.0, "done": True, "parts": held})
