"""What a view costs against a copy, from 16 bytes to 16 MiB, and what a strided view costs each time it is read.

The times of sharing and copying are the demo's (Examples/photograph/meter.py): the least of several rounds, in which
the ways take turns. Prints JSON, in a process of its own: modules of the demo and of the benchmarks share names.
docs/draw.py draws what run.py writes of it.
"""

from __future__ import annotations

import json
import sys
import timeit
from pathlib import Path
from typing import Any

import numpy as np
import swiftbuf

DEMO = Path(__file__).resolve().parents[1] / "Examples" / "photograph"

SIZES = [1 << exponent for exponent in range(4, 25)]
CALLS = 5000
ROUNDS = 9

# A column of this array: its items are a page apart.
ROWS, COLUMNS = 4096, 512
PASSES = 50


def measure() -> dict[str, Any]:
    """Measure every size, and one column. Times are in nanoseconds."""
    sys.path.insert(0, str(DEMO))  # before this folder, which has a progress.py too
    from comparison import worth_from
    from meter import measure as measure_size

    costs = [measure_size(size) for size in SIZES]
    slices = [_slice(size) for size in SIZES]
    ways = ("memoryview", "asarray", "tobytes", "copy")
    return {
        "sizes": SIZES,
        "times": {
            **{way: [_nanoseconds(getattr(cost, way)) for cost in costs] for way in ways},
            "slice": [_nanoseconds(time) for time in slices],
        },
        "worth_from": {way: round(worth_from(costs, way) or 0) for way in ("memoryview", "asarray")},
        "column": _column(),
    }


def _slice(size: int) -> float:
    timer = timeit.Timer("memory[:]", globals={"memory": swiftbuf.full(size, 1)})
    return min(timer.timeit(CALLS) for _ in range(ROUNDS)) / CALLS


def _column() -> dict[str, float]:
    """Sum a column through a strided view and as a contiguous copy, and make that copy."""
    array = np.asarray(swiftbuf.full((ROWS, COLUMNS), 1.0, "d"))
    view = array[:, 0]
    packed = view.copy()
    times = {
        name: min(timeit.timeit(call, number=PASSES) for _ in range(ROUNDS)) / PASSES
        for name, call in (("sum_of_view", view.sum), ("sum_of_copy", packed.sum), ("copy", view.copy))
    }
    return {"rows": ROWS, "stride": view.strides[0], **{name: _nanoseconds(time) for name, time in times.items()}}


def _nanoseconds(seconds: float) -> float:
    return float(f"{seconds * 1e9:.3g}")


if __name__ == "__main__":
    print(json.dumps(measure()))
