"""`tessera-models evaluate`: one table and one sheet of pictures of a bundle, against held-out regions."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import measures, runtime, seeded
from .bundle import Bundle
from .canvas import Settings
from .data import load_regions
from .judges import BundleJudge, RandomJudge
from .sheet import sheet


@dataclass
class Table:
    """Rows of measure, value and what it is held against; printed as Markdown, kept as JSON."""

    rows: list[dict] = field(default_factory=list)

    def add(self, measure: str, value, reference=None, note: str = "") -> None:
        """Add a row; numbers are rounded where they are printed."""
        self.rows.append({"measure": measure, "value": value, "reference": reference, "note": note})

    def text(self) -> str:
        """As a Markdown table."""
        lines = ["| measure | value | reference | note |", "|---|---|---|---|"]
        lines += [f"| {r['measure']} | {shown(r['value'])} | {shown(r['reference'])} | {r['note']} |" for r in self.rows]
        return "\n".join(lines)


def shown(value) -> str:
    """A number, or a triple of a value and its interval, as text."""
    if value is None:
        return ""
    if isinstance(value, (tuple, list)):
        return f"{value[0]:.3f} [{value[1]:.3f}, {value[2]:.3f}]"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def evaluate(bundle: Path, data: Path, judge: Path, out: Path, *, count: int = 96, canvases: int = 16, threads: int = 1, seed: int = 0, full: bool = False, say=print) -> Table:
    """Measure a bundle against the held-out regions of `data` and write `out/table.md`, `table.json` and `sheet.png`.

    judge: the bundle whose frozen embedder measures the distances; count: generated tiles a set (real sets have as many);
    canvases: how many are made from a seed; full: sample with the denoiser that the bundle's was distilled from, as it is best sampled.
    """
    runtime.use_threads(threads)
    model = Bundle(bundle, threads)
    held, train = load_regions(data, held_out=True, worlds=(1.0,)), load_regions(data, worlds=(1.0,))
    judges = [BundleJudge(judge), RandomJudge()]
    defaults = model.manifest.get("defaults", {})
    settings = Settings(
        sampler=defaults.get("sampler", "dpmpp-2m"),
        steps=defaults.get("steps", 10),
        scale=defaults.get("guidanceScale", 1.0),
        blur=model.manifest.get("guide", {}).get("floor", 0.25),
    )
    if full:
        settings = replace(settings, role=model.plain, sampler="dpmpp-2m", steps=10)
    table, rows = Table(), []
    began = time.monotonic()
    parts = (
        (measures.reconstruction, count),
        (measures.guided, count),
        (seeded.from_seed, canvases),
        (seeded.from_grids, canvases),
        (measures.obedience, count),
        (measures.speed, count),
    )
    for part, number in parts:
        rows += part(model, held, train, judges, settings, number, seed, table)
        say(f"{part.__name__}: {time.monotonic() - began:.0f} s")
    out.mkdir(parents=True, exist_ok=True)
    (out / "table.md").write_text(table.text() + "\n")
    (out / "table.json").write_text(json.dumps(table.rows, indent=1) + "\n")
    sheet(rows, out / "sheet.png")
    say(table.text())
    return table

