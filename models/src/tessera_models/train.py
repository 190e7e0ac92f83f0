"""`tessera-models train`: the stages in order, each with its own budget, each taking up where its checkpoint ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import torch

from . import checkpoint, loop, runtime
from .autoencoder import Decoder, Encoder
from .data import load_regions
from .embedder import Embedder

# A stage's share of --minutes. The denoiser makes the pictures; the embedder and the layout are small.
SHARES = {"embedder": 0.04, "autoencoder": 0.16, "decoder": 0.1, "denoiser": 0.48, "distil": 0.15, "layout": 0.07}
STAGES = tuple(SHARES)


@dataclass
class Options:
    """What a run is asked for; see the command's help."""

    data: Path
    out: Path
    minutes: float = 100.0
    stage_minutes: dict[str, float] = field(default_factory=dict)
    stage_steps: dict[str, int] = field(default_factory=dict)
    stages: tuple[str, ...] = STAGES
    seed: int = 0
    threads: int = 1
    device: str = "auto"
    resume: bool = False
    compiled: bool = False
    batch: int = 24
    from_bundle: Path | None = None

    def budget(self, stage: str) -> dict[str, float | int]:
        """The stage's budget as `loop.run` takes it."""
        if stage in self.stage_steps:
            return {"steps": self.stage_steps[stage]}
        return {"minutes": self.stage_minutes.get(stage, self.minutes * SHARES[stage])}


def trained(folder: Path, stage: str, part: str, module: torch.nn.Module) -> torch.nn.Module:
    """A module with the weights of a part of a stage's checkpoint (`average`: the averaged ones), ready to be used.

    Raises FileNotFoundError where the stage has no checkpoint.
    """
    state = checkpoint.load(Path(folder) / f"{stage}.pt")
    if state is None:
        raise FileNotFoundError(f"{folder}: expected {stage}.pt, which the stage '{stage}' writes, but got none")
    held = state["parts"][part]
    module.load_state_dict(held["module"] if part == "average" else held)
    return module.eval().requires_grad_(False)


def trained_decoder(folder: Path) -> torch.nn.Module:
    """The decoder of a run: the sharpened one where the stage `decoder` has been run."""
    return trained(folder, "decoder" if (Path(folder) / "decoder.pt").exists() else "autoencoder", "decoder", Decoder())


def train(options: Options, say=print) -> None:
    """Run the stages asked for. Raises where a stage's forerunner has no checkpoint in `out`."""
    runtime.use_threads(options.threads)
    device = runtime.device(options.device)
    if options.from_bundle is not None:
        from .weights import unpack

        unpack(options.from_bundle, options.out)
    regions = load_regions(options.data)
    say(f"data: {len(regions)} regions, {sum(r.pixels for r in regions) / 65536:.0f} tiles at the finest scale")
    for name in options.stages:
        stage = build(name, options, regions, device)
        loop.run(stage, options.out, resume=options.resume, say=say, **options.budget(name))


def build(name: str, options: Options, regions: list, device: torch.device) -> loop.Stage:
    """A stage by its name, with what the stages before it have trained."""
    out = options.out
    if name == "embedder":
        from .train_embedder import EmbedderStage

        return EmbedderStage(regions, options.seed, device)
    embedder = trained(out, "embedder", "average", Embedder())
    if name == "autoencoder":
        from .train_autoencoder import AutoencoderStage

        return AutoencoderStage(regions, embedder, options.seed, device)
    if name == "layout":
        from .train_layout import LayoutStage

        return LayoutStage(regions, embedder, options.seed, device)
    if name in ("decoder", "denoiser", "distil"):
        encoder, decoder = trained(out, "autoencoder", "encoder", Encoder()), trained_decoder(out)
    if name == "decoder":
        from .train_autoencoder import DecoderStage

        return DecoderStage(regions, embedder, encoder, decoder, options.seed, device)
    if name in ("denoiser", "distil"):
        from .train_denoiser import DenoiserStage, Networks

        if name == "denoiser":
            return DenoiserStage(regions, embedder, encoder, decoder, options.seed, device, options.compiled, options.batch)
        from .train_distil import DistilStage

        teacher = trained(out, "denoiser", "average", Networks())
        return DistilStage(regions, embedder, encoder, decoder, teacher, options.seed, device, options.compiled, options.batch)
    raise ValueError(f"stage: expected one of {', '.join(STAGES)} but got {name!r}")
