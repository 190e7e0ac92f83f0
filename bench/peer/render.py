"""The plain loop: level by level, step by step, batch by batch."""

from collections.abc import Callable

import numpy as np

from conditioning import pool, standardise, tile_grid
from graphs import Graphs
from guide import crop, downscale, softness
from plan import Level, make_levels
from schedule import Schedule
from window import Blend, window

Noise = Callable[[Level, int, int, int], np.ndarray]
"""Starting noise [C, h, w] of a level."""

Observer = Callable[[Level, int, np.ndarray], None]
"""Is told the latent of a level after each step."""


def _contexts(graphs: Graphs, level: Level, grid: np.ndarray, batch: int) -> np.ndarray:
    tile = graphs.manifest["tile"]
    factor = round(level.scale / level.grid_side)
    pooled, cell = pool(grid, max(factor, 1)), tile["pixels"] * max(factor, 1) / level.scale
    grids = [
        standardise(tile_grid(pooled, cell, level.grid_side, tile["pixels"], top * tile["downsample"], left * tile["downsample"]))
        for top, left in level.windows()
    ]
    parts = [np.stack(grids[i : i + batch]) for i in range(0, len(grids), batch)]
    return np.concatenate([graphs.run("summarizer", grid=p, magnification=np.full(len(p), level.index, np.int64)) for p in parts])


def _guides(manifest: dict, level: Level, above: Level, picture: np.ndarray) -> np.ndarray:
    tile = manifest["tile"]
    ratio = round(above.scale / level.scale)
    side = tile["pixels"] // ratio
    places = [(top * tile["downsample"] // ratio, left * tile["downsample"] // ratio) for top, left in level.windows()]
    return np.stack([downscale(crop(picture, top, left, side), manifest["guide"]["ratio"] / ratio) for top, left in places])


def _predict(graphs: Graphs, x: np.ndarray, t: int, context: np.ndarray, scale: float, extra: dict[str, np.ndarray]) -> np.ndarray:
    n = len(x)
    if scale == 1:
        return graphs.run("denoiser", x=x, t=np.full(n, t, np.float32), context=context, **extra)
    both = {name: np.concatenate([value, value]) for name, value in extra.items()}
    context = np.concatenate([context, np.zeros_like(context)])
    out = graphs.run("denoiser", x=np.concatenate([x, x]), t=np.full(2 * n, t, np.float32), context=context, **both)
    return out[n:] + np.float32(scale) * (out[:n] - out[n:])


def _sample(graphs: Graphs, level: Level, x: np.ndarray, context: np.ndarray, guide: np.ndarray | None, settings: dict, observe: Observer) -> np.ndarray:
    tile, schedule = graphs.manifest["tile"], Schedule(graphs.manifest["scheduler"], settings["steps"])
    side, windows, batch = tile["size"], level.windows(), settings["batch"]
    weights = window(settings["window"], side)
    present = guide is not None
    if guide is None:
        guide = np.zeros((len(windows), 3, tile["pixels"] // 4, tile["pixels"] // 4), np.float32)
        blur = 0.0
    else:
        blur = softness(graphs.manifest["guide"], schedule.timesteps[-1], settings.get("guideBlur"))
    previous = None
    for step, t in enumerate(schedule.timesteps):
        fused = Blend(*x.shape, weights)
        for i in range(0, len(windows), batch):
            part = windows[i : i + batch]
            tiles = np.stack([x[:, top : top + side, left : left + side] for top, left in part])
            extra = {
                "guide": guide[i : i + batch],
                "guidePresent": np.full(len(part), present, np.float32),
                "guideBlur": np.full(len(part), blur, np.float32),
            }
            prediction = _predict(graphs, tiles, t, context[i : i + batch], settings["guidanceScale"], extra)
            for (top, left), estimate in zip(part, schedule.clean(tiles, prediction, step), strict=True):
                fused.add(estimate, top, left)
        x0 = fused.result()
        x, previous = schedule.dpmpp_2m(step, x, x0, previous), x0
        observe(level, step, x)
    return x


def _decode(graphs: Graphs, level: Level, z: np.ndarray, settings: dict, clamp: bool) -> np.ndarray:
    """The picture of a level with what its windows reach beyond it, [3, H, W]: frames blended by the window at pixels."""
    tile = graphs.manifest["tile"]
    side, down, batch, windows = tile["size"], tile["downsample"], settings["batch"], level.windows()
    blend = Blend(3, z.shape[1] * down, z.shape[2] * down, window(settings["window"], tile["pixels"]))
    for i in range(0, len(windows), batch):
        part = windows[i : i + batch]
        images = graphs.run("decoder", z=np.stack([z[:, top : top + side, left : left + side] for top, left in part]))
        for (top, left), image in zip(part, np.clip(images, -1, 1) if clamp else images, strict=True):
            blend.add(image, top * down, left * down)
    return blend.result()


def render(graphs: Graphs, grid: np.ndarray, settings: dict, noise: Noise, observe: Observer = lambda *_: None) -> np.ndarray:
    """
    RGB [H, W, 3] uint8. `grid` holds the raw embedding vectors [E, H, W], one every tile at scale 1. `settings`: canvas
    [width, height] px, power, steps, overlap, window, guidanceScale, guideBlur (null: from the manifest), batch. Every
    level is finished before the next begins (`--lead all`), guided through the denoiser's input, by DPM-Solver++(2M).
    """
    width, height = settings["canvas"]
    manifest = graphs.manifest
    levels = make_levels(manifest, (height, width), settings["power"], settings["overlap"])
    guide = None
    for place in reversed(range(len(levels))):
        level = levels[place]
        h, w = level.latent(manifest["tile"]["size"])
        context = _contexts(graphs, level, grid, settings["batch"])
        x = _sample(graphs, level, noise(level, manifest["tile"]["channels"], h, w), context, guide, settings, observe)
        picture = _decode(graphs, level, x, settings, clamp=place > 0)
        if place > 0:
            guide = _guides(manifest, levels[place - 1], level, picture)
    rgb = np.clip((picture[:, :height, :width] + 1) * 127.5, 0, 255)
    return np.floor(rgb + 0.5).astype(np.uint8).transpose(1, 2, 0)
