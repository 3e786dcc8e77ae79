"""b[key] for every key that names a view: what it shows, and what is refused.

Basic indexing is NumPy's: every view is held against NumPy's view of the same memory. Keys that name one item are
test_items.py's matter, and what a view keeps alive test_view_storage.py's.
"""

import itertools
import random

import numpy as np
import pytest
import swiftbuf
from samples import Trap, address, assert_is_numpys, counted, keys_of

ENDS = [None, 0, 1, 2, 4, 6, 7, 99, -1, -3, -5, -7, -99, 2**63 - 1, -(2**63), 2**100, -(2**100)]
STEPS = [None, 1, 2, 3, 6, 99, -1, -2, -3, -99, 2**63 - 1, -(2**63), 2**100]


# --- what a key names ---


def test_every_slice_of_one_dimension_has_the_items_and_the_place_that_numpys_has():
    for count in [0, 1, 2, 6]:
        b = counted(count)
        array = np.asarray(b)
        for start, stop, step in itertools.product(ENDS, ENDS, STEPS):
            key = slice(start, stop, step)
            view = b[key]
            assert view.tolist() == list(range(count))[key] == array[key].tolist()
            if view.nbytes:
                assert address(view) == array[key].ctypes.data
            if len(view) > 1:
                assert view.strides == array[key].strides
        del array


@pytest.mark.parametrize(
    "shape", [(), (5,), (0,), (2, 3), (3, 2, 4), (2, 0, 3), (2, 3, 2, 2), (2, 2, 3, 2, 2), (2,) * 7], ids=str
)
def test_the_view_of_every_key_is_numpys(shape):
    generator = random.Random(str(shape))
    seen = set()
    for order in "CF":
        made = counted(shape, "h", order)
        for b in [made, made.T, made.toreadonly(), made[::-1] if shape else made]:
            array = np.asarray(b)
            for _ in range(150):
                key = keys_of(len(shape), generator)
                seen.add(repr(key))
                try:
                    expected = array[key]
                except IndexError:  # an int that is out of an empty dimension's bounds
                    with pytest.raises(IndexError, match="out of bounds"):
                        b[key]
                    continue
                if not isinstance(expected, np.ndarray):
                    assert b[key] == expected.item()
                else:
                    assert_is_numpys(b[key], expected)
                    assert b[key].readonly is not expected.flags.writeable
    assert len(seen) > 100 or len(shape) < 2


def test_a_view_of_a_view_is_the_view_that_numpy_composes():
    generator = random.Random(11)
    for _ in range(400):
        b = counted((4, 3, 2, 5), "h")
        array = np.asarray(b)
        for _ in range(6):
            key = keys_of(b.ndim, generator)
            try:
                array = array[key]
            except IndexError:
                break
            if not isinstance(array, np.ndarray):
                break
            b = b[key]
            assert_is_numpys(b, array)


def test_fewer_indices_than_dimensions_name_a_view_of_the_rest():
    b = counted((2, 3, 4))
    array = np.asarray(b)
    for key in [0, -1, (1,), (1, 2), (1, -1), (0, 1, ...), (..., 0), (1, ..., 2), slice(1, None), ()]:
        assert_is_numpys(b[key], array[key])
    for key in [np.int8(1), True, np.array(1), Trap(int, 1)]:
        assert_is_numpys(b[key], array[1])


def test_an_ellipsis_names_a_view_even_of_no_dimensions():
    b = counted((2, 3))
    for view, value in [(b[1, 2, ...], 5), (b[..., 1, 2], 5), (swiftbuf.full((), 7, "i")[...], 7)]:
        assert isinstance(view, swiftbuf.Buffer) and (view.shape, view[()]) == ((), value)
    view = b[1, 2, ...]
    view[()] = 99
    assert b[1, 2] == 99 and b[1, 2] == b[1][2] == b[:, 2][1]


def test_new_axes_stand_where_they_are_written_and_may_be_sixty_four():
    b = counted((2, 3))
    array = np.asarray(b)
    for key in [None, (None,), (None, ...), (..., None), (0, None), (None, 0, None, slice(None), None), (None,) * 62]:
        assert_is_numpys(b[key], array[key])
    assert b[(0, 0, *(None,) * 64)].shape == (1,) * 64
    assert b[(*(slice(None),) * 2, *(None,) * 62, ...)].ndim == 64
    with pytest.raises(ValueError, match="65 dimensions were asked for"):
        b[(None,) * 63]


