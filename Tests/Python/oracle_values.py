"""Values as NumPy owns them: how it reads them, how it writes them, and random ones.

What differs from NumPy's own `tolist` is what the documents of Buffer say: texts of bytes (`S`) and void keep their
trailing NULs, and a long double is the nearest float.
"""

from __future__ import annotations

import math
import random
import struct
from typing import Any

import numpy as np

LONG_DOUBLE_PADS = range(10, 16)
POINTS = "aZ\0é€ß漢😀\ud800\uffff\U0010ffff"
FLOATS = [0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, math.nan, 5e-324, 2.0**-24, 65504.0, 1e300, 0.1, -(2.0**-149)]
NANS = [
    struct.unpack("<d", bits.to_bytes(8, "little"))[0]
    for bits in (0xFFF8000000000000, 0x7FF8000000000F00, 0x7FFC123460000000)
]


def bits_of(value: object) -> object:
    """Return what equals another value's exactly if both are the same to the bit and of the same type."""
    if isinstance(value, float):
        return ("float", struct.pack("<d", value))
    if isinstance(value, complex):
        return ("complex", struct.pack("<dd", value.real, value.imag))
    if isinstance(value, list | tuple):
        return (type(value).__name__, [bits_of(each) for each in value])
    return (type(value).__name__, value)


def chunks(array: np.ndarray) -> list[bytes]:
    """Return the bytes of each item."""
    size = array.dtype.itemsize
    if size == 0:
        return [b""] * array.size
    raw = array.tobytes()
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """Return values in the nested lists of a shape; the value itself for no dimension."""
    if not shape:
        return flat[0]
    step = math.prod(shape[1:])
    return [nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def read(array: np.ndarray) -> Any:
    """Return the values of an array, records too, as Buffer.tolist() should give them."""
    dtype = array.dtype
    if dtype.names is not None:
        return nested(records(array), array.shape)
    kind = dtype.kind
    if kind in "SV":
        return nested(chunks(array), array.shape)
    if dtype.char == "g":
        with np.errstate(all="ignore"):
            return array.astype("f8").tolist()
    if dtype.char == "G":
        with np.errstate(all="ignore"):
            return array.astype("c16").tolist()
    if kind == "U" and dtype.itemsize == 0:
        return nested([""] * array.size, array.shape)
    return array.tolist()


def records(array: np.ndarray) -> list[tuple[Any, ...]]:
    """Return the records of an array as tuples, in C order."""
    columns = []
    for name in array.dtype.names or ():
        part = array[name]
        rank = part.ndim - array.ndim
        inner = part.shape[array.ndim :]
        count = math.prod(inner)
        flat: list[Any] = flatten(read(part), part.ndim)
        columns.append(
            [nested(flat[i * count : (i + 1) * count], inner) if rank else flat[i] for i in range(array.size)]
        )
    return [tuple(column[i] for column in columns) for i in range(array.size)]


def flatten(values: Any, rank: int) -> list[Any]:
    """Return nested lists as one list."""
    if rank == 0:
        return [values]
    for _ in range(rank - 1):
        values = [each for row in values for each in row]
    return list(values)


def random_text(generator: random.Random, length: int) -> str:
    return "".join(generator.choice(POINTS) for _ in range(generator.randint(0, length)))


def random_value(generator: random.Random, dtype: np.dtype) -> Any:
    """Return a value that a leaf of this dtype can hold."""
    kind = dtype.kind
    if kind == "b":
        return generator.random() < 0.5
    if kind in "iu":
        bits = 8 * dtype.itemsize
        raw = generator.choice([0, 1, (1 << bits) - 1, 1 << (bits - 1), generator.getrandbits(bits)]) & (
            (1 << bits) - 1
        )
        return raw - (1 << bits) if kind == "i" and raw >> (bits - 1) else raw
    if kind == "f":
        return random_float(generator, dtype.itemsize)
    if kind == "c":
        part = dtype.itemsize // 2
        return complex(random_float(generator, part), random_float(generator, part))
    if kind == "S":
        return generator.randbytes(generator.randint(0, dtype.itemsize))
    if kind == "U":
        return random_text(generator, dtype.itemsize // 4)
    return generator.randbytes(dtype.itemsize)


def random_float(generator: random.Random, size: int) -> float:
    """Return a float that a number of so many bytes can hold, perhaps rounded."""
    value = generator.choice(
        [*FLOATS, *NANS, generator.gauss(0, 100), generator.gauss(0, 1) * 2.0 ** generator.randint(-20, 14)]
    )
    most = {2: 65504.0, 4: 3.4028234663852886e38}.get(size)
    if most is not None and math.isfinite(value) and abs(value) > most:
        return math.copysign(most, value)
    return value


def owned(value: Any, dtype: np.dtype) -> Any:
    """Return the value that NumPy is handed, so that it stores what Buffer is to store."""
    return np.void(value) if dtype.kind == "V" else value


def fill(array: np.ndarray, generator: random.Random, raw: bool) -> None:
    """Write values to all leaves; where `raw`, what takes any bytes keeps them, but for a few special values."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            fill(array[name], generator, raw)
        return
    dtype = array.dtype
    if array.size == 0 or dtype.itemsize == 0 or dtype.kind == "O":
        return
    if dtype.kind == "U":
        length = dtype.itemsize // 4
        points = np.array([ord(generator.choice(POINTS)) for _ in range(array.size * length)], dtype.byteorder + "u4")
        array[...] = points.view(dtype).reshape(array.shape)
    elif dtype.char in "gG":
        doubles = np.array([random_float(generator, 16) for _ in range(array.size)], "g")
        with np.errstate(all="ignore"):
            array[...] = (doubles * np.longdouble("1.0000000000000000001")).reshape(array.shape).astype(dtype)
    elif not raw:
        size = array.size * dtype.itemsize
        array[...] = np.frombuffer(generator.randbytes(size), dtype).reshape(array.shape)
    if dtype.kind in "fc" and generator.random() < 0.3:
        with np.errstate(all="ignore"):
            array[next(np.ndindex(array.shape))] = random_value(generator, dtype)
