"""Where the fields, leaves and scalars of a dtype stand, and whether two dtypes have the same ones there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from oracle_values import LONG_DOUBLE_PADS


def over(s: np.ndarray, memory: bytearray, copy: bytearray, dtype: np.dtype | None = None) -> np.ndarray:
    """Return the array that lies in a copy of a memory where `s` lies in the memory."""
    start = s.__array_interface__["data"][0] - np.frombuffer(memory, "u1").__array_interface__["data"][0]
    return np.ndarray(s.shape, dtype or s.dtype, copy, start, s.strides)


def pads(its: np.ndarray, key: tuple[int, ...], memory: bytearray) -> list[int]:
    """Return where the pads of a long double stand, which nobody reads."""
    if its.dtype.char not in "gG":
        return []
    start = its.__array_interface__["data"][0] - np.frombuffer(memory, "u1").__array_interface__["data"][0]
    start += sum(k * n for k, n in zip(key, its.strides, strict=True))
    return [start + 16 * part + i for part in range(its.dtype.itemsize // 16) for i in LONG_DOUBLE_PADS]


def leaves(dtype: np.dtype) -> list[np.dtype]:
    """Return the dtypes of all leaves."""
    if dtype.subdtype:
        return leaves(dtype.subdtype[0])
    if dtype.names is None:
        return [dtype]
    return [leaf for name in dtype.names for leaf in leaves(dtype.fields[name][0])]  # type: ignore[index]


def has_references(dtype: np.dtype) -> bool:
    """Whether a leaf is a reference; `hasobject` says so of fields too that a view has left out."""
    return any(leaf.kind == "O" for leaf in leaves(dtype))


def all_names(dtype: np.dtype) -> list[str]:
    """Return the names of all fields, also of those in fields."""
    if dtype.subdtype:
        return all_names(dtype.subdtype[0])
    fields: Any = dtype.fields
    return [each for name in dtype.names or () for each in (name, *all_names(fields[name][0]))]


def same_places(mine: np.dtype, its: np.dtype) -> bool:
    """Whether two dtypes have the same scalars at the same offsets under the same names."""
    if mine.itemsize != its.itemsize:
        return False
    if mine.subdtype or its.subdtype:
        if not (mine.subdtype and its.subdtype):
            return mine.itemsize == 0
        if 0 in its.subdtype[1]:
            return mine.subdtype[1] == its.subdtype[1]
        return mine.subdtype[1] == its.subdtype[1] and same_places(mine.subdtype[0], its.subdtype[0])
    if its.names is None:
        return mine.names is None and (mine == its or mine.itemsize == 0)
    if mine.names != its.names:
        return False
    my_fields: Any = mine.fields
    fields: Any = its.fields
    return all(
        my_fields[name][1] == fields[name][1] and same_places(my_fields[name][0], fields[name][0]) for name in its.names
    )


def same_scalars(mine: np.dtype, its: np.dtype) -> bool:
    """Whether two dtypes of one size have the same scalars at the same offsets, however large their structs are."""
    return mine.itemsize == its.itemsize and list(scalars(mine)) == list(scalars(its))


def scalars(dtype: np.dtype, at: int = 0, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of each scalar, its offset and its dtype; of scalars without bytes the path alone."""
    if dtype.subdtype:
        base, shape = dtype.subdtype
        for index in range(math.prod(shape)):
            yield from scalars(base, at + index * base.itemsize, (*path, index))
        if 0 in shape:
            yield path, shape
    elif dtype.names is None:
        yield (path, at, dtype) if dtype.itemsize else (path,)
    else:
        fields: Any = dtype.fields
        for name in dtype.names:
            yield from scalars(fields[name][0], at + fields[name][1], (*path, name))


def packed_without_titles(dtype: np.dtype) -> np.dtype:
    """Return the same places as a dtype of explicit offsets, so that NumPy writes another format for it, if it can."""
    if dtype.subdtype:
        return np.dtype((packed_without_titles(dtype.subdtype[0]), dtype.subdtype[1]))
    if dtype.names is None:
        return dtype
    fields: Any = dtype.fields
    return np.dtype(
        {
            "names": list(dtype.names),
            "formats": [packed_without_titles(fields[name][0]) for name in dtype.names],
            "offsets": [fields[name][1] for name in dtype.names],
            "itemsize": dtype.itemsize,
        }
    )
