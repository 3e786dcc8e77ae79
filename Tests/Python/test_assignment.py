"""b[key] = value where the key names a view: what is written, from where, and that a refusal writes nothing.

Expectations are NumPy's assignment to a copy of the same memory, from a copy of the source.
"""

import array
import ctypes
import math

import numpy as np
import pytest
import swiftbuf
from samples import Trap, counted

KEYS = [..., slice(None), slice(1, None, 2), slice(None, None, -1), 1, (slice(None), 1), (..., slice(0, 2)), None,
        (0, 0, ...), slice(0), (slice(None, None, -2), slice(None, None, -1))]  # fmt: skip


# --- one value ---


@pytest.mark.parametrize("key", KEYS, ids=repr)
@pytest.mark.parametrize("fmt", ["B", "h", ">i", "q", "e", "f", ">d", "Zd", "?", "g"])
def test_a_value_fills_every_item_that_the_key_names_and_no_other(fmt, key):
    for made in [counted((4, 3), fmt), counted((4, 3), fmt, "F"), counted((8, 6), fmt)[::2, ::-2]]:
        expected = np.asarray(made).copy()
        made[key] = 1
        expected[key] = 1
        assert made.tolist() == expected.tolist()


def test_a_value_is_converted_once_however_many_items_it_fills():
    calls = []
    b = counted((3, 4))
    b[:, 1:] = Trap(lambda: calls.append(1), 7)
    assert calls == [1] and np.asarray(b).tolist() == [[0, 7, 7, 7], [4, 7, 7, 7], [8, 7, 7, 7]]
    # Nor is it left out where there is nothing to fill: a value that is none is refused all the same.
    with pytest.raises((TypeError, ValueError, OverflowError)):
        b[0:0] = "no number"
    b[0:0] = Trap(lambda: calls.append(2), 7)
    assert calls == [1, 2]


