import pytest
import torch

from tessera_models import metrics
from tessera_models.canvas import fuse, starts, tile_grid, window
from tessera_models.evaluate import Table
from tessera_models.judges import RandomJudge


def test_psnr_of_a_known_error():
    a = torch.zeros(2, 3, 32, 32)
    assert metrics.psnr(a, a + 0.2) == pytest.approx(20.0, abs=1e-3)


def test_ssim_of_a_picture_with_itself_is_one():
    a = torch.rand(1, 3, 32, 32) * 2 - 1
    assert metrics.ssim(a, a) == pytest.approx(1.0, abs=1e-5)


def test_distances_of_equal_laws_are_near_zero_and_grow_with_a_shift():
    a, b = torch.randn(400, 8), torch.randn(400, 8)
    assert metrics.frechet(a, b) < 0.5 < metrics.frechet(a, b + 1)
    assert abs(metrics.kernel_distance(a, b)) < 60 < metrics.kernel_distance(a, b + 1)


def test_the_interval_holds_the_measure_s_neighbourhood():
    value, low, high = metrics.bootstrap(metrics.kernel_distance, torch.randn(100, 4), torch.randn(100, 4) + 0.5)
    assert low <= high and low - abs(value) < value < high + abs(value)


def test_seams_are_seen():
    smooth = torch.linspace(-1, 1, 512).expand(3, 512, 512) * 0.5 + 0.01 * torch.randn(3, 512, 512)
    seamed = smooth.clone()
    seamed[:, :, 192:] += 0.3
    assert metrics.seam_ratio(smooth, 192) == pytest.approx(1.0, abs=0.1)
    assert metrics.seam_ratio(seamed, 192) > 1.5


def test_windows_cover_a_canvas_and_fuse_to_what_they_agree_on():
    at, padded = starts(128, 24)
    assert at == [0, 24, 48, 72, 96] and padded == 128
    canvas = torch.randn(1, 4, padded, padded)
    corners = [(y, x) for y in at for x in at]
    tiles = torch.stack([canvas[0, :, y : y + 32, x : x + 32] for y, x in corners])
    assert torch.allclose(fuse(tiles, corners, padded, window()), canvas, atol=1e-5)


def test_a_tile_on_the_lattice_reads_its_own_cells():
    grid = torch.arange(64.0).reshape(1, 8, 8)
    assert torch.equal(tile_grid(grid, 2, 4, 2, 2, 1)[0], grid[0, 2:4, 4:6])
    assert tile_grid(grid, 0, 0, 8, 4, 2)[0, 0, 0] == grid[0, :2, :2].mean()


def test_random_features_are_the_same_every_time():
    pictures = torch.rand(2, 3, 64, 64)
    assert torch.equal(RandomJudge()(pictures), RandomJudge()(pictures))


def test_the_table_prints_intervals():
    table = Table()
    table.add("x", (1.0, 0.5, 1.5), 2.0, "n = 3")
    assert "| x | 1.000 [0.500, 1.500] | 2.000 | n = 3 |" in table.text()
