"""Fields of a Py_buffer that Buffer(), copy(), frombuffer(), b[...] = obj and b == obj believe, tolerate and refuse.

The exporter is hostile_exporter, in C: it says what it is told to say, whatever it was asked.
"""

from __future__ import annotations

import ctypes
import sys

import numpy as np
import pytest
import swiftbuf
from hostile_room import each_consumer

FULL_RO = 0x11C  # PyBUF_FULL_RO
LARGEST = sys.maxsize

# --- what does not fit together ---

INCOHERENT = {
    "len is more than shape says": {"len": 25},
    "len is less than shape says": {"len": 23},
    "len is negative": {"len": -24},
    "len is negative and so is the shape": {"len": -24, "shape": (-24,)},
    "a dimension is negative": {"shape": (-24,)},
    "two dimensions are negative": {"ndim": 2, "shape": (-4, -6), "strides": (6, 1)},
    "itemsize is 0": {"itemsize": 0},
    "itemsize is negative": {"itemsize": -1},
    "itemsize and len are negative": {"itemsize": -1, "len": -24},
    "ndim is negative": {"ndim": -1},
    "ndim is the least int": {"ndim": -(2**31)},
    "ndim is 65": {"ndim": 65, "shape": (1,) * 64 + (24,), "strides": (24,) * 64 + (1,)},
    "ndim is the largest int": {"ndim": 2**31 - 1},
    "there is no shape of two dimensions": {"ndim": 2, "shape": None, "strides": (6, 1)},
    "there are neither shape nor strides of two dimensions": {"ndim": 2, "shape": None, "strides": None},
    "there is no shape, and len is no multiple of itemsize": {"shape": None, "strides": None, "itemsize": 5},
    "one item of no dimension has the len of two": {"ndim": 0, "shape": None, "strides": None, "len": 2},
    "no dimension, and nothing in it": {"ndim": 0, "shape": None, "strides": None, "len": 0},
    "there is no memory but there are items": {"buf": None},
    "the shape's product is beyond every number": {
        "ndim": 3, "shape": (2**32, 2**32, 2**32), "strides": (1, 1, 1), "len": 0,
    },
    "the shape's product comes round to len": {"ndim": 2, "shape": (2**63 - 1, 2), "strides": (0, 0), "len": -2},
    "the shape's product comes round to 0": {"ndim": 2, "shape": (2**32, 2**32), "strides": (0, 0), "len": 0},
    "the shape's bytes are beyond every number": {
        "shape": (2**61,), "itemsize": 16, "strides": (0,), "len": 0, "format": b"16s",
    },
    "a stride goes beyond every address": {"shape": (24,), "strides": (LARGEST // 2,)},
    "a stride goes below every address": {"shape": (24,), "strides": (-LARGEST // 2,)},
    "strides add up beyond every address": {
        "ndim": 3, "shape": (2, 2, 6), "strides": (LARGEST - 8, LARGEST - 8, 1),
    },
    "the least stride of all": {"ndim": 2, "shape": (2, 12), "strides": (-LARGEST - 1, 1)},
}  # fmt: skip


@pytest.mark.parametrize("fields", INCOHERENT.values(), ids=INCOHERENT)
@each_consumer
def test_fields_that_do_not_fit_together_are_a_value_error(room, consume, fields):
    with pytest.raises(ValueError) as caught:
        consume(room.exporter(**fields))
    assert caught.type is ValueError and str(caught.value)


@pytest.mark.parametrize("fields", INCOHERENT.values(), ids=INCOHERENT)
def test_nothing_is_equal_to_an_exporter_whose_fields_do_not_fit_together(room, fields):
    b = swiftbuf.copy(bytes(range(24)))
    exporter = room.exporter(**fields)
    assert (b == exporter) is False and (b != exporter) is True
    assert exporter.grants >= 1, "the exporter was not asked"


@pytest.mark.parametrize(
    "fields", [{"buf": 8, "strides": (-1,)}, {"buf": 2**64 - 8}], ids=["below 0", "above the last"]
)
@each_consumer
def test_memory_that_goes_round_the_end_of_the_addresses_is_a_value_error(room, consume, fields):
    with pytest.raises(ValueError):
        consume(room.exporter(**fields))


# --- what has to be tolerated ---

TOLERATED = {
    "strides are NULL": {"strides": None},
    "shape and strides are NULL": {"shape": None, "strides": None},
    "shape is NULL and there is a stride": {"shape": None, "strides": (1,)},
    "everything that may be is NULL": {"shape": None, "strides": None, "format": None},
    "shape is a field of the view": {"shape": "len", "strides": None},
    "shape and strides are fields of the view": {"shape": "len", "strides": "itemsize"},
    "suboffsets say that there are no pointers": {"suboffsets": (-1,)},
    "suboffsets are any negative numbers": {"suboffsets": (-(2**63),)},
    "format is NULL": {"format": None},
    "the format has a byte order": {"format": b"<B"},
    "the format has a mark of native order": {"format": b"@B"},
    "the format has blanks": {"format": b" B "},
}


@pytest.mark.parametrize("fields", TOLERATED.values(), ids=TOLERATED)
@each_consumer
def test_what_an_exporter_may_leave_out_is_tolerated(room, consume, fields):
    b = consume(room.exporter(**fields))
    assert (b.shape, b.strides, b.itemsize, b.nbytes, b.format.strip()) == ((24,), (1,), 1, 24, "B")
    assert b.tolist() == list(range(24)) and b.tobytes() == bytes(range(24)) and bytes(b) == bytes(range(24))
    assert all(offset < 0 for offset in b.suboffsets)
    assert swiftbuf.copy(bytes(range(24))) == room.exporter(**fields)


def test_two_dimensions_without_strides_are_packed_in_c_order(room):
    fields = {"ndim": 2, "shape": (4, 3), "strides": None, "itemsize": 2, "format": b"H"}
    b = swiftbuf.Buffer(room.exporter(**fields))
    assert (b.shape, b.strides, b.c_contiguous) == ((4, 3), (6, 2), True)
    assert b[3, 2] == int.from_bytes(bytes([22, 23]), sys.byteorder)


@pytest.mark.parametrize("shape", [None, (), (5, 6)], ids=["NULL", "empty", "left over"])
def test_the_shape_of_no_dimension_is_not_looked_at(room, shape):
    fields = {"ndim": 0, "len": 8, "itemsize": 8, "format": b"q", "shape": shape, "strides": shape, "suboffsets": shape}
    b = swiftbuf.Buffer(room.exporter(**fields))
    assert (b.ndim, b.shape, b.strides, b.suboffsets, b.nbytes) == (0, (), (), (), 8)
    assert b[()] == int.from_bytes(bytes(range(8)), sys.byteorder)


EMPTY = {
    "one dimension": {"shape": (0,), "strides": (1,)},
    "one dimension without a shape": {"shape": None, "strides": None},
    "two dimensions": {"ndim": 2, "shape": (3, 0), "strides": (LARGEST, -LARGEST)},
    "strides beyond every address": {"ndim": 2, "shape": (0, 2**40), "strides": (2**62, 2**62)},
}


@pytest.mark.parametrize("fields", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("address", ["NULL", "somewhere"])
def test_what_is_empty_needs_no_memory_and_has_an_address_all_the_same(room, raw_buffer, fields, address):
    buf = None if address == "NULL" else room.address
    exporter = room.exporter(**{**fields, "buf": buf, "len": 0})
    for b in (swiftbuf.Buffer(exporter), swiftbuf.copy(exporter)):
        assert (b.nbytes, b.tobytes(), b.c_contiguous, b.f_contiguous) == (0, b"", True, True)
        seen = raw_buffer.ask(b, FULL_RO)
        assert seen["buf"] and seen["len"] == 0
        assert memoryview(b).nbytes == 0
    assert swiftbuf.Buffer(exporter) == exporter


def test_pointers_of_a_view_without_items_are_not_followed(room):
    b = swiftbuf.Buffer(
        room.exporter(buf=1, len=0, ndim=2, shape=(4, 0), strides=(0, 1), suboffsets=(8, -1))  # no memory is there
    )
    assert b.tolist() == [[], [], [], []] and [row.tolist() for row in b] == [[], [], [], []]
    assert b[3].tolist() == [] and b.tobytes() == b"" and b == b.copy()
    with pytest.raises(IndexError):
        b[0, 0]
    with pytest.raises(IndexError):
        b[0, 0] = 1


@pytest.mark.parametrize("said", [1, 2, -1, 2**31 - 1])
def test_any_number_but_0_means_read_only(room, said):
    b = swiftbuf.Buffer(room.exporter(readonly=said))
    assert b.readonly is True
    with pytest.raises(TypeError):
        b[0] = 1
    with pytest.raises((BufferError, TypeError)):
        ctypes.c_char.from_buffer(b)
    assert swiftbuf.copy(room.exporter(readonly=said)).readonly is False


def test_items_that_are_one_item_in_memory_stay_writable_if_the_exporter_says_so(room):
    b = swiftbuf.Buffer(room.exporter(strides=(0,)))
    assert b.readonly is False and b.tolist() == [0] * 24
    assert swiftbuf.copy(b).strides == (1,)


def test_negative_strides_begin_at_the_first_item_not_at_the_lowest_address(room, raw_buffer):
    b = swiftbuf.Buffer(room.exporter(buf=room.address + 23, strides=(-1,)))
    assert b.tolist() == list(range(23, -1, -1))
    assert raw_buffer.ask(b, FULL_RO)["buf"] == room.address + 23


def test_pointers_are_followed(room):
    table = (ctypes.c_void_p * 3)(*[room.address + 8 * i for i in range(3)])
    fields = {"buf": ctypes.addressof(table), "ndim": 2, "shape": (3, 8), "strides": (8, 1), "suboffsets": (0, -1)}
    exporter = room.exporter(table=table, **fields)
    b = swiftbuf.Buffer(exporter)
    assert b.suboffsets == (0, -1) and not b.contiguous
    assert b.tolist() == [list(range(8 * i, 8 * i + 8)) for i in range(3)]
    assert b.tobytes() == bytes(range(24)) and b == exporter
    assert swiftbuf.copy(exporter).tobytes() == bytes(range(24))
    for asks_for_bytes in (swiftbuf.frombuffer, ctypes.c_char.from_buffer):
        with pytest.raises((BufferError, TypeError)):
            asks_for_bytes(b)


def test_a_pointer_is_followed_at_once_only_where_no_dimension_before_it_chooses_it(room):
    table = (ctypes.c_void_p * 4)(*[room.address + 8 * i for i in range(4)])
    fields = {"buf": ctypes.addressof(table), "ndim": 3, "shape": (2, 2, 6), "strides": (16, 8, 1)}
    b = swiftbuf.Buffer(room.exporter(table=table, suboffsets=(-1, 0, -1), **fields))
    rows = np.array([[8 * i + j for j in range(6)] for i in range(4)]).reshape(2, 2, 6)
    assert b.tolist() == rows.tolist()
    for key in [(1, 0), (0, 1), (1, 1, slice(2, 5)), (slice(1, 2), 1), (None, slice(0, 1), 1, slice(3, None))]:
        assert b[key].tolist() == rows[key].tolist(), key
    for key in [(slice(None), 0), (slice(None), 1, 2), (Ellipsis, 1, slice(1, None))]:
        with pytest.raises(NotImplementedError, match="pointers"):
            b[key]


# --- what was not asked for is granted ---


@pytest.mark.parametrize("strides", [(2,), (-1,), (0,)], ids=["gaps", "backwards", "one item"])
def test_frombuffer_looks_whether_the_contiguity_that_it_asked_for_was_granted(room, strides):
    with pytest.raises((BufferError, ValueError)):
        swiftbuf.frombuffer(room.exporter(buf=room.address + 30, strides=strides))


def test_frombuffer_looks_at_the_strides_of_two_dimensions_too(room):
    fortran = {"ndim": 2, "shape": (4, 6), "strides": (1, 4)}
    with pytest.raises((BufferError, ValueError)):
        swiftbuf.frombuffer(room.exporter(**fortran))
    assert swiftbuf.frombuffer(room.exporter(ndim=2, shape=(4, 6), strides=(6, 1))).shape == (24,)


@each_consumer
def test_consumers_that_only_read_never_ask_for_writable_memory(room, consume):
    exporter = room.exporter()
    consume(exporter)
    assert (swiftbuf.copy(b"") == exporter) in (True, False)
    assert not any(flags & 1 for flags in exporter.asked), "PyBUF_WRITABLE was asked for"
