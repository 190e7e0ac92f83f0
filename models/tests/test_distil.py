import pytest
import torch

from tessera_models import batches, samples
from tessera_models.autoencoder import Decoder, Encoder
from tessera_models.denoiser import Denoiser
from tessera_models.diffusion import LATENT, estimate, noised
from tessera_models.embedder import Embedder
from tessera_models.roles import FOLDED, sample_inputs
from tessera_models.train_denoiser import Networks
from tessera_models.train_distil import DistilStage, Teacher, pupil_of


@pytest.fixture
def stage(regions, monkeypatch):
    # Synthetic slides end at 5x: leave out what they lack.
    monkeypatch.setattr(batches, "FIRST", 8)
    monkeypatch.setattr(samples, "MAGNIFICATIONS", torch.tensor([0.6, 0.2, 0.2, 0.0, 0.0]))
    monkeypatch.setattr(samples, "CASCADED", torch.tensor([1.0, 0.0, 0.0]))
    networks = Networks().eval().requires_grad_(False)
    torch.nn.init.normal_(networks.denoiser.out.weight, std=0.1)
    return DistilStage(regions[:1], Embedder(), Encoder().eval(), Decoder().eval(), networks, 3, torch.device("cpu"), batch=6)


def test_a_pupil_begins_as_its_teacher_at_any_scale():
    teacher = Denoiser((16, 16, 32)).eval()
    for p in teacher.parameters():
        torch.nn.init.normal_(p, std=0.1)
    *inputs, scale = sample_inputs(FOLDED, 2)
    with torch.no_grad():
        assert torch.equal(pupil_of(teacher).eval()(*inputs, scale), teacher(*inputs))


def test_one_step_to_the_target_ends_where_the_teacher_s_two_do(stage):
    """The teacher is replaced by one whose answers are easy to follow by hand: v = x, and twice that with a context."""
    stage.teach = lambda x, t, context, *rest: x * (1 + context.any(-1).any(-1).float().view(-1, 1, 1, 1))
    x, scale, context = torch.randn(1, 4, 32, 32), torch.tensor([1.5]), torch.ones(1, 65, 128)
    guidance = [torch.zeros(1, 3, 64, 64), torch.zeros(1), torch.zeros(1)]
    target = stage.target(x, torch.tensor([500]), scale, context, guidance)
    table = LATENT.abar()

    def ddim(at, x0, here, there):
        noise = (at - table[here - 1].sqrt() * x0) / (1 - table[here - 1]).sqrt()
        return noised(x0, noise, table[there - 1])

    middle = ddim(x, estimate(x, 2.5 * x, table[499]), 500, 438)
    wanted = ddim(middle, estimate(middle, 2.5 * middle, table[437]), 438, 375)
    assert torch.allclose(ddim(x, target, 500, 375), wanted, atol=1e-4)


def test_the_last_target_is_a_clean_picture(stage):
    stage.teach = lambda x, *rest: torch.zeros_like(x)
    x = torch.randn(1, 4, 32, 32)
    guidance = [torch.zeros(1, 3, 64, 64), torch.zeros(1), torch.zeros(1)]
    for t in (1, 40, 62, 125):
        target = stage.target(x, torch.tensor([t]), torch.ones(1), torch.ones(1, 65, 128), guidance)
        assert target.isfinite().all()
        assert torch.allclose(target.std(), x.std(), rtol=0.2)


def test_a_step_teaches_and_leaves_the_teacher_alone(stage):
    before = Teacher(stage.networks).state_dict()
    assert 0 <= stage.step(0, 0.5)["all"] < 5
    assert Teacher(stage.networks).state_dict() == before == stage.parts()["teacher"].state_dict()
