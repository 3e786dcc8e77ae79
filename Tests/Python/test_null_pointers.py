"""An exporter in C whose suboffsets promise pointers, one of them NULL: a BufferError wherever it would be followed.

swiftbuf reads nothing through a NULL pointer. What the other pointers lead to stays readable.
"""

from __future__ import annotations

import ctypes
import pickle

import pytest
import swiftbuf

ROWS, COLUMNS = 3, 8
NULL = pytest.mark.parametrize("null", range(ROWS))


def indirect(room, null: int | None, **said):
    """Return a Buffer of three rows behind pointers, one of which may be NULL."""
    rows = [room.address + COLUMNS * i for i in range(ROWS)]
    table = (ctypes.c_void_p * ROWS)(*[None if i == null else row for i, row in enumerate(rows)])
    fields = {"buf": ctypes.addressof(table), "ndim": 2, "shape": (ROWS, COLUMNS), "strides": (8, 1)}
    return room.exporter(table=table, readonly=0, suboffsets=(0, -1), **{**fields, **said})


WAYS = {
    "tobytes": lambda b, e: b.tobytes(),
    "tobytes in Fortran order": lambda b, e: b.tobytes("F"),
    "hex": lambda b, e: b.hex(),
    "tolist": lambda b, e: b.tolist(),
    "copy": lambda b, e: b.copy(),
    "copy(exporter)": lambda b, e: swiftbuf.copy(e),
    "pickle": lambda b, e: pickle.dumps(b),
    "== its copy": lambda b, e: b == swiftbuf.zeros((ROWS, COLUMNS)),
    "a copy == it": lambda b, e: swiftbuf.zeros((ROWS, COLUMNS)) == b,
    "a copy == the exporter": lambda b, e: swiftbuf.zeros((ROWS, COLUMNS)) == e,
    "fill": lambda b, e: b.fill(1),
    "assigning a value": lambda b, e: b.__setitem__(..., 1),
    "assigning to it": lambda b, e: b.__setitem__(..., swiftbuf.zeros((ROWS, COLUMNS))),
    "assigning it": lambda b, e: swiftbuf.zeros((ROWS, COLUMNS)).__setitem__(..., b),
    "assigning the exporter": lambda b, e: swiftbuf.zeros((ROWS, COLUMNS)).__setitem__(..., e),
    "a column": lambda b, e: b[:, :1].tobytes(),
}


@NULL
@pytest.mark.parametrize("way", WAYS)
def test_a_null_pointer_among_others_is_a_buffer_error(room, way, null):
    exporter = indirect(room, null)
    b = swiftbuf.Buffer(exporter)
    # A comparison looks no further than the first difference: what is in front of the pointer is equal.
    ctypes.memset(room.address, 0, ROWS * COLUMNS)
    with pytest.raises(BufferError, match="got NULL"):
        WAYS[way](b, exporter)
    ctypes.memmove(room.address - room.FENCE, room.content, len(room.content))


@NULL
def test_an_item_or_a_row_behind_null_is_a_buffer_error_and_the_others_are_there(room, null):
    b = swiftbuf.Buffer(indirect(room, null))
    for row in range(ROWS):
        expected = list(range(COLUMNS * row, COLUMNS * row + COLUMNS))
        ways = [lambda row=row: b[row].tolist(), lambda row=row: [b[row, i] for i in range(COLUMNS)]]
        if row != null:
            assert [way() for way in ways] == [expected] * 2
            continue
        for way in (*ways, lambda row=row: b.__setitem__((row, 1), 5), lambda row=row: b.__setitem__(row, 5)):
            with pytest.raises(BufferError, match="got NULL"):
                way()


def test_one_dimension_of_pointers_to_items_is_looked_through_up_to_null(room):
    table = (ctypes.c_void_p * 4)(room.address + 3, room.address + 7, None, room.address + 1)
    exporter = room.exporter(
        table=table, buf=ctypes.addressof(table), len=4, ndim=1, shape=(4,), strides=(8,), suboffsets=(0,)
    )
    b = swiftbuf.Buffer(exporter)
    assert b.index(7) == 1 and 3 in b and b[:2].tolist() == [3, 7] and b[3] == 1
    for way in (
        lambda: b.index(1),
        lambda: 1 in b,
        lambda: b.count(3),
        lambda: list(b),
        lambda: b[2],
        lambda: b.__setitem__(2, 1),
        b.tolist,
    ):
        with pytest.raises(BufferError, match="got NULL"):
            way()


@pytest.mark.parametrize("shape", [(0, COLUMNS), (ROWS, 0)])
def test_of_no_items_no_pointer_is_followed(room, shape):
    b = swiftbuf.Buffer(indirect(room, 0, shape=shape, len=0))
    assert b.tobytes() == b"" and b.copy().shape == shape and b == swiftbuf.zeros(shape)
    b.fill(1)
    assert b.tolist() == [[]] * shape[0]
