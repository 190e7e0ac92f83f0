import pytest
import torch
import torch.nn.functional as F

from tessera_models import roles
from tessera_models.denoiser import Denoiser
from tessera_models.diffusion import LATENT
from tessera_models.export import write_role
from tessera_models.graphs import as_stored
from tessera_models.inversion import Inversion
from tessera_models.summarizer import Summarizer, standardise


@pytest.fixture(scope="module")
def networks():
    torch.manual_seed(0)
    made = Denoiser((16, 16, 32)).eval(), Summarizer(1).eval()
    for module in made:
        for p in module.parameters():
            torch.nn.init.normal_(p, std=0.1)
        as_stored(module, roles.INVERSION.stored)
    return made


@pytest.fixture(scope="module")
def inversion(networks):
    return Inversion(*networks)


def loss_as_written(networks, grid, x, t, noise, weight, magnification):
    """The loss of condition inversion as the paper has it, for PyTorch to differentiate."""
    denoiser, summarizer = networks
    s = standardise(grid)
    none = torch.zeros(1)
    v = denoiser(x, t, summarizer(s, magnification), torch.zeros(1, 3, 64, 64), none, none)
    abar = LATENT.abar()[int(t) - 1]
    error = (abar.sqrt() * v + (1 - abar).sqrt() * x - noise).square().sum()
    vectors = F.normalize(s.flatten(2)[0], dim=0)
    return weight[0] * error - 0.05 * (vectors.T @ vectors).mean()


@pytest.mark.parametrize("side", [1, 2, 4, 8])
def test_loss_and_gradient_are_those_of_autograd(networks, inversion, side):
    grid, x, t, noise, weight, magnification = roles.sample_inputs(roles.INVERSION, 1, seed=side, free=side)
    grid.requires_grad_(True)
    wanted = loss_as_written(networks, grid, x, t, noise, weight, magnification)
    wanted.backward()
    loss, gradient = inversion(grid.detach(), x, t, noise, weight, magnification)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert torch.allclose(gradient, grid.grad, atol=1e-4 * float(grid.grad.abs().max()))


def test_without_weight_only_the_cosine_term_is_left(inversion):
    grid, x, t, noise, _, magnification = roles.sample_inputs(roles.INVERSION, 1, free=2)
    loss, _ = inversion(grid, x, t, noise, torch.zeros(1), magnification)
    vectors = F.normalize(standardise(grid).flatten(2)[0], dim=0)
    assert loss.item() == pytest.approx(-0.05 * float((vectors.T @ vectors).mean()), abs=1e-6)


def test_onnx_runtime_agrees_for_grids_of_any_side(inversion, tmp_path):
    entry, worst = write_role(inversion, roles.INVERSION, tmp_path)
    assert worst <= roles.INVERSION.tolerance
    assert entry["inputs"]["grid"]["shape"] == [1, 64, -1, -1]
