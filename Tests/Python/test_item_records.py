"""Items of more than one scalar: several values, structs, sub-arrays.

Outside of any T{} they are held against struct, by random formats; with T{} against NumPy, by random dtypes. A value
that does not fit leaves every byte as it was.
"""

import ctypes
import gc
import math
import random
import struct
import sys
from collections.abc import Callable

import numpy as np
import pytest
import swiftbuf

CODES = "?cbBhHiIlLqQnNPefdsp"


class Trap:
    """A number whose conversion runs `action` first."""

    def __init__(self, action: Callable[[], object], value: int = 0) -> None:
        self.action = action
        self.value = value

    def __index__(self) -> int:
        self.action()
        return self.value

    def __float__(self) -> float:
        return float(self.__index__())


def random_value(code: str, count: int, prefix: str, generator: random.Random) -> object:
    """Return a value that struct packs for a code and reads back as it was."""
    if code in "sp":
        room = count if code == "s" else max(0, min(count - 1, 255))
        return generator.randbytes(room)
    if code == "?":
        return generator.random() < 0.5
    if code == "c":
        return generator.randbytes(1)
    if code in "efd":
        return generator.choice([0.0, -1.5, 0.25, math.inf, -65504.0, generator.randint(-100, 100) / 8])
    bits = 8 * struct.calcsize(prefix + code)
    return generator.getrandbits(bits) - (2 ** (bits - 1) if code.islower() else 0)


def random_format(generator: random.Random) -> tuple[str, list[object]]:
    """Return a format that struct reads, with values for it."""
    prefix = generator.choice(["", "", "@", "=", "<", ">", "!"])
    codes = [code for code in CODES + "x" if code not in "nNP" or prefix in ("", "@")]
    parts, values = [prefix], []
    for _ in range(generator.randint(1, 7)):
        code = generator.choice(codes)
        count = generator.choice([None, None, 0, 1, 2, 3, generator.randint(4, 20)])
        if code == "p" and count == 0:
            continue  # struct.unpack of it is a SystemError
        number = 1 if count is None else count
        parts.append(f"{'' if count is None else count}{code}{generator.choice(['', '', ' '])}")
        if code in "sp":
            values.append(random_value(code, number, prefix, generator))
        elif code != "x":
            values += [random_value(code, 1, prefix, generator) for _ in range(number)]
    return "".join(parts), values


def test_items_outside_of_any_struct_are_what_struct_packs_and_unpacks():
    generator = random.Random(3118)
    tried = 0
    while tried < 4000:
        fmt, values = random_format(generator)
        size = struct.calcsize(fmt)
        if size == 0 or (not values and fmt.count("x") == 1):
            continue  # pads alone are NumPy's void, of one value
        tried += 1
        packed, unpacked = struct.pack(fmt, *values), tuple(values)
        b = swiftbuf.zeros(3, fmt)
        assert b.itemsize == size, fmt
        item = values[0] if len(values) == 1 else unpacked
        b[1] = item
        assert b.tobytes() == bytes(size) + packed + bytes(size), fmt
        assert repr(b[1]) == repr(item) and repr(b.tolist()[1]) == repr(item), fmt
        memoryview(b).cast("B")[:size] = noise = generator.randbytes(size)
        expected = struct.unpack(fmt, noise)
        assert repr(b[0]) == repr(expected[0] if len(expected) == 1 else expected), fmt
        assert swiftbuf.full((), item, fmt).tobytes() == packed


def test_names_outside_of_a_struct_change_nothing():
    for named, plain in [("i:x:d:y:", "id"), ("3h:a:", "3h"), ("i:a:", "i"), ("2x:pad:b", "2xb")]:
        assert swiftbuf.zeros(2, named).tolist() == swiftbuf.zeros(2, plain).tolist()


