"""
Makes the small pack of parts: python parity/make/parts.py OUT. Needs torch, onnx, onnxscript and onnxruntime (the
environment of models/). Other shapes, another prediction and another ratio than a pack made elsewhere will have;
`--help` says how to have others still.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

import algorithm as a
import nets
from bundle import SCALED, write_bundle
from case import Pack
from runtimes import OnnxGraphs, TorchGraphs

SCHEDULER = {**SCALED, "prediction_type": "v_prediction"}
RATIO = 4
PRIOR = {"num_train_timesteps": 500, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "sample"}
COSINE = 0.05
rng = np.random.default_rng(3)


def normal(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


def latent(*before: int) -> tuple[int, ...]:
    return *before, nets.CHANNELS, nets.SIDE, nets.SIDE


def record_schedule(pack: Pack, schedule: a.Schedule) -> None:
    params = {"t": [400, 275, 150, 25], "stride": 125}
    x, eps, noise = (normal(4, 4, 6, 6) for _ in range(3))

    def outputs(_, offset: int = 0, more: int = 0) -> dict[str, np.ndarray]:
        abars = [schedule.abar(t + offset) for t in params["t"]]
        x0 = np.stack([schedule.clean("epsilon", x[i], eps[i], abar) for i, abar in enumerate(abars)])
        steps = [schedule.step(x[i], x0[i], noise[i], t, params["stride"] + more, offset) for i, t in enumerate(params["t"])]
        return {"x0": x0, "x_prev": np.stack(steps)}

    known = {"abar": {str(t): schedule.abar(t) for t in (1, 2, 250, 500)}, "beta": {str(t): float(schedule.beta[t - 1]) for t in (1, 500)}}
    mistakes = [("x_prev", "abar[t] for abar[t-1]", {"offset": 1}), ("x_prev", "stride + 1", {"more": 1})]
    pack.record("schedule", {**params, **known}, {"x": x, "eps": eps, "noise": noise, **outputs(None)}, outputs, mistakes)


def record_resizer(pack: Pack) -> None:
    images = {"even": normal(1, 3, 12, 18), "odd": normal(1, 3, 10, 13)}
    factors = [2, 3]

    def outputs(_, wrong: str = "") -> dict[str, np.ndarray]:
        made = {}
        for name, image in images.items():
            for p in factors:
                b, c, h, w = image.shape
                made[f"{name}_up{p}"] = a.resize(image, p)
                if wrong == "area" and name == "even":
                    made[f"{name}_down{p}"] = image.reshape(b, c, h // p, p, w // p, p).mean((3, 5))
                else:
                    made[f"{name}_down{p}"] = a.resize(image, 1 / p, antialias=not wrong)
        return made

    mistakes = [("even_down2", "no antialiasing", {"wrong": "plain"}), ("even_down3", "area average", {"wrong": "area"})]
    pack.record("resizer", {"factors": factors}, {**images, **outputs(None)}, outputs, mistakes)


def record_models(pack: Pack) -> None:
    params = {"image_step": 2, "repeat": nets.DOWN * 2}
    small = 1, 3, nets.PIXELS // params["repeat"], nets.PIXELS // params["repeat"]
    arrays = {"x": normal(*latent(2)), "t": np.float32([500, 37]), "z": normal(*latent(1)), "small": normal(*small), "mag": np.int64([1, 3])}
    arrays |= {"prior_x": normal(2, nets.WIDTH, nets.TOKENS), "prior_t": np.float32([499, 12]), "prior_label": np.int64([0, 3])}
    arrays |= {f"grid{g}": a.standardise(normal(2, nets.EMBEDDING, g, g)) for g in (1, 2, 4)}
    context = pack.exact.summarizer(arrays["grid2"], arrays["mag"])

    def outputs(graphs, factor: float = 1.0, biased: float = 1.0) -> dict[str, np.ndarray]:
        large = arrays["small"].repeat(params["repeat"], 2).repeat(params["repeat"], 3)
        made = {
            "eps": graphs.denoiser(arrays["x"], np.float32(arrays["t"] * factor), context),
            "image": graphs.decoder(arrays["z"])[:, :, :: params["image_step"], :: params["image_step"]],
            "z_enc": graphs.encoder(large),
            "prior_out": graphs.prior(arrays["prior_x"], arrays["prior_t"], arrays["prior_label"]),
        }
        return made | {f"ctx{g}": graphs.summarizer(np.float32(arrays[f"grid{g}"] * biased), arrays["mag"]) for g in (1, 2, 4)}

    biased = (nets.EMBEDDING / (nets.EMBEDDING - 1)) ** 0.5
    mistakes = [("eps", "t * 0.999", {"factor": 0.999}), ("eps", "t / 1000", {"factor": 0.001}), ("ctx2", "biased std", {"biased": biased})]
    pack.record("models", params, {**arrays, **outputs(pack.exact)}, outputs, mistakes)


def record_projection(pack: Pack, schedule: a.Schedule) -> None:
    params = {"t": 275, "K": 2, "h": 0.005, "lam": 0.4, "w": 1.5, "p": RATIO}
    right = a.Settings(**{name: params[name] for name in ("K", "h", "lam", "w", "p")})
    context = pack.exact.summarizer(a.standardise(normal(1, nets.EMBEDDING, 1, 1)), np.int64([0]))
    half = nets.PIXELS // params["p"] // 2
    guide = np.clip(a.resize(normal(1, 3, half, half), 2), -1, 1)
    start = normal(*latent(1))
    xs, x0 = a.newton(pack.exact, schedule, start, params["t"], context, guide, right)
    track = [start, *xs]

    def outputs(graphs, **mistake) -> dict[str, np.ndarray]:
        s = replace(right, **mistake)
        chain, last = a.newton(graphs, schedule, start, params["t"], context, guide, s)
        made = {"x chained": chain[-1], "x0 chained": last}
        for k in range(params["K"]):
            forced = a.newton(graphs, schedule, track[k], params["t"], context, guide, replace(s, K=1))[0][0]
            made[f"x[{k + 1}] teacher-forced"] = forced
        return made

    mistakes = [
        ("x[1] teacher-forced", "lambda * 0.8", {"lam": 0.32}),
        ("x[1] teacher-forced", "no CFG (w=0)", {"w": 0.0}),
        ("x[1] teacher-forced", "w + 1", {"w": 2.5}),
        ("x[1] teacher-forced", "t + 1 in abar", {"t_offset": 1}),
        ("x[1] teacher-forced", "resizer without antialiasing", {"antialias": False}),
        ("x[1] teacher-forced", "no max-normalisation", {"normalise": False}),
    ]
    pack.record("projection", params, {"ctx": context, "guide": guide, "x": np.concatenate(track), "x0": x0}, outputs, mistakes)


def record_joint(pack: Pack, schedule: a.Schedule) -> None:
    timesteps, stride, p = [400, 275, 150], 125, 2
    params = {"timesteps": timesteps, "stride": stride, "K": 1, "h": 0.005, "lam": 0.5, "w": 1.0, "p": p}
    right = a.Settings(**{name: params[name] for name in ("K", "h", "lam", "w", "p")})
    params |= {"coarse": {"mag": 1, "grid": 2}, "fine": {"mag": 0, "grid": 1}}
    cells = normal(nets.EMBEDDING, p, p)
    ssl = cells[None], cells.reshape(nets.EMBEDDING, p * p).T[:, :, None, None].copy()
    magnifications = np.int64([1]), np.zeros(p * p, np.int64)
    contexts = tuple(pack.exact.summarizer(a.standardise(g), m) for g, m in zip(ssl, magnifications, strict=True))
    noise = normal(*latent(3, 1)), normal(*latent(3, p * p))
    track = [(normal(*latent(1)), normal(*latent(p * p)))]
    for s, t in enumerate(timesteps):
        track.append(a.joint_step(pack.exact, schedule, *track[-1], contexts, (noise[0][s], noise[1][s]), t, stride, right))

    def outputs(graphs, **mistake) -> dict[str, np.ndarray]:
        settings = replace(right, **mistake)
        made = {name: graphs.summarizer(a.standardise(g), m) for name, g, m in zip(("coarse_ctx", "fine_ctx"), ssl, magnifications, strict=True)}
        state = track[0]
        for s, t in enumerate(timesteps):
            n = noise[0][s], noise[1][s]
            state = a.joint_step(graphs, schedule, *state, contexts, n, t, stride, settings)
            forced = a.joint_step(graphs, schedule, *track[s], contexts, n, t, stride, settings)
            for i, name in enumerate(("coarse_x", "fine_x")):
                made[f"{name}[{s + 1}] chained"] = state[i]
                if s > 0:
                    made[f"{name}[{s + 1}] teacher-forced"] = forced[i]
        return made

    fine, coarse = "fine_x[2] teacher-forced", "coarse_x[2] teacher-forced"
    mistakes = [
        (fine, "lambda * 0.8", {"lam": 0.4}),
        (fine, "no CFG (w=0)", {"w": 0.0}),
        (coarse, "no CFG (w=0)", {"w": 0.0}),
        (fine, "guide not clamped", {"clamp": False}),
        (fine, "no projection at all", {"project": False}),
        (fine, "tiles column-major", {"column_major": True}),
    ]
    arrays = {"coarse_ssl": ssl[0], "fine_ssl": ssl[1], "coarse_ctx": contexts[0], "fine_ctx": contexts[1]}
    arrays |= {"coarse_noise": noise[0], "fine_noise": noise[1]}
    arrays |= {name: np.stack([state[i] for state in track]) for i, name in enumerate(("coarse_x", "fine_x"))}
    pack.record("joint", params, arrays, outputs, mistakes)


def record_postpass(pack: Pack, schedule: a.Schedule) -> None:
    timesteps, stride, rows, columns, step = [150, 75], 75, 2, 3, nets.SIDE // 2
    height, width = rows * nets.SIDE, columns * nets.SIDE
    windows = [(top, left) for top in range(0, height - nets.SIDE + 1, step) for left in range(0, width - nets.SIDE + 1, step)]
    params = {"timesteps": timesteps, "t0": timesteps[0], "stride": stride, "window": nets.SIDE, "window_stride": step, "w": 2.0}
    params |= {"tiles": [rows, columns], "mag": 0, "windows": windows}
    canvas, noise = normal(1, nets.CHANNELS, height, width), normal(3, 1, nets.CHANNELS, height, width)
    vectors = normal(nets.EMBEDDING, rows, columns)
    abar = schedule.abar(timesteps[0])
    start = a.f32(abar**0.5 * canvas + (1 - abar) ** 0.5 * noise[0])

    def contexts(graphs, how: str) -> np.ndarray:
        grids = [a.between(vectors, top / nets.SIDE, left / nets.SIDE, how) for top, left in windows]
        return graphs.summarizer(a.standardise(np.stack(grids)[:, :, None, None]), np.zeros(len(windows), np.int64))

    def run(graphs, start: np.ndarray, first: int, how: str = "slerp", wrong: int | None = None) -> list[np.ndarray]:
        xs, s = [start], a.Settings(w=params["w"])
        for k, t in enumerate(timesteps[first:], first):
            xs.append(a.fused_step(graphs, schedule, xs[-1], windows, contexts(graphs, how), noise[k + 1], t, wrong or stride, s))
        return xs[1:]

    track = run(pack.exact, start, 0)

    def outputs(graphs, how: str = "slerp", wrong: int | None = None) -> dict[str, np.ndarray]:
        made = {f"x[{k}] chained": x for k, x in enumerate(run(graphs, start, 0, how, wrong))}
        return made | {"ctx": contexts(graphs, how), "x[1] teacher-forced": run(graphs, track[0], 1, how, wrong)[0]}

    mistakes = [
        ("x[1] chained", "nearest vector, no slerp", {"how": "nearest"}),
        ("x[1] chained", "joint stride", {"wrong": 125}),
        ("ctx", "nearest vector, no slerp", {"how": "nearest"}),
        ("ctx", "lerp for slerp", {"how": "lerp"}),
    ]
    arrays = {"canvas": canvas, "vectors": vectors, "ctx": contexts(pack.exact, "slerp"), "noise": noise, "x": np.stack(track)}
    pack.record("postpass", params, arrays, outputs, mistakes)


def record_decode(pack: Pack) -> None:
    stride = nets.SIDE // 4
    size = [nets.SIDE + stride, nets.SIDE + 3 * stride]
    z = 1.2 * normal(1, nets.CHANNELS, *size)
    params = {"window": nets.SIDE, "size": size, "window_stride": stride, "sigma": 0.8}

    def outputs(graphs, sigma: float = 0.8) -> dict[str, np.ndarray]:
        return {"image": a.decode(graphs, z, params["window_stride"], sigma)}

    floor = {"max": 4.0, "p99": 1.0, "rms": 0.05}
    pack.record("decode", params, {"z": z, "image": outputs(pack.exact)["image"]}, outputs, [("image", "sigma 0.5", {"sigma": 0.5})], floor)


def record_inversion(pack: Pack, schedule: a.Schedule) -> None:
    timesteps, rate = [475, 250, 25], 0.1
    params = {"mag": 1, "g": 2, "timesteps": timesteps, "lr": rate, "cos": COSINE}
    z, noise, start = normal(*latent(1)), normal(*latent(3, 1)), normal(1, nets.EMBEDDING, 2, 2)

    def evaluate(graphs, grid: np.ndarray, k: int, cosine: bool = True, mean: bool = False) -> tuple[np.ndarray, np.ndarray]:
        abar = schedule.abar(timesteps[k])
        x = a.f32(abar**0.5 * z + (1 - abar) ** 0.5 * noise[k])
        weight = abar**0.5 * (1 - abar) / (z.size if mean else 1)
        answers = [graphs.inversion(grid, x, np.float32([timesteps[k]]), noise[k], np.float32([w]), np.int64([1])) for w in (weight, 0.0)]
        return answers[0] if cosine else tuple(p - q for p, q in zip(*answers, strict=True))

    def descend(graphs, **mistake) -> list[np.ndarray]:
        grids, m, v = [start], 0.0, 0.0
        for k in range(len(timesteps)):
            g = evaluate(graphs, grids[-1], k, **mistake)[1].astype(np.float64)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            grids.append(a.f32(grids[-1] - rate * (m / (1 - 0.9 ** (k + 1))) / (np.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8)))
        return grids

    track = descend(pack.exact)

    def outputs(graphs, **mistake) -> dict[str, np.ndarray]:
        made = {f"grid[{k + 1}] chained": grid for k, grid in enumerate(descend(graphs, **mistake)[1:])}
        for k in range(len(timesteps)):
            loss, gradient = evaluate(graphs, track[k], k, **mistake)
            made |= {f"loss[{k}] teacher-forced (relative)": np.reshape(loss, 1), f"grad[{k}] teacher-forced": gradient}
        return made

    known = [evaluate(pack.exact, track[k], k) for k in range(len(timesteps))]
    arrays = {"z": z, "noise": noise, "grid": np.stack(track), "grad": np.stack([g for _, g in known]), "loss": np.float32([loss for loss, _ in known])}
    mistakes = [
        ("grad[0] teacher-forced", "no cosine term", {"cosine": False}),
        ("grad[0] teacher-forced", "mean instead of sum of squares", {"mean": True}),
        ("grid[3] chained", "mean instead of sum of squares", {"mean": True}),
    ]
    pack.record("inversion", params, arrays, outputs, mistakes)


def record_prior(pack: Pack) -> None:
    schedule, timesteps, label = a.Schedule(PRIOR), [499, 333, 166, 0], [0, 3]
    noise = normal(2, nets.WIDTH, nets.TOKENS)

    def outputs(graphs) -> dict[str, np.ndarray]:
        x = noise
        for i, t in enumerate(timesteps):
            x0 = graphs.prior(x, np.full(2, t, np.float32), np.int64(label))[:, : nets.WIDTH]
            abar = schedule.abar(t + 1)
            then = schedule.abar(timesteps[i + 1] + 1) if i + 1 < len(timesteps) else 1.0
            x = a.f32(then**0.5 * x0 + (1 - then) ** 0.5 * (x - abar**0.5 * x0) / (1 - abar) ** 0.5)
        return {"ctx": x.transpose(0, 2, 1)}

    pack.record("prior", {"timesteps": timesteps, "label": label}, {"noise": noise, "ctx": outputs(pack.exact)["ctx"].copy()}, outputs)


def main(folder: Path) -> None:
    denoiser, summarizer = nets.make(nets.Denoiser, 1, 4.0), nets.make(nets.Summarizer, 2)
    networks = {
        "denoiser": denoiser,
        "decoder": nets.make(nets.Decoder, 3, 5.0),
        "encoder": nets.make(nets.Encoder, 4, 4.0),
        "summarizer": summarizer,
        "prior": nets.make(nets.Prior, 5, 2.0),
        "inversion": nets.Inversion(denoiser, summarizer, COSINE),
    }
    write_bundle(folder / "bundle", "small-parts", networks, scheduler=SCHEDULER, prior={"scheduler": PRIOR})
    pack = Pack(folder, TorchGraphs(networks, nets.SIDE), OnnxGraphs(folder / "bundle", nets.SIDE))
    schedule = a.Schedule(SCHEDULER)
    record_schedule(pack, schedule)
    record_resizer(pack)
    record_models(pack)
    record_projection(pack, schedule)
    record_joint(pack, schedule)
    record_postpass(pack, schedule)
    record_decode(pack)
    record_inversion(pack, schedule)
    record_prior(pack)
    pack.write()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the pack")
    for name, usual in {"channels": nets.CHANNELS, "side": nets.SIDE, "down": nets.DOWN, "embedding": nets.EMBEDDING, "width": nets.WIDTH}.items():
        parser.add_argument(f"--{name}", type=int, default=usual, help=f"{usual} by default")
    parser.add_argument("--ratio", type=int, default=RATIO, help="magnification of the projection's tile over its guide's, 4 by default")
    parser.add_argument("--prediction", default=SCHEDULER["prediction_type"], choices=("epsilon", "v_prediction", "sample"))
    options = parser.parse_args()
    nets.shape(options.channels, options.side, options.down, options.embedding, options.width)
    RATIO = options.ratio
    SCHEDULER["prediction_type"] = options.prediction
    main(options.out)
