"""Small synthetic slides: blobs on pink, 1,100 px, enough for every magnification up to 5x."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tessera_models.data import Region, load_regions


@pytest.fixture(scope="session")
def slides(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    for name, seed in (("brca_1", 1), ("brca_47", 2), ("pan1024_a", 3)):
        rng = np.random.default_rng(seed)
        low = rng.integers(90, 250, (35, 35, 3), dtype=np.uint8)
        Image.fromarray(low).resize((1100, 1100), Image.Resampling.BICUBIC).save(folder / f"{name}_real.png")
    return folder


@pytest.fixture(scope="session")
def regions(slides) -> list[Region]:
    return load_regions(slides)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    torch.manual_seed(0)