@pytest.mark.parametrize(
    ("fmt", "item"),
    [
        ("x", b"\0"),  # pads alone are NumPy's void
        ("7x", bytes(7)),
        ("7xx", ()),
        ("ix", 0),
        ("T{i}", (0,)),
        ("T{}i", ((), 0)),
        ("T{bT{}}", (0, ())),
        ("2T{ib}", ((0, 0), (0, 0))),
        ("T{2T{ib}:n:}", ([(0, 0), (0, 0)],)),
        ("(2,3)h", [[0] * 3] * 2),
        ("(2)3h", [[0] * 3] * 2),
        ("(1)h", [0]),
        ("T{4i:a:}", ([0] * 4,)),
        ("T{(2,0)i:a:b:b:}", ([[], []], 0)),
        ("T{0i:a:b:b:}", ([], 0)),
        ("T{(2)3s:a:}", ([b"\0\0\0"] * 2,)),
        ("T{b:a:3x:raw:}", (0, b"\0\0\0")),
        ("T{b3x:}{:}", (0, b"\0\0\0")),
        ("T{b3x}", (0,)),
        ("b2T{h}", (0, (0,), (0,))),
    ],
)
def test_an_item_has_the_form_that_its_format_says(fmt, item):
    b = swiftbuf.zeros((2, 2), fmt)
    assert b[1, 0] == item and b.tolist() == [[item] * 2] * 2
    assert type(b[1, 0]) is type(item)
    b[1, 1] = item
    assert b.tobytes() == bytes(b.nbytes)