def test_a_key_of_64_dimensions_can_have_a_part_for_each_and_a_new_axis_for_each():
    deep = counted((2,) + (1,) * 62 + (3,))
    key = (slice(None, None, -1), *(0,) * 62, slice(1, None))
    assert deep[key].tolist() == [[4, 5], [1, 2]]
    both = deep[(*(0,) * 63, 1, *(None,) * 64, ...)]
    assert both.ndim == 64 and both.tobytes() == (1).to_bytes(4, "little")
    with pytest.raises(TypeError, match="indices were given but a Buffer has at most 64 dimensions"):
        deep[(*(0,) * 64, *(None,) * 66)]


def test_a_bool_is_an_int_and_no_mask():
    b = counted((2, 3))
    assert b[True].tolist() == [3, 4, 5] and b[False, True] == 1
    for mask in [np.array([True, False]), [True, False], np.True_]:
        with pytest.raises(TypeError):
            b[mask]


def test_indices_out_of_bounds_are_refused_and_slices_are_clipped():
    b = counted((2, 3))
    for key in [2, -3, (0, 3), (slice(None), 3), (..., -4), (None, 2), (2, slice(5, 9)), 2**70]:
        with pytest.raises(IndexError):
            b[key]
    assert b[5:, -99:99].shape == (0, 3) and b[:, 3:].shape == (2, 0) and b[1:0:-1, ::-5].tolist() == [[5]]
    empty = swiftbuf.zeros((0, 3))
    assert empty[::-1, 1:].shape == (0, 2)
    with pytest.raises(IndexError, match="index 0 is out of bounds for dimension 0 with 0 items"):
        empty[0]
    with pytest.raises(ValueError, match="slice step cannot be zero"):
        b[:, ::0]


@pytest.mark.parametrize(
    "part",
    [
        1.0,
        "f",
        b"f",
        [0],
        {},
        pytest.param(object(), id="object()"),
        np.array([0, 1]),
        1j,
        slice(1.0),
        slice(None, "1"),
    ],
    ids=repr,
)
def test_parts_of_another_type_are_refused_alone_and_in_tuples(part):
    b = counted((2, 3))
    for key in [part, (part,), (0, part), (slice(None), part), (..., part)]:
        with pytest.raises(TypeError):
            b[key]
        with pytest.raises(TypeError):
            b[key] = 0
    assert b.tolist() == [[0, 1, 2], [3, 4, 5]] and b.exports == 0


def test_too_many_parts_are_refused_with_the_class_of_memoryview():
    b = counted((2, 3))
    for key in [(0, 0, 0), (slice(None),) * 3, (..., 0, 0, 0), (None, 0, slice(None), 0)]:
        with pytest.raises(TypeError, match="3 indices were given but this Buffer has 2 dimensions"):
            b[key]
    with pytest.raises(IndexError, match="2 ellipses"):
        b[..., 0, ...]


def test_slices_of_items_that_stand_at_odd_addresses_are_theirs():
    record = np.dtype([("tag", "u1"), ("x", "<f8"), ("n", ">i2")])
    array = np.zeros((4, 5), record)
    array["x"], array["n"] = np.arange(20).reshape(4, 5) / 3, np.arange(20).reshape(4, 5)
    b = swiftbuf.Buffer(array)
    for name in record.names:
        for key in [slice(None, None, -1), (1, slice(3, 0, -2)), (..., 2), (None, 0), slice(0)]:
            assert b[name][key].tolist() == b[key][name].tolist() == array[name][key].tolist()
            assert b[name][key].strides == b[key][name].strides


# --- keys that run Python code ---


def test_a_key_that_releases_or_resizes_the_buffer_is_noticed():
    for shape, key in [
        ((6,), lambda trap: slice(trap, None)),
        ((6,), lambda trap: slice(None, None, trap)),
        ((2, 3), lambda trap: trap),
        ((2, 3), lambda trap: (slice(None), slice(trap, 2))),
        ((2, 3), lambda trap: (..., trap)),
        ((2, 3), lambda trap: (None, trap)),
    ]:
        b = counted(shape)
        with pytest.raises(ValueError, match="released"):
            b[key(Trap(b.release, 1))]
        b = counted(shape)
        with pytest.raises(ValueError, match="released"):
            b[key(Trap(b.release, 1))] = 0
        b = counted(shape)
        try:
            view = b[key(Trap(lambda b=b: b.resize((1, 2)), 1))]
        except (IndexError, TypeError):
            pass
        else:
            assert view.nbytes <= 8 and view.exports == 1
    b = counted(6)
    assert b[Trap(lambda: b.resize((2, 3)), 1) : 2].tolist() == [[3, 4, 5]]


