"""
How far real pictures are from what a bundle's autoencoder shows of them: python bench/peer/floor.py BUNDLE IMAGES

IMAGES is a folder of pictures at the finest scale. 1024 px regions of them are made 4 times smaller, encoded and decoded
as a level above would be; printed are mean and largest |G - Down(region)| on [-1, 1], as `npm run bench projections`
measures a rendered picture, and the root mean square of both in the band of periods below 8 px.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from guide import downscale

REGION, RATIO, COUNT = 1024, 4, 48


def regions(folder: Path) -> list[np.ndarray]:
    """All whole regions of the folder's pictures, [3, R, R] in [-1, 1]; the same 48 at every call."""
    found = []
    for path in sorted(folder.glob("*.jpg")):
        image = np.asarray(Image.open(path).convert("RGB"))
        height, width, _ = image.shape
        found += [image[y : y + REGION, x : x + REGION] for y in range(0, height - REGION + 1, REGION) for x in range(0, width - REGION + 1, REGION)]
    chosen = np.random.default_rng(0).permutation(len(found))[:COUNT]
    return [found[i].astype(np.float32).transpose(2, 0, 1) / 127.5 - 1 for i in chosen]


def fine(image: np.ndarray) -> float:
    frequency = np.fft.fftfreq(image.shape[1])
    spectrum = np.abs(np.fft.fft2(image, norm="forward")) ** 2
    return float(np.sqrt((spectrum * (np.hypot(frequency[:, None], frequency) >= 1 / 8)).sum() / len(image)))


def main(bundle: Path, folder: Path) -> dict[str, float]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    encoder, decoder = (onnxruntime.InferenceSession(bundle / f"{role}.onnx", options, ["CPUExecutionProvider"]) for role in ("encoder", "decoder"))
    rows = []
    for region in regions(folder):
        small = downscale(region, RATIO)
        shown = np.clip(decoder.run(None, {"z": encoder.run(None, {"image": small[None]})[0]})[0][0], -1, 1)
        residual = np.abs(shown - small)
        rows.append((residual.mean(), residual.max(), fine(small), fine(shown)))
    names = ("residualMean", "residualMax", "fineReal", "fineShown")
    return {name: round(float(value), 4) for name, value in zip(names, np.mean(rows, 0), strict=True)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
