"""What an item is read as and written from, for every format that says one scalar.

Held against struct, NumPy and memoryview. A value that does not fit, or is of a wrong type, is refused with
memoryview's exception class, and then nothing is written; nothing wraps around. Floats have test_item_floats.py,
structs and sub-arrays test_item_records.py, str test_item_text.py, long doubles test_item_long_double.py.
"""

import decimal
import fractions
import math
import struct
import sys

import numpy as np
import pytest
import swiftbuf

NATIVE_INTEGERS = "bBhHiIlLqQnN"
# What memoryview reads and writes; halves from 3.12 on. Those are held against struct and NumPy elsewhere.
NATIVE = NATIVE_INTEGERS + "fd?cP" + ("e" if sys.version_info >= (3, 12) else "")
SIZED_INTEGERS = [order + letter for order in "<>!=" for letter in "bBhHiIlLqQ"]


def integer_range(fmt: str) -> tuple[int, int]:
    bits = 8 * struct.calcsize(fmt)
    return (0, 2**bits - 1) if fmt[-1].isupper() else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


class Index:
    """An integer by `__index__` alone."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Float:
    """A number by `__float__` alone."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


class Complex:
    """A number by `__complex__` alone."""

    def __complex__(self) -> complex:
        return 1.5 - 2j


def outcome(target: swiftbuf.Buffer | memoryview, value: object) -> object:
    """Return the bytes after an assignment, or the class of its exception, which must leave the bytes alone."""
    before = target.tobytes()
    try:
        target[0] = value
    except Exception as error:
        assert target.tobytes() == before
        return type(error)
    return target.tobytes()


