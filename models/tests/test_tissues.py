import torch
import torch.nn.functional as F

from tessera_models import tissues
from tessera_models.train_layout import LABELS


def test_a_cell_has_the_name_of_the_nearest_cluster_or_none():
    vectors, names = torch.eye(64)[:3], ["fat", "", "stroma"]
    table = torch.stack([torch.eye(64)[0], torch.eye(64)[1], torch.eye(64)[2], torch.eye(64)[9]]).T.reshape(64, 2, 2)
    assert tissues.tissue_map(8 * table, vectors, names).tolist() == [[1, 0], [4, 0]]


def test_a_crop_is_named_by_what_most_of_it_shows():
    assert tissues.mostly(torch.tensor([[2, 2], [2, 0]])) == 2
    assert tissues.mostly(torch.tensor([[2, 2], [1, 0]])) == 0
    assert tissues.mostly(torch.zeros(3, 3, dtype=torch.int64)) == 0


def test_clusters_are_found_again_where_their_regions_are(regions):
    regions = [*regions]
    regions[0].name, name = "prad_57", regions[0].name
    maps = [{1.0: torch.randn(64, 31, 31)} for _ in regions]
    vectors, names = tissues.middles(regions, maps)
    regions[0].name = name
    assert names == ["glands"]
    assert torch.allclose(F.normalize(vectors, dim=1), vectors, atol=1e-5)
    assert tissues.middles(regions, maps)[1] == []
    assert LABELS == ("any", "breast", "prostate", *tissues.NAMES)
