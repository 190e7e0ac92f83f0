import onnx
import pytest
import torch

from tessera_models import roles
from tessera_models.autoencoder import Decoder, Encoder
from tessera_models.denoiser import Denoiser
from tessera_models.embedder import Embedder
from tessera_models.export import write_role
from tessera_models.layout import Layout
from tessera_models.summarizer import Summarizer
from tessera_models.graphs import as_stored, weights_in
from tessera_models.weights import fill

TINY = {
    roles.DENOISER: lambda: Denoiser((16, 16, 32)),
    roles.FOLDED: lambda: Denoiser((16, 16, 32), folded=True),
    roles.DECODER: lambda: roles.Clamped(Decoder((16, 16, 16, 16))),
    roles.ENCODER: lambda: Encoder((16, 16)),
    roles.SUMMARIZER: lambda: Summarizer(1),
    roles.EMBEDDER: lambda: Embedder((16, 16, 16)),
    roles.LAYOUT: lambda: Layout(3, 16),
}


def drawn(role):
    """A tiny network of a role whose weights are all different (the exporter stores equal tensors once)."""
    module = TINY[role]().eval()
    for p in module.parameters():
        torch.nn.init.normal_(p, std=0.1)
    return as_stored(module, role.stored)


@pytest.mark.parametrize("role", TINY, ids=lambda r: f"{r.name}-{len(r.inputs)}")
def test_onnx_runtime_agrees_with_pytorch(role, tmp_path):
    entry, worst = write_role(drawn(role), role, tmp_path)
    assert worst <= role.tolerance
    model = onnx.load(tmp_path / entry["file"])
    assert model.opset_import[0].version >= 18
    assert [i.name for i in model.graph.input] == [e.name for e in role.inputs]
    batch = model.graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_param == "batch"


@pytest.mark.parametrize("role", TINY, ids=lambda r: f"{r.name}-{len(r.inputs)}")
def test_training_can_go_on_from_a_graph(role, tmp_path):
    module = drawn(role)
    entry, _ = write_role(module, role, tmp_path)
    torch.manual_seed(1)
    other = TINY[role]().eval()
    fill(other, weights_in(tmp_path / entry["file"]))
    inputs = roles.sample_inputs(role, 1)
    with torch.no_grad():
        assert torch.allclose(other(*inputs), module(*inputs), atol=1e-5)
