"""Weights of overlapping tiles and their weighted average, from docs/design.md ("Windows")."""

import numpy as np


def window(name: str, side: int) -> np.ndarray:
    """Weights of one tile, [side, side] float32."""
    if name == "uniform":
        return np.ones((side, side), np.float32)
    if name == "gaussian":
        square = np.linspace(-1, 1, side) ** 2
        return np.exp(-(square[:, None] + square[None, :]) / 0.64).astype(np.float32)
    if name == "cosine":
        lobe = np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2
        return np.maximum(lobe[:, None] * lobe[None, :], 1e-3).astype(np.float32)
    raise ValueError(f"Expected uniform, gaussian or cosine for window but got {name}")


class Blend:
    """Adds weighted tiles [C, n, n] to a canvas [C, H, W] and divides by the sum of the weights."""

    def __init__(self, channels: int, height: int, width: int, weights: np.ndarray):
        self._weights = weights
        self._sum = np.zeros((channels, height, width), np.float32)
        self._weight = np.zeros((height, width), np.float32)

    def add(self, tile: np.ndarray, top: int, left: int) -> None:
        side = self._weights.shape[0]
        self._sum[:, top : top + side, left : left + side] += self._weights * tile
        self._weight[top : top + side, left : left + side] += self._weights

    def result(self) -> np.ndarray:
        return self._sum / self._weight
