"""Regions: the folder of images as pyramids in memory, and which of them are kept out of training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

# Never trained on: what the figures of `evaluate` are measured against.
HELD_OUT = ("brca_47", "pan1024_14d177e7", "pan1024_2c1776b1", "pan1024_48bdc96d", "pan1024_5c96f8e4")
# One pixel of magnification index k spans SCALES[k] pixels of the finest.
SCALES = (1, 2, 4, 8, 16)
GRIDS = (1, 2, 4, 8, 8)
TILE = 256
# A region is also seen as if its slide had been scanned at 1/world of the power: tissue is rare at low magnification.
WORLDS = (1.0, 0.8, 1.25)
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass
class Region:
    """One image: `levels[world][k]` is uint8 [H,W,3] at scale world * SCALES[k]; levels smaller than a tile are absent."""

    name: str
    organ: str
    levels: dict[float, list[torch.Tensor]]

    @property
    def pixels(self) -> int:
        """The area at the finest scale."""
        finest = self.levels[1.0][0]
        return finest.shape[0] * finest.shape[1]


def region_name(path: Path) -> str:
    """`brca_47_real.jpg` -> `brca_47`."""
    return path.stem.removesuffix("_real")


def organ_of(name: str) -> str:
    """The organ as the file name tells it, or `any`."""
    return {"brca": "breast", "prad": "prostate"}.get(name.split("_")[0], "any")


def list_images(folder: Path) -> list[Path]:
    """The image files of a folder, by name. Raises FileNotFoundError where there is none."""
    paths = sorted(p for p in Path(folder).iterdir() if p.suffix.lower() in SUFFIXES) if Path(folder).is_dir() else []
    if not paths:
        raise FileNotFoundError(f"data: expected a folder with {', '.join(SUFFIXES)} files but got {folder}")
    return paths


def load_region(path: Path, worlds: tuple[float, ...] = WORLDS) -> Region:
    """Read an image (RGB, at the finest scale, sides >= 256 px) into its pyramids; every level is resized from the whole."""
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(path).convert("RGB")
    if min(image.size) < TILE:
        raise ValueError(f"{path.name}: expected sides of at least {TILE} px but got {image.size[0]}x{image.size[1]}")
    levels: dict[float, list[torch.Tensor]] = {}
    for world in worlds:
        pyramid = []
        for scale in SCALES:
            size = [int(side / (world * scale) + 1e-6) for side in image.size]
            if min(size) < TILE:
                break
            scaled = image if size == list(image.size) else image.resize(size, Image.Resampling.BICUBIC)
            pyramid.append(torch.from_numpy(np.array(scaled)))
        levels[world] = pyramid
    return Region(region_name(path), organ_of(region_name(path)), levels)


def load_regions(folder: Path, held_out: bool = False, worlds: tuple[float, ...] = WORLDS) -> list[Region]:
    """The training regions of a folder, or the held-out ones."""
    paths = [p for p in list_images(folder) if (region_name(p) in HELD_OUT) == held_out]
    if not paths:
        raise FileNotFoundError(f"data: expected {'held-out' if held_out else 'training'} regions in {folder} but got none")
    return [load_region(p, worlds) for p in paths]
