"""The Buffers that the conformance tests ask: layouts of 0 to 64 dimensions, and formats.

Strides stand here in items, as a person would write them down, and are held against what swiftbuf says. Layouts that
the Python face cannot make (negative strides, broadcasts, parts of a memory) are made by another extension through the
capsule.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import swiftbuf
from decision_table import Facts

# What is asked for: the size of an item, and the format that is exported (a native letter where that says the same).
FORMATS: dict[str, tuple[int, str]] = {
    **{letter: (size, letter) for sizes in [(1, "?cbB"), (2, "hHe"), (4, "iIf"), (8, "lLqQnNdP"), (16, "g")]
       for size, letters in [sizes] for letter in letters},
    "Zf": (8, "Zf"), "Zd": (16, "Zd"), "Zg": (32, "Zg"),
    "5s": (5, "5s"), "1s": (1, "1s"), "7p": (7, "7p"), "3x": (3, "3x"), "4w": (16, "4w"), "u": (2, "u"),
    "@i": (4, "i"), "<i": (4, "i"), "=l": (4, "i"), "<q": (8, "q"), "<Zd": (16, "Zd"), "@B": (1, "B"), "<B": (1, "B"),
    ">B": (1, "B"), ">i": (4, ">i"), "!H": (2, "!H"), ">d": (8, ">d"),
    "4i": (16, "4i"), "(2,3)h": (12, "(2,3)h"), "iB": (5, "iB"), "<iB": (5, "<iB"),
    "T{B:a:}": (1, "T{B:a:}"), "T{<i:x:<d:y:}": (12, "T{<i:x:<d:y:}"),
    "T{d:position_in_metres:i:count:4x}": (16, "T{d:position_in_metres:i:count:4x}"),
}  # fmt: skip

# Formats that stand for the rest where every number of flags is tried: bytes, a scalar, a record in a block of its own.
FEW_FORMATS = ["B", "<B", "d", "3x", "iB", "T{d:position_in_metres:i:count:4x}"]


def packed(shape: tuple[int, ...], order: str) -> tuple[int, ...]:
    """Return the strides, in items, of a shape without gaps; an empty dimension counts as one."""
    strides = [0] * len(shape)
    step = 1
    axes = range(len(shape)) if order == "F" else reversed(range(len(shape)))
    for axis in axes:
        strides[axis] = step
        step *= max(shape[axis], 1)
    return tuple(strides)


@dataclass(frozen=True)
class Layout:
    """A shape, its strides in items, and how a Buffer of it is made."""

    maker: str  # "C", "F", "transposed", or "ABI"
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    readonly: bool = False
    axes: tuple[int, ...] = ()  # of "transposed": the order of the dimensions of a Buffer in C order
    first: int = 0  # of "ABI": which item of the memory is element [0, …, 0]
    items: int = 0  # of "ABI": how many items the memory has

    def __str__(self) -> str:
        """Return a name for messages."""
        kind = f"{self.maker}{' read-only' if self.readonly else ''}"
        if len(self.shape) > 8:
            return f"{kind}, {len(self.shape)} dimensions, outermost stride {self.strides[0]}"
        return f"{kind} {self.shape}, strides {self.strides}, from item {self.first}"

    def facts(self, format: str) -> Facts:
        """Return what must be so of this layout's Buffer."""
        itemsize, exported = FORMATS[format]
        broadcasts = any(stride == 0 and count > 1 for stride, count in zip(self.strides, self.shape, strict=True))
        strides = tuple(stride * itemsize for stride in self.strides)
        return Facts(self.shape, strides, itemsize, exported, self.readonly or broadcasts)

    def make(self, format: str, probe: ModuleType) -> swiftbuf.Buffer:
        """Make a Buffer whose memory nobody else holds."""
        if self.maker == "ABI":
            itemsize = FORMATS[format][0]
            block = probe.block(bytes(self.items * itemsize), False)
            strides = tuple(stride * itemsize for stride in self.strides)
            buffer = probe.make(block, self.first * itemsize, self.shape, strides, format, self.readonly, None)
            block.drop()
            return buffer
        if self.maker == "transposed":
            original = tuple(self.shape[self.axes.index(axis)] for axis in range(len(self.axes)))
            buffer = swiftbuf.zeros(original, format).transpose(self.axes)
        else:
            buffer = swiftbuf.zeros(self.shape, format, self.maker)
        return buffer.toreadonly() if self.readonly else buffer