@pytest.mark.parametrize("fmt", [*NATIVE_INTEGERS, *SIZED_INTEGERS, "P"])
def test_integers_round_trip_at_the_edges_and_are_structs_bytes(fmt):
    low, high = integer_range(fmt)
    pattern = int.from_bytes(b"\x11\x22\x33\x44\x55\x66\x77\x88") % (high + 1)
    values = [v for v in {low, low + 1, -1, 0, 1, high - 1, high, high // 2, low // 2, pattern} if low <= v <= high]
    b = swiftbuf.zeros(len(values), fmt)
    for i, value in enumerate(values):
        b[i] = value
    assert b.tobytes() == b"".join(struct.pack(fmt, value) for value in values)
    assert b.tolist() == values
    assert [type(b[i]) for i in range(len(values))] == [int] * len(values)
    assert [swiftbuf.full((), value, fmt)[()] for value in values] == values
    if fmt != "P":
        assert np.asarray(b).tolist() == values


@pytest.mark.parametrize("fmt", [*NATIVE_INTEGERS, *SIZED_INTEGERS, "P"])
def test_integers_outside_the_range_are_a_value_error_and_nothing_is_written(fmt):
    low, high = integer_range(fmt)
    b = swiftbuf.full(3, 1, fmt)
    beyond = [low - 1, high + 1, 2**64, 2**64 + 1, -(2**64), -(2**63) - 1, 10**400, low - 2**64, high + 2**64]
    for value in beyond + [2**63] * (high < 2**63):
        with pytest.raises(ValueError, match=f"invalid value for format '{b.format}'"):
            b[1] = value
        with pytest.raises(ValueError, match="invalid value for format"):
            b[1] = Index(value)
    assert b.tolist() == [1, 1, 1]


def values_of_all_kinds(fmt: str) -> list[object]:
    low, high = integer_range(fmt) if fmt in NATIVE_INTEGERS else (-(2**31), 2**31)
    edges = [low - 1, low, high, high + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**64)]
    integers = [0, 1, True, 10**308, 10**400]
    floats = [1.0, 1.5, -0.0, 65504.0, 65519.9, math.nan, math.inf, -math.inf, 5e-324]
    others = ["1", "", b"", b"a", b"ab", bytearray(b"a"), None, [], [1], {}, object(), len, 1j, 3 + 0j]
    exact = [decimal.Decimal(3), decimal.Decimal("NaN"), fractions.Fraction(7, 2)]
    numpys = [np.int8(-1), np.int64(7), np.uint64(2**64 - 1), np.float16(0.5), np.float64(2), np.bool_(True)]
    numpys += [np.array(3), np.array(2.5), np.array([3, 4]), np.str_("1"), np.bytes_(b"a"), np.complex64(1)]
    own = [*map(Index, edges), Index(5), Float(2.5), Float(math.inf), Complex()]
    return [*edges, *own, *integers, *floats, *others, *exact, *numpys]


@pytest.mark.parametrize("fmt", NATIVE)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning", "ignore::DeprecationWarning")
def test_every_value_has_the_outcome_that_memoryview_gives(fmt):
    size = struct.calcsize(fmt)
    for value in values_of_all_kinds(fmt):
        if fmt == "P" and hasattr(value, "__index__") and not (isinstance(value, int) and value >= 0):
            continue  # memoryview lets negative addresses wrap around, and takes no other object with __index__
        ours, theirs = swiftbuf.zeros(1, fmt), memoryview(bytearray(size)).cast(fmt)
        ours_after, theirs_after = outcome(ours, value), outcome(theirs, value)
        if fmt == "f" and isinstance(theirs_after, bytes) and math.isinf(theirs[0]) and math.isfinite(float(value)):
            theirs_after = ValueError  # memoryview stores an infinity instead
        if isinstance(theirs_after, bytes) and theirs[0] != theirs[0]:
            assert ours[0] != ours[0], value
        else:
            assert ours_after == theirs_after, (value, getattr(value, "value", None))


def test_booleans_characters_and_texts_are_structs():
    flags = swiftbuf.zeros(5, "?")
    for i, value in enumerate([True, 0, "x", [], 0.5]):
        flags[i] = value
    assert flags.tolist() == [True, False, True, False, True] and flags.tobytes() == b"\1\0\1\0\1"
    np.asarray(flags).view("u1")[1] = 2
    assert flags[1] is True
    characters = swiftbuf.zeros(256, "c")
    for i in range(256):
        characters[i] = bytes([i])
    assert characters.tobytes() == bytes(range(256)) and characters[200] == b"\xc8"
    for fmt, texts in [("5s", [b"", b"a", b"abcde", b"a\0b"]), ("5p", [b"", b"a", b"abcd", b"\0"]), ("s", [b"", b"x"])]:
        b = swiftbuf.full(1, b"zzzz"[: struct.calcsize(fmt) - (fmt == "5p")], fmt)
        for text in texts:
            b[0] = text
            assert b.tobytes() == struct.pack(fmt, text) and b[0] == struct.unpack(fmt, b.tobytes())[0]
        for value, exception in [
            (b"abcdef", ValueError),
            ("a", TypeError),
            (bytearray(b"a"), TypeError),
            (7, TypeError),
        ]:
            assert outcome(b, value) is exception


def test_a_pascal_text_is_read_no_further_than_its_item():
    b = swiftbuf.copy(np.frombuffer(b"\xffabc\x02xyz", "V4"))
    assert b.itemsize == 4
    pascal = swiftbuf.zeros(2, "4p")
    memoryview(pascal).cast("B", (8,))[:] = b"\xffabc\x02xyz"
    assert pascal.tolist() == [b"abc", b"xy"]
    long = swiftbuf.zeros(1, "300p")
    long[0] = b"q" * 255
    assert long[0] == b"q" * 255
    assert outcome(long, b"q" * 256) is ValueError


def test_packed_fields_at_odd_addresses_are_read_through_copy():
    fields = [("pad", "u1"), ("i", "<i4"), ("d", ">f8"), ("e", "<f2"), ("z", ">c16"), ("q", "<u8"), ("o", "?")]
    records = np.zeros(7, fields)
    for name, _ in fields:
        records[name] = np.arange(7) * (1j if name == "z" else 1)
    for name, _ in fields:
        assert swiftbuf.copy(records[name]).tolist() == records[name].tolist()
        assert swiftbuf.copy(records[name][::-2]).tolist() == records[name][::-2].tolist()