@pytest.mark.parametrize(
    ("fmt", "value"),
    [
        ("B", 256),
        ("B", -1),
        ("b", "x"),
        ("h", 1.5),
        ("i", None),
        ("d", "x"),
        ("d", [1.0]),
        ("?", Trap(lambda: 1 // 0)),
        ("5s", "text"),
        ("c", b"ab"),
        ("T{i:a:i:b:}", (1,)),
        ("T{i:a:i:b:}", (1, 2**40)),
        ("2i", (1, 2, 3)),
    ],
)
def test_a_value_that_no_item_can_hold_changes_nothing(fmt, value):
    b = swiftbuf.zeros((3, 4), fmt)
    b.cast("B")[...] = 90
    before = b.tobytes()
    for key in [..., slice(None, None, -1), (0, slice(1, 3)), (1, 1, ...), 0]:
        with pytest.raises((TypeError, ValueError, OverflowError, ZeroDivisionError)):
            b[key] = value
        assert b.tobytes() == before and b.exports == 0
    with pytest.raises((TypeError, ValueError, OverflowError, ZeroDivisionError)):
        b.fill(value)
    assert b.tobytes() == before


def test_bytes_are_one_value_for_formats_of_text_and_an_exporter_for_all_others():
    text = swiftbuf.zeros((2, 3), "4s")
    text[...] = b"ab"
    text[1, 1:] = b"wxyz"
    assert text.tolist() == [[b"ab\0\0"] * 3, [b"ab\0\0", b"wxyz", b"wxyz"]]
    letters = swiftbuf.zeros(4, "c")
    letters[1:3] = b"x"
    assert letters.tolist() == [b"\0", b"x", b"x", b"\0"]
    pascal = swiftbuf.zeros(2, "4p")
    pascal[:] = b"ab"
    assert pascal.tobytes() == b"\x02ab\0" * 2
    numbers = swiftbuf.zeros(4)
    numbers[1:] = b"\1\2\3"
    assert numbers.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="dimension 0 was given with 2 items but the target has 4"):
        numbers[:] = b"ab"


def test_an_item_that_is_a_struct_fills_as_its_tuple_and_fields_by_their_name():
    dtype = np.dtype([("a", "<i2"), ("v", ">f4", (2,)), ("c", "u1")])
    expected = np.zeros((3, 4), dtype)
    b = swiftbuf.copy(expected)
    b[1:, ::2] = (-3, [1.5, 2.5], 9)
    expected[1:, ::2] = (-3, [1.5, 2.5], 9)
    assert b.tobytes() == expected.tobytes()
    b["c"] = 7
    expected["c"] = 7
    b["v"] = swiftbuf.copy(np.array([4, 5], ">f4"))
    expected["v"] = [4, 5]
    b["a"][:, 1] = swiftbuf.copy(np.array([1, 2, 3], "<i2"))
    expected["a"][:, 1] = [1, 2, 3]
    b["v"][0, ..., 1] = -1
    expected["v"][0, ..., 1] = -1
    assert b.tobytes() == expected.tobytes()
    b[0] = b[2]
    expected[0] = expected[2].copy()
    b[:, 0] = b[1, 1, ...]
    expected[:, 0] = expected[1, 1]
    assert b.tobytes() == expected.tobytes() and b.exports == 0


# --- other exporters ---


def exporters_of(values: np.ndarray) -> list[object]:
    """Return a one-dimensional array's items behind exporters of every kind, whose format is "i"."""
    strided = np.zeros((len(values), 3), values.dtype)
    strided[:, 1] = values
    backwards = swiftbuf.copy(values[::-1].copy())[::-1]
    return [
        values,
        strided[:, 1],
        array.array("i", values.tolist()),
        (ctypes.c_int * len(values))(*values.tolist()),
        memoryview(values),
        memoryview(values[::-1].copy())[::-1],
        swiftbuf.copy(values),
        backwards,
        swiftbuf.Buffer(strided)[:, 1],
        memoryview(backwards),
    ]


def test_the_items_of_every_kind_of_exporter_are_copied_and_shared_with_none():
    values = np.array([5, -6, 2**31 - 1], "i")
    for source in exporters_of(values):
        b = counted((4, 3))
        for key in [(1,), (slice(None, None, -2), ...), (slice(0, 1), slice(None))]:
            expected = np.asarray(b).copy()
            b[key] = source
            expected[key] = values
            assert b.tolist() == expected.tolist()
        b[...] = 0
        assert np.asarray(source).tolist() == values.tolist() and b.exports == 0


def test_items_behind_pointers_are_copied_and_copied_to(judge):
    rows = judge.ndarray(list(range(12)), shape=[3, 4], format="i", flags=judge.ND_PIL | judge.ND_WRITABLE)
    b = swiftbuf.zeros((3, 4), "i")
    b[...] = rows
    assert b.tolist() == rows.tolist()
    pointed = swiftbuf.Buffer(rows)
    pointed[1:, ::-2] = counted((2, 2))
    pointed[0] = pointed[2]
    pointed[:, 1] = 77
    assert rows.tolist() == [[8, 77, 10, 2], [4, 77, 6, 0], [8, 77, 10, 2]]
    assert b.tolist() == np.arange(12).reshape(3, 4).tolist()


@pytest.mark.parametrize(
    ("shape", "key", "given"),
    [
        ((2, 3), ..., (3,)),
        ((2, 3), ..., (1, 3)),
        ((2, 3), ..., (2, 1)),
        ((2, 3), ..., (1,)),
        ((2, 3), ..., (1, 1, 1, 2, 3)),
        ((2, 3), 1, (1, 1, 3)),
        ((2, 3), (0, 0, ...), (1,)),
        ((2, 3), (0, 0, ...), (1, 1)),
        ((2, 3, 4), (slice(None), 1), (2, 4)),
        ((2, 3, 4), (slice(None), 1), (4,)),
        ((2, 3, 4), (None, ..., slice(None, None, -1)), (3, 1)),
        ((2, 0), ..., (1,)),
        ((2, 0), ..., (2, 1)),
        ((0,), ..., (0,)),
    ],
    ids=str,
)
def test_a_shape_that_broadcasts_is_repeated_as_numpy_repeats_it(shape, key, given):
    for order in "CF":
        b = counted(shape, "h", order)
        source = counted(given, "h", order)
        source[...] = 50 if 0 in given else np.arange(50, 50 + math.prod(given), dtype="h").reshape(given)
        expected = np.asarray(b).copy()
        expected[key] = np.asarray(source)
        b[key] = source
        assert b.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("shape", "key", "given"),
    [
        ((2, 3), ..., (2,)),
        ((2, 3), ..., (3, 2)),
        ((2, 3), ..., (0,)),
        ((2, 3), ..., (2, 2, 3)),
        ((2, 3), 0, (2, 3)),
        ((2, 3), (0, 0, ...), (2,)),
        ((2, 3), slice(0), (2, 3)),
        ((1, 3), ..., (2, 3)),
        ((0,), ..., (2,)),
        ((6,), ..., (5,)),
        ((6,), slice(2, 4), (3,)),
    ],
    ids=str,
)
def test_a_shape_that_does_not_fit_is_refused_and_changes_nothing(shape, key, given):
    b = counted(shape)
    before = b.tobytes()
    source = swiftbuf.full(given, 99, "i")
    for value in [source, np.asarray(source), memoryview(source)]:
        with pytest.raises(ValueError, match=r"dimension \d+ was given with|dimensions were given"):
            b[key] = value
    assert b.tobytes() == before
    del value
    assert b.exports == 0 == source.exports


