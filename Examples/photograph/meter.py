"""A process of its own that measures what sharing and copying cost.

python meter.py SIZE... prints one line of JSON for each size.

Each time is the least of several rounds, in which the ways take turns. Each size has a Buffer of its own, every byte of
which is written before anything is measured.
"""

from __future__ import annotations

import json
import sys
import timeit
from dataclasses import asdict, dataclass

import numpy as np
import swiftbuf
from peak_memory import peak_extra_bytes
from pybuffer import address
from units import KIB, MIB

ROUNDS = 9
CALLS = 5000
# Copies above these sizes, in bytes, are made fewer times.
MANY_CALLS_UP_TO = 4 * KIB
MANY_ROUNDS_UP_TO = 32 * MIB


@dataclass(frozen=True)
class Cost:
    """What a memory of `size` bytes costs to share and to copy: times in seconds, peaks of extra memory in bytes."""

    size: int
    memoryview: float
    asarray: float
    tobytes: float
    copy: float
    shared_peak: int | None
    copied_peak: int | None
    same_address: bool

    @property
    def copying(self) -> float:
        """The time of the cheaper copy."""
        return min(self.tobytes, self.copy)


def measure(size: int) -> Cost:
    """Measure one size."""
    memory = swiftbuf.full(size, 1)
    shared_peak = peak_extra_bytes(lambda: _share(memory))
    copied_peak = peak_extra_bytes(lambda: swiftbuf.copy(memory))
    scope = {"memory": memory, "asarray": np.asarray, "copy": swiftbuf.copy}
    memoryview_, asarray, tobytes, copy = (
        timeit.Timer(call, globals=scope)
        for call in ("memoryview(memory)", "asarray(memory)", "memory.tobytes()", "copy(memory)")
    )
    shared, copied = [], []
    copy_calls = max(1, min(CALLS, CALLS * MANY_CALLS_UP_TO // size))
    copy_rounds = ROUNDS if size <= MANY_ROUNDS_UP_TO else 2
    for number in range(ROUNDS):
        shared.append([timer.timeit(CALLS) / CALLS for timer in (memoryview_, asarray)])
        if number < copy_rounds:
            copied.append([timer.timeit(copy_calls) / copy_calls for timer in (tobytes, copy)])
    least = [min(times) for rounds in (shared, copied) for times in zip(*rounds, strict=True)]
    return Cost(size, least[0], least[1], least[2], least[3], shared_peak, copied_peak, _share(memory))


def _share(memory: swiftbuf.Buffer) -> bool:
    """Share a memory with memoryview and NumPy, read its ends through both, and tell whether all have one address."""
    array = np.asarray(memory)
    with memoryview(memory) as view:
        ends = int(array[0]) == view[0] and int(array[-1]) == view[-1]
        return ends and address(view) == array.ctypes.data == address(memory)


if __name__ == "__main__":
    try:
        measure(4 * KIB)  # what a first time costs, in time and memory, belongs to no size
        for argument in sys.argv[1:]:
            print(json.dumps(asdict(measure(int(argument)))), flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
