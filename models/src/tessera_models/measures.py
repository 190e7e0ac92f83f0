"""The parts of an evaluation. Each measures a bundle, adds rows to the table and returns rows of pictures."""

from __future__ import annotations

import time

import torch

from . import metrics, runtime
from .augment import resize, window
from .bundle import Bundle
from .canvas import Settings
from .data import TILE, Region
from .diffusion import LATENT, SAMPLERS, min_snr, noised, velocity

NAMES = {0: "20x", 2: "5x", 4: "1.25x"}
# Below about this many tiles a Frechet distance says more about the number than about the tiles.
LEAST = 24


def tiles(regions: list[Region], magnification: int, count: int, seed: int) -> tuple[torch.Tensor, list[tuple[int, int, int]]]:
    """`count` distinct tiles [n,3,256,256] and their places (region, y, x); at 5x and above crops may overlap by half."""
    step = TILE if magnification == 0 else TILE // 2 if magnification < 3 else TILE // 8
    places = []
    for i, region in enumerate(regions):
        if len(region.levels[1.0]) > magnification:
            h, w, _ = region.levels[1.0][magnification].shape
            places += [(i, y, x) for y in range(0, h - TILE + 1, step) for x in range(0, w - TILE + 1, step)]
    order = torch.randperm(len(places), generator=runtime.generator(seed, 31))[:count]
    chosen = [places[i] for i in order]
    return torch.stack([window(regions[i].levels[1.0][magnification], y, x, TILE) for i, y, x in chosen]), chosen


