"""Sheets of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw


def to_image(picture: torch.Tensor) -> Image.Image:
    """[3,H,W] in [-1,1] as an 8-bit picture."""
    return Image.fromarray(((picture.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy())


def sheet(rows: list[tuple[str, list[torch.Tensor]]], path: Path, side: int = 256) -> None:
    """Write rows of pictures, each with its caption above it, as one PNG; larger pictures are reduced to `side` px."""
    width = max(len(pictures) for _, pictures in rows) * (side + 4) + 4
    canvas = Image.fromarray(np.full((len(rows) * (side + 20) + 4, width, 3), 255, np.uint8))
    draw = ImageDraw.Draw(canvas)
    for i, (caption, pictures) in enumerate(rows):
        top = i * (side + 20)
        draw.text((4, top + 4), caption, fill=(0, 0, 0))
        for j, picture in enumerate(pictures):
            image = to_image(picture)
            if image.size != (side, side):
                image = image.resize((side, side), Image.Resampling.LANCZOS)
            canvas.paste(image, (4 + j * (side + 4), top + 18))
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.save(path)