@pytest.mark.parametrize(
    ("target", "source", "same"),
    [
        ("i", "I", False),
        ("i", ">i", False),
        ("i", "f", False),
        ("i", "4s", False),
        ("i", "4B", False),
        ("q", "d", False),
        ("b", "B", False),
        ("?", "B", False),
        ("c", "B", False),
        ("4s", "5s", False),
        ("T{i:a:}", "i", False),
        ("T{i:a:}", "T{i:b:}", False),
        ("l", "q", True),
        ("L", "N", True),
        ("n", "q", True),
        ("i", "<i", True),
        (">h", "!h", True),
        ("B", "<B", True),
        ("T{i:a:}", "T{i:a:}", True),
        ("4s", "<4s", True),
    ],
)
def test_formats_that_say_the_same_are_copied_and_all_others_refused_with_nothing_written(target, source, same):
    b = swiftbuf.zeros(3, target)
    other = swiftbuf.zeros(3, source)
    other.cast("B")[...] = 1
    for value in [other, memoryview(other), other[::-1]]:
        if same:
            b.cast("B")[...] = 0
            b[:] = value
            assert b.tobytes() == other.tobytes()
            continue
        with pytest.raises(ValueError, match="another format"):
            b[:] = value
        assert b.tobytes() == bytes(b.nbytes)
    del value
    assert b.exports == 0 == other.exports


def test_an_exporter_of_no_dimensions_is_copied_or_converted_like_a_value():
    b = counted((2, 3), "d")
    b[0] = np.float64(2.5)
    b[1, :2] = np.array(3, "i")
    b[1, 2] = np.float32(0.5)
    b[0, 0, ...] = swiftbuf.full((), 8, "d")
    b[0, 1, ...] = ctypes.c_double(9)
    assert b.tolist() == [[8, 9, 2.5], [3, 3, 0.5]]
    other = swiftbuf.full((), 7, "i")
    with pytest.raises((TypeError, ValueError)):
        b[0] = other  # a Buffer of no dimensions is no number
    whole = counted(3)
    whole[:] = np.int64(5)
    with pytest.raises(TypeError):
        whole[:] = np.float64(1.5)
    assert whole.tolist() == [5, 5, 5]


def test_a_list_is_no_value_of_a_number_and_no_exporter():
    b = counted((2, 3))
    for value in [[1, 2, 3], (1, 2, 3), range(3), "abc", None, {}, object()]:
        with pytest.raises((TypeError, ValueError)):
            b[0] = value
    assert b.tolist() == [[0, 1, 2], [3, 4, 5]]


# --- refusals ---


