"""Pillow images over Swift memory, and where an image's pixels lie.

Pillow keeps colour as four bytes a pixel, whatever a file holds. So `RGBX`, colour and one unused byte, is the layout
that it can share; three-byte `RGB` memory it can only unpack into memory of its own.
"""

from __future__ import annotations

import ctypes
from typing import Any

from PIL import Image
from swiftbuf import Buffer


class _ArrowArray(ctypes.Structure):
    """The head of `ArrowArray`, from the Arrow C data interface."""


_ArrowArray._fields_ = (
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowArray))),
)

_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_capsule_pointer.restype = ctypes.c_void_p


def image_of(memory: Buffer) -> Image.Image:
    """Return a Pillow image of (height, width, 4) bytes, without a copy. The image keeps the memory exported."""
    height, width, _ = memory.shape
    pixels: Any = memory  # Pillow takes any exporter, but its annotation names a few
    return Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)


def image_address(image: Image.Image) -> int | None:
    """Return where a four-byte image's pixels lie: Pillow tells it to whoever asks for an Arrow array.

    None if they lie in several blocks, as in large images whose memory is Pillow's own.
    """
    try:
        _, capsule = image.__arrow_c_array__()
    except ValueError:
        return None
    array = _ArrowArray.from_address(_capsule_pointer(capsule, b"arrow_array"))
    bands = array.children[0].contents  # one list of four bytes a pixel; its child holds the bytes
    return int(bands.buffers[1] or 0)
