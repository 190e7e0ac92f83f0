import pytest
import torch

from tessera_models.diffusion import LATENT, SAMPLERS, Schedule, estimate, min_snr, noised, stratified_times, timesteps, velocity
from tessera_models.muon import Muon, orthogonal


def test_the_velocity_gives_the_clean_picture_back():
    x0, noise, abar = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8), torch.tensor(0.3)
    assert torch.allclose(estimate(noised(x0, noise, abar), velocity(x0, noise, abar), abar), x0, atol=1e-5)


def test_the_schedule_is_the_manifest_s():
    abar = LATENT.abar()
    assert abar.shape == (1000,)
    assert abar[0].item() == pytest.approx(1 - 0.0015, abs=1e-6)
    with pytest.raises(ValueError, match="expected scaled_linear"):
        Schedule(beta_schedule="linear").abar()


def test_timesteps_are_the_renderer_s():
    assert timesteps(4) == [1000, 750, 500, 250]


@pytest.mark.parametrize("steps", [1, 2, 8])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_perfect_denoiser_is_sampled_exactly(steps, sampler):
    x0, abar = torch.randn(1, 4, 4, 4), LATENT.abar()

    def predict(x, t):
        a = abar[t - 1]
        return (a.sqrt() * x - x0) / (1 - a).sqrt()

    assert torch.allclose(SAMPLERS[sampler](predict, torch.randn(1, 4, 4, 4), abar, steps), x0, atol=1e-4)


def test_stratified_times_cover_the_range_evenly():
    t = stratified_times(10, 1000, torch.Generator().manual_seed(0)).sort().values
    assert all(100 * i < int(v) <= 100 * (i + 1) for i, v in enumerate(t))


def test_weights_never_exceed_one():
    assert min_snr(LATENT.abar()).max() <= 1


def test_the_orthogonal_update_has_singular_values_near_one():
    for shape in ((32, 96), (96, 32)):
        s = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert s.min() > 0.5 and s.max() < 1.5


def test_muon_lowers_a_loss():
    w = torch.nn.Parameter(torch.randn(16, 16))
    goal, optimizer = torch.randn(16, 16), Muon([w], lr=0.2)
    first = (w - goal).pow(2).mean().item()
    for _ in range(60):
        optimizer.zero_grad()
        (w - goal).pow(2).mean().backward()
        optimizer.step()
    assert (w - goal).pow(2).mean().item() < 0.3 * first
