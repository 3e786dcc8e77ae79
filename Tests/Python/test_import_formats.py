"""Formats of exporters that nobody can read, that contradict the itemsize, or that change from request to request.

The exporter is hostile_exporter, in C: it says what it is told to say, whatever it was asked.
"""

from __future__ import annotations

import ctypes
import pickle

import numpy as np
import pytest
import swiftbuf
from hostile_room import assign_whole

UNREADABLE = {
    "nothing": b"",
    "no letter of any format": b"&",
    "a pointer to a function": b"X{}",
    "a struct that does not end": b"T{B:a:",
    "a struct that ends twice": b"T{B:a:}}",
    "a count alone": b"3",
    "a count beyond every number": b"99999999999999999999999B",
    "dimensions that do not end": b"(2,3B",
    "a name that does not end": b"B:a",
    "what is no UTF-8": b"\xff\xfe",
    "UTF-8 that is cut off": b"B:\xc3",
    "another size than itemsize": b"q",
    "several values of another size than itemsize": b"BB",
    "structs in structs in structs": b"T{" * 5000 + b"B" + b"}" * 5000,
    "structs in structs that do not end": b"T{" * 5000,
    "very many letters": b"B" * 100_000,
    "a long name": b"T{B:" + b"n" * 100_000 + b":",
    "format strings of printf": b"%s%n%s%n",
}


@pytest.mark.parametrize("format", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_format_leaves_shape_bytes_and_slices_but_no_items(room, format):
    b = swiftbuf.Buffer(room.exporter(format=format))
    assert (b.shape, b.itemsize, b.nbytes, b.tobytes()) == ((24,), 1, 24, bytes(range(24)))
    assert b[3:6].tobytes() == b"\x03\x04\x05" and swiftbuf.copy(b).tobytes() == bytes(range(24))
    try:
        assert b.format.encode() == format
    except UnicodeError:
        assert not format.isascii()
    for read in (lambda: b[0], b.tolist, lambda: b[1:].tolist(), lambda: list(b), lambda: 1 in b):
        with pytest.raises(NotImplementedError):
            read()
    for write in (lambda: b.__setitem__(0, 1), lambda: b.fill(1), lambda: b.__setitem__(..., 1)):
        with pytest.raises(NotImplementedError):
            write()
    assert (b == room.exporter(format=format)) is False, "unreadable formats are unequal"
    repr(b)


@pytest.mark.parametrize("format", UNREADABLE.values(), ids=UNREADABLE)
def test_items_of_an_unreadable_format_are_not_copied_into_readable_ones(room, format):
    with pytest.raises((ValueError, NotImplementedError)):
        assign_whole(room.exporter(format=format))


def test_references_to_objects_are_not_copied_because_nobody_would_count_them(room):
    exporter = room.exporter(itemsize=8, shape=(3,), strides=(8,), format=b"O")
    b = swiftbuf.Buffer(exporter)
    assert (b.shape, b.format) == ((3,), "O") and b[1:].nbytes == 16
    for refused in (lambda: b[0], b.tolist, lambda: b.__setitem__(0, None), lambda: b.fill(None)):
        with pytest.raises(NotImplementedError):
            refused()
    for refused in (lambda: swiftbuf.copy(b), b.copy, lambda: b.__setitem__(slice(0, 2), b[1:])):
        with pytest.raises((ValueError, NotImplementedError)):
            refused()


def test_a_format_without_bytes_of_its_own_is_read_as_bytes_only_if_the_itemsize_is_one(room):
    b = swiftbuf.Buffer(room.exporter(format=None, itemsize=4, shape=(6,), strides=(4,)))
    assert (b.itemsize, b.shape, b.tobytes()) == (4, (6,), bytes(range(24)))
    with pytest.raises(NotImplementedError):
        b[0]


def test_the_exporter_may_change_what_it_says_from_request_to_request(room):
    exporter = room.exporter()
    first = swiftbuf.Buffer(exporter)
    exporter.fields.update(shape=(12,), strides=(2,), itemsize=2, format=b"H")
    second = swiftbuf.Buffer(exporter)
    assert (first.shape, first.format, second.shape, second.format) == ((24,), "B", (12,), "H")
    exporter.fields.update(len=5)
    with pytest.raises(ValueError):
        swiftbuf.Buffer(exporter)
    assert first.tolist() == list(range(24)) and len(second.tolist()) == 12


OBJECTS = [
    np.array([object(), "text", 3], object),
    np.array([(1, None)], [("a", "i4"), ("b", object)]),
    np.zeros(2, [("deep", [("x", "u1"), ("y", object, (2,))])]),
    (ctypes.py_object * 2)(),
]


@pytest.mark.parametrize("exporter", OBJECTS, ids=lambda exporter: memoryview(exporter).format)
def test_references_to_objects_are_not_lent_as_bytes_because_they_could_be_written_over(exporter):
    opaque = swiftbuf.Buffer(exporter)
    sources = [exporter, memoryview(exporter), opaque, opaque[:1], memoryview(opaque), pickle.PickleBuffer(opaque)]
    for source in [*sources, opaque.toreadonly()]:
        for how in [{}, {"format": "P"}, {"shape": 0}, {"offset": 1, "shape": 3}]:
            with pytest.raises(TypeError, match=r"frombuffer: the items .* hold references to objects"):
                swiftbuf.frombuffer(source, **how)
    with pytest.raises(TypeError, match="hold references to objects"):
        opaque.cast("B")
    assert opaque.nbytes == memoryview(exporter).nbytes


def test_a_name_with_an_o_in_it_holds_no_reference():
    assert swiftbuf.frombuffer(np.zeros(1, [("O", "i4"), ("Object", "f4")])).nbytes == 8
