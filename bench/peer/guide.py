"""The part of the level above that a tile sees, from docs/design.md ("Lead") and docs/algorithm.md."""

from functools import cache

import numpy as np


def crop(picture: np.ndarray, top: int, left: int, side: int) -> np.ndarray:
    """[3, side, side] of a picture; past its edge the edge repeats."""
    _, height, width = picture.shape
    rows = np.minimum(np.arange(top, top + side), height - 1)
    columns = np.minimum(np.arange(left, left + side), width - 1)
    return picture[:, rows[:, None], columns]


@cache
def _downscaling(length: int, factor: float) -> np.ndarray:
    """Matrix of the antialiased cubic (a = -0.5, MATLAB imresize) with symmetric edges, [ceil(length / factor), length]."""
    out = int(np.ceil(length / factor))
    centre = (np.arange(out) + 0.5) * factor - 0.5
    taps = np.floor(centre - 2 * factor).astype(int)[:, None] + np.arange(int(np.ceil(4 * factor)) + 2)
    d = np.abs(centre[:, None] - taps) / factor
    weight = np.where(d <= 1, 1.5 * d**3 - 2.5 * d**2 + 1, np.where(d < 2, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2, 0))
    weight /= weight.sum(1, keepdims=True)
    mirrored = np.abs(taps + 0.5) - 0.5
    mirrored = (length - 0.5 - np.abs(mirrored - (length - 0.5))).astype(int)
    matrix = np.zeros((out, length))
    np.add.at(matrix, (np.arange(out)[:, None], mirrored), weight)
    return matrix.astype(np.float32)


def downscale(image: np.ndarray, factor: float) -> np.ndarray:
    """[C, H, W] to 1/factor."""
    if factor == 1:
        return image
    return _downscaling(image.shape[1], factor) @ image @ _downscaling(image.shape[2], factor).T


def softness(guide: dict, timestep: int, asked: float | None) -> float:
    """guideBlur of a generated guide that was estimated at `timestep`."""
    if asked is not None:
        return asked
    table = sorted(guide["blur"])
    return max(guide.get("floor", 0), float(np.interp(timestep, [t for t, _ in table], [b for _, b in table])))
