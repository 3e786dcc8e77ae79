"""Random keys, shapes and values for a view that is there, and which exceptions a wrong one may end in."""

from __future__ import annotations

import math
import operator
from typing import Any

from hypothesis import strategies as st

Key = Any


class Index:
    """Something that is no int and says which int it is."""

    def __init__(self, value: int) -> None:
        """Remember a number."""
        self.value = value

    def __index__(self) -> int:
        """Return the number."""
        return self.value

    def __repr__(self) -> str:
        """Say it as it is typed."""
        return f"Index({self.value})"


def slices(count: int) -> st.SearchStrategy[slice]:
    """Return slices of a dimension, many of which reach beyond it."""
    end = st.one_of(st.none(), st.integers(-count - 2, count + 2), st.sampled_from([2**70, -(2**70)]))
    step = st.sampled_from([None, 1, 2, -1, -1, -2, 3, -3, 2**63, 0])
    return st.builds(slice, end, end, step)


@st.composite
def keys(draw: st.DrawFn, shape: tuple[int, ...]) -> Key:
    """Draw a key: most fit the shape, some are out of bounds, too long, or have two ellipses."""
    key: list[Any] = []
    count = draw(st.integers(0, len(shape)))
    axes = [*range(count)]
    if draw(st.integers(0, 2)) == 0:
        axes = [*range(len(shape) - count, len(shape))]  # the last dimensions: there is an ellipsis before
        key.append(...)
    for axis in axes:
        size = shape[axis]
        inside = st.integers(-size, size - 1) if size else st.just(0)
        index = st.one_of(inside, inside, slices(size), slices(size))
        each = draw(index)
        if type(each) is int:
            wrong = draw(st.integers(0, 39))
            each = (
                draw(st.sampled_from([size, -size - 1, 2**63])) if wrong == 0 else Index(each) if wrong == 1 else each
            )
            each = bool(each) if wrong == 2 and each in (0, 1) else each
        key.append(each)
    for extra in draw(st.lists(st.sampled_from([None, None, None, None, None, ..., 0]), max_size=2)):
        if extra is None or draw(st.integers(0, 5)) == 0:
            key.insert(draw(st.integers(0, len(key))), extra)
    if len(key) == 1 and draw(st.booleans()):
        return key[0]
    return tuple(key)


def for_numpy(key: Key) -> Key:
    """Return the key with plain ints: NumPy takes a bool for a mask."""
    if isinstance(key, tuple):
        return tuple(map(for_numpy, key))
    return operator.index(key) if isinstance(key, bool | Index) else key


def reasons_to_refuse(key: Key, shape: tuple[int, ...]) -> set[type[Exception]]:
    """Return the exceptions that a key deserves; none if it is a good one."""
    parts = [part for part in (for_numpy(key) if isinstance(key, tuple) else (for_numpy(key),)) if part is not None]
    reasons: set[type[Exception]] = set()
    if parts.count(...) > 1:
        # memoryview knows no `...` in a tuple, and NumPy raises IndexError.
        return {IndexError, TypeError, ValueError}
    if len(parts) - parts.count(...) > len(shape):
        reasons.add(TypeError)
    reasons |= {ValueError for part in parts if isinstance(part, slice) and part.step == 0}
    before = parts.index(...) if ... in parts else len(parts)
    axes = [*range(before), -1, *range(len(shape) - (len(parts) - before - 1), len(shape))]
    for part, axis in zip(parts, axes, strict=False):
        if isinstance(part, int) and 0 <= axis < len(shape) and not -shape[axis] <= part < shape[axis]:
            reasons.add(IndexError)
    return reasons


@st.composite
def regroupings(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Draw a shape for reshape(): most have as many items."""
    total = math.prod(shape)
    result: list[int] = []
    rest = total
    for _ in range(draw(st.integers(0, 4))):
        factors = [f for f in range(1, rest + 1) if rest % f == 0] if rest else [0, 1, 2, 3]
        factor = draw(st.sampled_from(factors))
        result.append(factor)
        rest = rest // factor if factor else rest
    if math.prod(result) != total:
        result.append(rest)
    if result and draw(st.integers(0, 2)) == 0:
        result[draw(st.integers(0, len(result) - 1))] = draw(st.sampled_from([-1, -1, -1, -1, 2, -2]))
    return tuple(result)


@st.composite
def broadcasts(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Draw a shape for broadcast_to(): most fit."""
    result = [draw(st.sampled_from([1, 2, 3, 0])) if size == 1 else size for size in shape]
    result = draw(st.lists(st.sampled_from([1, 2, 3, 0]), max_size=2)) + result
    if result and draw(st.integers(0, 9)) == 0:
        result[draw(st.integers(0, len(result) - 1))] += 1
    return tuple(result)


@st.composite
def smaller_shapes(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Draw a shape that broadcasts to another; some do not."""
    result = [1 if draw(st.integers(0, 4)) == 0 else size for size in shape]
    result = result[draw(st.integers(0, len(result))) :] if draw(st.integers(0, 3)) == 0 else result
    result = [1, *result] if draw(st.integers(0, 9)) == 0 else result
    if result and draw(st.integers(0, 9)) == 0:
        result[draw(st.integers(0, len(result) - 1))] += 1
    return tuple(result)
