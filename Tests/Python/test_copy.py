"""copy(): the items of any exporter, in memory that Swift owns.

Here: every kind of exporter and layout, independence of the original, and the refusals with their reasons and ways out.
"""

import array
import ctypes
import datetime
import mmap
import sys

import numpy as np
import pytest
import swiftbuf
from PIL import Image


class Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_float), ("y", ctypes.c_int32))


class PackedPoint(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("tag", ctypes.c_uint8), ("x", ctypes.c_int32))


def packed_records() -> np.ndarray:
    records = np.zeros(5, [("tag", "u1"), ("x", "<f8"), ("y", ">i2"), ("z", "<c8")])
    records["x"], records["y"], records["z"] = np.arange(5) / 3, np.arange(-2, 3), np.arange(5) * 1j
    return records


GRID = np.arange(24, dtype="i4").reshape(2, 3, 4)
EXPORTERS = {
    "bytes": b"swift",
    "empty bytes": b"",
    "bytearray": bytearray(b"buf"),
    "array": array.array("d", [1.5, -2, 3]),
    "empty array": array.array("h"),
    "ctypes array": (ctypes.c_int16 * 3 * 2)((1, 2, 3), (4, 5, 6)),
    "ctypes scalar": ctypes.c_double(2.5),
    "memoryview slice": memoryview(bytes(range(20)))[15:2:-3],
    "memoryview cast": memoryview(bytes(range(24))).cast("H", (3, 4)),
    "C order": GRID,
    "Fortran order": np.asfortranarray(GRID),
    "transposed": GRID.transpose(2, 0, 1),
    "strided": GRID[:, ::2, 1::2],
    "reversed": GRID[::-1, ::-1, ::-1],
    "broadcast": np.broadcast_to(np.float32(7), (3, 2)),
    "0-d": np.array(3, "q"),
    "empty": np.zeros((3, 0, 2), "d"),
    "bool": np.array([True, False]),
    "half": np.array([0.1, np.inf], "f2"),
    "complex": np.array([1 + 2j, -3j]),
    "complex of the other byte order": np.array([1 + 2j, -3j], ">c8"),
    "long double": np.array([0.1, 2], "g"),
    "text": np.array([b"ab", b"c"]),
    "UCS-4": np.array(["ä", "bc"]),
    "other byte order": np.arange(3, dtype=">u8"),
    "records": packed_records(),
    "field at odd addresses": packed_records()["x"],
    "field of the other byte order": packed_records()["y"],
    "complex field": packed_records()["z"][::-1],
    "sub-array": np.zeros(2, [("a", "i1", (2, 3)), ("b", "f8")]),
    "64 dimensions": np.arange(4, dtype="i2").reshape((1,) * 62 + (2, 2)),
    "NumPy scalar": np.float32(0.5),
    "picture": np.asarray(Image.effect_noise((7, 5), 50).convert("RGB")),
}


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS)
def test_a_copy_has_the_items_and_the_shape_of_what_was_copied(exporter):
    b = swiftbuf.copy(exporter)
    view = memoryview(exporter)
    assert (b.shape, b.itemsize, b.nbytes) == (view.shape, view.itemsize, view.nbytes)
    assert b.tobytes() == view.tobytes()
    assert b.c_contiguous and not b.readonly and b.suboffsets == () and b.exports == 0
    copied, original = np.asarray(b), np.asarray(view)
    assert copied.dtype == original.dtype and copied.shape == original.shape
    assert np.array_equal(copied, original)
    assert copied.nbytes == 0 or not np.shares_memory(copied, original)
    assert copied.ctypes.data % 64 == 0 or copied.nbytes == 0


def test_a_copy_of_ctypes_structures_keeps_their_bytes_and_their_names():
    points = (Point * 2)((7.5, -1), (8, 2**20))
    b = swiftbuf.copy(points)
    assert (b.shape, b.itemsize, b.tobytes()) == ((2,), 8, bytes(points))
    assert np.asarray(b).tolist() == [(7.5, -1), (8, 2**20)] and np.asarray(b).dtype.names == ("x", "y")


def test_the_itemsize_decides_where_a_format_says_another_size():
    # The ctypes of CPython 3.11 says "B" of packed structures.
    packed = (PackedPoint * 2)((7, -1), (8, 2**20))
    b = swiftbuf.copy(packed)
    assert (b.shape, b.itemsize, b.nbytes, b.tobytes()) == ((2,), 5, 10, bytes(packed))
    if memoryview(packed).format == "B":
        with pytest.raises(NotImplementedError, match="cannot be read"):
            b[0]
    else:  # newer ones say what is so
        assert b[0] == (7, -1)
    assert swiftbuf.copy(b).tobytes() == b.tobytes() == b.T.toreadonly().tobytes()


