"""Memory that Swift owns, as a real CPython buffer; and any other buffer, as memoryview and more.

`zeros`, `empty`, `full` and `copy` make a `Buffer` of new memory: an n-dimensional array of items that `memoryview`,
`numpy.asarray`, Pillow and every other consumer of the buffer protocol (PEP 3118) share without a copy. `Buffer(obj)`
and `frombuffer` share the memory of any object that has a buffer, `mapped` that of a file.

    >>> import swiftbuf
    >>> b = swiftbuf.zeros((2, 3), "d")
    >>> m = memoryview(b)
    >>> m[1, 2] = 7.5
    >>> b[1, 2]
    7.5
"""

__version__ = "0.1.0"

from _collections_abc import Sequence  # what collections.abc has, without importing collections

import _swiftbuf

if _swiftbuf.__version__ != __version__:
    raise ImportError(
        f"swiftbuf {__version__} found the extension _swiftbuf {_swiftbuf.__version__}: install both from one wheel "
        "(in a program that embeds Python, the built-in extension wins: install the wheel of its version)"
    )

from _swiftbuf import Buffer, allocated_bytes, copy, empty, frombuffer, full, mapped, zeros

Sequence.register(Buffer)


def _rebuild_buffer(*arguments: object) -> Buffer:
    """Return what a pickle of a Buffer says; pickles name this function, so that its name stays."""
    from swiftbuf._pickling import rebuild

    return rebuild(*arguments)


__all__ = ["Buffer", "allocated_bytes", "copy", "empty", "frombuffer", "full", "mapped", "zeros"]
