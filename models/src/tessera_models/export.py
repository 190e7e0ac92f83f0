"""`tessera-models export`: a run's checkpoints as a bundle (docs: the model bundle)."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import __version__, checkpoint
from .autoencoder import CHANNELS, DOWNSAMPLE, Encoder
from .data import GRIDS, HELD_OUT, SCALES, TILE, Region, load_regions
from .denoiser import Denoiser
from .diffusion import LATENT as LATENT_SCHEDULE
from .embedder import EMBEDDING, Embedder
from .graphs import Graph, as_stored, largest_difference, write_graph
from .guide_table import guide_floor, guide_table
from .inversion import Inversion
from .layout import Layout
from .places import embedding_maps
from .preview import fit_preview
from .roles import DECODER, DENOISER, EMBEDDER, ENCODER, FOLDED, FULL, INVERSION, LAYOUT, SUMMARIZER, Clamped, Role, sample_inputs
from .samples import Source
from .summarizer import SIDE, TOKENS, WIDTH
from .train import STAGES, trained, trained_decoder
from .train_denoiser import Networks
from .train_distil import STEPS, Teacher
from .train_layout import LABELS, Statistics
from .weights import ORIGIN

DEFAULTS = {
    "sampler": "dpmpp-2m",
    "steps": 10,
    "guidanceScale": 1.0,
    "projection": "input",
    "lead": "all",
    "overlap": 0.25,
    "window": "cosine",
    "fusion": "overlap",
}
# What the stage `distil` teaches for.
DISTILLED = {"sampler": "ddim", "steps": STEPS}


def modules_of(run: Path) -> list[tuple[Role, nn.Module]]:
    """What a run's bundle holds, with the weights rounded as they are stored.

    A run with a stage `distil` has the pupil as its denoiser, and the one that it learnt from as `denoiser.full`. Raises
    ValueError where that stage learnt from another denoiser than the run's.
    """
    networks = trained(run, "denoiser", "average", Networks())
    distilled = checkpoint.load(run / "distil.pt")
    if distilled and distilled["parts"]["teacher"] != Teacher(networks).state_dict():
        raise ValueError(f"{run}: expected distil.pt of this denoiser but got one of another; run the stage distil again")
    plain = FULL if distilled else DENOISER
    denoiser, summarizer = as_stored(networks.denoiser, plain.stored), as_stored(networks.summarizer, SUMMARIZER.stored)
    modules = [
        (DECODER, Clamped(trained_decoder(run))),
        (ENCODER, trained(run, "autoencoder", "encoder", Encoder())),
        (SUMMARIZER, summarizer),
        (EMBEDDER, trained(run, "embedder", "average", Embedder())),
        (LAYOUT, trained(run, "layout", "average", Layout(len(LABELS)))),
        (plain, denoiser),
        # Stored smaller than the summarizer, so a copy of it.
        (INVERSION, Inversion(denoiser, copy.deepcopy(summarizer))),
    ]
    if distilled:
        modules.append((FOLDED, trained(run, "distil", "average", Denoiser(folded=True))))
    return [(role, as_stored(module, role.stored)) for role, module in modules]


def export(run: Path, bundle: Path, data: Path, name: str, version: str, commit: str, say=print) -> dict:
    """Write the bundle of a run and return its manifest. Raises ValueError where ONNX Runtime disagrees with PyTorch.

    `data` is the folder that the run was trained on: the example grids, the preview and the guide table are measured on it.
    """
    bundle.mkdir(parents=True, exist_ok=True)
    graphs, figures, written = {}, {}, {}
    for role, module in modules_of(run):
        graphs[role.name], figures[role.name] = write_role(module, role, bundle)
        written[role.name] = Graph(bundle / graphs[role.name]["file"])
        say(f"{role.name}: {parameters(module)} parameters, ONNX Runtime within {figures[role.name]:.1e}")
    regions = load_regions(data, worlds=(1.0,))
    device = torch.device("cpu")
    maps = embedding_maps(written["embedder"], regions, device)
    # The encoder's graph takes tiles alone, not what is around them.
    encoder = trained(run, "autoencoder", "encoder", Encoder())
    source = Source(regions, maps, encoder, written["decoder"], predictor(written["denoiser"], written["summarizer"]), device)
    defaults = DEFAULTS | (DISTILLED if "denoiser.full" in written else {})
    floor, crispness = guide_floor(source, defaults["sampler"], defaults["steps"])
    say(f"guides: claimed {floor}; fine energy {crispness}")
    manifest = {
        "format": "tessera.bundle/1",
        "name": name,
        "version": version,
        "license": "Apache-2.0",
        "domain": "histology",
        "description": "A small guided latent diffusion model of H&E tissue for development, demonstration and tests. Not for diagnosis.",
        "finest": {"power": 20, "metersPerPixel": 5e-7},
        "tile": {"pixels": TILE, "channels": CHANNELS, "size": TILE // DOWNSAMPLE, "downsample": DOWNSAMPLE},
        "magnifications": [{"index": i, "scale": s, "grid": g} for i, (s, g) in enumerate(zip(SCALES, GRIDS, strict=True))],
        "scheduler": LATENT_SCHEDULE.describe("v_prediction"),
        "conditioning": {
            "embedding": EMBEDDING,
            "maxGrid": SIDE,
            "tokens": TOKENS,
            "width": WIDTH,
            "null": "zeros",
            "standardise": "per vector over channels: (v - mean) / std, std with n - 1",
        },
        "defaults": defaults,
        "guide": {"ratio": 4, "blur": guide_table(source, floor), "floor": floor},
        "layout": layout_entry(run),
        "preview": fit_preview(source),
        "examples": write_examples(regions, maps, bundle),
        "graphs": graphs,
        "provenance": provenance(run, regions, commit, figures) | {"fineEnergyByClaim": {k: round(v, 4) for k, v in crispness.items()}},
    }
    (bundle / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    size = sum(p.stat().st_size for p in bundle.rglob("*") if p.is_file())
    say(f"{bundle}: {size / 1e6:.1f} MB")
    return manifest


def predictor(denoiser: Graph, summarizer: Graph):
    """`Source.predict` of exported graphs, at the default guidance scale where it is folded in."""
    scale = DEFAULTS["guidanceScale"]

    def predict(x, t, grid, magnification, guide, present, blur):
        folded = (torch.full_like(t, scale),) if "guidanceScale" in denoiser.names else ()
        return denoiser(x, t, summarizer(grid, magnification), guide, present, blur, *folded)

    return predict


def write_role(module: nn.Module, role: Role, bundle: Path) -> tuple[dict, float]:
    """Write a graph, compare it with PyTorch at two batch sizes, and return its manifest entry and the difference."""
    path = bundle / f"{role.name}.onnx"
    write_graph(module, path, role.inputs, role.outputs, sample_inputs(role, 2), role.stored)
    worst = max(largest_difference(module, path, role.inputs, sample_inputs(role, b, seed=b, free=f)) for b, f in ((1, 4), (3, 8)))
    if not worst <= role.tolerance:
        raise ValueError(f"{path.name}: expected ONNX Runtime within {role.tolerance} of PyTorch but got {worst:.2e}")
    entry = {
        "file": path.name,
        "sha256": digest(path),
        "inputs": {e.name: e.describe() for e in role.inputs},
        "outputs": {e.name: e.describe() for e in role.outputs},
    }
    return entry, worst


def digest(path: Path) -> str:
    """SHA-256 of a file in lower-case hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def parameters(module: nn.Module) -> str:
    """How many numbers, in millions."""
    return f"{sum(p.numel() for p in module.parameters()) / 1e6:.2f} M"


