"""What is done to many items at once, and to views: each statement beside the one that it is held against.

No loop stands here; bulk_worker.py makes and times them. `swiftbuf` and `other` are statements over the names that
`names` makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from model import Bar, ratio

Names = dict[str, Any]

MEBIBYTE = 2**20


@dataclass(frozen=True)
class BulkCase:
    """Two statements that do the same; `against` names the other contender."""

    key: str
    title: str
    against: str
    swiftbuf: str
    other: str
    names: Callable[[ModuleType, ModuleType], Names]
    bars: tuple[Bar, ...]
    unroll: int = 1


def faster(times: float, against: str) -> tuple[Bar, ...]:
    """Demand so many times the speed of another contender."""
    return (ratio(1 / times, against),)


def rows(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
    """Make small memory, and views of it."""
    doubles = swiftbuf.copy(numpy.random.default_rng(0).random(100_000))
    small, large = swiftbuf.zeros(1024), swiftbuf.zeros(2**30)
    return {
        "b": small,
        "m": memoryview(bytearray(1024)),
        "i": 3,
        "j": 9,
        "doubles": doubles,
        "doubles_view": memoryview(doubles),
        "large": large,
        "grid": swiftbuf.zeros((32, 32)),
        "large_grid": large.reshape(2**15, 2**15),
    }


def halves(mebibytes: int) -> Callable[[ModuleType, ModuleType], Names]:
    """Make every other of many floats, and a target."""

    def names(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
        floats = numpy.random.default_rng(0).random(mebibytes * MEBIBYTE // 4, "f4")
        return {
            "f": floats[::2],
            "t": numpy.empty(floats.size // 2, "f4"),
            "F": swiftbuf.copy(floats)[::2],
            "T": swiftbuf.zeros(floats.size // 2, "f"),
            "copyto": numpy.copyto,
        }

    return names


def square(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
    """Make 4096² floats, and targets."""
    floats = numpy.random.default_rng(0).random((4096, 4096), "f4")
    buffer, target = swiftbuf.copy(floats), swiftbuf.zeros(floats.shape, "f")
    return {
        "a": floats.T,
        "e": numpy.zeros_like(floats),
        "A": buffer.T,
        "E": target,
        "copyto": numpy.copyto,
        "ascontiguousarray": numpy.ascontiguousarray,
    }


def pair(first: str, second: str, mebibytes: int) -> Callable[[ModuleType, ModuleType], Names]:
    """Make equal numbers in two formats; the first takes so many MiB."""

    def names(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
        count = mebibytes * MEBIBYTE // numpy.dtype(first).itemsize
        numbers = numpy.random.default_rng(0).integers(0, 100, count)
        x, y = numbers.astype(first), numbers.astype(second)
        one, two = swiftbuf.copy(x), swiftbuf.copy(y)
        return {
            "x": x,
            "y": y,
            "X": one,
            "Y": two,
            "mx": memoryview(one),
            "my": memoryview(two),
            "array_equal": numpy.array_equal,
        }

    return names


BULK_CASES = (
    BulkCase("slice", "b[i:j]", "memoryview", "b[i:j]", "m[i:j]", rows, (ratio(1.2, "memoryview"),), unroll=64),
    BulkCase(
        "tolist", "tolist() of doubles", "memoryview", "doubles.tolist()", "doubles_view.tolist()", rows,
        (ratio(1.02, "memoryview"),),
    ),
    BulkCase(
        "half_1m", "T[:] = f4[::2], 1 MiB", "ndarray", "T[:] = F", "copyto(t, f)", halves(1), faster(2, "ndarray")
    ),
    BulkCase(
        "half_64m", "T[:] = f4[::2], 64 MiB", "ndarray", "T[:] = F", "copyto(t, f)", halves(64), faster(1.2, "ndarray")
    ),
    BulkCase(
        "transposed_new", "4096² float32, b.T.copy()", "ndarray", "A.copy()", "ascontiguousarray(a)", square,
        faster(4, "ndarray"),
    ),
    BulkCase(
        "transposed", "4096² float32, E[:] = b.T", "ndarray", "E[:] = A", "copyto(e, a)", square, faster(6, "ndarray")
    ),
    *(
        BulkCase(
            f"equal_{first}{second}", f"'{first}' == '{second}', 1 MiB", "memoryview", "X == Y", "mx == my",
            pair(first, second, 1), faster(200, "memoryview"),
        )
        for first, second in ("id", "fd", "hi", "BH", "qd")
    ),
    *(
        BulkCase(
            f"equal_{kind}_{mebibytes}m", f"'{kind}' == '{kind}', {mebibytes} MiB", "ndarray", "X == Y",
            "array_equal(x, y)", pair(kind, kind, mebibytes), faster(times, "ndarray"),
        )
        for mebibytes, times in ((1, 1.0), (64, 0.95))
        for kind in "dfiB"
    ),
    BulkCase(
        "slice_1g", "b[i:j] of 1 GiB", "1 KiB", "large[i:j]", "b[i:j]", rows, (ratio(1.05, "1 KiB"),), unroll=64
    ),
    BulkCase(
        "transposition_1g", "b.T of 1 GiB", "1 KiB", "large_grid.T", "grid.T", rows, (ratio(1.05, "1 KiB"),), unroll=64
    ),
)  # fmt: skip
