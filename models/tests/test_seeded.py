import json

import numpy as np
import pytest
import torch

from tessera_models import seeded
from tessera_models.bundle import Bundle


@pytest.fixture
def bundle(tmp_path) -> Bundle:
    """No graphs: three example grids, of a training region, of a held-out one and of one that is too small."""
    examples = [{"name": name, "file": f"{name}.npy", "shape": [2, side, side]} for name, side in (("brca_1", 16), ("brca_47", 16), ("pan1024_a", 4))]
    for example in examples:
        np.save(tmp_path / example["file"], np.zeros(example["shape"], np.float32))
    (tmp_path / "manifest.json").write_text(json.dumps({"examples": examples, "graphs": {}}))
    return Bundle(tmp_path)


def test_grids_of_held_out_regions_and_of_small_ones_are_left_out(bundle):
    assert list(seeded.example_grids(bundle)) == ["brca_1"]


def test_the_middle_at_20x_is_guided_by_what_lies_above_it(bundle, monkeypatch):
    asked = {}
    monkeypatch.setattr(seeded, "render_level", lambda model, grid, magnification, side, above, settings, rng: asked.update(grid=grid, side=side, above=above))
    # Both say where they are, in cells of the grid: a cell is 64 px of the 5x picture.
    at = torch.arange(16.0).expand(1, 16, 16)
    seeded.finest(bundle, at, (torch.arange(1024) // 64).float().expand(3, 1024, 1024), None, None)
    assert asked["side"] == 256 * asked["grid"].shape[-1]
    assert torch.equal(asked["above"][0, 0, ::64], asked["grid"][0, 0])


def test_tiles_are_cut_at_every_step():
    assert seeded.cut(torch.zeros(3, 1024, 1024), 128).shape == (49, 3, 256, 256)
