"""Objects that CPython 3.12 and newer never free: None, small integers, short strings (PEP 683).

Their counts stay as they are. The macros of the limited API of 3.11, in which the one wheel is compiled, would count
them, up or down, against references that CPython does not count.
"""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pytest
import swiftbuf

OBJECTS = [None, NotImplemented, ..., True, False, 0, 1, 2, 3, 7, 255, "", "B", "x", b"", b"x", ()]

ROUNDS = 50

OPERATIONS: dict[str, Callable[[Any], object]] = {
    "fill": lambda b: b.fill(7),
    "an item": lambda b: b[1, 2],
    "an item that is written": lambda b: b.__setitem__((1, 2), 7),
    "a slice": lambda b: b[1:, ::2],
    "a slice that is written": lambda b: b.__setitem__(slice(1, 3), 7),
    "an ellipsis": lambda b: b[..., None],
    "iteration": lambda b: [list(row) for row in b],
    "in": lambda b: 255 in b.reshape(-1),
    "index": lambda b: b.reshape(-1).index(3),
    "count": lambda b: b.reshape(-1).count(0),
    "tolist": lambda b: b.tolist(),
    "tobytes": lambda b: b[:0].tobytes(),
    "hex": lambda b: b.hex("x", 1),
    "hex of nothing": lambda b: b[:0].hex(),
    "repr": lambda b: repr(b),
    "attributes": lambda b: (
        b.format,
        b.shape,
        b.strides,
        b.suboffsets,
        b.ndim,
        b.itemsize,
        b.nbytes,
        b.readonly,
        b.obj,
    ),
    "==": lambda b: b == 1,
    "reshape": lambda b: b.reshape(2, 1, -1),
    "cast": lambda b: b.cast("B", (3, 2, 2)),
    "transpose": lambda b: b.transpose(1, 0),
    "zeros": lambda _: swiftbuf.zeros((1, 2), "B"),
    "full": lambda _: swiftbuf.full((1, 2), 7, "B"),
    "frombuffer": lambda _: swiftbuf.frombuffer(b"x", "B", 1),
    "an import": lambda _: swiftbuf.Buffer(b"x").release(),
    "an exporter": lambda _: swiftbuf.Buffer(b"x").obj,
    "a copy": lambda _: swiftbuf.copy(b"x"),
    "resize": lambda _: swiftbuf.zeros(2).resize(3),
    "release": lambda b: b[:1].release(),
    "pickle": lambda b: pickle.loads(pickle.dumps(b)),
    "copy.copy": copy.copy,
    "a context": lambda b: b[:1].__enter__().__exit__(None, None, None),
}


def counts() -> list[int]:
    """Return how often each object is counted."""
    return [sys.getrefcount(each) for each in OBJECTS]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_leaves_the_counts_of_immortal_objects_as_they_were(operation):
    b = swiftbuf.zeros((3, 4), "B")
    memoryview(b).cast("B")[:] = bytes([0, 1, 2, 3, 7, 255] * 2)
    call = OPERATIONS[operation]
    call(b)  # what is kept from the first call on
    before = counts()
    for _ in range(ROUNDS):
        call(b)
    changes = [after - count for after, count in zip(counts(), before, strict=True)]
    if sys.version_info >= (3, 12):
        assert changes == [0] * len(OBJECTS)
    else:  # They are counted: a few more for what the test itself keeps, but none each round.
        assert all(abs(change) < ROUNDS for change in changes)
