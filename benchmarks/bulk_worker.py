"""One run of the bulk cases, in a process of its own: the minimum of interleaved rounds for both statements of each.

Prints {case: {contender: nanoseconds for one operation}} as JSON; progress goes to stderr.

    python bulk_worker.py ROUNDS NANOSECONDS
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from itertools import repeat

from bulk_cases import BULK_CASES, BulkCase, Names
from model import SUBJECT

Loop = Callable[[int], int]


def compiled(statement: str, names: Names, unroll: int) -> Loop:
    """Def loop(count, …): the nanoseconds that `count` times `unroll` statements take."""
    parameters = "".join(f", {name}={name}" for name in names)
    lines = "\n".join([f"        {statement}"] * unroll)
    source = (
        f"def loop(count{parameters}, clock=clock, repeat=repeat):\n"
        f"    start = clock()\n"
        f"    for _ in repeat(None, count):\n{lines}\n"
        f"    return clock() - start\n"
    )
    scope = names | {"clock": time.perf_counter_ns, "repeat": repeat}
    exec(compile(source, f"<{statement}>", "exec"), scope)
    loop: Loop = scope["loop"]
    return loop


def measure(case: BulkCase, names: Names, rounds: int, nanoseconds: int) -> dict[str, float]:
    """Time both statements in turns."""
    loops = {
        SUBJECT: compiled(case.swiftbuf, names, case.unroll),
        case.against: compiled(case.other, names, case.unroll),
    }
    counts = {}
    for name, loop in loops.items():
        loop(1)
        counts[name] = max(1, nanoseconds // max(loop(1), 1))
    best = dict.fromkeys(loops, float("inf"))
    for turn in range(rounds):
        for name in sorted(loops, reverse=turn % 2 == 0):
            best[name] = min(best[name], loops[name](counts[name]) / (counts[name] * case.unroll))
    return best


def main(rounds: int, nanoseconds: int) -> None:
    """Measure every case, print the minima."""
    swiftbuf, numpy = importlib.import_module("swiftbuf"), importlib.import_module("numpy")
    gc.disable()
    found = {}
    for case in BULK_CASES:
        print(case.title, file=sys.stderr, flush=True)
        found[case.key] = measure(case, case.names(swiftbuf, numpy), rounds, nanoseconds)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
