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


def numbers(format: str) -> Callable[[ModuleType, ModuleType], Names]:
    """Make 1 MiB of numbers below 100, and one that is not among them."""

    def names(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
        count = MEBIBYTE // numpy.dtype(format).itemsize
        a = numpy.random.default_rng(0).integers(0, 100, count).astype(format)
        b = swiftbuf.copy(a)
        return {"a": a, "b": b, "m": memoryview(b), "x": numpy.dtype(format).type(101).item()}

    return names


def texts(first: str, second: str) -> Callable[[ModuleType, ModuleType], Names]:
    """Make equal texts of two lengths or byte orders, or equal numbers of two formats."""

    def names(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
        numbers = numpy.random.default_rng(0).integers(0, 100, 2**16)
        x, y = (numbers.astype("U2").astype(kind) if "U" in kind else numbers.astype(kind) for kind in (first, second))
        return {"x": x, "y": y, "X": swiftbuf.Buffer(x), "Y": swiftbuf.Buffer(y), "array_equal": numpy.array_equal}

    return names


def across(
    shape: tuple[int, ...], form: Callable[[Any], Any], format: str
) -> Callable[[ModuleType, ModuleType], Names]:
    """Make a view of an array, and a packed target of its shape with the same items."""

    def names(swiftbuf: ModuleType, numpy: ModuleType) -> Names:
        a = form(numpy.random.default_rng(0).integers(0, 100, shape).astype(format))
        e = numpy.ascontiguousarray(a)
        return {
            "a": a,
            "e": e,
            "A": swiftbuf.Buffer(a),
            "E": swiftbuf.Buffer(e),
            "copyto": numpy.copyto,
            "array_equal": numpy.array_equal,
        }

    return names


def reversed_in_all(array: Any) -> Any:
    """Let all dimensions run backwards."""
    return array[(slice(None, None, -1),) * array.ndim]


# Many dimensions of few items, and rows of few items.
ACROSS = (
    ("transposed_8", "6⁸ {}, b.T", (6,) * 8, lambda array: array.T),
    ("transposed_12", "3¹² {}, b.T", (3,) * 12, lambda array: array.T),
    ("transposed_20", "2²⁰ {}, b.T", (2,) * 20, lambda array: array.T),
    ("reversed_8", "6⁸ {}, reversed", (6,) * 8, reversed_in_all),
    ("reversed_20", "2²⁰ {}, reversed", (2,) * 20, reversed_in_all),
    ("rows_7", "rows of 7 {}, every other", (24_000, 14), lambda array: array[:, ::2]),
    ("rows_15", "rows of 15 {}, every other", (12_000, 32), lambda array: array[:, 1:31:2]),
    ("rows_30", "rows of 30 {}, every other", (6000, 62), lambda array: array[:, 1:61:2]),
)

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
    *(
        BulkCase(f"{key}_{kind}_{against}", f"{title} '{kind}', 1 MiB", against, mine, other, numbers(kind), (bar,))
        for kind in "Bid"
        for key, title, mine, ndarray, view in (
            ("in", "x in b,", "x in b", "(a == x).any()", "x in m"),
            ("count", "b.count(x),", "b.count(x)", "(a == x).sum()", "m.tolist().count(x)"),
        )
        for against, other, bar in (
            ("ndarray", ndarray, ratio(1.5, "ndarray")),
            ("memoryview", view, ratio(1 / 20, "memoryview")),
        )
    ),
    *(
        BulkCase(
            f"equal_{first}_{second}", f"'{first}' == '{second}', 2¹⁶ items", "ndarray", "X == Y", "array_equal(x, y)",
            texts(first, second), (ratio(1.5, "ndarray"),),
        )
        for first, second in (("U8", "U8"), ("U8", ">U8"), ("U8", "U6"), ("g", "g"), ("G", "G"))
    ),
    *(
        BulkCase(
            f"{key}_{kind}_{what}", f"{title.format(kind)}, {what}", "ndarray", mine, other, across(shape, form, kind),
            (ratio(1.5, "ndarray"),),
        )
        for key, title, shape, form in ACROSS
        for kind in "Bd"
        for what, mine, other in (("copied", "E[...] = A", "copyto(e, a)"), ("compared", "A == E", "array_equal(a, e)"))
    ),
    BulkCase(
        "slice_1g", "b[i:j] of 1 GiB", "1 KiB", "large[i:j]", "b[i:j]", rows, (ratio(1.05, "1 KiB"),), unroll=64
    ),
    BulkCase(
        "transposition_1g", "b.T of 1 GiB", "1 KiB", "large_grid.T", "grid.T", rows, (ratio(1.05, "1 KiB"),), unroll=64
    ),
)  # fmt: skip