def test_a_read_only_target_is_a_type_error_whatever_is_given():
    b = counted((2, 3))
    imported = swiftbuf.Buffer(b"123456").cast("B", (2, 3))
    for view in [b.toreadonly(), b.broadcast_to((2, 2, 3)), imported]:
        for key, value in [(..., 1), (slice(None), b), ((0, 0, ...), 1), ("x", 1), (slice(0), "x"), (99, object())]:
            with pytest.raises(TypeError, match="read-only"):
                view[key] = value
    assert b.tolist() == [[0, 1, 2], [3, 4, 5]] and imported.tobytes() == b"123456"


def test_a_released_source_or_target_is_a_value_error():
    b = counted((2, 3))
    source = counted((2, 3))
    source.release()
    with pytest.raises(ValueError, match="released"):
        b[...] = source
    released = b[...]
    released.release()
    with pytest.raises(ValueError, match="released"):
        released[...] = b
    assert b.tolist() == [[0, 1, 2], [3, 4, 5]] and b.exports == 0


def test_an_exporter_that_refuses_is_not_asked_again_and_its_error_passes_through():
    held = memoryview(b"abc")
    held.release()
    b = swiftbuf.zeros(3)
    with pytest.raises(ValueError, match="released memoryview"):
        b[:] = held
    assert b.tolist() == [0, 0, 0] and b.exports == 0


# --- Python code in the middle ---


@pytest.mark.parametrize("fmt", ["B", "i", ">q", "d"])
def test_a_value_that_releases_the_buffer_writes_nothing(fmt):
    for key in [..., slice(1), (slice(None, None, -1), 1), (0, 0, ...)]:
        b = swiftbuf.full((2, 2), 1, fmt)
        witness = b.toreadonly()
        before = witness.tobytes()
        with pytest.raises(ValueError, match="released"):
            b[key] = Trap(b.release, 7)
        assert witness.tobytes() == before
    b = swiftbuf.full((2, 2), 1, fmt)
    with pytest.raises(ValueError, match="released"):
        b.fill(Trap(b.release, 7))


def test_a_value_or_a_key_that_resizes_the_buffer_writes_where_its_items_are_then():
    for size in [(3, 2), (9, 2), (2**20, 2)]:
        b = counted((4, 2))
        b[1:] = Trap(lambda b=b, size=size: b.resize(size), 7)
        array = np.asarray(b)
        assert array.shape == size and array[0].tolist() == [0, 1] and (array[1:] == 7).all()
        del array
        b = counted((4, 2))
        b[Trap(lambda b=b, size=size: b.resize(size), 1) :, 1] = 7
        array = np.asarray(b)
        assert (array[1:, 1] == 7).all() and array[1:3, 0].tolist() == [2, 4]
        del array
    b = counted((4, 2))
    with pytest.raises(TypeError, match="2 indices were given but this Buffer has 1 dimensions"):
        b[1:, 0] = Trap(lambda: b.resize(3), 7)
    assert b.tolist() == [0, 1, 2] and b.exports == 0


def test_a_value_that_assigns_to_the_same_items_is_written_last():
    b = counted(4)
    b[1:] = Trap(lambda: b.__setitem__(slice(None), 5), 7)
    assert b.tolist() == [5, 7, 7, 7]
    struct = swiftbuf.zeros(3, "T{i:a:i:b:}")
    struct[:] = (Trap(lambda: struct.fill((8, 8)), 1), 2)
    assert struct.tolist() == [(1, 2)] * 3


def test_a_struct_whose_second_value_fails_leaves_every_byte_as_it_was():
    b = swiftbuf.zeros((2, 2), "T{i:a:4b:b:i:c:}")
    b[...] = (1, [2] * 4, 3)
    before = b.tobytes()
    for value in [(9, [9] * 4, 2**40), (9, [9, 9, 9, 999], 9), (9, [9] * 3, 9), (9, [9] * 4), (9, 9, 9), 9]:
        for key in [..., 0, (0, 0), (slice(None), 1)]:
            with pytest.raises((TypeError, ValueError, OverflowError)):
                b[key] = value
    assert b.tobytes() == before and b.exports == 0
