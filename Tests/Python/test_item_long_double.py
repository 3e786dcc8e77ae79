"""C's long double: read as the nearest double, written exactly.

Held against NumPy's longdouble, which the C compiler converts.
"""

import math
import random

import numpy as np
import pytest
import swiftbuf

LONG = np.dtype(np.longdouble)


def same(first: object, second: object) -> bool:
    """Whether two lists of numbers are the same, NaNs and the signs of zeroes too."""
    return repr(first) == repr(second)


def long_doubles() -> np.ndarray:
    """Return numbers with more digits and larger exponents than a double has, and all that is special."""
    generator = random.Random(80)
    one = np.longdouble(1)
    doubles = [generator.uniform(-2, 2) * 2.0 ** generator.randint(-1022, 1022) for _ in range(2000)]
    doubles += [5e-324, 2.0**-1022, 2.0**-1030, 3 * 2.0**-1074, 1.0, 0.0, -0.0]
    exact = np.array(doubles, LONG)
    unit = np.abs(np.nextafter(np.array(doubles), np.inf) - np.array(doubles)).astype(LONG)
    parts = [exact]
    for part in ["0.5", "0.25", "0.75"]:
        parts.append(exact + unit * np.longdouble(part))
    parts.append(parts[1] + unit * one / 512)
    parts.append(parts[1] - unit * one / 512)
    special = [np.finfo(LONG).max, -np.finfo(LONG).max, np.finfo(LONG).tiny, np.inf, -np.inf, 1.7976931348623157e308]
    small = [
        one * 2.0**-1074 / 2,
        one * 2.0**-1074 / 2 * 3,
        one * 2.0**-1074 / 4 * 3,
        one * 2.0**-1074 / 4,
        one * 2.0**-1000 * 2.0**-200,
    ]
    return np.concatenate([*parts, np.array(special, LONG), np.array(small, LONG)])


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_long_doubles_are_read_as_the_nearest_double():
    values = long_doubles()
    expected = values.astype("f8").tolist()
    b = swiftbuf.copy(values)
    assert b.format == "g" and b.itemsize == LONG.itemsize
    assert same(b.tolist(), expected) and same([b[i] for i in range(len(expected))], expected)
    pairs = swiftbuf.copy(values[: len(values) // 2 * 2].view(np.clongdouble))
    assert pairs.format == "Zg"
    assert same([(z.real, z.imag) for z in pairs.tolist()], list(zip(expected[::2], expected[1::2], strict=False)))
    records = np.zeros(len(values), np.dtype([("b", "i1"), ("g", LONG)]))
    records["g"] = values
    assert same([g for _, g in swiftbuf.copy(records).tolist()], expected)
    assert math.isnan(swiftbuf.copy(np.array([np.nan], LONG))[0])


def test_doubles_are_written_exactly():
    generator = random.Random(64)
    values = [generator.uniform(-2, 2) * 2.0 ** generator.randint(-1074, 1022) for _ in range(2000)]
    values += [0.0, -0.0, 5e-324, -5e-324, 1.7976931348623157e308, math.inf, -math.inf, 3, True, np.float32(0.1)]
    b = swiftbuf.zeros(len(values), "g")
    for number, value in enumerate(values):
        b[number] = value
    array = np.asarray(b)
    assert array.dtype == LONG and (array == np.array([float(v) for v in values], LONG)).all()
    assert same(np.signbit(array).tolist(), [math.copysign(1, v) < 0 for v in values])
    assert same(b.tolist(), [float(value) for value in values])
    b[0] = math.nan
    assert np.isnan(array[0])
    z = swiftbuf.full(2, complex(1.5, -5e-324), "Zg")
    assert (
        z.tolist() == [complex(1.5, -5e-324)] * 2
        and np.asarray(z).tolist() == np.array([1.5 - 5e-324j] * 2, "c32").tolist()
    )


def test_padding_bytes_of_a_long_double_are_written_as_zeroes():
    for fmt, value, dtype in [("g", -1.5, LONG), ("Zg", -1.5 - 2.5j, np.dtype(np.clongdouble))]:
        b = swiftbuf.zeros(1, fmt)
        memoryview(b).cast("B")[:] = b"\xff" * b.itemsize
        b[0] = value
        clean = np.zeros(1, dtype)
        clean[...] = value
        assert b[0] == value and np.asarray(b)[0] == clean[0]
        if np.finfo(LONG).nmant == 63:
            assert b.tobytes()[10:16] == bytes(6) and b.tobytes()[-6:] == bytes(6)


def test_wrong_values_are_refused_as_for_a_double():
    for fmt in "g", "Zg":
        b = swiftbuf.full(1, 1, fmt)
        for value, exception in [("1", TypeError), (None, TypeError), (10**400, ValueError), (b"1", TypeError)]:
            with pytest.raises(exception, match=f"invalid (type|value) for format '{fmt}'"):
                b[0] = value
        assert b[0] == 1
    with pytest.raises(TypeError, match="invalid type for format 'g'"):
        swiftbuf.full(1, 1j, "g")
