"""What is refused, and in whose words: objects without a buffer, writes to read-only memory, moving under a view."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf
from claims import Claims, WrongResult
from decoding import Photograph
from pybuffer import SIMPLE, WRITABLE, fields


def show_refusals(photograph: Photograph, claims: Claims) -> None:
    """Claim that each of these raises what it should, and that none of them changed a byte."""
    memory: Any = photograph.memory  # Any: most of what follows is what a type checker refuses
    before = hashlib.sha256(memory).digest()

    def refused(what: str, action: Callable[[], object], error: type[Exception]) -> None:
        try:
            action()
        except error as raised:
            claims.claim(type(raised) is error, f"{what} is refused", f"{error.__name__}: {raised}")
        else:
            raise WrongResult(f"This should have been refused, and was not: {what}.")

    copy: Any = swiftbuf.copy
    refused("a str", lambda: copy("text"), TypeError)
    refused("a list", lambda: copy([1, 2, 3]), TypeError)

    locked = memory.toreadonly()
    shared = np.asarray(locked)
    claims.claim(
        shared.ctypes.data == np.asarray(memory).ctypes.data and not shared.flags.writeable,
        "toreadonly gives a read-only view of the same memory",
        f"{shared.ctypes.data:#x} is readable, writeable is {shared.flags.writeable}",
    )
    refused("a write by Python", lambda: locked.__setitem__((0, 0, 0), 1), TypeError)
    refused("a write by memoryview", lambda: memoryview(locked).__setitem__((0, 0, 0), 1), TypeError)
    refused("a write by NumPy", lambda: shared.__setitem__((0, 0, 0), 1), ValueError)
    refused("making NumPy's view writeable", lambda: shared.setflags(write=True), ValueError)
    refused("a socket that would receive into it", lambda: _receive_into(locked), TypeError)
    refused("a request in C for writable memory", lambda: fields(locked, SIMPLE | WRITABLE), BufferError)
    refused("the same request to bytes", lambda: fields(b"text", SIMPLE | WRITABLE), BufferError)
    refused("a value that the format does not hold", lambda: memory.__setitem__((0, 0, 0), 256), ValueError)
    if not memory.T.c_contiguous:  # it is, for a photograph of one pixel
        contiguous = "a request in C for contiguous bytes of the transposed view"
        refused(contiguous, lambda: fields(memory.T, SIMPLE), BufferError)
    refused("resize while NumPy looks on", lambda: memory.resize((1, 1, 4)), BufferError)
    claims.claim(
        hashlib.sha256(memory).digest() == before,
        "none of this changed a byte",
        f"sha256 {before.hex()[:16]}... as before",
    )


def _receive_into(target: Any) -> None:
    here, there = socket.socketpair()
    with here, there:
        there.send(b"?")
        here.recv_into(target)
