"""How a Buffer is pickled and copied: `__reduce_ex__`, `__copy__` and `__deepcopy__` of the type call this module.

By protocol 5 the bytes are a `pickle.PickleBuffer` over the Buffer's own memory, so that with a `buffer_callback`
nothing is copied. What is pickled with them (format, shape, order of the dimensions, whether it is read-only) is a few
bytes.
"""

from __future__ import annotations

import pickle
from typing import Any

from swiftbuf import Buffer, frombuffer


def rebuild(memory: Any, format: str, shape: tuple[int, ...], axes: tuple[int, ...], readonly: bool) -> Buffer:
    """Return a Buffer over unpickled memory; what a pickle calls, so its name and arguments stay.

    Parameters
    ----------
    memory : object
        Any C-contiguous exporter; it may have more bytes than are needed, as shared memory has. It is shared, not
        copied.
    format : str
        The items' format.
    shape : tuple of ints
        Items along each dimension, in the order in which they lie in memory.
    axes : tuple of ints
        The dimensions of the Buffer are these of the memory's.
    readonly : bool
        Whether the Buffer is read-only; it is as well if the memory is.

    """
    buffer = frombuffer(memory, format, shape).transpose(tuple(axes))
    return buffer.toreadonly() if readonly and not buffer.readonly else buffer


def reduce(buffer: Buffer, protocol: int) -> tuple[object, ...]:
    """Return what `pickle` writes.

    Items that lie packed in memory, in any order of the dimensions, are taken from there; others are packed first. In
    band their bytes are copied once.

    Raises
    ------
    TypeError
        If the items hold references to objects or pointers, or the format does not say their size.
    ValueError
        If the Buffer is released.

    """
    in_order, axes = packed(buffer)
    try:
        memory = in_order.cast("B", in_order.nbytes)
        if frombuffer(memory, in_order.format, in_order.shape).nbytes != in_order.nbytes:
            raise ValueError("the format does not say the size of an item")
    except (TypeError, ValueError) as error:
        raise TypeError(f"cannot pickle a Buffer of format {buffer.format!r}: {error}") from error
    holder: object
    if protocol >= 5:
        holder = pickle.PickleBuffer(memory)
    else:
        holder = memory.tobytes() if buffer.readonly else bytearray(memory)
    return rebuild, (holder, in_order.format, in_order.shape, axes, buffer.readonly)


def packed(buffer: Buffer) -> tuple[Buffer, tuple[int, ...]]:
    """Return a C-contiguous Buffer of the same items, and which of its dimensions those of `buffer` are.

    It is a view if the items lie packed in memory.
    """
    if not buffer.suboffsets:
        by_stride = sorted(range(buffer.ndim), key=lambda axis: -buffer.strides[axis] if buffer.shape[axis] > 1 else 0)
        view = buffer.transpose(tuple(by_stride))
        if view.c_contiguous:
            return view, tuple(by_stride.index(axis) for axis in range(buffer.ndim))
    return buffer.copy(), tuple(range(buffer.ndim))


def copied(buffer: Buffer) -> Buffer:
    """Return a copy in memory that Swift owns: in the same order of dimensions, read-only if the Buffer is."""
    copy = buffer.copy("K")
    return copy.toreadonly() if buffer.readonly else copy