def test_what_the_ends_of_a_slice_raise_passes_through():
    error = ZeroDivisionError("mine")

    def fail() -> None:
        raise error

    b = counted((2, 3))
    for key in [slice(Trap(fail)), (0, slice(None, None, Trap(fail))), (Trap(fail), ...), (slice(Trap(fail), 1), 0)]:
        for use in [lambda key=key: b[key], lambda key=key: b.__setitem__(key, 0)]:
            with pytest.raises(ZeroDivisionError) as info:
                use()
            assert info.value is error
    assert b.exports == 0 and b.tolist() == [[0, 1, 2], [3, 4, 5]]


# --- fields ---


def test_a_field_is_a_view_of_its_bytes_in_every_item():
    b = swiftbuf.zeros((2, 3), "T{B:tag:=d:x:>h:n:}")
    array = np.asarray(b)
    array["x"], array["n"], array["tag"] = np.arange(6).reshape(2, 3) / 4, -np.arange(6).reshape(2, 3), 7
    for name in ["tag", "x", "n"]:
        view = b[name]
        assert_is_numpys(view, array[name])
        assert address(view) - address(b) == array.dtype.fields[name][1]
    assert (b["tag"].format, b["x"].format, b["n"].format) == ("B", "=d", ">h")  # x is at no address of a C double
    b["x"][1, 2] = 99.0
    assert b[1, 2] == (7, 99.0, -5)


def test_a_field_that_is_an_array_or_a_record_appends_its_dimensions_or_has_fields_itself():
    dtype = np.dtype([("a", "i1"), ("m", "<i2", (2, 3)), ("r", [("p", "u1"), ("q", ">f4")])])
    array = np.zeros(4, dtype)
    array["m"], array["r"]["q"] = np.arange(24).reshape(4, 2, 3), np.arange(4)
    b = swiftbuf.Buffer(array)
    assert_is_numpys(b["m"], array["m"])
    assert_is_numpys(b["r"]["q"], array["r"]["q"])
    assert b["m"][1:, 0, ::-1].tolist() == array["m"][1:, 0, ::-1].tolist()
    assert b[::2]["m"].tolist() == array[::2]["m"].tolist() and b["r"].shape == (4,)
    one = b[1, ...]["m"]
    assert one.shape == (2, 3) and one.tolist() == array["m"][1].tolist()


@pytest.mark.parametrize(
    ("fmt", "name", "error", "message"),
    [
        ("T{i:x:}", "y", ValueError, "there is no field 'y' in format 'T{i:x:}'"),
        ("T{i:x:}", "", ValueError, "no field ''"),
        ("T{i:x:}", "x\0", ValueError, "no field"),
        ("T{i:x:}", "X", ValueError, "no field 'X'"),
        ("i", "x", TypeError, "format 'i' has no fields"),
        ("ii", "x", TypeError, "has no fields"),
        ("T{ii}", "x", TypeError, "has no fields"),
    ],
)
def test_a_name_that_no_field_has_is_refused(fmt, name, error, message):
    b = swiftbuf.zeros(2, fmt)
    with pytest.raises(error, match=message):
        b[name]
    with pytest.raises(error, match=message):
        b[name] = 0
    assert b.exports == 0


def test_a_field_of_64_dimensions_has_room_for_no_more():
    deep = swiftbuf.zeros((1,) * 63, "T{i:x:(2)i:v:(2,2)i:m:}")
    assert deep["x"].ndim == 63 and deep["v"].shape == (*(1,) * 63, 2)
    with pytest.raises(ValueError, match="65 dimensions were asked for"):
        deep["m"]


def test_no_key_can_be_deleted():
    b = counted((2, 3))
    for key in [slice(None), ..., None, (0, slice(1)), "x", (0, 0), 1.5]:
        with pytest.raises(TypeError, match="an item cannot be deleted"):
            del b[key]
    assert b.tolist() == [[0, 1, 2], [3, 4, 5]]
