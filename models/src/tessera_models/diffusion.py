"""The diffusion process: noise schedule, v-prediction, loss weights, samplers.

x_t = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps, t = 1..T (Ho et al. 2020); v = sqrt(abar) eps - sqrt(1 - abar) x0
(Salimans & Ho 2022). `scaled_linear` and `squaredcos_cap_v2` are diffusers' names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Schedule:
    """A noise schedule by diffusers' names; the manifest's `scheduler` is `describe()`."""

    beta_schedule: str = "scaled_linear"
    beta_start: float = 0.0015
    beta_end: float = 0.0195
    steps: int = 1000

    def abar(self) -> torch.Tensor:
        """abar_1 .. abar_T as float32 [T]; element t - 1 belongs to timestep t."""
        if self.beta_schedule == "scaled_linear":
            betas = torch.linspace(self.beta_start**0.5, self.beta_end**0.5, self.steps, dtype=torch.float64) ** 2
        elif self.beta_schedule == "squaredcos_cap_v2":
            at = [math.cos((i / self.steps + 0.008) / 1.008 * math.pi / 2) ** 2 for i in range(self.steps + 1)]
            betas = torch.tensor([min(1 - b / a, 0.999) for a, b in zip(at, at[1:], strict=False)], dtype=torch.float64)
        else:
            raise ValueError(f"beta_schedule: expected scaled_linear or squaredcos_cap_v2 but got {self.beta_schedule!r}")
        return torch.cumprod(1 - betas, 0).float()

    def describe(self, prediction: str) -> dict:
        """As the manifest says it."""
        said = {"num_train_timesteps": self.steps, "beta_schedule": self.beta_schedule, "prediction_type": prediction}
        if self.beta_schedule == "scaled_linear":
            said |= {"beta_start": self.beta_start, "beta_end": self.beta_end}
        return said


LATENT = Schedule()
LAYOUT = Schedule(beta_schedule="squaredcos_cap_v2")


def per_sample(values: torch.Tensor, t: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """values[t - 1] shaped to multiply `like` [B,...]; t [B] holds whole numbers 1..T."""
    return values.to(like.device)[(t.long() - 1).clamp_min(0)].view(-1, *[1] * (like.dim() - 1))


def noised(x0: torch.Tensor, noise: torch.Tensor, abar: torch.Tensor) -> torch.Tensor:
    """x_t of a clean x0; abar broadcasts."""
    return abar.sqrt() * x0 + (1 - abar).sqrt() * noise


def velocity(x0: torch.Tensor, noise: torch.Tensor, abar: torch.Tensor) -> torch.Tensor:
    """What a v-predicting network must say."""
    return abar.sqrt() * noise - (1 - abar).sqrt() * x0


def estimate(x: torch.Tensor, v: torch.Tensor, abar: torch.Tensor) -> torch.Tensor:
    """The clean picture that a v-prediction means."""
    return abar.sqrt() * x - (1 - abar).sqrt() * v


def min_snr(abar: torch.Tensor, gamma: float = 5.0) -> torch.Tensor:
    """The weight of a v-loss at abar (Hang et al. 2023)."""
    snr = abar / (1 - abar)
    return snr.clamp_max(gamma) / (snr + 1)


def stratified_times(count: int, steps: int, rng: torch.Generator) -> torch.Tensor:
    """`count` timesteps 1..steps, one from each of as many equal strata, in random order: less noise in the loss."""
    u = (torch.arange(count) + torch.rand(count, generator=rng)) / count
    return (1 + (u * steps).long().clamp_max(steps - 1))[torch.randperm(count, generator=rng)]


def timesteps(steps: int, start: int = 1000) -> list[int]:
    """The renderer's timesteps: round(start - i start / S)."""
    return [int(math.floor(start - i * start / steps + 0.5)) for i in range(steps)]


def sample_dpm(
    predict: Callable[[torch.Tensor, int], torch.Tensor], x: torch.Tensor, abar: torch.Tensor, steps: int, start: int = 1000
) -> torch.Tensor:
    """DPM-Solver++(2M) (Lu et al. 2022) from x at timestep `start` to a clean x0, as the renderer does it.

    `predict(x, t)` returns the network's v. First and last step are of first order; the last returns x0.
    """
    times = timesteps(steps, start)
    alphas = [float(abar[t - 1]) for t in times]
    nexts = [float(abar[max(times[i + 1] - 1, 0)]) if i + 1 < steps else 1.0 for i in range(steps)]
    before, h_before = None, 0.0
    for i, t in enumerate(times):
        a = torch.tensor(alphas[i])
        x0 = estimate(x, predict(x, t), a)
        if i == steps - 1:
            return x0
        b = nexts[i]
        lam = 0.5 * math.log(alphas[i] / (1 - alphas[i]))
        lam_next = 0.5 * math.log(b / (1 - b))
        h = lam_next - lam
        d = x0
        if before is not None:
            r = h_before / h
            d = (1 + 1 / (2 * r)) * x0 - 1 / (2 * r) * before
        x = ((1 - b) / (1 - alphas[i])) ** 0.5 * x - b**0.5 * math.expm1(-h) * d
        before, h_before = x0, h
    return x


def sample_ddim(
    predict: Callable[[torch.Tensor, int], torch.Tensor], x: torch.Tensor, abar: torch.Tensor, steps: int, start: int = 1000
) -> torch.Tensor:
    """DDIM without fresh noise (Song et al. 2021) from x at timestep `start` to a clean x0, as the renderer does it.

    `predict(x, t)` returns the network's v. The last step returns x0.
    """
    times = timesteps(steps, start)
    for i, t in enumerate(times):
        a = abar[t - 1]
        x0 = estimate(x, predict(x, t), a)
        if i == steps - 1:
            return x0
        x = noised(x0, (x - a.sqrt() * x0) / (1 - a).sqrt(), abar[max(times[i + 1] - 1, 0)])
    return x


# By the renderer's names.
SAMPLERS = {"dpmpp-2m": sample_dpm, "ddim": sample_ddim}
