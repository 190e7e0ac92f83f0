from pathlib import Path

import torch

from tessera_models import checkpoint
from tessera_models.denoiser import Denoiser
from tessera_models.graphs import weights_in
from tessera_models.train import trained
from tessera_models.train_denoiser import Networks
from tessera_models.weights import fill, unpack

MINI = Path(__file__).parents[1] / "histology-mini"


def test_training_goes_on_from_the_bundle_in_the_box(tmp_path):
    unpack(MINI, tmp_path)
    networks = trained(tmp_path, "denoiser", "average", Networks())
    plain = MINI / "denoiser.full.onnx"
    held = fill(Denoiser(), weights_in(plain if plain.exists() else MINI / "denoiser.onnx"))
    assert torch.equal(networks.denoiser.inward.weight, held.inward.weight)
    layout = checkpoint.load(tmp_path / "layout.pt")["parts"]
    assert layout["statistics"]["std"].min() > 0
    labels = layout["model"]["label.weight"]
    # Labels that a bundle lacks begin unlike all others.
    assert torch.cdist(labels, labels).add(torch.eye(len(labels)) * 100).min() > 5
