"""The sampler of docs/algorithm.md on arrays, written down once more and as plainly as possible: what the packs record."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

Array = np.ndarray


class Graphs(Protocol):
    """The networks, by whichever runtime."""

    def denoiser(self, x: Array, t: Array, context: Array) -> Array: ...
    def decoder(self, z: Array) -> Array: ...
    def encoder(self, image: Array) -> Array: ...
    def summarizer(self, grid: Array, magnification: Array) -> Array: ...
    def prior(self, x: Array, t: Array, label: Array) -> Array: ...
    def inversion(self, grid: Array, x: Array, t: Array, noise: Array, weight: Array, magnification: Array) -> tuple[Array, Array]: ...


@dataclass(frozen=True)
class Settings:
    """Of one run; the fields from `t_offset` on are mistakes."""

    w: float
    K: int = 1
    h: float = 0.005
    lam: float = 0.5
    p: int = 2
    t_offset: int = 0
    antialias: bool = True
    normalise: bool = True
    clamp: bool = True
    project: bool = True
    column_major: bool = False


class Schedule:
    def __init__(self, scheduler: dict):
        count = scheduler["num_train_timesteps"]
        if scheduler["beta_schedule"] == "scaled_linear":
            self.beta = np.linspace(scheduler["beta_start"] ** 0.5, scheduler["beta_end"] ** 0.5, count) ** 2
        else:
            level = np.cos((np.arange(count + 1) / count + 0.008) / 1.008 * np.pi / 2) ** 2
            self.beta = np.minimum(1 - level[1:] / level[:-1], 0.999)
        self._abar = np.cumprod(1 - self.beta)
        self.kind = scheduler["prediction_type"]

    def abar(self, t: int) -> float:
        return float(self._abar[max(t - 1, 0)])

    def clean(self, kind: str, x: Array, prediction: Array, abar: float) -> Array:
        if kind == "epsilon":
            return f32(x / abar**0.5 - prediction * ((1 - abar) / abar) ** 0.5)
        if kind == "v_prediction":
            return f32(abar**0.5 * x - (1 - abar) ** 0.5 * prediction)
        return prediction

    def step(self, x: Array, x0: Array, noise: Array, t: int, stride: int, offset: int = 0) -> Array:
        """The reference's step from t to t - stride."""
        abar, then = self.abar(t + offset), self.abar(t - stride)
        eps = (x - abar**0.5 * x0) / (1 - abar) ** 0.5
        variance = self.beta[t - 1] * (1 - then) / (1 - abar)
        return f32(then**0.5 * x0 + max(1 - then - variance, 0) ** 0.5 * eps + variance**0.5 * noise)


def f32(values: Array) -> Array:
    return np.asarray(values, np.float32)


def resize(image: Array, scale: float, antialias: bool = True) -> Array:
    """The cubic resizer of MATLAB's imresize (a = -0.5, symmetric edges) on [..., H, W]."""
    matrices = [_cubic(side, scale, antialias) for side in image.shape[-2:]]
    return f32(matrices[0] @ image.astype(np.float64) @ matrices[1].T)


def _cubic(length: int, scale: float, antialias: bool) -> Array:
    out = int(np.ceil(length * scale - 1e-9))
    width = min(scale, 1.0) if antialias else 1.0
    centre = (np.arange(out) + 0.5 - out / 2) / scale + length / 2 - 0.5
    reach = int(np.ceil(2 / width)) + 1
    taps = np.floor(centre)[:, None].astype(int) + np.arange(-reach, reach + 2)
    d = np.abs(centre[:, None] - taps) * width
    weight = np.select([d <= 1, d < 2], [1.5 * d**3 - 2.5 * d**2 + 1, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2], 0.0)
    weight /= weight.sum(1, keepdims=True)
    folded = taps % (2 * length)
    folded = np.where(folded < length, folded, 2 * length - 1 - folded)
    matrix = np.zeros((out, length))
    np.add.at(matrix, (np.arange(out)[:, None], folded), weight)
    return matrix


def estimate(graphs: Graphs, schedule: Schedule, x: Array, t: int, context: Array, s: Settings) -> Array:
    """x0 with the guidance scale."""
    ts = np.full(len(x), t, np.float32)
    prediction = graphs.denoiser(x, ts, context)
    if s.w != 0:
        prediction = f32((1 + s.w) * prediction - s.w * graphs.denoiser(x, ts, np.zeros_like(context)))
    return schedule.clean(schedule.kind, x, prediction, schedule.abar(t + s.t_offset))


def _unit(values: Array, s: Settings) -> Array:
    return f32(values / np.abs(values).max((1, 2, 3), keepdims=True)) if s.normalise else values


