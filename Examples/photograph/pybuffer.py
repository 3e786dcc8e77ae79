"""The C struct `Py_buffer`, as an exporter fills it: the demo's judge of addresses and layouts.

It calls `PyObject_GetBuffer` itself, so what it says of a Buffer, a memoryview or an ndarray is what any consumer in C
gets.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

# Requests, from Include/pybuffer.h.
SIMPLE = 0x0
WRITABLE = 0x1
FULL_RO = 0x11C  # shape, strides, suboffsets and format; read-only memory is welcome


class PyBuffer(ctypes.Structure):
    """`Py_buffer`, field by field."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("suboffsets", ctypes.POINTER(ctypes.c_ssize_t)),
        ("internal", ctypes.c_void_p),
    )


_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, ctypes.POINTER(PyBuffer), ctypes.c_int]
_get_buffer.restype = ctypes.c_int
_release = ctypes.pythonapi.PyBuffer_Release
_release.argtypes = [ctypes.POINTER(PyBuffer)]
_release.restype = None


@dataclass(frozen=True)
class Fields:
    """What a filled `Py_buffer` said, for people: a NULL pointer is None."""

    buf: int | None
    len: int
    itemsize: int
    format: str | None
    ndim: int
    shape: tuple[int, ...] | None
    strides: tuple[int, ...] | None
    suboffsets: tuple[int, ...] | None
    readonly: int


def fields(exporter: Any, flags: int = FULL_RO) -> Fields:
    """Ask for a buffer, read every field and release it.

    Raises what the exporter raises: BufferError if it refuses the request, TypeError if it has no buffer.
    """
    view = PyBuffer()
    _get_buffer(exporter, ctypes.byref(view), flags)
    try:
        return Fields(
            buf=view.buf,
            len=view.len,
            itemsize=view.itemsize,
            format=view.format.decode() if view.format is not None else None,
            ndim=view.ndim,
            shape=tuple(view.shape[: view.ndim]) if view.shape else None,
            strides=tuple(view.strides[: view.ndim]) if view.strides else None,
            suboffsets=tuple(view.suboffsets[: view.ndim]) if view.suboffsets else None,
            readonly=view.readonly,
        )
    finally:
        _release(ctypes.byref(view))


def address(exporter: Any) -> int:
    """Return the address of an exporter's first item."""
    return fields(exporter).buf or 0
