"""
Renders a picture by the plain loop: python bench/peer SETTINGS OUT

SETTINGS is JSON: bundle (folder), grid (.npy), seed or noise (folder of <magnification index>.npy, [C, h, w]), threads, and
what `render` takes. OUT is a picture file; the seconds each part took go to standard output as JSON.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from graphs import Graphs
from noise import initial_noise
from plan import Level
from render import render


def main(settings: dict, out: Path) -> dict[str, float]:
    started = time.perf_counter()
    graphs = Graphs(Path(settings["bundle"]), settings["threads"])
    loaded = time.perf_counter()

    def noise(level: Level, channels: int, height: int, width: int) -> np.ndarray:
        if "noise" in settings:
            return np.load(Path(settings["noise"]) / f"{level.index}.npy")
        return initial_noise(int(settings["seed"]), level.index, channels, height, width)

    image = render(graphs, np.load(settings["grid"]), settings, noise)
    rendered = time.perf_counter()
    Image.fromarray(image).save(out)
    ended = time.perf_counter()
    return {"load": loaded - started, "render": rendered - loaded, "write": ended - rendered, "total": ended - started}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))))
