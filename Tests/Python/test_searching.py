"""`count`, `index` and `in`: what a kernel finds is what comparing item by item finds, for numbers of all kinds."""

from __future__ import annotations

import decimal
import fractions
import math
import random
import struct
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import swiftbuf

INTEGERS = "bBhHiIlLqQnNP"
FORMATS = ["?", *INTEGERS, *"efdg", "Zf", "Zd", "Zg", "c", "3s", "4p", "2w", "<2u"]
SWAPPED = [">" + code for code in "hHiIqQefd"] + [">Zf", ">Zd"]


class Equal(int):
    """An int that is equal to everything."""

    __hash__ = int.__hash__

    def __eq__(self, other: object) -> bool:
        """Say so."""
        return True


SPECIAL: list[Any] = [
    0, 1, -1, 2, 127, 128, 255, 256, -128, -129, 2**15, -(2**15), 2**16 - 1, 2**31 - 1, 2**31, -(2**31), 2**32 - 1,
    2**32, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 2**64 + 2**20, -(2**64),
    2**1023, 10**400, -(10**400), True, False, 0.0, -0.0, 1.0, 0.5, -1.5, 255.0, 256.5, 2.0**63, 2.0**64,
    -(2.0**63), 1e300, 5e-324, 6e-8, 65504.0, 1e-40, math.inf, -math.inf, math.nan, 0j, 1 + 0j, complex(1, -0.0),
    complex(-0.0, 0.0), 1j, complex(0.5, -1.5), complex(math.nan, 0), complex(0, math.nan), complex(math.inf, 0),
    decimal.Decimal(1), fractions.Fraction(1, 2), np.int64(1), np.float64(0.5), Equal(7), b"\0", b"a", b"abc", "a",
    "", None, (), [1],
]  # fmt: skip


def bits(format: str) -> list[bytes]:
    """Make items of a format: special numbers, both zeros, infinities, NaNs, truths that are not 1, and noise."""
    size = swiftbuf.zeros(1, format).itemsize
    found = [bytes(size), b"\1" * size, b"\xff" * size, bytes(size - 1) + b"\x80", bytes(size - 1) + b"\2"]
    for value in SPECIAL:
        one = swiftbuf.zeros(1, format)
        try:
            one[0] = value
        except (TypeError, ValueError, NotImplementedError):
            continue
        found.append(bytes(one))
    noise = random.Random(format)
    found += [noise.randbytes(size) for _ in range(8)]
    return found


def readable(view: swiftbuf.Buffer) -> bool:
    """Whether all items can be read: code points have a largest one."""
    try:
        view.tolist()
    except ValueError:
        return False
    return True


def layouts(items: list[bytes], format: str, noise: random.Random) -> Iterable[swiftbuf.Buffer]:
    """Lay items out one behind the other, backwards, with gaps, all in one place, and from an odd address on."""
    size = len(items[0])
    packed = swiftbuf.copy(b"".join(items)).cast(format)
    yield packed
    yield packed[::-1]
    yield packed[1:]
    step = noise.choice([2, 3, -2, -5])
    yield packed[::step]
    yield packed[:1].broadcast_to((5,))
    odd = swiftbuf.zeros(len(items) * size + 1)
    odd[1:] = b"".join(items)
    yield odd[1:].cast(format)
    wide = swiftbuf.zeros((len(items), 2 * size + 1))
    for row, item in enumerate(items):
        wide[row, 1 : size + 1] = item
    rows = wide[:, 1 : size + 1].cast(format)
    yield rows if rows.ndim == 1 else rows[:, 0]


@pytest.mark.parametrize("format", FORMATS + SWAPPED)
def test_looking_for_a_value_finds_what_comparing_each_item_finds(format: str) -> None:
    noise = random.Random(format)
    items = [item for item in bits(format) if readable(swiftbuf.copy(item).cast(format))]
    for length in (1, 7, 200, 4100):
        chosen = [noise.choice(items) for _ in range(length)]
        for view in layouts(chosen, format, noise):
            objects = view.tolist()
            # An item is read anew each time, so that NaN is not found by being the same object.
            for value in noise.sample(SPECIAL, 12 if length > 1000 else len(SPECIAL)) + view[:3].tolist():
                places = [index for index, item in enumerate(objects) if item == value]
                assert view.count(value) == len(places), (view, value)
                assert (value in view) is bool(places), (view, value)
                start, stop = sorted(noise.randrange(-length - 2, length + 3) for _ in range(2))
                inside = [place for place in places if place in range(*slice(start, stop).indices(len(objects)))]
                if inside:
                    assert view.index(value, start, stop) == inside[0], (view, value)
                else:
                    with pytest.raises(ValueError, match="is not in this Buffer"):
                        view.index(value, start, stop)


@pytest.mark.parametrize("format", ["B", "h", "i", "d", "Zf", "Zd", ">i", "?"])
@pytest.mark.parametrize("place", [0, 1, 3839, 3840, 3841, 65535, 70000, 99999])
def test_a_single_item_is_found_wherever_it_stands(format: str, place: int) -> None:
    memory = swiftbuf.zeros(100_000, format)
    memory[place] = 1
    for view, expected in ((memory, place), (memory[::-1], 99_999 - place)):
        assert view.index(1) == expected
        assert view.count(1) == 1
        assert 1 in view
        assert view.count(0) == 99_999
        with pytest.raises(ValueError, match="is not in this Buffer"):
            view.index(1, expected + 1)
        assert view.index(1, expected) == expected


def test_no_integer_is_rounded_to_be_found_among_floats() -> None:
    doubles = swiftbuf.copy(struct.pack("3d", 2.0**53, 2.0**53 + 2, 2.0**64)).cast("d")
    assert 2**53 in doubles
    assert 2**53 + 1 not in doubles
    assert 2**53 + 2 in doubles
    assert 2**64 in doubles
    assert 2**64 + 1 not in doubles
    assert doubles.count(2**64 - 1) == 0


def test_nan_is_in_no_buffer_even_if_it_is_the_same_object() -> None:
    doubles = swiftbuf.full(3, math.nan, "d")
    assert math.nan not in doubles
    assert doubles[0] not in doubles
    assert doubles.count(math.nan) == 0


def test_a_value_with_a_way_of_its_own_to_be_equal_is_asked_for_each_item() -> None:
    numbers = swiftbuf.zeros(5, "i")
    assert numbers.count(Equal(3)) == 5
    assert numbers.index(Equal(3), 2) == 2
    assert Equal(3) in numbers


def test_no_view_of_several_dimensions_is_equal_to_a_number() -> None:
    grid = swiftbuf.zeros((2, 3), "i")
    assert 0 not in grid
    assert grid[0] in grid


def test_all_items_of_a_broadcast_view_are_found_at_once() -> None:
    view = swiftbuf.full(1, 7, "i").broadcast_to((2**55,))
    assert view.count(7) == 2**55
    assert view.index(7, 5) == 5
    assert view.count(8) == 0
    assert 8 not in view
