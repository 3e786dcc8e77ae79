"""Buffers with known contents, keys for them, and NumPy as the judge of their views."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf


def counted(shape: Any, fmt: str = "i", order: str = "C") -> swiftbuf.Buffer:
    """Return a Buffer of the numbers from 0 on, in C order."""
    b = swiftbuf.zeros(shape, fmt, order)
    view = np.asarray(b)
    view[...] = np.arange(view.size).reshape(view.shape)
    return b


def address(b: Any) -> int:
    """Return where element [0, …, 0] of an exporter stands."""
    return np.asarray(b).ctypes.data


def assert_is_numpys(b: swiftbuf.Buffer, expected: np.ndarray) -> None:
    """Hold a view against the same view of NumPy's, of the same memory."""
    assert (b.shape, b.ndim, b.nbytes) == (expected.shape, expected.ndim, expected.nbytes)
    if expected.size:
        # NumPy says any stride of a dimension of one item; where it is not 1, they are the same.
        kept = [axis for axis, count in enumerate(expected.shape) if count > 1]
        assert [b.strides[axis] for axis in kept] == [expected.strides[axis] for axis in kept]
        assert address(b) == expected.ctypes.data
    assert (b.c_contiguous, b.f_contiguous) == (expected.flags.c_contiguous, expected.flags.f_contiguous)
    assert b.contiguous is (expected.flags.c_contiguous or expected.flags.f_contiguous)
    assert b.tolist() == expected.tolist() and b.tobytes() == expected.tobytes()
    assert np.array_equal(np.asarray(b), expected)


def keys_of(rank: int, generator: random.Random) -> tuple[object, ...]:
    """Return a key for so many dimensions: ints in reach, slices, new axes, at most one ellipsis."""
    parts: list[object] = []
    for _ in range(generator.randrange(rank + 1)):
        kind = generator.randrange(3)
        if kind == 0:
            parts.append(generator.choice([0, 1, -1, -2]))
        else:
            ends = [generator.choice([None, 0, 1, 2, 3, -1, -2, -4]) for _ in range(2)]
            parts.append(slice(*ends, generator.choice([None, 1, 2, -1, -2, 3])))
    if generator.random() < 0.4:
        parts.insert(generator.randrange(len(parts) + 1), ...)
    for _ in range(generator.choice([0, 0, 1, 2])):
        parts.insert(generator.randrange(len(parts) + 1), None)
    return tuple(parts)


class Trap:
    """An index and a number whose conversion runs `action` first."""

    def __init__(self, action: Callable[[], object], value: int = 0) -> None:
        self.action = action
        self.value = value

    def __index__(self) -> int:
        self.action()
        return self.value

    def __float__(self) -> float:
        return float(self.__index__())

    def __bool__(self) -> bool:
        return bool(self.__index__())