def plain(value: object) -> object:
    """Return what NumPy's tolist() gives, sub-arrays as lists too."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, tuple):
        return tuple(plain(each) for each in value)
    return [plain(each) for each in value] if isinstance(value, list) else value


def random_dtype(generator: random.Random, align: bool, depth: int = 0) -> np.dtype:
    """Return a struct's dtype: all kinds, both byte orders, nested, with sub-arrays, packed or aligned.

    Aligned ones are native, since NumPy's format does not say how others end.
    """
    fields: list[tuple[object, ...]] = []
    for number in range(generator.randint(1, 5)):
        scalar = generator.choice(
            ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16", "S3", "U1", "U4", "V3"]
        )
        kind: object = generator.choice("=" if align else "<>=") + scalar
        if depth < 3 and generator.random() < 0.25:
            kind = random_dtype(generator, align, depth + 1)
        name = f"f{number}"
        shape = generator.choice([None, None, None, (2,), (2, 3), (1,)])
        fields.append((name, kind) if shape is None else (name, kind, shape))
    return np.dtype(fields, align=align)


def fill(array: np.ndarray, generator: random.Random) -> None:
    """Write something to every scalar; texts without trailing NULs, which NumPy drops from bytes too."""
    if array.dtype.names:
        for name in array.dtype.names:
            fill(array[name], generator)
    elif array.dtype.kind == "U":
        for key in np.ndindex(array.shape):
            length = array.dtype.itemsize // 4
            array[key] = "".join(generator.choice("aé€😀") for _ in range(generator.randint(0, length)))
    elif array.dtype.kind in "SV":
        for key in np.ndindex(array.shape):
            array[key] = b"xyz"
    elif array.dtype.kind == "b":
        array[...] = generator.random() < 0.5
    else:
        array[...] = generator.randint(0, 100)


def numpy_reads_its_own_format(array: np.ndarray) -> bool:
    """Whether the format means what NumPy wrote it for: around sub-arrays of aligned structs it counts pads twice."""
    try:
        return bool((np.asarray(memoryview(array)) == array).all())
    except (RuntimeWarning, ValueError, TypeError, RuntimeError):
        return False


def test_structs_of_numpy_are_read_as_numpy_reads_them_and_written_as_it_writes_them():
    generator = random.Random(16)
    read = 0
    for _ in range(600):
        dtype = random_dtype(generator, align=generator.random() < 0.5)
        array = np.zeros(3, dtype)
        for number in range(3):
            fill(array[number : number + 1], generator)
        b = swiftbuf.copy(array)
        assert b.itemsize == dtype.itemsize, b.format
        items = plain(array.tolist())
        if not numpy_reads_its_own_format(array):
            assert b.tobytes() == array.tobytes() and b.T.format == b.format
            continue
        read += 1
        assert b.tolist() == items and [b[i] for i in range(3)] == items, b.format
        assert plain(np.asarray(b).tolist()) == items, b.format
        written = swiftbuf.zeros(3, b.format)
        for number, item in enumerate(items):
            written[number] = item
        assert plain(np.asarray(written).tolist()) == items, b.format
        assert written.tolist() == items
        # Pads are written as zeroes, whatever was there; NumPy's own may be anything.
        again = swiftbuf.full(3, items[0], b.format)
        assert again.tolist() == [items[0]] * 3
        reversed_array = array[::-1]
        assert swiftbuf.copy(reversed_array).tolist() == plain(reversed_array.tolist())
    assert read > 500


def test_structs_of_ctypes_are_read():
    class Point(ctypes.Structure):
        _fields_ = [("x", ctypes.c_double), ("tag", ctypes.c_int), ("grid", ctypes.c_short * 3 * 2)]

    points = (Point * 2)()
    points[1].tag, points[1].x, points[1].grid[1][2] = -3, 2.5, 7
    assert swiftbuf.copy(points).tolist() == [(0.0, 0, [[0] * 3] * 2), (2.5, -3, [[0, 0, 0], [0, 0, 7]])]


def test_pads_are_written_as_zeroes():
    for fmt, item in [
        ("T{b:a:i:b:}", (-1, -1)),
        ("bi", (-1, -1)),
        ("b3xb", (-1, -1)),
        ("T{b3xb}", (-1, -1)),
        ("3xb", -1),
    ]:
        b = swiftbuf.zeros(1, fmt)
        memoryview(b).cast("B")[:] = b"\x55" * b.itemsize
        b[0] = item
        assert b.tobytes() == b.tobytes().replace(b"\x55", b"\0") and set(b.tobytes()) == {0, 255}


RECORD = "T{i:a:(2,2)h:m:3s:s:2w:w:T{b:x:d:y:}:n:}"
ITEM = (1, [[1, 2], [3, 4]], b"abc", "é😀", (5, 2.5))


@pytest.mark.parametrize(
    ("value", "exception"),
    [
        (None, TypeError),
        (1, TypeError),
        ("abcde", TypeError),
        (list(ITEM), TypeError),
        (ITEM[:-1], ValueError),
        ((*ITEM, 1), ValueError),
        ((), ValueError),
        (("1", *ITEM[1:]), TypeError),
        ((2**31, *ITEM[1:]), ValueError),
        ((1, 5, *ITEM[2:]), TypeError),
        ((1, [[1, 2]], *ITEM[2:]), ValueError),
        ((1, [[1, 2], [3, 4, 5]], *ITEM[2:]), ValueError),
        ((1, [[1, 2], [3, 2**15]], *ITEM[2:]), ValueError),
        ((1, [[1, 2], 3], *ITEM[2:]), TypeError),
        ((1, np.zeros((2, 2)), *ITEM[2:]), TypeError),
        ((*ITEM[:2], b"abcd", *ITEM[3:]), ValueError),
        ((*ITEM[:2], "abc", *ITEM[3:]), TypeError),
        ((*ITEM[:3], "abc", ITEM[4]), ValueError),
        ((*ITEM[:3], b"ab", ITEM[4]), TypeError),
        ((*ITEM[:4], (5, "x")), TypeError),
        ((*ITEM[:4], [5, 2.5]), TypeError),
        ((*ITEM[:4], (200, 2.5)), ValueError),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_value_that_does_not_fit_leaves_every_byte(value, exception):
    b = swiftbuf.full(3, ITEM, RECORD)
    before = b.tobytes()
    with pytest.raises(exception, match=r"format 'T\{i:a:"):
        b[1] = value
    with pytest.raises(exception):
        swiftbuf.full(3, value, RECORD)
    with pytest.raises(exception):
        swiftbuf.full(0, value, RECORD)
    assert b.tobytes() == before and b.tolist() == [ITEM] * 3


def test_tuples_stand_for_lists_and_subclasses_for_both():
    class Items(tuple):
        __slots__ = ()

    class Rows(list):
        __slots__ = ()

    b = swiftbuf.zeros(1, RECORD)
    b[0] = Items((1, Rows([(1, 2), Rows([3, 4])]), b"abc", "é😀", Items((5, 2.5))))
    assert b[0] == ITEM and type(b[0]) is tuple and type(b[0][1]) is list


@pytest.mark.parametrize("fmt", ["T{i:a:d:b:}", "id", "T{20i:a:d:b:}", "T{T{i}:a:T{d}:b:}"])
def test_a_buffer_that_a_value_releases_or_resizes_is_left_alone(fmt):
    def item(value: object) -> tuple[object, object]:
        first = [1] * 20 if "20" in fmt else (1,) if "T{i}" in fmt else 1
        return (first, (value,) if "T{d}" in fmt else value)

    for extra in ["", " " * 400]:
        b = swiftbuf.zeros(2, fmt + extra)
        witness = b.toreadonly()
        with pytest.raises(ValueError, match="released Buffer"):
            b[0] = item(Trap(b.release))
        assert witness.tobytes() == bytes(witness.nbytes)
        b = swiftbuf.zeros(2, fmt + extra)
        with pytest.raises(IndexError):
            b[1] = item(Trap(lambda b=b: b.resize(1)))
        b[0] = item(Trap(lambda b=b: b.resize(10**5), 7))
        assert len(b) == 10**5 and b[0] == item(7.0) and b[1] == item(0.0)[:0] + swiftbuf.zeros(1, fmt)[0]
        with pytest.raises(KeyboardInterrupt):
            b[0] = item(Trap(lambda: (_ for _ in ()).throw(KeyboardInterrupt)))
        assert b.exports == 0


def test_a_list_that_changes_while_it_is_read_is_taken_as_it_was():
    values: list[object] = [1, 2, 3, 4]
    values[1] = Trap(values.clear, 9)
    b = swiftbuf.zeros(1, "T{4i:a:}")
    b[0] = (values,)
    assert b[0] == ([1, 9, 3, 4],) and values == []


def test_memory_does_not_move_while_items_are_made():
    b = swiftbuf.full(200, (1, [2, 3]), "T{b:a:2b:b:}")
    refusals = []

    class Finalized:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            try:
                b.resize(300 if len(b) == 200 else 200)
            except BufferError as error:
                refusals.append(error)

    threshold = gc.get_threshold()
    gc.set_threshold(20)
    try:
        for use in [b.tolist, lambda: [b[i] for i in range(200)]]:
            refusals.clear()
            for _ in range(50):
                Finalized()
                assert use()[:200] == [(1, [2, 3])] * 200
            # From 3.12 on the garbage collector does not run inside of a call.
            assert refusals or sys.version_info >= (3, 12)
    finally:
        gc.set_threshold(*threshold)
    # Without a GIL and with threads, CPython 3.13 keeps classes, and what their methods know, for as long as it runs.
    gc.collect()
    b = None


NOT_READ = ["(" + "1," * 128 + "1)b", "(1000000)T{}i", "T{(1000000,0)i:a:b:b:}"]


@pytest.mark.parametrize("fmt", NOT_READ, ids=lambda text: text[-12:])
def test_items_of_other_formats_are_neither_read_nor_written(fmt):
    b = swiftbuf.zeros(2, fmt)
    before = b.tobytes()
    for use in [lambda: b[0], b.tolist, lambda: b.__setitem__(0, 0), lambda: list(b), lambda: swiftbuf.full(1, 1, fmt)]:
        with pytest.raises(NotImplementedError, match=r"items of format '.*' cannot be read or written one by one"):
            use()
    assert b.tobytes() == before and swiftbuf.copy(b).tobytes() == before
    with pytest.raises(IndexError, match="index 2 is out of bounds"):
        b[2]


def test_items_with_pointers_are_neither_read_nor_written():
    class Node(ctypes.Structure):
        _fields_ = [("next", ctypes.POINTER(ctypes.c_int)), ("value", ctypes.c_int)]

    b = swiftbuf.copy((Node * 3)())
    assert b.shape == (3,) and b.T.format == b.format and b.tobytes() == bytes(48)
    for use in [lambda: b[0], b.tolist, lambda: b.__setitem__(0, (0, 0))]:
        with pytest.raises(NotImplementedError, match=r"items of format 'T\{.?&<i:next:"):
            use()


def test_values_nested_as_deep_as_they_may_be_are_read_and_written():
    fmt = "T{(1)" * 32 + "B" + "}" * 32
    b = swiftbuf.zeros(1, fmt)
    item: object = 7
    for _ in range(32):
        item = ([item],)
    b[0] = item
    assert b.tobytes() == b"\7" and b[0] == item
