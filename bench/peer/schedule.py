"""Noise schedule and DPM-Solver++(2M) (Lu et al. 2022, data prediction), from docs/algorithm.md and docs/design.md."""

import numpy as np


class Schedule:
    """t_i = round(T - i T/S); abar in double precision."""

    def __init__(self, scheduler: dict, steps: int):
        if scheduler["beta_schedule"] != "scaled_linear":
            raise ValueError(f"Expected scaled_linear for beta_schedule but got {scheduler['beta_schedule']}")
        train = scheduler["num_train_timesteps"]
        beta = np.linspace(np.sqrt(scheduler["beta_start"]), np.sqrt(scheduler["beta_end"]), train) ** 2
        self._abar = np.cumprod(1 - beta)
        self.timesteps = [int(np.floor(train - i * train / steps + 0.5)) for i in range(steps)]
        self.prediction = scheduler["prediction_type"]

    def abar(self, step: int) -> float:
        """abar of a step; of step S that of t = 1."""
        t = self.timesteps[step] if step < len(self.timesteps) else 0
        return float(self._abar[max(t - 1, 0)])

    def clean(self, x: np.ndarray, prediction: np.ndarray, step: int) -> np.ndarray:
        """Estimate x0 from what the denoiser predicts."""
        alpha, sigma = np.float32(self.abar(step) ** 0.5), np.float32((1 - self.abar(step)) ** 0.5)
        if self.prediction == "epsilon":
            return (x - sigma * prediction) / alpha
        if self.prediction == "v_prediction":
            return alpha * x - sigma * prediction
        return prediction

    def dpmpp_2m(self, step: int, x: np.ndarray, x0: np.ndarray, previous: np.ndarray | None) -> np.ndarray:
        """x of the next step; first order at the first step, x0 itself at the last."""
        if step == len(self.timesteps) - 1:
            return x0
        log_snr = [0.5 * np.log(a / (1 - a)) for a in (self.abar(max(step - 1, 0)), self.abar(step), self.abar(step + 1))]
        h = log_snr[2] - log_snr[1]
        now, then = self.abar(step), self.abar(step + 1)
        estimate = x0
        if previous is not None:
            r = (log_snr[1] - log_snr[0]) / h
            estimate = np.float32(1 + 0.5 / r) * x0 - np.float32(0.5 / r) * previous
        return np.float32(((1 - then) / (1 - now)) ** 0.5) * x - np.float32(then**0.5 * np.expm1(-h)) * estimate
