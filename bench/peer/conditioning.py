"""What a tile is asked to show: embedding vectors at the centres of its sub-cells, from docs/design.md ("Context of a tile")."""

import numpy as np


def pool(grid: np.ndarray, factor: int) -> np.ndarray:
    """Mean over factor x factor cells of [E, H, W]; a last cell that is not whole is the mean of what there is."""
    if factor == 1:
        return grid
    rows, columns = (range(0, n, factor) for n in grid.shape[1:])
    return np.stack([np.stack([grid[:, r : r + factor, c : c + factor].mean((1, 2)) for c in columns], -1) for r in rows], 1)


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """From a to b along the arc between their directions; the chord where they are nearly parallel."""
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    if abs(cosine) > 0.9995:
        return (1 - t) * a + t * b
    angle = np.arccos(cosine)
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


def tile_grid(pooled: np.ndarray, cell: float, side: int, pixels: int, top: float, left: float) -> np.ndarray:
    """Vectors [E, g, g] of the tile at (top, left) px of its level, whose grid has one vector every `cell` px."""
    _, height, width = pooled.shape
    centres = (np.arange(side) + 0.5) * pixels / side

    def place(px: float, cells: int) -> tuple[int, int, float]:
        at = min(max(px / cell - 0.5, 0.0), cells - 1.0)
        low = int(at)
        return low, min(low + 1, cells - 1), at - low

    out = np.empty((pooled.shape[0], side, side), np.float64)
    source = pooled.astype(np.float64)
    for i, y in enumerate(top + centres):
        y0, y1, dy = place(y, height)
        for j, x in enumerate(left + centres):
            x0, x1, dx = place(x, width)
            out[:, i, j] = slerp(slerp(source[:, y0, x0], source[:, y0, x1], dx), slerp(source[:, y1, x0], source[:, y1, x1], dx), dy)
    return out


def standardise(grid: np.ndarray) -> np.ndarray:
    """(v - mean) / std over the channels of every vector, std with n - 1."""
    return ((grid - grid.mean(0)) / grid.std(0, ddof=1)).astype(np.float32)
