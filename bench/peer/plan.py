"""Levels and windows of a picture, from docs/design.md ("Levels", "Tiles and cells")."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Level:
    """One level of the pyramid. Sizes are (height, width), px of the level; starts are in latent cells."""

    scale: float
    index: int
    grid_side: int
    size: tuple[int, int]
    rows: list[int]
    columns: list[int]

    def windows(self) -> list[tuple[int, int]]:
        """Tops and lefts of the tiles, row-major."""
        return [(top, left) for top in self.rows for left in self.columns]

    def latent(self, tile: int) -> tuple[int, int]:
        """Size of the latent, padded up to the last window."""
        return self.rows[-1] + tile, self.columns[-1] + tile


def make_levels(manifest: dict, canvas: tuple[int, int], power: float, overlap: float) -> list[Level]:
    """The levels, finest first. `canvas` is (height, width) px at `power`; `overlap` the shared part of two tiles."""
    tile, magnifications = manifest["tile"], manifest["magnifications"]
    pixels = tile["pixels"]
    finest = manifest["finest"]["power"] / power
    quantum = max(1, min(8, tile["size"] // 4))
    stride = min(tile["size"], max(quantum, int(tile["size"] * (1 - overlap) / quantum + 0.5) * quantum))

    def side(px: int, scale: float) -> int:
        return max(pixels, ceil(px * finest / scale))

    def covers(scale: float) -> bool:
        return all(px * finest / scale <= pixels for px in canvas)

    scales = sorted(m["scale"] for m in magnifications)
    chosen = [finest]
    while not covers(chosen[-1]):
        coarser = [s for s in scales if chosen[-1] < s <= 4 * chosen[-1]]
        enough = next((s for s in scales if covers(s)), None)
        coarser = [s for s in coarser if enough is None or s <= enough]
        if not coarser:
            break
        chosen.append(coarser[-1])

    def starts(px: int) -> list[int]:
        cells = ceil(px / tile["downsample"])
        return [i * stride for i in range(ceil((cells - tile["size"]) / stride) + 1)]

    levels = []
    for scale in chosen:
        known = next(m for m in magnifications if m["scale"] == scale)
        size = side(canvas[0], scale), side(canvas[1], scale)
        levels.append(Level(scale, known["index"], known["grid"], size, starts(size[0]), starts(size[1])))
    return levels