def layout_entry(run: Path) -> dict:
    """The manifest's `layout`: schedule, labels, statistics of the raw vectors."""
    statistics = Statistics()
    statistics.load_state_dict(checkpoint.load(run / "layout.pt")["parts"]["statistics"])
    rounded = {k: [round(float(v), 6) for v in getattr(statistics, k)] for k in ("mean", "std")}
    return {"scheduler": LATENT_SCHEDULE.describe("v_prediction"), "labels": list(LABELS), **rounded}


def write_examples(regions: list[Region], maps: list, bundle: Path) -> list[dict]:
    """The embedding grids of the training regions, one vector every 256 px, as float32 .npy files."""
    entries = []
    (bundle / "examples").mkdir(exist_ok=True)
    for region, worlds in zip(regions, maps, strict=True):
        grid = worlds[1.0][:, ::2, ::2].contiguous().numpy().astype("<f4")
        path = bundle / "examples" / f"{region.name}.npy"
        np.save(path, grid)
        entries.append({"name": region.name, "file": f"examples/{path.name}", "shape": list(grid.shape), "sha256": digest(path)})
    return entries


def provenance(run: Path, regions: list[Region], commit: str, figures: dict[str, float]) -> dict:
    """What the bundle was trained on, for how long, by which code."""
    stages = {}
    for stage in STAGES:
        state = checkpoint.load(run / f"{stage}.pt")
        if state is not None:
            stages[stage] = {"steps": state["step"], "minutes": round(state["seconds"] / 60, 1)}
    origin = run / ORIGIN
    return {
        "trainedBy": f"tessera-models {__version__}",
        "commit": commit,
        "data": "TCGA diagnostic slides (open access), H&E regions at 20x",
        "regions": [r.name for r in regions],
        "heldOut": list(HELD_OUT),
        "stages": stages,
        **({"continues": json.loads(origin.read_text())} if origin.exists() else {}),
        "onnxRuntimeDifference": {k: float(f"{v:.1e}") for k, v in figures.items()},
    }
