import pytest
import torch

from tessera_models import augment, crops, runtime
from tessera_models.data import load_regions
from tessera_models.places import grid_at


def test_held_out_regions_are_never_loaded_for_training(slides, regions):
    assert [r.name for r in regions] == ["brca_1", "pan1024_a"]
    assert [r.name for r in load_regions(slides, held_out=True)] == ["brca_47"]


def test_levels_end_where_a_tile_no_longer_fits(regions):
    assert [tuple(level.shape[:2]) for level in regions[0].levels[1.0]] == [(1100, 1100), (550, 550), (275, 275)]


def test_a_folder_without_images_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder with .jpg"):
        load_regions(tmp_path)


def test_the_eight_symmetries_differ_and_keep_the_values():
    x = torch.arange(9.0).reshape(1, 3, 3)
    seen = {tuple(augment.symmetry(x, i).flatten().tolist()) for i in range(8)}
    assert len(seen) == 8
    assert torch.equal(augment.symmetry(x, 0), x)


def test_a_window_past_the_border_is_mirrored():
    level = torch.arange(4 * 4 * 3, dtype=torch.uint8).reshape(4, 4, 3)
    crop = augment.window(level, -1, 0, 4)
    assert torch.equal(crop[:, 0], crop[:, 2])


def test_neutral_stain_factors_change_nothing():
    image = torch.rand(3, 8, 8) * 1.8 - 0.9
    same = augment.stain(image, torch.tensor([[1.0, 1, 1], [0, 0, 0]]))
    assert (same - image).abs().max() < 1e-4


def test_blur_keeps_the_mean_and_zero_sigma_keeps_the_picture():
    image = torch.rand(2, 3, 64, 64)
    out = augment.gaussian_blur(image, torch.tensor([0.0, 4.0]))
    assert torch.allclose(out[0], image[0], atol=1e-6)
    assert out[1].std() < 0.2 * image[1].std()


def test_places_are_a_pure_function_of_the_generator(regions):
    draw = lambda: crops.choose_place(regions, 2, runtime.generator(5, 1))  # noqa: E731
    assert draw() == draw()
    picture = crops.pixels(regions, draw(), halo=32)
    assert picture.shape == (3, 320, 320)


def test_a_grid_reads_the_map_where_the_tile_lies():
    table = torch.zeros(64, 7, 7)
    table[0] = torch.arange(7.0)[None]
    place = crops.Place(0, 1.0, 1, 0, 64, 256)  # 512 px wide at the finest scale, from x = 128
    grid = grid_at({1.0: table}, place)
    assert grid.shape == (64, 2, 2)
    assert grid[0, 0].tolist() == [1.0, 3.0]
