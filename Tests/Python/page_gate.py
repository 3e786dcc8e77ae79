"""A gate in the middle of a Buffer's memory, at which an operation stands still, or gets a signal: see c/page_gate.c.

Tests meet an operation by it, where sleeping would only make a meeting likely.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import swiftbuf

PAGE = os.sysconf("SC_PAGESIZE")
WAIT, COUNT = -1, 0


class PageGate:
    """The one gate of a process."""

    def __init__(self, library: str | Path) -> None:
        """Load it, closed nowhere."""
        self.library = ctypes.CDLL(str(library))
        self.library.page_gate_close.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        assert self.library.page_gate_make() == 0
        self.touches = 0
        """How often the pages of the last gate were touched while it was closed."""

    @contextlib.contextmanager
    def closed(self, b: swiftbuf.Buffer, what: int = WAIT, part: float = 0.5, pages: int = 1) -> Iterator[None]:
        """Close a page in the middle of a Buffer's memory, or at another part of it; pages=0: all that are whole."""
        array = np.asarray(b)
        first = -(-array.ctypes.data // PAGE)
        count = (array.ctypes.data + array.nbytes) // PAGE - first
        del array
        assert count > 0, "the memory has no whole page"
        at, count = (first, count) if pages == 0 else (first + min(int(count * part), count - pages), pages)
        assert self.library.page_gate_close(at * PAGE, count * PAGE, what) == 0
        try:
            yield
        finally:
            self.touches = self.library.page_gate_remove()
        assert self.touches >= 0, "an operation stood at the gate, and no other thread came to open it"

    def wait(self) -> None:
        """Wait until an operation stands at the gate."""
        assert self.library.page_gate_wait() == 1, "no operation came to the gate"

    def open(self) -> None:
        """Let it go on."""
        self.library.page_gate_open()

    def forget(self) -> None:
        """Use the pages in a forked child, and leave the gate to the parent."""
        self.library.page_gate_unprotect()


def resident_pages(b: swiftbuf.Buffer) -> int:
    """Return how many whole pages of a Buffer's memory are in the machine's: touched, or read from a file."""
    array = np.asarray(b)
    first = -(-array.ctypes.data // PAGE)
    flags = (ctypes.c_ubyte * ((array.ctypes.data + array.nbytes) // PAGE - first))()
    size = ctypes.c_size_t(len(flags) * PAGE)
    assert ctypes.CDLL(None).mincore(ctypes.c_void_p(first * PAGE), size, flags) == 0
    return int((np.frombuffer(flags, "u1") & 1).sum())
