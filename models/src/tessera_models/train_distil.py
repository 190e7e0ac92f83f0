"""The fourth stage: what the denoiser does in 16 steps with both halves of a guided pair, in 8 with one evaluation each.

Progressive distillation (Salimans & Ho 2022) of the guided denoiser (Meng et al. 2023): the pupil starts as the teacher
and learns, from any timestep t, the clean picture under which one DDIM step to t - 125 ends where two guided steps of
the teacher do. The guidance scale is an input, drawn anew for each sample. The summarizer stays as it is.
"""

from __future__ import annotations

import hashlib

import torch

from . import runtime
from .autoencoder import Decoder, Encoder
from .batches import GUIDANCE, Batches
from .budget import learning_rate
from .data import Region
from .denoiser import Denoiser
from .diffusion import LATENT, estimate, min_snr, noised, per_sample, stratified_times
from .ema import Average
from .embedder import Embedder
from .places import embedding_maps
from .samples import Source
from .train_denoiser import ADAM_RATE, MUON_RATE, Networks, optimizers

STEPS = 8
# A third of the samples are unguided (scale 1), the others between 1 and this.
LARGEST_SCALE = 3.0
RATE = 0.3


class Teacher:
    """Which denoiser a pupil learnt from: the digest of its weights, kept in the checkpoint."""

    def __init__(self, networks: Networks):
        digest = hashlib.sha256()
        for value in networks.state_dict().values():
            digest.update(value.detach().cpu().contiguous().numpy().tobytes())
        self.sha256 = digest.hexdigest()

    def state_dict(self) -> dict:
        """For the checkpoint."""
        return {"sha256": self.sha256}

    def load_state_dict(self, state: dict) -> None:
        """The teacher is the one that is here, whoever it was before."""


class DistilStage:
    """v-prediction towards the teacher's two steps; Muon and AdamW; averaged weights."""

    name = "distil"

    def __init__(self, regions: list[Region], embedder: Embedder, encoder: Encoder, decoder: Decoder, networks: Networks, seed: int, device: torch.device, compiled: bool = False, batch: int = 24):
        torch.manual_seed(seed + 4)
        self.seed, self.device = seed, device
        self.identity = Teacher(networks)
        self.networks = networks.to(device, memory_format=torch.channels_last)
        self.model = pupil_of(networks.denoiser).to(device, memory_format=torch.channels_last)
        self.average = Average(self.model, 0.99)
        self.optimizers = optimizers(self.model)
        self.run = torch.compile(self.model) if compiled else self.model
        self.teach = torch.compile(networks.denoiser) if compiled else networks.denoiser
        self.abar = LATENT.abar()
        fast = {"device": device, "memory_format": torch.channels_last}
        maps = embedding_maps(embedder.to(**fast), regions, device)
        self.batches = Batches(Source(regions, maps, encoder.to(**fast), decoder.to(**fast), self.predict, device), seed, 8, batch)

    def parts(self):
        return {
            "model": self.model,
            "average": self.average,
            "muon": self.optimizers[0],
            "adam": self.optimizers[1],
            "pool": self.batches.pool,
            "teacher": self.identity,
        }

    @torch.no_grad()
    def predict(self, x, t, grid, magnification, guide, present, blur) -> torch.Tensor:
        """v of the teacher, with context."""
        inputs = [a.to(self.device) for a in (x, t, grid, magnification, torch.ones(len(x)), guide, present, blur)]
        with runtime.precision(self.device):
            return self.networks(*inputs).float().cpu()

    @torch.no_grad()
    def target(self, x: torch.Tensor, t: torch.Tensor, scale: torch.Tensor, context: torch.Tensor, guidance: list[torch.Tensor]) -> torch.Tensor:
        """The clean picture that the teacher's two guided DDIM steps from x at t [B] mean, on the device."""
        stride = len(self.abar) // STEPS
        table = torch.cat([torch.ones(1), self.abar])
        times = [t, (t - stride // 2).clamp_min(0), (t - stride).clamp_min(0)]
        a, middle, b = (table[at].view(-1, 1, 1, 1).to(self.device) for at in times)
        pair = [torch.cat([g, g]) for g in guidance]
        now, at, first = x, a, t
        for following in (middle, b):
            told = torch.cat([context, torch.zeros_like(context)])
            v = self.teach(torch.cat([now, now]), torch.cat([first, first]).float().to(self.device), told, *pair).float()
            with_it, without = v.chunk(2)
            x0 = estimate(now, without + scale.view(-1, 1, 1, 1) * (with_it - without), at)
            noise = (now - at.sqrt() * x0) / (1 - at).sqrt().clamp_min(1e-4)
            step = noised(x0, noise, following)
            # Below half a stride the first step has reached the clean picture already.
            now = torch.where(at == 1, now, step)
            at, first = torch.where(at == 1, at, following), times[1].clamp_min(1)
        ratio = ((1 - b) / (1 - a)).sqrt()
        return (now - ratio * x) / (b.sqrt() - ratio * a.sqrt())

    def step(self, step: int, progress: float) -> dict[str, float]:
        self.batches.refill(step, own=True)
        for optimizer, rate in zip(self.optimizers, (MUON_RATE, ADAM_RATE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = RATE * rate * learning_rate(progress, decay_from=0.3)
        batch, rng = self.batches.draw(step)
        z = batch["z"]
        t = stratified_times(len(z), len(self.abar), rng)
        abar = per_sample(self.abar, t, z)
        x = noised(z, torch.randn(z.shape, generator=rng), abar).to(self.device)
        scale = 1 + (LARGEST_SCALE - 1) * (1.5 * torch.rand(len(z), generator=rng) - 0.5).clamp_min(0)
        scale = scale.to(self.device)
        guidance = [batch[k].to(self.device) for k in GUIDANCE]
        with runtime.precision(self.device):
            with torch.no_grad():
                context = self.networks.summarizer(batch["grid"].to(self.device), batch["magnification"].to(self.device))
            wanted = self.target(x, t, scale, context, guidance)
            v = self.run(x, t.float().to(self.device), context, *guidance, scale)
        abar = abar.to(self.device)
        # An error of v is one of the clean picture over sqrt(1 - abar).
        towards = (abar.sqrt() * x - wanted) / (1 - abar).sqrt()
        errors = (v.float() - towards).pow(2).mean((1, 2, 3)) * min_snr(abar).view(-1)
        loss = errors.mean()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update(self.model)
        return {"all": loss.item(), **by_scale(errors.detach().cpu(), scale.cpu())}


def pupil_of(teacher: Denoiser) -> Denoiser:
    """A folded denoiser that answers as the teacher does, whatever the scale."""
    pupil = Denoiser(teacher.widths, folded=True)
    missing = pupil.load_state_dict(teacher.state_dict(), strict=False)
    if missing.unexpected_keys or any(not k.startswith("scale.") for k in missing.missing_keys):
        raise ValueError(f"distil: expected the weights of a denoiser but got {missing}")
    return pupil


def by_scale(errors: torch.Tensor, scale: torch.Tensor) -> dict[str, float]:
    """Mean errors without guidance, and with much."""
    kinds = {"scale 1": scale == 1, "scale > 2": scale > 2}
    return {name: errors[which].mean().item() if which.any() else float("nan") for name, which in kinds.items()}
