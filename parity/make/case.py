"""Records one case: its arrays, the bounds within which another runtime must answer, and what mistakes would change."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from runtimes import OnnxGraphs, TorchGraphs

Outputs = Callable[..., dict[str, np.ndarray]]
FLOOR = {"max": 2e-5, "p99": 1e-5, "rms": 5e-6}


def difference(actual: np.ndarray, expected: np.ndarray, relative: bool) -> dict[str, float]:
    d = np.abs(actual.astype(np.float64) - expected.astype(np.float64))
    d = d / np.abs(expected) if relative else d
    return {"max": float(d.max()), "p99": float(np.percentile(d, 99)), "rms": float(np.sqrt((d**2).mean()))}


def bound(measured: dict[str, float], floor: dict[str, float]) -> dict[str, float]:
    """Four times what was measured, rounded up to one digit, and no less than float32 can hold."""

    def up(value: float) -> float:
        digit = 10.0 ** math.floor(math.log10(value))
        return float(f"{math.ceil(value / digit) * digit:.0e}")

    return {name: max(up(4 * measured[name]) if measured[name] > 0 else 0.0, floor[name]) for name in floor}


class Pack:
    """A folder of cases."""

    def __init__(self, folder: Path, exact: TorchGraphs, other: OnnxGraphs):
        self.folder, self.exact, self.other = folder, exact, other
        self._cases: dict[str, dict] = {}

    def record(
        self,
        name: str,
        params: dict,
        arrays: dict[str, np.ndarray],
        outputs: Outputs,
        mistakes: list[tuple[str, str, dict]] | None = None,
        floor: dict[str, float] = FLOOR,
    ) -> None:
        """`outputs(graphs, **mistake)` answers what is compared, by the names of `tolerance`."""
        expected = outputs(self.exact)
        measured = {key: difference(value, expected[key], "(relative)" in key) for key, value in outputs(self.other).items()}
        tolerance = {key: bound(m, floor) for key, m in measured.items()}
        sensitivity = []
        for output, change, mistake in mistakes or []:
            d = difference(outputs(self.exact, **mistake)[output], expected[output], "(relative)" in output)
            over = max(d[k] / tolerance[output][k] for k in d)
            sensitivity.append({"output": output, "change": change, **{k: float(f"{v:.3g}") for k, v in d.items()}, "over_tolerance": round(over, 1)})
        files = {}
        for key, array in arrays.items():
            file = f"{name}.{key}.npy"
            np.save(self.folder / file, array)
            files[key] = {"file": file, "shape": list(array.shape), "dtype": str(array.dtype)}
        self._cases[name] = {"params": params, "files": files, "tolerance": tolerance, "sensitivity": sensitivity}
        print(name, {k: f"{v['max']:.1e}" for k, v in tolerance.items()}, [(s["change"], s["over_tolerance"]) for s in sensitivity])

    def write(self) -> None:
        (self.folder / "case.json").write_text(json.dumps({"cases": self._cases}, indent=1) + "\n")