def in_order(order: str, *shapes: tuple[int, ...], readonly: bool = False) -> list[Layout]:
    """Return layouts that zeros() makes."""
    return [Layout(order, shape, packed(shape, order), readonly) for shape in shapes]


def transposed(shape: tuple[int, ...], *axes: int, readonly: bool = False) -> Layout:
    """Return the layout of a Buffer in C order whose dimensions were permuted."""
    strides = packed(shape, "C")
    return Layout("transposed", tuple(shape[a] for a in axes), tuple(strides[a] for a in axes), readonly, axes)


def by_abi(shape: tuple[int, ...], strides: tuple[int, ...], first: int, items: int, readonly: bool = False) -> Layout:
    """Return a layout over a part of a memory of `items` items."""
    return Layout("ABI", shape, strides, readonly, first=first, items=items)


EIGHT = (2, 2, 2, 1, 2, 1, 1, 2)
ONES = (1,) * 62

LAYOUTS = [
    *in_order(
        "C", (), (0,), (1,), (7,), (2, 3), (1, 5), (5, 1), (1, 1), (2, 0), (0, 3), (2, 3, 4), (2, 0, 3), (1, 4, 1)
    ),
    *in_order("C", (2, 3, 2, 2), (1, 0, 2, 1), (2, 1, 3, 1, 2), EIGHT, (2, *ONES, 3), (0, *ONES, 2), (1, 1, *ONES)),
    *in_order(
        "F",
        (),
        (0,),
        (7,),
        (2, 3),
        (1, 5),
        (5, 1),
        (0, 3),
        (2, 3, 4),
        (2, 3, 2, 2),
        (2, 1, 3, 1, 2),
        EIGHT,
        (2, *ONES, 3),
    ),
    *in_order("C", (), (0,), (7,), (2, 3), (2, 1, 3, 1, 2), (2, *ONES, 3), readonly=True),
    *in_order("F", (2, 3), EIGHT, readonly=True),
    transposed((2, 3), 1, 0),
    transposed((2, 3, 4), 1, 0, 2),
    transposed((2, 3, 4), 0, 2, 1),
    transposed((2, 3, 4), 2, 0, 1, readonly=True),
    transposed((2, 0, 3), 2, 0, 1),
    transposed((2, 1, 3), 1, 0, 2),  # moving a dimension of one item moves nothing
    transposed((2, 3, 2, 2), 3, 1, 0, 2),
    transposed((2, 1, 3, 1, 2), 4, 3, 0, 1, 2),
    transposed(EIGHT, 4, 7, 0, 1, 6, 5, 2, 3),
    transposed((2, *ONES, 3), 63, *range(1, 63), 0),
    by_abi((), (), 2, 3),
    by_abi((5,), (-1,), 4, 5),
    by_abi((4,), (2,), 0, 7),
    by_abi((3,), (4,), 0, 9),  # a diagonal
    by_abi((3,), (1,), 2, 9),  # contiguous, in the middle of a memory
    by_abi((1,), (-9,), 0, 1),  # one item has no say, whatever its stride
    by_abi((1,), (0,), 0, 1),
    by_abi((4,), (0,), 1, 2),  # one item, four times
    by_abi((3, 2), (0, 1), 0, 2),
    by_abi((2, 3), (0, 0), 0, 1),
    by_abi((1, 5), (0, 1), 0, 5),
    by_abi((2, 3), (5, 1), 1, 10),
    by_abi((2, 3), (-3, -1), 5, 6),
    by_abi((2, 3), (3, -1), 2, 6),
    by_abi((2, 3), (1, 2), 0, 6, readonly=True),
    by_abi((3, 2), (1, 1), 0, 4),  # a sliding window: items overlap
    by_abi((0,), (-7,), 0, 0),
    by_abi((0, 3), (100, -5), 0, 0),
    by_abi((3, 0, 2), (7, 7, 7), 1, 2),
    by_abi((2, 1, 2), (2, 50, 1), 0, 4),
    by_abi((2, 2, 2, 2, 2), (-16, 8, -4, 2, -1), 21, 32),
    by_abi(EIGHT, (8, 4, 2, 0, 1, 9, -9, -16), 16, 32),
    by_abi((2, *ONES, 3), (-3, *ONES, -1), 5, 6),
    by_abi((2, *ONES, 3), (0, *ONES, 1), 0, 3),
]
