"""What the guide shows: a view against a copy, a strided view each time it is read, some bulk cases against others.

The times of sharing and copying are the demo's (Examples/photograph/meter.py): the least of several rounds, in which
the ways take turns. Prints JSON, in a process of its own: modules of the demo and of the benchmarks share names.
docs/draw.py draws what run.py writes of it.
"""

from __future__ import annotations

import json
import sys
import timeit
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import swiftbuf
from bulk_cases import BULK_CASES
from bulk_worker import measure as measure_case
from model import SUBJECT

DEMO = Path(__file__).resolve().parents[1] / "Examples" / "photograph"

SIZES = [1 << exponent for exponent in range(4, 25)]
# Whatever else the machine does disturbs a few sizes of one sweep.
SWEEPS = 5
CALLS = 5000
ROUNDS = 9

# Of bulk_cases.py, what stands for copying and comparing; in words, the statement and its operands.
BULK = {
    "half_64m": ("t[:] = b[::2]", "every other of 64 MiB of floats"),
    "transposed_new": ("b.T.copy()", "4096 × 4096 floats"),
    "equal_d_1m": ("b == c", "1 MiB of doubles, equal"),
    "equal_id": ("b == d", "1 MiB of 32-bit integers and as many doubles, equal"),
}
BULK_NANOSECONDS = 20_000_000

# A column of this array: its items are a page apart.
ROWS, COLUMNS = 4096, 512
PASSES = 50


def measure() -> dict[str, Any]:
    """Measure every size, and one column. Times are in nanoseconds."""
    sys.path.insert(0, str(DEMO))  # before this folder, which has a progress.py too
    from comparison import worth_from
    from meter import measure as measure_size

    ways = ("memoryview", "asarray", "tobytes", "copy")
    sweeps = [[measure_size(size) for size in SIZES] for _ in range(SWEEPS)]
    costs = [
        replace(each[0], **{way: min(getattr(cost, way) for cost in each) for way in ways})
        for each in zip(*sweeps, strict=True)
    ]
    slices = [min(times) for times in zip(*[[_slice(size) for size in SIZES] for _ in range(SWEEPS)], strict=True)]
    return {
        "sizes": SIZES,
        "times": {
            **{way: [_nanoseconds(getattr(cost, way)) for cost in costs] for way in ways},
            "slice": [_nanoseconds(time) for time in slices],
        },
        "worth_from": {way: round(worth_from(costs, way) or 0) for way in ("memoryview", "asarray")},
        "column": _column(),
        "bulk": _bulk(),
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


def _bulk() -> list[dict[str, Any]]:
    """Time the cases of BULK: Buffer's statement and the other one."""
    found = []
    for case in BULK_CASES:
        if case.key in BULK:
            times = measure_case(case, case.names(swiftbuf, np), ROUNDS, BULK_NANOSECONDS)
            found.append(
                {
                    "statement": BULK[case.key][0],
                    "says": BULK[case.key][1],
                    "against": case.against,
                    "buffer": _nanoseconds(times[SUBJECT] / 1e9),
                    "other": _nanoseconds(times[case.against] / 1e9),
                }
            )
    return found


def _nanoseconds(seconds: float) -> float:
    return float(f"{seconds * 1e9:.3g}")


if __name__ == "__main__":
    print(json.dumps(measure()))
