"""
Makes the small pack of kind `pyramid` and its bundle: python parity/make/pyramid.py OUT. The picture is that of the plain
loop in bench/peer: three levels whose ratios differ, sides that are multiples of nothing, a guidance scale.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import nets
from bundle import SCALED, write_bundle

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "peer"))
import graphs as peer  # noqa: E402
from plan import Level, make_levels  # noqa: E402
from render import render  # noqa: E402

NAME = "small-guided"
SIZE, POWER, STRIDE = (268, 132), 20, 12
SETTINGS = {"steps": 6, "window": "cosine", "guidanceScale": 1.5, "guideBlur": 0.3}
rng = np.random.default_rng(4)


def main(folder: Path) -> None:
    networks = {
        "denoiser": nets.make(nets.GuidedDenoiser, 11, 4.0),
        "decoder": nets.make(nets.Decoder, 12, 3.0),
        "summarizer": nets.make(nets.Summarizer, 13),
    }
    scheduler = {**SCALED, "prediction_type": "v_prediction"}
    guide = {"ratio": 4, "blur": [[500, 1.0], [0, 0.0]], "floor": 0.25}
    manifest = write_bundle(folder / NAME, NAME, networks, scheduler=scheduler, guide=guide)
    out = folder / "small-pyramid"
    out.mkdir(exist_ok=True)

    levels = make_levels(manifest, (SIZE[1], SIZE[0]), POWER, 1 - STRIDE / nets.SIDE)
    name = {level.index: f"{POWER / level.scale:g}" for level in levels}
    coarsest = levels[-1]
    cells = [-(-side * int(coarsest.scale) // nets.PIXELS) for side in coarsest.size]
    grid = rng.standard_normal((nets.EMBEDDING, *cells)).astype(np.float32)
    noise = {level.index: rng.standard_normal((nets.CHANNELS, *level.latent(nets.SIDE))).astype(np.float32) for level in levels}
    seen: dict[int, list[np.ndarray]] = {}

    def observe(level: Level, step: int, x: np.ndarray) -> None:
        if step in (0, 2, SETTINGS["steps"] - 1):
            seen.setdefault(level.index, []).append(x)

    loop = {"canvas": SIZE, "power": POWER, "overlap": 1 - STRIDE / nets.SIDE, "batch": 4, **SETTINGS}
    image = render(peer.Graphs(folder / NAME, 1), grid, loop, lambda level, *_: noise[level.index], observe)

    np.save(out / "grid.npy", grid)
    for index, power in name.items():
        np.save(out / f"noise{power}.npy", noise[index])
        np.save(out / f"x{power}.npy", np.stack(seen[index]))
    Image.fromarray(image).save(out / "image.png", optimize=True)
    case = {
        "kind": "pyramid",
        "bundle": NAME,
        "bundleManifestSha256": hashlib.sha256((folder / NAME / "manifest.json").read_bytes()).hexdigest(),
        "size": SIZE,
        "powers": [float(power) for power in reversed(name.values())],
        "stride": STRIDE,
        "fusion": "overlap",
        "sampler": "dpmpp-2m",
        "projection": "input",
        "lead": "all",
        **SETTINGS,
        # Rounding where one should truncate moves half of all values by one.
        "tolerance": {**{f"x{power}": 1e-4 for power in name.values()}, "image": {"max": 1, "p99": 0.5, "rms": 0.05}},
    }
    (out / "case.json").write_text(json.dumps(case, indent=1) + "\n")
    print({power: (seen[index][-1].std(), seen[index][-1].shape) for index, power in name.items()}, image.std())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
