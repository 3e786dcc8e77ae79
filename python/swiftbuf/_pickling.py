"""How a Buffer is pickled: its `__reduce_ex__` calls `reduce`, a pickle `rebuild` by `swiftbuf._rebuild_buffer`.

By protocol 5 the bytes are a `pickle.PickleBuffer` over the Buffer's own memory, so that with a `buffer_callback`
nothing is copied. What is pickled with them (format, shape, order of the dimensions, whether it is read-only) is a few
bytes.
"""

from __future__ import annotations

import pickle
from typing import Any

from swiftbuf import Buffer, _rebuild_buffer, frombuffer

# Of the arguments of rebuild(), which stand in pickles. Pickles of earlier versions are read by all later ones.
VERSION = 1


def rebuild(
    version: int,
    memory: Any,
    format: str,
    shape: tuple[int, ...],
    axes: tuple[int, ...],
    readonly: bool,
    in_band: bool = False,
) -> Buffer:
    """Return a Buffer over unpickled memory.

    Parameters
    ----------
    version : int
        Of these arguments.
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
    in_band : bool
        Whether the memory is a bytes object for want of a protocol that has mutable ones. A writable Buffer gets a
        copy of it.

    Raises
    ------
    ValueError
        If the version is another, the memory does not suffice, or format, shape and axes do not fit each other.
    BufferError
        If the memory is not C-contiguous.
    TypeError
        If an argument is of the wrong type.

    """
    if version != VERSION:
        raise ValueError(
            f"cannot unpickle a Buffer: the pickle is of version {version!r} but this swiftbuf reads {VERSION}"
        )
    if in_band and not readonly:
        memory = bytearray(memoryview(memory))
    buffer = frombuffer(memory, format, shape).transpose(tuple(axes))
    return buffer.toreadonly() if readonly and not buffer.readonly else buffer


def reduce(buffer: Buffer, protocol: int) -> tuple[object, ...]:
    """Return what `pickle` writes.

    Items that lie packed in memory, in any order of the dimensions, are taken from there; others are packed in C order
    first, which copies them. By protocols before 5 the bytes are copied once.

    Raises
    ------
    TypeError
        If the items hold references to objects or pointers, or the format does not say their size, or not where their
        fields are.
    ValueError
        If the Buffer is released.

    """
    check_format(buffer)
    readonly = buffer.readonly
    in_order, axes = packed(buffer)
    memory = in_order.cast("B", in_order.nbytes)
    if readonly:
        memory = memory.toreadonly()
    layout = (in_order.format, in_order.shape, axes, readonly)
    if protocol >= 5:
        return _rebuild_buffer, (VERSION, pickle.PickleBuffer(memory), *layout)
    return _rebuild_buffer, (VERSION, memory.tobytes(), *layout, True)


def check_format(buffer: Buffer) -> None:
    """Refuse items that `rebuild` could not describe again, before any is copied."""
    format, itemsize = buffer.format, buffer.itemsize
    try:
        said = frombuffer(b"", format, 0).itemsize
    except ValueError as error:
        raise TypeError(f"cannot pickle a Buffer of format {format!r}: {error}") from error
    if said != itemsize:
        raise TypeError(f"cannot pickle a Buffer of format {format!r}: it says {said} bytes but an item has {itemsize}")
    none = buffer[:0] if buffer.ndim else buffer[None][:0]
    try:
        # No byte moves, but the items have to be the same: a text of somebody else's may mean more than it says.
        frombuffer(bytearray(), format, none.shape)[...] = none
    except ValueError as error:
        raise TypeError(
            f"cannot pickle a Buffer of format {format!r}: the format alone does not say where the fields stand: "
            "make the Buffer of the array itself"
        ) from error


def packed(buffer: Buffer) -> tuple[Buffer, tuple[int, ...]]:
    """Return a C-contiguous Buffer of the same items, and which of its dimensions those of `buffer` are.

    It is a view if the items lie packed in memory.
    """
    if not buffer.suboffsets:
        # The longest strides first. A dimension of one item has the stride of its neighbour: inside that it keeps it.
        strides, shape = buffer.strides, buffer.shape
        by_stride = sorted(range(buffer.ndim), key=lambda axis: (-strides[axis], shape[axis] <= 1))
        view = buffer.transpose(tuple(by_stride))
        if view.c_contiguous:
            return view, tuple(by_stride.index(axis) for axis in range(buffer.ndim))
    return buffer.copy(), tuple(range(buffer.ndim))