def test_a_copy_follows_pointers(judge):
    rows = judge.ndarray(list(range(-6, 6)), shape=[3, 4], format="i", flags=judge.ND_PIL)
    assert rows.suboffsets == (0, -1)
    b = swiftbuf.copy(rows)
    assert (b.tolist(), b.format, b.suboffsets) == (rows.tolist(), "i", ())
    assert swiftbuf.copy(memoryview(rows)[::-2]).tolist() == rows.tolist()[::-2]


def test_a_copy_of_a_mapping_and_of_a_picture_and_of_a_buffer_is_independent():
    with mmap.mmap(-1, 10000) as mapping:
        mapping[9999] = 7
        assert swiftbuf.copy(mapping).tobytes() == bytes(9999) + b"\7"
    picture = Image.effect_noise((64, 48), 30)
    assert Image.frombuffer("L", (64, 48), swiftbuf.copy(np.asarray(picture))).tobytes() == picture.tobytes()
    b = swiftbuf.full((2, 3), 5, "d", "F")
    c = swiftbuf.copy(b)
    c[0, 0] = 6
    assert (b[0, 0], c.strides, c.tolist()) == (5, (24, 8), [[6, 5, 5], [5, 5, 5]])
    assert swiftbuf.copy(b.T.toreadonly()).readonly is False


def test_large_copies_of_any_layout_are_exact():
    for size in [2**20 - 8, 2**20, 2**22, 2**23 + 8]:
        items = np.random.default_rng(size).integers(0, 2**63, size // 8)
        square = items[: items.size // 8 * 8].reshape(8, -1)
        for layout in [items, items[::-1], items[::3], square.T, square[:, ::2], square[::-1].T]:
            assert np.array_equal(np.asarray(swiftbuf.copy(layout)), layout)


@pytest.mark.parametrize(
    ("obj", "exception", "message"),
    [
        ("text", TypeError, r"copy: a str has no buffer.*s\.encode\(\)"),
        ([1, 2], TypeError, r"copy: a list has no buffer.*array\.array\('d', x\)"),
        (5, TypeError, "type 'int' has none"),
        (None, TypeError, "type 'NoneType' has none"),
        ((1, 2), TypeError, "type 'tuple' has none"),
        (datetime.date(2020, 1, 1), TypeError, "type 'date' has none"),
        (swiftbuf.Buffer, TypeError, "type 'type' has none"),
        (np.array([[], None], object), ValueError, "holds references to objects, which a copy would not count"),
        (np.zeros(1, np.dtype([("a", "i4"), ("b", "O")], align=True)), ValueError, "holds references to objects"),
        (np.zeros(1, [("a", "i4"), ("b", "O")]), ValueError, "holds references to objects"),
        (np.array(["2020"], "M8[D]"), ValueError, "cannot include dtype 'M' in a buffer"),
        (ctypes.py_object(), ValueError, "holds references to objects"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_copied_is_refused_with_a_reason(obj, exception, message):
    with pytest.raises(exception, match=message):
        swiftbuf.copy(obj)


def test_a_released_exporter_is_refused_in_its_own_words():
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(ValueError, match="released memoryview"):
        swiftbuf.copy(view)
    b = swiftbuf.zeros(3)
    b.release()
    with pytest.raises(BufferError, match="this Buffer is released"):
        swiftbuf.copy(b)


def test_copying_leaves_no_export_behind():
    b, source = swiftbuf.zeros((1000, 1000), "d"), bytearray(8)
    swiftbuf.copy(b.T)
    swiftbuf.copy(source)
    source.append(1)
    assert b.exports == 0


def test_copy_takes_one_argument_by_position():
    with pytest.raises(TypeError, match="exactly one argument"):
        swiftbuf.copy()
    with pytest.raises(TypeError, match="no keyword arguments"):
        swiftbuf.copy(obj=b"")


def test_a_class_with_a_buffer_method_is_an_exporter_where_python_says_so():
    class Exporter:
        def __buffer__(self, flags: int) -> memoryview:
            return memoryview(b"python")

    if sys.version_info >= (3, 12):
        assert swiftbuf.copy(Exporter()).tobytes() == b"python"
    else:
        with pytest.raises(TypeError, match="type 'Exporter' has none"):
            swiftbuf.copy(Exporter())
