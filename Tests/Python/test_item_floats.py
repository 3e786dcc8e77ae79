"""Items that are floats and complex numbers of every width, in both byte orders, held against struct and NumPy.

All halves are read and written, and doubles are rounded to halves at every middle between two of them.
"""

import math
import random
import struct

import numpy as np
import pytest
import swiftbuf


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


def test_a_finite_number_that_a_float_cannot_hold_is_a_value_error():
    largest = float(np.finfo("f4").max)
    for fmt in "f", "<f", ">f", "Zf", ">Zf":
        b = swiftbuf.full(1, 1, fmt)
        for value in [1e39, -1e39, largest * (1 + 2**-24), 10**300]:
            with pytest.raises(ValueError, match="invalid value for format"):
                b[0] = value
        b[0] = largest
        assert b[0] == largest
        b[0] = -math.inf
        assert b[0] == -math.inf
    for value in [complex(1, 1e39), complex(-1e39, 0)]:
        with pytest.raises(ValueError, match="invalid value for format"):
            swiftbuf.zeros(1, "Zf")[0] = value


@pytest.mark.parametrize("fmt", ["e", "f", "d"])
def test_floats_of_both_byte_orders_are_structs_and_numpys(fmt):
    generator = random.Random(fmt)
    finite = [0.0, -0.0, 1.0, 0.1, -2.5e-5, 65504.0, 5e-324, 6e-8, 1e-40, 2.0**-14, 2.0**-149, 2.0**-24, 2.0**-25]
    finite += [generator.uniform(-1, 1) * 2.0 ** generator.randint(-30, 15) for _ in range(500)]
    for prefix in "@<>=!":
        b = swiftbuf.zeros(len(finite) + 3, prefix + fmt)
        for i, value in enumerate([*finite, math.inf, -math.inf, math.nan]):
            b[i] = value
        packed = struct.pack(f"{prefix}{len(finite) + 2}{fmt}", *finite, math.inf, -math.inf)
        assert b.tobytes()[: -b.itemsize] == packed
        assert math.isnan(b[-1]) and type(b[0]) is float
        assert repr(b.tolist()) == repr(np.asarray(b).astype("f8").tolist())


@pytest.mark.parametrize(("fmt", "dtype"), [("Zf", "c8"), ("Zd", "c16")])
def test_complex_numbers_of_both_byte_orders_are_numpys(fmt, dtype):
    values = [
        0j,
        1 - 2j,
        complex(-0.0, 0.5),
        complex(math.inf, -1),
        3,
        2.5,
        True,
        np.complex64(1j),
        Complex(),
        Float(4.0),
    ]
    for prefix in "@<>":
        b = swiftbuf.zeros(len(values), prefix + fmt)
        for i, value in enumerate(values):
            b[i] = value
        expected = np.array([complex(value) for value in values], prefix.replace("@", "=") + dtype)
        assert b.tobytes() == expected.tobytes() and np.array_equal(np.asarray(b), expected)
        assert b.tolist() == expected.tolist() and type(b[0]) is complex
        for value, exception in [("1+2j", TypeError), (None, TypeError), (b"1", TypeError), (10**400, ValueError)]:
            with pytest.raises(exception, match=r"invalid (type|value) for format"):
                b[0] = value
        assert b.tobytes() == expected.tobytes()


def test_every_half_is_read_and_written_as_numpy_does():
    patterns = np.arange(65536, dtype="u2")
    expected = patterns.view("f2").astype("f8")
    for order in "<>":
        stored = patterns.astype(order + "u2").view(order + "f2")
        b = swiftbuf.copy(stored)
        assert repr(b.tolist()) == repr(expected.tolist())
        written = swiftbuf.zeros(65536, order + "e")
        for i, value in enumerate(expected.tolist()):
            written[i] = value
        assert np.array_equal(np.asarray(written).view(order + "u2"), patterns)  # of the NaNs, too


def test_doubles_are_rounded_to_halves_as_struct_and_numpy_do():
    generator = random.Random(16)
    halves = np.arange(0x7C00, dtype="u2").view("f2").astype("f8")
    middles = (halves[:-1] + halves[1:]) / 2
    near = np.concatenate([middles, np.nextafter(middles, 0), np.nextafter(middles, 1e9)])
    doubles = [generator.uniform(-1, 1) * 2.0 ** generator.randint(-40, 18) for _ in range(50_000)]
    doubles += [math.nextafter(65520, 0), 65520.0, 65536.0, -65520.0, 1e300, 2.0**-25, math.nextafter(2**-25, 1)]
    b = swiftbuf.zeros((), "e")
    for value in [*near.tolist(), *doubles]:
        try:
            expected = struct.pack("e", value)
        except OverflowError:
            with pytest.raises(ValueError, match="invalid value for format 'e'"):
                b[()] = value
        else:
            b[()] = value
            assert b.tobytes() == expected, value
    b = swiftbuf.zeros(near.size, "e")
    for i, value in enumerate(near.tolist()):
        b[i] = value
    assert np.array_equal(np.asarray(b), near.astype("f2"))
