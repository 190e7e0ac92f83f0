import torch

from tessera_models.autoencoder import Decoder, Encoder
from tessera_models.critic import Critic
from tessera_models.denoiser import Denoiser
from tessera_models.embedder import Embedder, contrastive_loss
from tessera_models.layers import Conv
from tessera_models.layout import Layout
from tessera_models.metrics import lattice_peak
from tessera_models.roles import DENOISER, sample_inputs
from tessera_models.summarizer import Summarizer


def test_padding_thin_convolutions_changes_no_value():
    conv, x = Conv(3, 4, 3, padding=1), torch.randn(2, 3, 8, 8)
    assert torch.allclose(conv.train()(x), conv.eval()(x), atol=1e-6)


def test_shapes():
    image = torch.randn(2, 3, 256, 256)
    assert Embedder((16, 16, 16))(image).shape == (2, 64)
    assert Encoder((16, 16))(image).shape == (2, 4, 32, 32)
    assert Decoder((16, 16, 16, 16))(torch.randn(2, 4, 32, 32)).shape == (2, 3, 256, 256)
    assert Critic(16)(torch.randn(1, 3, 64, 64)).shape == (1, 1, 8, 8)
    assert Denoiser((16, 16, 32))(*sample_inputs(DENOISER, 2)).shape == (2, 4, 32, 32)


def test_embeddings_have_length_eight():
    assert torch.allclose(Embedder((16, 16, 16))(torch.randn(3, 3, 64, 64)).norm(dim=1), torch.full((3,), 8.0), atol=1e-3)


def test_the_summarizer_takes_any_grid_and_repeats_small_ones():
    net, mag = Summarizer(1).eval(), torch.zeros(1, dtype=torch.int64)
    small = torch.randn(1, 64, 2, 2)
    large = small.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert net(torch.randn(1, 64, 1, 1), mag).shape == (1, 65, 128)
    assert torch.allclose(net(small, mag), net(large, mag), atol=1e-5)


def test_a_flat_latent_decodes_without_a_lattice():
    decoder = Decoder((16, 16, 16, 16))
    for p in decoder.parameters():
        torch.nn.init.normal_(p, std=0.1)
    with torch.no_grad():
        picture = decoder(torch.full((1, 4, 32, 32), 0.7))[..., 96:-96, 96:-96]
    assert (picture - picture.mean((2, 3), keepdim=True)).abs().max() < 1e-4


def test_the_layout_takes_any_side():
    net = Layout(3, 16)
    for side in ((1, 1), (5, 9), (64, 64)):
        out = net(torch.randn(1, 64, *side), torch.ones(1), torch.zeros(1, dtype=torch.int64))
        assert out.shape == (1, 64, *side)


def test_the_lattice_is_seen_where_there_is_one():
    noise = torch.randn(4, 3, 256, 256)
    wave = torch.cos(torch.arange(256) * 2 * torch.pi / 8)
    assert lattice_peak(noise) < 2
    assert lattice_peak(noise + 0.4 * wave) > 10


def test_contrast_is_least_for_twins():
    a = torch.nn.functional.normalize(torch.randn(8, 64), dim=1)
    assert contrastive_loss(a, a) < contrastive_loss(a, a.roll(1, 0))
