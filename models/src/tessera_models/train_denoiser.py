"""The third stage: denoiser and summarizer together, on latents, with and without context and guide."""

from __future__ import annotations

import torch

from . import runtime
from .autoencoder import Decoder, Encoder
from .batches import GUIDANCE, Batches
from .budget import learning_rate
from .data import Region
from .denoiser import Denoiser
from .diffusion import LATENT, min_snr, noised, per_sample, stratified_times, velocity
from .ema import Average
from .embedder import Embedder
from .muon import Muon
from .places import embedding_maps
from .samples import Source
from .summarizer import Summarizer

UNTOLD = 0.12
# From here on half of the new samples stand under guides that the model made itself; from the start where the weights
# come from a bundle, which then move at half the rate.
CASCADE_FROM = 0.45
MUON_RATE, ADAM_RATE, AGAIN = 4e-3, 1e-3, 0.5


class Networks(torch.nn.Module):
    """Denoiser and summarizer, which train as one."""

    def __init__(self):
        super().__init__()
        self.denoiser, self.summarizer = Denoiser(), Summarizer()

    def forward(self, x, t, grid, magnification, told, guide, present, blur):
        """v [B,4,32,32]; `told` [B] 1 keeps the context, 0 drops it (zeros)."""
        context = self.summarizer(grid, magnification) * told[:, None, None]
        return self.denoiser(x, t, context, guide, present, blur)


def optimizers(model: torch.nn.Module) -> list[torch.optim.Optimizer]:
    """Muon for the inner kernels and matrices; AdamW for what enters, what leaves, and everything with one dimension."""
    edges = ("inward", "out.", "position", "magnification", "look.0")
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    inner = [p for n, p in named if p.ndim >= 2 and not any(e in n for e in edges)]
    chosen = {id(p) for p in inner}
    rest = [p for _, p in named if id(p) not in chosen]
    return [Muon(inner, lr=MUON_RATE, weight_decay=0.01), torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0)]


class DenoiserStage:
    """v-prediction with min-SNR weights over stratified timesteps; Muon and AdamW; averaged weights."""

    name = "denoiser"

    def __init__(self, regions: list[Region], embedder: Embedder, encoder: Encoder, decoder: Decoder, seed: int, device: torch.device, compiled: bool = False, batch: int = 24):
        torch.manual_seed(seed + 2)
        self.seed, self.device = seed, device
        self.model = Networks().to(device, memory_format=torch.channels_last)
        self.average = Average(self.model, 0.998)
        self.optimizers = optimizers(self.model)
        self.run = torch.compile(self.model) if compiled else self.model
        self.abar = LATENT.abar()
        fast = {"device": device, "memory_format": torch.channels_last}
        maps = embedding_maps(embedder.to(**fast), regions, device)
        self.batches = Batches(Source(regions, maps, encoder.to(**fast), decoder.to(**fast), self.predict, device), seed, 4, batch)

    def parts(self):
        return {
            "model": self.model,
            "average": self.average,
            "muon": self.optimizers[0],
            "adam": self.optimizers[1],
            "pool": self.batches.pool,
        }

    @torch.no_grad()
    def predict(self, x, t, grid, magnification, guide, present, blur) -> torch.Tensor:
        """v of the averaged weights, with context."""
        inputs = [a.to(self.device) for a in (x, t, grid, magnification, torch.ones(len(x)), guide, present, blur)]
        with runtime.precision(self.device):
            return self.average.module(*inputs).float().cpu()

    def step(self, step: int, progress: float) -> dict[str, float]:
        self.batches.refill(step, own=progress >= CASCADE_FROM or self.average.taken_up)
        factor = learning_rate(progress, decay_from=0.5) * (AGAIN if self.average.taken_up else 1.0)
        for optimizer, rate in zip(self.optimizers, (MUON_RATE, ADAM_RATE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        batch, rng = self.batches.draw(step)
        z, mag = batch["z"], batch["magnification"]
        told = (torch.rand(len(z), generator=rng) >= UNTOLD).float()
        t = stratified_times(len(z), len(self.abar), rng)
        abar = per_sample(self.abar, t, z)
        noise = torch.randn(z.shape, generator=rng)
        inputs = [a.to(self.device) for a in (noised(z, noise, abar), t.float(), batch["grid"], mag, told, *(batch[k] for k in GUIDANCE))]
        with runtime.precision(self.device):
            v = self.run(*inputs)
        errors = (v.float() - velocity(z, noise, abar).to(self.device)).pow(2).mean((1, 2, 3)) * min_snr(abar).view(-1).to(self.device)
        loss = errors.mean()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update(self.model)
        return losses_by_kind(errors.detach().cpu(), mag, batch["present"], told, batch["generated"])


def losses_by_kind(errors, magnification, present, told, generated) -> dict[str, float]:
    """Weighted v-losses, guided (by a real or a made guide) and unguided, of the magnifications that matter most."""
    kinds = {
        "all": torch.ones_like(present, dtype=torch.bool),
        "20x": (magnification == 0) & (present > 0) & ~generated,
        "20x-own": (magnification == 0) & (present > 0) & generated,
        "20x-free": (magnification == 0) & (present == 0),
        "5x": (magnification == 2) & (present > 0),
        "5x-free": (magnification == 2) & (present == 0) & (told > 0),
        "1.25x-free": (magnification == 4) & (present == 0) & (told > 0),
    }
    return {name: errors[which].mean().item() if which.any() else float("nan") for name, which in kinds.items()}