def newton(graphs: Graphs, schedule: Schedule, x: Array, t: int, context: Array, guide: Array, s: Settings) -> tuple[list[Array], Array]:
    """x after each iteration, and the estimate after the last."""
    xs, x0 = [], estimate(graphs, schedule, x, t, context, s)
    for _ in range(s.K):
        u = graphs.decoder(x0)
        r = _unit(resize(guide - resize(u, 1 / s.p, s.antialias), s.p, s.antialias), s)
        e = _unit(graphs.encoder(f32(u + s.h * r)) - graphs.encoder(u), s)
        g = (estimate(graphs, schedule, f32(x + s.h * e), t, context, s) - x0) / s.h
        x = f32(x + s.lam * _unit(g, s))
        xs.append(x)
        x0 = estimate(graphs, schedule, x, t, context, s)
    return xs, x0


def joint_step(
    graphs: Graphs, schedule: Schedule, coarse: Array, fine: Array, contexts: tuple[Array, Array], noise: tuple[Array, Array], t: int, stride: int, s: Settings
) -> tuple[Array, Array]:
    """One step of a coarse tile and the p x p fine tiles under it, row-major."""
    x0 = estimate(graphs, schedule, coarse, t, contexts[0], s)
    picture = graphs.decoder(x0)
    picture = np.clip(picture, -1, 1) if s.clamp else picture
    side = picture.shape[-1] // s.p
    crops = [picture[0, :, r * side : (r + 1) * side, c * side : (c + 1) * side] for r in range(s.p) for c in range(s.p)]
    if s.column_major:
        crops = [crops[(i % s.p) * s.p + i // s.p] for i in range(len(crops))]
    if s.project:
        xs, fine_x0 = newton(graphs, schedule, fine, t, contexts[1], np.stack(crops), s)
        fine = xs[-1]
    else:
        fine_x0 = estimate(graphs, schedule, fine, t, contexts[1], s)
    after = schedule.step(coarse, x0, noise[0], t, stride, s.t_offset)
    return after, schedule.step(fine, fine_x0, noise[1], t, stride, s.t_offset)


def standardise(grid: Array) -> Array:
    """[B, E, ...] over E, with n - 1."""
    return f32((grid - grid.mean(1, keepdims=True)) / grid.std(1, ddof=1, keepdims=True))


def between(vectors: Array, row: float, column: float, how: str = "slerp") -> Array:
    """The vector at (row, column) cells of [E, H, W]: along the row, then along the column; edges repeat."""

    def mix(a: Array, b: Array, t: float) -> Array:
        if how == "nearest":
            return a if t < 0.5 else b
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        if how == "lerp" or abs(cosine) > 0.9995:
            return (1 - t) * a + t * b
        angle = np.arccos(cosine)
        return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)

    v = vectors.astype(np.float64)
    r, c = int(row), int(column)
    r2, c2 = min(r + 1, v.shape[1] - 1), min(c + 1, v.shape[2] - 1)
    upper, lower = (mix(v[:, k, c], v[:, k, c2], column - c) for k in (r, r2))
    return mix(upper, lower, row - r)


def fused_step(
    graphs: Graphs, schedule: Schedule, canvas: Array, windows: list[tuple[int, int]], contexts: Array, noise: Array, t: int, stride: int, s: Settings
) -> Array:
    """Estimates of overlapping windows averaged with equal weights, one step on the whole canvas."""
    side = graphs.side
    total, count = np.zeros(canvas.shape), np.zeros(canvas.shape)
    for (top, left), context in zip(windows, contexts, strict=True):
        part = np.s_[:, :, top : top + side, left : left + side]
        total[part] += estimate(graphs, schedule, canvas[part], t, context[None], s)
        count[part] += 1
    return schedule.step(canvas, f32(total / count), noise, t, stride)


def decode(graphs: Graphs, z: Array, stride: int, sigma: float) -> Array:
    """The reference's decoding of a canvas, [H, W, 3] uint8."""
    side, height, width = graphs.side, *z.shape[-2:]
    total = weight = None
    for top in range(0, height - side + 1, stride):
        for left in range(0, width - side + 1, stride):
            image = graphs.decoder(z[:, :, top : top + side, left : left + side])[0]
            n = image.shape[-1]
            down = n // side
            if total is None:
                total, weight = np.zeros((3, height * down, width * down)), np.zeros((height * down, width * down))
                square = np.linspace(-1, 1, n) ** 2
                window = np.exp(-(square[:, None] + square[None, :]) / sigma**2)
            part = np.s_[..., top * down : top * down + n, left * down : left * down + n]
            total[part] += window * image
            weight[part] += window
    return (np.clip((total / weight + 1) / 2, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
