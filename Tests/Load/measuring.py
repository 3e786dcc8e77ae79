"""What the programs of the load measure: memory that stays, and how long an export takes.

Each program prints one JSON object, with what the table of the proof shows; what does not hold is an AssertionError.
"""

from __future__ import annotations

import bisect
import ctypes
import gc
import itertools
import json
import math
import mmap
import os
import statistics
import sys
from array import array
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import swiftbuf

LIBC = ctypes.CDLL(None)


class MallocInfo(ctypes.Structure):
    """struct mallinfo2 of glibc."""

    _fields_ = (
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd")),
        *((name, ctypes.c_size_t) for name in ("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")),
    )


class Memory(NamedTuple):
    """What a process has at a moment when nothing is in use."""

    resident: int
    """Bytes of the machine's memory."""
    heap: int
    """Bytes that malloc has given out."""
    blocks: int
    """Blocks that CPython has given out."""


# What is given out is the program's doing alone. What is resident is the system's as well, and takes longer to settle
# than the short form of the proof runs: that measures it, and does not hold it against a bar.
HELD = ("heap", "blocks") if os.environ.get("PROOF_BOUNDED") == "1" else Memory._fields
# How much of each may come in the course of a run: malloc's fragments, and what CPython remembers of what it ran.
ALLOWED = Memory(resident=1 << 20, heap=1 << 10, blocks=100)


def fix_thresholds() -> None:
    """Keep malloc from adapting itself to what is freed: it would then keep more and more of it, up to 64 MiB."""
    trim_threshold, mmap_threshold = -1, -3
    for threshold in (trim_threshold, mmap_threshold):
        LIBC.mallopt(threshold, 128 << 10)


def resident_bytes() -> int:
    """Return how much of the machine's memory this process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * mmap.PAGESIZE


def memory_now() -> Memory:
    """Measure, after everything that can be given back was given back."""
    gc.collect()
    LIBC.malloc_trim(0)
    LIBC.mallinfo2.restype = MallocInfo
    info = LIBC.mallinfo2()
    # Big blocks are mapped, each by itself.
    return Memory(resident_bytes(), info.uordblks + info.hblkhd, sys.getallocatedblocks())


class Samples:
    """What was measured in the course of a run. Its own memory does not grow, because it would be measured too."""

    ROOM = 10_000  # samples: more than a day of windows

    def __init__(self) -> None:
        """Begin without any."""
        self.count = 0
        self.columns = {name: array("q", bytes(8 * self.ROOM)) for name in Memory._fields}

    def add(self, memory: Memory) -> None:
        """Add one."""
        for name, column in self.columns.items():
            column[self.count] = getattr(memory, name)
        self.count += 1

    def growth(self) -> Memory:
        """Return how much came from the beginning to the end, the first quarter left out as warm-up.

        The medians of the first and the last third of the rest are compared, so that no single sample counts.
        """
        found = []
        for column in self.columns.values():
            rest = column[self.count // 4 : self.count]
            third = max(1, len(rest) // 3)
            found.append(round(statistics.median(rest[-third:]) - statistics.median(rest[:third])))
        return Memory(*found)

    def assert_flat(self) -> Memory:
        """Hold the growth of what is HELD against what is allowed, and return all of it."""
        grown = self.growth()
        for name, found, allowed in zip(Memory._fields, grown, ALLOWED, strict=True):
            assert name not in HELD or found <= allowed, f"{name} grows: {list(self.columns[name][: self.count])}"
        return grown


def assert_nothing_left(before: int) -> None:
    """Check that Swift has the memory that it had at the beginning."""
    gc.collect()
    after = swiftbuf.allocated_bytes()
    assert after == before, f"{after - before:,} bytes that Swift owns are left"


class Times:
    """How often something took how long, to 2 %. Its own memory does not grow."""

    STEPS = 50  # for each factor of e

    def __init__(self, counted: Mapping[str, int] | None = None) -> None:
        """Go on from what an earlier one had counted."""
        self.counts = array("q", bytes(8 * 30 * self.STEPS))  # up to e to the power of 30 nanoseconds, some hours
        for step, count in (counted or {}).items():
            self.counts[int(step)] = count

    def counted(self) -> dict[str, int]:
        """Return all that was counted, for a file."""
        return {str(step): count for step, count in enumerate(self.counts) if count}

    def add(self, nanoseconds: int) -> None:
        """Count one."""
        self.counts[round(math.log(max(1, nanoseconds)) * self.STEPS)] += 1

    def merge(self, other: Times) -> None:
        """Count all that another has counted."""
        for step, count in enumerate(other.counts):
            self.counts[step] += count

    def percentiles(self, parts: Iterable[float]) -> list[float]:
        """Return the nanoseconds below which these parts of all lie."""
        sums = list(itertools.accumulate(self.counts))
        return [math.exp(bisect.bisect_left(sums, part * sums[-1]) / self.STEPS) for part in parts]


def say(**found: Any) -> None:
    """Print what was found."""
    print(json.dumps(found))