def grids_of(model: Bundle, regions: list[Region], places: list, magnification: int) -> torch.Tensor:
    """Raw grids [n,E,g,g] of tiles by the bundle's own embedder, one vector a 256 px tile at the finest scale."""
    entry = model.manifest["magnifications"][magnification]
    scale, g, out = entry["scale"], entry["grid"], []
    for i, y, x in places:
        level = regions[i].levels[1.0][0]
        cells = torch.stack([window(level, y * scale + r * TILE, x * scale + c * TILE, TILE) for r in range(scale) for c in range(scale)])
        vectors = model.run("embedder", cells, batch=8).T.reshape(1, -1, scale, scale)
        out.append(torch.nn.functional.avg_pool2d(vectors, scale // g)[0])
    return torch.stack(out)


def sample_tiles(model: Bundle, grids: torch.Tensor, magnification: int, guides, settings: Settings, seed: int, blur: float | None = None) -> torch.Tensor:
    """Tiles [n,3,256,256] of raw grids, guided or not, each for itself."""
    context = model.context(grids, magnification)
    x = torch.randn(len(grids), 4, 32, 32, generator=runtime.generator(seed, 32))
    blur = settings.blur if blur is None else blur
    predict = lambda a, t: model.predict(a, t, context, guides, blur, settings.scale, settings.role)  # noqa: E731
    z = SAMPLERS[settings.sampler](predict, x, LATENT.abar(), settings.steps)
    return model.run("decoder", z, batch=4).clamp(-1, 1)


def reconstruction(model, held, train, judges, settings, count, seed, table) -> list:
    """PSNR, SSIM and the lattice of decoded held-out tiles."""
    rows = []
    for magnification, goal in ((0, 26.0), (2, 21.5), (4, None)):
        real, _ = tiles(held, magnification, min(count, 48), seed)
        z = model.run("encoder", real, batch=4)
        made = model.run("decoder", z, batch=4).clamp(-1, 1)
        name = NAMES[magnification]
        table.add(f"reconstruction PSNR dB, {name}", metrics.psnr(made, real), goal, f"n = {len(real)}")
        table.add(f"reconstruction SSIM, {name}", metrics.ssim(made, real))
        table.add(f"power at f = 1/8 over neighbours, decoded, {name}", metrics.lattice_peak(made), metrics.lattice_peak(real), "reference: the real tiles")
        rows.append((f"{name}: real and reconstructed, in pairs", [p for pair in zip(real[:4], made[:4], strict=True) for p in pair]))
    return rows


def distances(table, judges, label: str, made: torch.Tensor, held: torch.Tensor, train: torch.Tensor) -> None:
    """Kernel and Frechet distance of generated to held-out tiles, beside training to held-out tiles at equal n."""
    n = min(len(made), len(held), len(train))
    note = f"n = {n}" + ("" if n >= LEAST else ", too few for a judgement")
    for judge in judges:
        a, b, c = judge(made[:n]), judge(held[:n]), judge(train[:n])
        for name, measure in (("kernel x1000", metrics.kernel_distance), ("Frechet", metrics.frechet)):
            table.add(f"{name}, {judge.name}, {label}", metrics.bootstrap(measure, a, b), metrics.bootstrap(measure, c, b), note)


def memorisation(table, judge, label: str, made, held, train) -> tuple[torch.Tensor, torch.Tensor]:
    """How near generated tiles come to training tiles, beside how near held-out ones do; returns the closest pair."""
    m, h, t = judge(made), judge(held), judge(train)
    found, index = metrics.nearest(m, t)
    reference, _ = metrics.nearest(h, t)
    table.add(f"median distance to the nearest training tile, {label}, over held-out tiles'", float(found.median() / reference.median()), 0.9, f"among {len(t)} training tiles")
    closest = int(found.argmin())
    return made[closest], train[int(index[closest])]


def guided(model, held, train, judges, settings, count, seed, table) -> list:
    """20x and 5x tiles under a real coarser picture and the real grid of held-out tissue."""
    rows = []
    for magnification in (0, 2):
        real, places = tiles(held, magnification, count, seed)
        known, _ = tiles(train, magnification, count, seed + 1)
        guides = resize(real, 64)
        made = sample_tiles(model, grids_of(model, held, places, magnification), magnification, guides, settings, seed, blur=0.0)
        name = NAMES[magnification]
        distances(table, judges, f"{name} under a real guide", made, real, known)
        table.add(f"guide residual mean |G - Down|, {name}", float((resize(made, 64) - guides).abs().mean()))
        table.add(f"fine energy, {name} under a real guide", metrics.fine_energy(made), metrics.fine_energy(real), "reference: the real tiles")
        rows.append((f"{name} under a real guide: real and generated, in pairs", [p for pair in zip(real[:4], made[:4], strict=True) for p in pair]))
    return rows


def obedience(model, held, train, judges, settings, count, seed, table) -> list:
    """Weighted v-loss of the plain denoiser on held-out tiles with their grid, with another tile's, and without; and under a real guide."""
    abar = LATENT.abar()
    for magnification in (0, 2, 4):
        real, places = tiles(held, magnification, min(count, 32), seed)
        z = model.run("encoder", real, batch=4)
        context = model.context(grids_of(model, held, places, magnification), magnification)
        rng = runtime.generator(seed, 34)
        losses = {"its grid": 0.0, "another's": 0.0, "none": 0.0, "its guide": 0.0}
        times = range(40, 1000, 80)
        for t in times:
            a, noise = abar[t - 1], torch.randn(z.shape, generator=rng)
            x = noised(z, noise, a)
            weight = float(min_snr(a))
            for kind, told, guide in (
                ("its grid", context, None),
                ("another's", context.roll(1, 0), None),
                ("none", torch.zeros_like(context), None),
                ("its guide", context, resize(real, 64)),
            ):
                v = model.predict(x, t, told, guide, 0.0, role=model.plain)
                losses[kind] += weight * float((v - velocity(z, noise, a)).pow(2).mean()) / len(times)
        name = NAMES[magnification]
        for kind, value in losses.items():
            table.add(f"weighted v-loss, {name}, {kind}", round(value, 4), note=f"n = {len(z)}")
    return []


def speed(model, held, train, judges, settings, count, seed, table) -> list:
    """Milliseconds of one evaluation in ONNX Runtime on `threads` CPU threads."""
    for batch in (1, 8):
        x, context = torch.randn(batch, 4, 32, 32), torch.randn(batch, 65, model.manifest["conditioning"]["width"])
        guide = torch.zeros(batch, 3, 64, 64)
        for name, call in (("denoiser", lambda: model.predict(x, 500, context, guide, 0.2)), ("decoder", lambda: model.run("decoder", x))):
            call()
            times = []
            for _ in range(5):
                began = time.perf_counter()
                call()
                times.append(1000 * (time.perf_counter() - began) / batch)
            table.add(f"{name}, ms a tile at batch {batch}", min(times), note=f"{model.threads} thread, best of 5")
    return []
