"""An exporter without dimensions as value of `b[i] = value` and of `fill`: its item, if the formats are the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
import swiftbuf

FORMATS = [
    *["c", "b", "?", "i", ">i", "q", "e", "f", "d", ">d", "Zf", "Zd", "g", "Zg", "P"],
    *["3x", "3s", "5p", "2w", "2u", "(2)i", "2i", "T{i:a:d:b:}", "T{T{i:a:}:b:3x}", "T{3s:a:x}"],
]


def item(format: str) -> swiftbuf.Buffer:
    """Return an item without dimensions whose bytes are no zeros, and which all formats here can say."""
    b = swiftbuf.zeros((), format)
    raw = memoryview(b.reshape(1).cast("B"))
    raw[:] = bytes(1 if format == "?" else 65 if i % 4 == 0 else 0 for i in range(b.nbytes))
    return b


EXPORTERS = {
    "a Buffer": lambda b: b,
    "a memoryview": memoryview,
    "a read-only Buffer": lambda b: b.toreadonly(),
    "a Buffer of a memoryview": lambda b: swiftbuf.Buffer(memoryview(b)),
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("exporter", EXPORTERS)
def test_it_is_one_item_for_an_index_and_for_fill_as_it_is_for_a_slice(format, exporter):
    source = item(format)
    value = EXPORTERS[exporter](source)
    for write in (
        lambda b: [b.__setitem__(i, value) for i in range(3)],
        lambda b: [b.__setitem__(i - 3, value) for i in range(3)],
        lambda b: b.fill(value),
        lambda b: b.__setitem__(slice(None), value),
    ):
        b = swiftbuf.zeros(3, format)
        write(b)
        assert b.tobytes() == source.tobytes() * 3, format


@pytest.mark.parametrize("format", FORMATS)
def test_an_item_of_the_same_buffer_is_one_too(format):
    q = swiftbuf.zeros(3, format)
    q[1] = item(format)
    q[0] = q[1:2].reshape(())
    assert q[:1].tobytes() == q[1:2].tobytes() == item(format).tobytes()
    q.fill(q[:1].reshape(()))
    assert q.tobytes() == item(format).tobytes() * 3


@pytest.mark.parametrize("dtype", ["V3", "S3", "U2", "?", "i8", "f8", "c16", "g", ">f4", [("a", "i4"), ("b", "f8")]])
def test_an_array_without_dimensions_is_one(dtype):
    a = np.zeros((), dtype)
    a.reshape(1).view("u1")[:] = 1
    b = swiftbuf.Buffer(np.zeros(2, dtype))
    b[0] = a
    b[1] = a
    assert b.tobytes() == a.tobytes() * 2
    b = swiftbuf.Buffer(np.zeros(2, dtype))
    b.fill(a)
    assert b.tobytes() == a.tobytes() * 2


def test_a_long_double_keeps_all_of_its_bits():
    value = np.nextafter(np.longdouble(1), np.longdouble(2))
    b = swiftbuf.zeros(2, "g")
    b[0] = value
    b[1] = np.array(value)
    assert (np.asarray(b) == value).all()
    b.fill(np.longdouble(0))
    b.fill(value)
    assert (np.asarray(b) == value).all()


def test_a_nan_keeps_its_bits():
    source = swiftbuf.frombuffer(bytearray.fromhex("0100000000c0f87f"), "d")
    b = swiftbuf.zeros(2, "d")
    b[1] = source.reshape(())
    assert math.isnan(b[1]) and b[1:].tobytes() == source.tobytes()


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("format", ["?", "i", "d", "3s", "c", "2w"])
def test_an_item_of_another_format_is_a_type_error_that_names_the_format(format, exporter):
    value = EXPORTERS[exporter](item("h"))
    b = swiftbuf.zeros(3, format)
    for write in (
        lambda: b.__setitem__(0, value),
        lambda: b.fill(value),
        lambda: b.__setitem__(slice(None), value),
    ):
        with pytest.raises(TypeError, match=f"invalid type for format '{format}'"):
            write()
    assert b.tobytes() == bytes(b.nbytes)


def test_an_exporter_with_dimensions_is_no_item():
    b = swiftbuf.zeros(3, "d")
    for value in (swiftbuf.zeros(1, "d"), memoryview(swiftbuf.zeros((1, 1), "d"))):
        with pytest.raises(TypeError, match="invalid type for format 'd'"):
            b[0] = value
        with pytest.raises(TypeError, match="invalid type for format 'd'"):
            b.fill(value)


def test_a_released_buffer_is_no_item():
    b, value = swiftbuf.zeros(3, "d"), item("d")
    value.release()
    for write in (lambda: b.__setitem__(0, value), lambda: b.fill(value)):
        with pytest.raises(ValueError, match="released"):
            write()


def test_what_the_exporter_does_to_the_target_while_it_is_asked_or_given_back_is_seen(room):
    fields = {"ndim": 0, "shape": None, "strides": None, "len": 1}
    for hook in ("when_asked", "when_released"):
        for write in (lambda b, value: b.__setitem__(5, value), lambda b, value: b.fill(value)):
            b = swiftbuf.zeros(24)
            with pytest.raises(ValueError, match="released"):
                write(b, room.exporter(**fields, **{hook: b.release}))
        b = swiftbuf.zeros(24)
        with pytest.raises(IndexError):
            b[5] = room.exporter(**fields, buf=room.address + 9, **{hook: lambda b=b: b.resize(3)})
        assert b.tobytes() == bytes(3)
        b = swiftbuf.zeros(24)
        b.fill(room.exporter(**fields, buf=room.address + 9, **{hook: lambda b=b: b.resize(3)}))
        assert b.tobytes() == bytes([9] * 3)


def test_an_exporter_that_refuses_its_buffer_and_has_no_value_says_why(room):
    b = swiftbuf.zeros(24)
    for write in (lambda value: b.__setitem__(5, value), b.fill):
        with pytest.raises(BufferError, match="not now"):
            write(room.exporter(refusal=BufferError("not now")))
    assert b.tobytes() == bytes(24)


def test_references_are_refused():
    a = np.array([None, None], dtype=object)
    b = swiftbuf.Buffer(a)
    for write in (lambda: b.__setitem__(0, a[:1].reshape(())), lambda: b.fill(a[:1].reshape(()))):
        with pytest.raises(NotImplementedError):
            write()
