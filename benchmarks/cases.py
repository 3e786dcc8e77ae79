"""The timed operations, as a table: what is done to which memory, and the bars that it is held against.

No loop and no exporter stands here; contenders.py makes a loop of a case for each contender that can take part.
"""

from __future__ import annotations

from dataclasses import dataclass

from model import Bar, below, ratio

UNROLL = 16

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Memory:
    """What an exporter is asked for: a shape in items, and a one-letter format."""

    shape: Shape
    format: str


BYTES = Memory((1024,), "B")
DOUBLES = Memory((128,), "d")
GRID = Memory((8, 16), "d")

BASE = "swiftbuf, 1 KiB, 1-D"


@dataclass(frozen=True)
class Case:
    """`statement` for memory `x`, or `flags` for a request made from C."""

    key: str
    title: str
    memory: Memory
    statement: str = ""
    flags: str = ""
    bars: tuple[Bar, ...] = ()
    leave_out: tuple[str, ...] = ()

    @property
    def operations(self) -> int:
        """How often one step of the loop does what is measured."""
        return UNROLL if self.statement else 1


GET = (ratio(1.15), below("ndarray"), below("memoryview"))
SET = (ratio(1.15), below("ndarray"))

CASES = (
    Case("getbuffer_simple", "GetBuffer+Release SIMPLE", BYTES, flags="SIMPLE", bars=(ratio(1.10),)),
    Case("getbuffer_contig", "GetBuffer+Release CONTIG", BYTES, flags="CONTIG", bars=(ratio(1.10),)),
    Case("getbuffer_full_ro", "GetBuffer+Release FULL_RO", BYTES, flags="FULL_RO", bars=(ratio(1.10),)),
    Case("getbuffer_full_ro_2d", "GetBuffer+Release FULL_RO, 2-D 'd'", GRID, flags="FULL_RO", bars=(ratio(1.10),)),
    Case("memoryview", "memoryview(x)", BYTES, "memoryview(x)", bars=(ratio(1.02),)),
    Case("memoryview_2d", "memoryview(x), 2-D 'd'", GRID, "memoryview(x)", bars=(ratio(1.02),)),
    # np.asarray of an ndarray is that ndarray.
    Case("asarray", "np.asarray(x)", BYTES, "asarray(x)", bars=(ratio(1.02),), leave_out=("ndarray",)),
    Case("asarray_2d", "np.asarray(x), 2-D 'd'", GRID, "asarray(x)", bars=(ratio(1.02),), leave_out=("ndarray",)),
    Case("get", "x[i]", BYTES, "x[i]", bars=GET),
    Case("get_double", "x[i], 'd'", DOUBLES, "x[i]", bars=GET),
    Case("set", "x[i] = v", BYTES, "x[i] = v", bars=SET),
    Case("set_double", "x[i] = v, 'd'", DOUBLES, "x[i] = v", bars=SET),
    Case("get_2d", "x[i, j], 'd'", GRID, "x[i, j]", bars=GET),
    Case("set_2d", "x[i, j] = v, 'd'", GRID, "x[i, j] = v", bars=SET),
    Case("create_1k", "create 1 KiB", BYTES, "make(shape, kind)", bars=(ratio(1.3),)),
    Case("create_1k_2d", "create 1 KiB, 2-D 'd'", GRID, "make(shape, kind)", bars=(ratio(1.3),)),
    Case("create_1m", "create 1 MiB", Memory((1 << 20,), "B"), "make(shape, kind)"),
    Case("create_1m_touched", "create 1 MiB, write each page", Memory((1 << 20,), "B"), "touch(make(shape, kind))"),
)

# What the subject's own export must not depend on: each against BASE.
INDEPENDENCE = (
    Case("size_1g", "FULL_RO, 1 GiB", Memory((1 << 30,), "B"), flags="FULL_RO", bars=(ratio(1.05, BASE),)),
    Case("ndim_8", "FULL_RO, 8-D", Memory((2,) * 8 + (4,), "B"), flags="FULL_RO", bars=(ratio(1.05, BASE),)),
    Case("ndim_64", "FULL_RO, 64-D", Memory((2,) * 10 + (1,) * 54, "B"), flags="FULL_RO", bars=(ratio(1.05, BASE),)),
)
