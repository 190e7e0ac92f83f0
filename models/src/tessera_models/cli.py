"""The command `tessera-models`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import runtime

TRAIN_EXAMPLES = """examples:
  tessera-models train --data slides/ --out run --minutes 240
  tessera-models train --data slides/ --out run --minutes 240 --resume        go on after a stop
  tessera-models train --data slides/ --out run --stages layout --stage-minutes layout=20 --resume
  tessera-models train --data slides/ --out run --from-bundle histology-mini --stage-minutes denoiser=120 --resume
"""


EXPORT_EXAMPLES = """example:
  tessera-models export run models/histology-mini --data slides/ --commit $(git rev-parse --short HEAD)
"""
EVALUATE_EXAMPLES = """example:
  tessera-models evaluate models/histology-mini --data slides/ --judge models/histology-starter --out report
"""


def pairs(kind):
    """A parser of STAGE=NUMBER."""

    def parse(text: str):
        stage, _, number = text.partition("=")
        if not number:
            raise argparse.ArgumentTypeError(f"expected STAGE=NUMBER but got {text!r}")
        return stage, kind(number)

    return parse


def parser() -> argparse.ArgumentParser:
    """The command line, with its help."""
    top = argparse.ArgumentParser(prog="tessera-models", description="Train, export and evaluate Tessera's model bundles.")
    commands = top.add_subparsers(dest="command", required=True, metavar="train|export|evaluate")
    raw = argparse.RawDescriptionHelpFormatter
    t = commands.add_parser("train", help="train a model from a folder of images", epilog=TRAIN_EXAMPLES, formatter_class=raw)
    t.add_argument("--data", type=Path, required=True, help="folder of RGB images at the finest scale (20x, 0.5 um/px)")
    t.add_argument("--out", type=Path, required=True, help="the run's folder: one checkpoint a stage")
    t.add_argument("--minutes", type=float, default=100.0, help="wall clock for all stages together (default 100)")
    t.add_argument("--stage-minutes", type=pairs(float), nargs="*", default=[], metavar="STAGE=MIN", help="the budget of a stage instead of its share")
    t.add_argument("--stage-steps", type=pairs(int), nargs="*", default=[], metavar="STAGE=N", help="a budget in steps: the same weights on every machine")
    t.add_argument("--stages", nargs="*", default=None, help="which stages, in order (default: all)")
    t.add_argument("--resume", action="store_true", help="go on from the checkpoints in --out")
    t.add_argument("--from-bundle", type=Path, default=None, help="start from the weights of a bundle (new optimiser states)")
    t.add_argument("--seed", type=int, default=0, help="decides everything that is drawn (default 0)")
    t.add_argument("--threads", type=int, default=1, help="CPU threads; one is fastest beside other busy processes (default 1)")
    t.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default auto)")
    t.add_argument("--batch", type=int, default=24, help="samples a step of the stages denoiser and distil (default 24; a GPU wants 256)")
    t.add_argument("--compile", action="store_true", help="compile the denoiser (a few minutes first, a quarter faster then; needs a C++ compiler)")
    e = commands.add_parser("export", help="write a run as a bundle", epilog=EXPORT_EXAMPLES, formatter_class=raw)
    e.add_argument("run", type=Path, help="the run's folder")
    e.add_argument("bundle", type=Path, help="the bundle's folder")
    e.add_argument("--data", type=Path, required=True, help="the folder that the run was trained on")
    e.add_argument("--name", default="histology-mini", help="the bundle's name (default histology-mini)")
    e.add_argument("--bundle-version", default="0.1.0", help="the bundle's version (default 0.1.0)")
    e.add_argument("--commit", default="", help="the commit that trained it, for the provenance")
    v = commands.add_parser("evaluate", help="measure a bundle against held-out regions", epilog=EVALUATE_EXAMPLES, formatter_class=raw)
    v.add_argument("bundle", type=Path, help="the bundle's folder")
    v.add_argument("--data", type=Path, required=True, help="folder with training and held-out regions")
    v.add_argument("--judge", type=Path, required=True, help="the bundle whose frozen embedder measures distances")
    v.add_argument("--out", type=Path, required=True, help="folder for table.md, table.json and sheet.png")
    v.add_argument("--count", type=int, default=96, help="generated tiles a set (default 96)")
    v.add_argument("--canvases", type=int, default=16, help="canvases made from a seed (default 16)")
    v.add_argument("--full", action="store_true", help="sample with the denoiser that the bundle's was distilled from, dpmpp-2m, 10 steps")
    v.add_argument("--threads", type=int, default=1, help="CPU threads (default 1)")
    v.add_argument("--seed", type=int, default=0, help="decides what is drawn (default 0)")
    return top


def say(line: str) -> None:
    """A line for whoever watches, at once."""
    print(line, flush=True)


def run_train(args: argparse.Namespace) -> None:
    """`train`."""
    from .train import STAGES, Options, train

    options = Options(
        data=args.data,
        out=args.out,
        minutes=args.minutes,
        stage_minutes=dict(args.stage_minutes),
        stage_steps=dict(args.stage_steps),
        stages=tuple(args.stages or STAGES),
        seed=args.seed,
        threads=args.threads,
        device=args.device,
        resume=args.resume,
        compiled=args.compile,
        batch=args.batch,
        from_bundle=args.from_bundle,
    )
    train(options, say=say)


def run_export(args: argparse.Namespace) -> None:
    """`export`."""
    from .export import export

    export(args.run, args.bundle, args.data, args.name, args.bundle_version, args.commit, say=say)


def run_evaluate(args: argparse.Namespace) -> None:
    """`evaluate`."""
    from .evaluate import evaluate

    evaluate(args.bundle, args.data, args.judge, args.out, count=args.count, canvases=args.canvases, threads=args.threads, seed=args.seed, full=args.full, say=say)


COMMANDS = {"train": run_train, "export": run_export, "evaluate": run_evaluate}


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns its exit code. Errors that a user can mend are one line on stderr."""
    args = parser().parse_args(argv)
    runtime.restart_with_allocator()
    try:
        COMMANDS[args.command](args)
    except (FileNotFoundError, FileExistsError, ValueError) as error:
        print(f"tessera-models: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
