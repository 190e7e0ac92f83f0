"""Tissues by name: clusters of the embeddings that could be named by looking at their tiles.

k-means (14 clusters, on unit vectors) over one tile every 256 px of the training regions gave seven clusters that show one
tissue throughout: they carry the names below. The others follow a slide (its stain, its organ) more than a tissue, or mix
several; they have no name and keep their tiles from being given one. A cluster is told by four of its tiles, so that
any embedder finds it again.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .data import TILE, Region
from .places import STRIDE

NAMES = ("fat", "glands", "muscle", "stroma")
# Cluster -> its name, or "", and tiles in its middle: region, y and x in px of the finest level.
CLUSTERS: tuple[tuple[str, tuple[tuple[str, int, int], ...]], ...] = (
    ("fat", (("brca_27", 512, 3072), ("brca_27", 1536, 0), ("brca_27", 2816, 1024), ("brca_27", 1792, 1536))),
    ("fat", (("brca_34", 2048, 2304), ("brca_34", 3840, 2816), ("brca_34", 1280, 768), ("brca_34", 3328, 256))),
    ("glands", (("prad_57", 256, 2560), ("prad_57", 512, 0), ("prad_57", 3584, 2304), ("prad_57", 1024, 1536))),
    ("muscle", (("pan1024_5b91b6e1", 256, 512), ("prad_1", 3328, 3072), ("prad_1", 512, 3072), ("prad_1", 3328, 3840))),
    ("muscle", (("prad_1", 512, 1280), ("prad_1", 2048, 1280), ("prad_1", 1024, 256), ("prad_1", 1536, 1792))),
    ("stroma", (("brca_27", 768, 1536), ("brca_176", 768, 1792), ("brca_176", 3328, 768), ("brca_27", 1792, 1024))),
    ("stroma", (("brca_34", 3072, 1024), ("brca_34", 3328, 512), ("brca_34", 2048, 1792), ("brca_34", 2304, 256))),
    ("", (("prad_0", 2304, 2304), ("prad_0", 3328, 1792), ("prad_0", 2560, 1792), ("prad_0", 2816, 1280))),
    ("", (("prad_0", 1024, 768), ("prad_0", 768, 1792), ("prad_0", 256, 2304), ("prad_0", 1536, 1792))),
    ("", (("brca_27", 3584, 1536), ("brca_27", 3072, 3072), ("brca_27", 2816, 3840), ("brca_27", 2560, 2048))),
    ("", (("brca_176", 1536, 2048), ("brca_34", 0, 3584), ("brca_34", 1280, 3584), ("brca_34", 512, 3328))),
    ("", (("pan1024_1bd08a01", 256, 256), ("brca_176", 768, 768), ("pan1024_3f249866", 512, 768), ("pan1024_054a4902", 256, 512))),
)
# The cosine to a cluster's middle below which a tile has no name.
NEAR = 0.6


def middles(regions: list[Region], maps: list[dict[float, torch.Tensor]]) -> tuple[torch.Tensor, list[str]]:
    """Unit vectors [K,64] in the middle of the clusters whose tiles are among the regions, and their names."""
    known = {r.name: m[1.0] for r, m in zip(regions, maps, strict=True)}
    vectors, names = [], []
    for name, tiles in CLUSTERS:
        found = [known[region][:, y // STRIDE, x // STRIDE] for region, y, x in tiles if region in known]
        if found:
            vectors.append(F.normalize(F.normalize(torch.stack(found), dim=1).mean(0), dim=0))
            names.append(name)
    return torch.stack(vectors) if vectors else torch.zeros(0, 64), names


def tissue_map(table: torch.Tensor, vectors: torch.Tensor, names: list[str]) -> torch.Tensor:
    """What each cell of an embedding map [64,h,w] shows: int64 [h,w], 0 for nothing that has a name, 1.. in the order of NAMES."""
    _, h, w = table.shape
    if not names:
        return torch.zeros(h, w, dtype=torch.int64)
    cosine, which = torch.einsum("ke,ehw->khw", vectors, F.normalize(table, dim=0)).max(0)
    index = torch.tensor([NAMES.index(n) + 1 if n else 0 for n in names])
    return torch.where(cosine > NEAR, index[which], 0)


def mostly(cells: torch.Tensor, share: float = 0.6) -> int:
    """The tissue (1..) that at least `share` of a crop [h,w] of a tissue map shows, or 0."""
    counts = torch.bincount(cells.flatten(), minlength=len(NAMES) + 1)[1:]
    return int(counts.argmax()) + 1 if int(counts.max()) >= share * cells.numel() else 0
