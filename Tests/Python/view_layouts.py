"""The views that the conformance tests ask: what every operation that makes one does to shape, strides and place.

Strides and places stand here in items, as a person would write them down, as in layouts.py.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import swiftbuf
from decision_table import FULL_RO, Facts
from layouts import FORMATS, LAYOUTS, Layout

Operation = Callable[[swiftbuf.Buffer], swiftbuf.Buffer]


@dataclass(frozen=True)
class Asked:
    """A Buffer, what must be so of it, and where its element [0, …, 0] must stand."""

    name: str
    buffer: swiftbuf.Buffer
    facts: Facts
    place: int


@dataclass(frozen=True)
class View:
    """An operation on a Buffer in C or Fortran order, and the view that it makes."""

    name: str
    source: tuple[int, ...]
    operation: Operation
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    first: int = 0
    readonly: bool = False
    order: str = "C"

    def ask(self, format: str, probe: ModuleType) -> Asked:
        """Make the view; the Buffer that it was made from goes at once."""
        source = swiftbuf.zeros(self.source, format, self.order)
        base, size = probe.fields(source)["buf"], source.itemsize
        strides = tuple(stride * size for stride in self.strides)
        facts = Facts(self.shape, strides, size, FORMATS[format][1], self.readonly)
        return Asked(f"{self.name}, {format!r}", self.operation(source), facts, base + self.first * size)


ALL = slice(None)

VIEWS = [
    # Slices: forwards, backwards, of nothing, of one.
    View("[2:5]", (7,), lambda b: b[2:5], (3,), (1,), 2),
    View("[:]", (7,), lambda b: b[:], (7,), (1,)),
    View("[::2]", (7,), lambda b: b[::2], (4,), (2,)),
    View("[::-1]", (7,), lambda b: b[::-1], (7,), (-1,), 6),
    View("[5:1:-2]", (7,), lambda b: b[5:1:-2], (2,), (-2,), 5),
    View("[3:3]", (7,), lambda b: b[3:3], (0,), (1,)),
    View("[6:]", (7,), lambda b: b[6:], (1,), (1,), 6),
    View("[::-1] of a slice", (9,), lambda b: b[1::3][::-1], (3,), (-3,), 7),
    View("[::-1][::-1]", (7,), lambda b: b[::-1][::-1], (7,), (1,)),
    View("[1:]", (3, 4), lambda b: b[1:], (2, 4), (4, 1), 4),
    View("[:, 1:3]", (3, 4), lambda b: b[:, 1:3], (3, 2), (4, 1), 1),
    View("[1:2, 1:3]", (3, 4), lambda b: b[1:2, 1:3], (1, 2), (4, 1), 5),
    View("[::-1, ::-2]", (3, 4), lambda b: b[::-1, ::-2], (3, 2), (-4, -2), 11),
    View("[::2, ..., 1:]", (3, 2, 4), lambda b: b[::2, ..., 1:], (2, 2, 3), (16, 4, 1), 1),
    View("[:, 0:0]", (3, 4), lambda b: b[:, 0:0], (3, 0), (4, 1)),
    View("[:, 1:] in Fortran order", (3, 4), lambda b: b[:, 1:], (3, 3), (1, 3), 3, order="F"),
    View("[1:, :] in Fortran order", (3, 4), lambda b: b[1:, :], (2, 4), (1, 3), 1, order="F"),
    # Ints: a dimension goes.
    View("[1]", (3, 4), lambda b: b[1], (4,), (1,), 4),
    View("[:, 2]", (3, 4), lambda b: b[:, 2], (3,), (4,), 2),
    View("[-1, :, -2]", (3, 2, 4), lambda b: b[-1, :, -2], (2,), (4,), 18),
    View("[1, ..., 0]", (3, 2, 4), lambda b: b[1, ..., 0], (2,), (4,), 8),
    View("[1, 2, ...]", (3, 4), lambda b: b[1, 2, ...], (), (), 6),
    View("[...] of no dimensions", (), lambda b: b[...], (), ()),
    View("[:, 1] in Fortran order", (3, 4), lambda b: b[:, 1], (3,), (1,), 3, order="F"),
    # New axes.
    View("[None]", (3, 4), lambda b: b[None], (1, 3, 4), (0, 4, 1)),
    View("[:, None]", (3, 4), lambda b: b[:, None], (3, 1, 4), (4, 0, 1)),
    View("[..., None]", (5,), lambda b: b[..., None], (5, 1), (1, 0)),
    View("[None, ::-1, None, 1]", (3, 4), lambda b: b[None, ::-1, None, 1], (1, 3, 1), (0, -4, 0), 9),
    View("60 new axes", (2, 3), lambda b: b[(0, *(None,) * 60)], (*(1,) * 60, 3), (*(0,) * 60, 1)),
    # Other orders.
    View("T", (3, 4), lambda b: b.T, (4, 3), (1, 4)),
    View("T of a slice", (3, 4), lambda b: b[1:, ::-1].T, (4, 2), (-1, 4), 7),
    View("a slice of T", (3, 4), lambda b: b.T[1:3, 2], (2,), (1,), 9),
    View("transpose(2, 0, 1)", (2, 3, 4), lambda b: b.transpose(2, 0, 1), (4, 2, 3), (1, 12, 4)),
    View("toreadonly()", (3, 4), lambda b: b.toreadonly(), (3, 4), (4, 1), readonly=True),
    View("[1:] of toreadonly()", (3, 4), lambda b: b.toreadonly()[1:], (2, 4), (4, 1), 4, True),
    View("Buffer(b)", (3, 4), swiftbuf.Buffer, (3, 4), (4, 1)),
    View("Buffer(b[::2])", (3, 4), lambda b: swiftbuf.Buffer(b[::2]), (2, 4), (8, 1)),
    # Other shapes.
    View("reshape(2, 6)", (3, 4), lambda b: b.reshape(2, 6), (2, 6), (6, 1)),
    View("reshape(())", (1, 1), lambda b: b.reshape(()), (), ()),
    View("reshape(-1) of every second row", (4, 1, 3), lambda b: b[::2].reshape(2, 3), (2, 3), (6, 1)),
    View("reshape of a slice", (3, 8), lambda b: b[:, 4:].reshape(3, 1, 2, 2), (3, 1, 2, 2), (8, 4, 2, 1), 4),
    View("reshape of nothing", (2, 0), lambda b: b.reshape(0, 5), (0, 5), (5, 1)),
    View("reshape in Fortran order", (3, 4), lambda b: b.T.reshape(2, 2, 3), (2, 2, 3), (6, 3, 1), order="F"),
    View("broadcast_to(2, 3, 4)", (3, 4), lambda b: b.broadcast_to((2, 3, 4)), (2, 3, 4), (0, 4, 1), 0, True),
    View("broadcast_to(3, 4)", (1, 4), lambda b: b.broadcast_to((3, 4)), (3, 4), (0, 1), 0, True),
    View("broadcast_to(5)", (1,), lambda b: b.broadcast_to(5), (5,), (0,), 0, True),
    View("broadcast_to(1, 3)", (3,), lambda b: b.broadcast_to((1, 3)), (1, 3), (0, 1), 0, True),
    View("broadcast_to nothing", (1, 3), lambda b: b.broadcast_to((0, 3)), (0, 3), (0, 1), 0, True),
    View("a row of a broadcast", (4,), lambda b: b.broadcast_to((3, 4))[1, ::-1], (4,), (-1,), 3, True),
]  # fmt: skip

# Casts: the format before and after, the shape before and after, the strides after in bytes, the place in bytes.
CASTS: list[tuple[str, tuple[int, ...], Operation, str, tuple[int, ...], tuple[int, ...], int]] = [
    ("i", (6,), lambda b: b.cast("B"), "B", (24,), (1,), 0),
    ("i", (6,), lambda b: b.cast("q"), "q", (3,), (8,), 0),
    ("B", (24,), lambda b: b[8:].cast("d"), "d", (2,), (8,), 8),
    ("B", (24,), lambda b: b[1:9].cast("q"), "q", (1,), (8,), 1),
    ("i", (2, 6), lambda b: b[:, 2:4].cast("h"), "h", (2, 4), (24, 2), 8),
    ("i", (2, 6), lambda b: b[::-1].cast("3s"), "3s", (2, 8), (-24, 3), 24),
    ("i", (2, 6), lambda b: b.T.cast("f"), "f", (6, 2), (4, 24), 0),
    ("i", (2, 6), lambda b: b.cast("B"), "B", (48,), (1,), 0),
    ("i", (2, 6), lambda b: b.cast("h", (3, 1, 8)), "h", (3, 1, 8), (16, 16, 2), 0),
    ("d", (), lambda b: b.cast("B", 8), "B", (8,), (1,), 0),
    ("d", (1,), lambda b: b.cast(">d", ()), ">d", (), (), 0),
    ("Zd", (3,), lambda b: b.cast("d")[1::2], "d", (3,), (16,), 8),
]

PACKED = "T{B:tag:=d:x:>h:n:(2,3)h:m:T{B:p:f:q:}:r:}"  # x stands at 1, n at 9, m at 11, r at 23, q at 24; 28 bytes
PADDED = "T{=d:x:=i:n:4x}"  # x stands at 0, n at 8; 16 bytes
UNPADDED = "T{=d:x:=i:n:}"  # the same in 12 bytes
# The record, its shape, the operation; the field's format as the record writes it, item size, shape, strides, place.
FIELDS: list[tuple[str, tuple[int, ...], Operation, str, int, tuple[int, ...], tuple[int, ...], int]] = [
    (PACKED, (), lambda b: b["x"], "=d", 8, (), (), 1),
    (PACKED, (5,), lambda b: b["tag"], "B", 1, (5,), (28,), 0),
    (PACKED, (5,), lambda b: b["x"], "=d", 8, (5,), (28,), 1),
    (PACKED, (5,), lambda b: b["n"][::-2], ">h", 2, (3,), (-56,), 4 * 28 + 9),
    (PACKED, (1,), lambda b: b["x"], "=d", 8, (1,), (28,), 1),
    (PACKED, (2, 2), lambda b: b["m"], ">h", 2, (2, 2, 2, 3), (56, 28, 6, 2), 11),
    (PACKED, (2, 2), lambda b: b[1, 0, ...]["m"], ">h", 2, (2, 3), (6, 2), 2 * 28 + 11),
    (PACKED, (2, 2), lambda b: b.T["m"][0, 1, 1], ">h", 2, (3,), (2,), 2 * 28 + 11 + 6),
    (PACKED, (2, 2), lambda b: b["r"]["q"].T, ">f", 4, (2, 2), (28, 56), 24),
    (PACKED, (0,), lambda b: b["x"], "=d", 8, (0,), (28,), 1),
    (PADDED, (), lambda b: b["x"], "=d", 8, (), (), 0),
    (PADDED, (5,), lambda b: b["x"], "=d", 8, (5,), (16,), 0),
    (PADDED, (5,), lambda b: b["n"][::-1], "=i", 4, (5,), (-16,), 4 * 16 + 8),
    (PADDED, (2, 3), lambda b: b[1]["x"], "=d", 8, (3,), (16,), 48),
    (PADDED, (0,), lambda b: b["x"], "=d", 8, (0,), (16,), 0),
    (UNPADDED, (1,), lambda b: b["x"], "=d", 8, (1,), (12,), 0),
    (UNPADDED, (5,), lambda b: b["x"], "=d", 8, (5,), (12,), 0),
    (UNPADDED, (5,), lambda b: b["n"], "=i", 4, (5,), (12,), 8),
]


def settled(format: str, address: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> str:
    """Return how a field's format is said: as a native letter, if all items stand where C would put them.

    A format that begins with "=" promises no alignment, and is kept where an item stands at another address.
    """
    if not format.startswith("="):
        return format
    alignment = struct.calcsize(f"@c{format[1:]}") - struct.calcsize(f"@{format[1:]}")
    steps = [stride for count, stride in zip(shape, strides, strict=True) if count > 1]
    return format if any(place % alignment for place in (address, *steps)) else format[1:]


def views(probe: ModuleType) -> Iterator[Asked]:
    """Make every view of this file: of every format, or of those that the operation is about."""
    for view in VIEWS:
        for format in FORMATS:
            yield view.ask(format, probe)
    for number, (before, source, operation, after, shape, strides, place) in enumerate(CASTS):
        buffer = swiftbuf.zeros(source, before)
        made = operation(buffer)
        facts = Facts(shape, strides, made.itemsize, after, False)
        yield Asked(f"cast {number}", made, facts, probe.fields(buffer)["buf"] + place)
    for number, (record, source, operation, format, size, shape, strides, place) in enumerate(FIELDS):
        buffer = swiftbuf.zeros(source, record)
        address = probe.fields(buffer)["buf"] + place
        facts = Facts(shape, strides, size, settled(format, address, shape, strides), False)
        yield Asked(f"field {number}", operation(buffer), facts, address)


# Who stands between a Buffer and the Buffer that imports its memory.
GO_BETWEENS: dict[str, Callable[[swiftbuf.Buffer, ModuleType], Any]] = {
    "another Buffer": lambda buffer, judge: buffer,
    "memoryview": lambda buffer, judge: memoryview(buffer),
    "_testbuffer": lambda buffer, judge: judge.ndarray(buffer, getbuf=judge.PyBUF_FULL_RO),
}


def imports(probe: ModuleType, judge: ModuleType, raw_buffer: ModuleType, formats: list[str]) -> Iterator[Asked]:
    """Import every layout of layouts.py from another Buffer, from a memoryview, and from `_testbuffer.ndarray`."""
    for layout in LAYOUTS:
        for format in formats:
            for name, between in GO_BETWEENS.items():
                yield imported(name, between, layout, format, probe, judge)
    yield from indirect(judge, raw_buffer)


def imported(
    name: str, between: Callable[..., Any], layout: Layout, format: str, probe: ModuleType, judge: ModuleType
) -> Asked:
    """Import one layout."""
    buffer = layout.make(format, probe)
    place = probe.fields(buffer)["buf"]
    return Asked(
        f"Buffer({name} of {layout}, {format!r})", swiftbuf.Buffer(between(buffer, judge)), layout.facts(format), place
    )


INDIRECT: list[tuple[tuple[int, ...], str, Operation]] = [
    ((4,), "i", lambda a: a[:]),
    ((4,), "q", lambda a: a[::2]),
    ((3, 4), "i", lambda a: a[:]),
    ((3, 4), "B", lambda a: a[::-1]),
    ((3, 4), "d", lambda a: a[1:, 1:]),
    ((3, 4), "h", lambda a: a[::2, ::-1]),
    ((3, 4), "h", lambda a: a[:, 3:0:-2]),
    ((3, 4), "h", lambda a: a[0:1, 2:3]),
    ((2, 3, 4), "H", lambda a: a[:]),
    ((2, 3, 4), "i", lambda a: a[::-1, 1:, ::2]),
    ((2, 1, 2, 3), "f", lambda a: a[:, :, ::-1, 1:]),
]


def indirect(judge: ModuleType, raw_buffer: ModuleType) -> Iterator[Asked]:
    """Import items behind pointers: what the judge's own slices say, and what ours make of its whole."""
    for number, (shape, format, operation) in enumerate(INDIRECT):
        items = list(range(math.prod(shape)))
        for writable in (0, judge.ND_WRITABLE):
            whole = judge.ndarray(items, shape=list(shape), format=format, flags=judge.ND_PIL | writable)
            part = operation(whole)
            said = raw_buffer.ask(part, FULL_RO)
            readonly, suboffsets = bool(said["readonly"]), said["suboffsets"]
            assert suboffsets, "the judge has followed the pointers"
            facts = Facts(said["shape"], said["strides"], said["itemsize"], format, readonly, suboffsets)
            for way, buffer in [("the judge", swiftbuf.Buffer(part)), ("Buffer", operation(swiftbuf.Buffer(whole)))]:
                yield Asked(f"pointers {number}, sliced by {way}", buffer, facts, said["buf"])
