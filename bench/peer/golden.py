"""Renders a golden pack of kind `pyramid` by the plain loop and compares: python golden.py PACK BUNDLE"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from graphs import Graphs
from plan import Level
from render import render


def compare(pack: Path, bundle: Path) -> dict[str, float]:
    """Largest difference of every recorded output."""
    case = json.loads((pack / "case.json").read_text())
    graphs = Graphs(bundle, threads=1)
    finest = graphs.manifest["finest"]["power"]
    seen: dict[str, list[np.ndarray]] = {}

    def power(level: Level) -> str:
        return f"{finest / level.scale:g}"

    def observe(level: Level, step: int, x: np.ndarray) -> None:
        if step in (0, 2, case["steps"] - 1):
            seen.setdefault(f"x{power(level)}", []).append(x)

    settings = {
        "canvas": case["size"],
        "power": max(case["powers"]),
        "overlap": 1 - case["stride"] / graphs.manifest["tile"]["size"],
        "batch": 4,
        **{name: case[name] for name in ("steps", "window", "guidanceScale", "guideBlur")},
    }
    image = render(graphs, np.load(pack / "grid.npy"), settings, lambda level, *_: np.load(pack / f"noise{power(level)}.npy"), observe)
    expected = {name: np.load(pack / f"{name}.npy") for name in seen}
    differences = {name: float(np.abs(np.stack(x) - expected[name]).max()) for name, x in seen.items()}
    recorded = np.asarray(Image.open(pack / "image.png").convert("RGB"))
    differences["image"] = float(np.abs(image.astype(int) - recorded).max())
    return differences


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    tolerance = json.loads((folder / "case.json").read_text())["tolerance"]
    wrong = False
    for output, difference in compare(folder, Path(sys.argv[2])).items():
        wrong |= not difference <= tolerance[output]
        print(f"{output:8} {difference:.3g} of {tolerance[output]:g}")
    sys.exit(1 if wrong else 0)
