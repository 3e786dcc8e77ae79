"""T, transpose(), toreadonly() and what they look like; tolist() and tobytes().

Views move no byte, keep the memory alive, count as its exports. Held against NumPy throughout.
"""

import io
import itertools
import threading
import weakref

import numpy as np
import pytest
import swiftbuf

SHAPES = [(), (0,), (1,), (5,), (2, 3), (1, 4), (4, 1), (1, 1), (2, 0), (0, 3), (2, 3, 4), (2, 1, 3), (1, 3, 1),
          (3, 0, 2), (2, 3, 1, 2), (1, 2, 1, 3, 1), (2,) * 6, (1,) * 64, (2,) + (1,) * 62 + (3,)]  # fmt: skip


def counted(shape: tuple[int, ...], fmt: str = "i", order: str = "C") -> swiftbuf.Buffer:
    b = swiftbuf.zeros(shape, fmt, order)
    view = np.asarray(b)
    view[...] = np.arange(view.size).reshape(view.shape)
    return b


def address(b: swiftbuf.Buffer) -> int:
    return np.asarray(b).ctypes.data


def assert_is_numpys(b: swiftbuf.Buffer, expected: np.ndarray) -> None:
    """Hold a view against the same view of NumPy's, of the same memory."""
    assert (b.shape, b.ndim, b.nbytes) == (expected.shape, expected.ndim, expected.nbytes)
    if expected.size:
        assert b.strides == expected.strides and address(b) == expected.ctypes.data
    flags = expected.flags
    assert (b.c_contiguous, b.f_contiguous) == (flags.c_contiguous, flags.f_contiguous)
    assert b.contiguous is (flags.c_contiguous or flags.f_contiguous)
    assert b.tolist() == expected.tolist() and b.tobytes() == expected.tobytes()
    assert np.array_equal(np.asarray(b), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_layout_contiguity_and_contents_of_every_view_are_numpys(shape):
    for order in "CF":
        b = counted(shape, "i", order)
        array = np.asarray(b)
        assert_is_numpys(b, array)
        assert_is_numpys(b.T, array.T)
        assert_is_numpys(b.transpose(), array.transpose())
        assert_is_numpys(b.toreadonly(), array)
        assert_is_numpys(b.T.T.toreadonly().T, array.T)
        if len(shape) <= 4:
            for axes in itertools.permutations(range(-len(shape), 0)):
                positive = tuple(axis % len(shape) for axis in axes)
                assert_is_numpys(b.transpose(axes), array.transpose(axes))
                assert_is_numpys(b.transpose(*positive), array.transpose(axes))
                assert_is_numpys(b.transpose(axes).T, array.transpose(axes).T)
        else:
            rotated = (*range(1, len(shape)), 0)
            assert_is_numpys(b.transpose(*rotated), array.transpose(rotated))


def test_axes_are_whatever_has_an_index():
    b = counted((2, 3, 4))
    expected = np.asarray(b).transpose(2, 0, 1)
    for axes in [(2, 0, 1), (-1, -3, -2), (np.int8(2), False, True), (-1, 0, -2)]:
        assert_is_numpys(b.transpose(*axes), expected)
        assert_is_numpys(b.transpose(axes), expected)
    assert counted((3,)).transpose((0,)).tolist() == counted((3,)).transpose(-1).tolist() == [0, 1, 2]
    assert counted(()).transpose(()).tolist() == 0


@pytest.mark.parametrize(
    ("axes", "exception", "message"),
    [
        ((0,), ValueError, "transpose: 1 axes were given but this Buffer has 2 dimensions"),
        ((0, 1, 2), ValueError, "3 axes were given but this Buffer has 2 dimensions"),
        (((),), ValueError, "0 axes were given"),
        (((0, 1, 0),), ValueError, "3 axes were given"),
        (range(70), ValueError, "70 axes were given"),
        ((tuple(range(10**5)),), ValueError, "100000 axes were given"),
        ((0, 0), ValueError, "axis 0 was given twice"),
        ((1, -1), ValueError, "axis 1 was given twice"),
        ((0, 2), ValueError, "axis 2 was given but this Buffer has 2 dimensions"),
        ((-3, 0), ValueError, "axis -3 was given"),
        ((2**63, 0), ValueError, "axis 9223372036854775807 was given"),
        ((-(2**99), 0), ValueError, "axis -9223372036854775808 was given"),
        ((0, 1.0), TypeError, "'float' object cannot be interpreted as an integer"),
        (([0, 0],), ValueError, "axis 0 was given twice"),
        (({0, 1},), TypeError, "'set' object cannot be interpreted as an integer"),
        (((0, "1"),), TypeError, "'str' object cannot be interpreted as an integer"),
        (((0, 1), (1, 0)), TypeError, "'tuple' object cannot be interpreted as an integer"),
        ((None,), TypeError, "'NoneType' object cannot be interpreted as an integer"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_axes_that_are_no_permutation_are_refused(axes, exception, message):
    b = counted((2, 3))
    with pytest.raises(exception, match=message):
        b.transpose(*axes)
    with pytest.raises(TypeError, match="keyword"):
        b.transpose(axes=(1, 0))
    assert b.exports == 0


def test_an_axis_that_releases_or_resizes_the_buffer_is_noticed():
    class Axis:
        def __init__(self, action: object, *arguments: object) -> None:
            self.action, self.arguments = action, arguments

        def __index__(self) -> int:
            self.action(*self.arguments)
            return 0

    b = counted((2, 3))
    with pytest.raises(ValueError, match="2 axes were given but this Buffer has 1 dimensions"):
        b.transpose(1, Axis(b.resize, 6))
    with pytest.raises(ValueError, match="released"):
        b.transpose(Axis(b.release))


def test_a_view_shares_its_bytes_in_both_directions():
    b = counted((2, 3), "d", "F")
    for view in b.T, b.toreadonly(), b.T.toreadonly().T, b.transpose(0, 1):
        assert address(view) == address(b)
    b.T[2, 1] = 99
    assert b[1, 2] == 99 == b.toreadonly()[1, 2]
    assert b.T.format == "d" and b.T.itemsize == 8


def test_read_only_holds_for_every_view_of_a_read_only_view():
    b = counted((2, 3))
    read_only = b.toreadonly()
    assert b.readonly is False and read_only.readonly is True
    for view in read_only, read_only.T, read_only.transpose(1, 0), read_only.toreadonly():
        assert view.readonly and memoryview(view).readonly and not np.asarray(view).flags.writeable
        with pytest.raises(TypeError, match="read-only"):
            view[0, 0] = 1
        with pytest.raises(TypeError, match="cannot modify read-only memory"):
            memoryview(view)[0, 0] = 1
        with pytest.raises(TypeError, match="must be read-write"):
            io.BytesIO(b"12345678").readinto(view)
    np.asarray(b)[0, 0] = 5
    assert read_only[0, 0] == 5


def test_views_count_as_exports_of_the_memory():
    b = counted((2, 3))
    assert b.exports == 0
    first = b.T
    assert (b.exports, first.exports) == (1, 1)
    second = first.toreadonly()
    view = memoryview(second)
    assert (b.exports, first.exports, second.exports) == (3, 3, 3)
    view.release()
    del first
    assert b.exports == 1
    second.release()
    assert b.exports == 0
    b.resize(7)


def test_a_view_outlives_the_buffer_that_it_was_made_from():
    for end in ["del", "release"]:
        before = swiftbuf.allocated_bytes()
        b = counted((3, 4))
        view, place, death = b.T, address(b), weakref.ref(b)
        if end == "release":
            b.release()
        del b
        assert death() is None
        assert swiftbuf.allocated_bytes() - before == 48
        assert address(view) == place and view.tolist() == np.arange(12).reshape(3, 4).T.tolist()
        last = view.toreadonly().T
        view.release()
        del view
        assert last[2, 3] == 11 and last.exports == 1
        with pytest.raises(BufferError, match=r"resize: .* exports|view"):
            last.resize(3)
        last.release()
        assert swiftbuf.allocated_bytes() == before


def test_a_long_chain_of_views_holds_the_memory_once():
    b = counted((2, 3))
    view = b
    for _ in range(100_000):
        view = view.T
    assert b.exports == 1 and view.tolist() == b.tolist()


@pytest.mark.parametrize("fmt", ["B", "H", "f", "q", ">i", "Zd", "3s", "T{B:a:=d:b:}"])
def test_tobytes_packs_items_of_every_size_from_every_layout(fmt):
    generator = np.random.default_rng(7)
    for shape in [(7,), (5, 9), (3, 4, 5), (2, 3, 1, 4)]:
        b = swiftbuf.zeros(shape, fmt)
        array = np.asarray(b)
        array.reshape(-1).view("u1")[:] = generator.integers(0, 256, array.nbytes, "u1")
        for axes in itertools.permutations(range(len(shape))):
            assert b.transpose(axes).tobytes() == array.transpose(axes).tobytes()


@pytest.mark.parametrize("fmt", ["B", "d", ">d", "3s", "T{b:x:h:y:}"])
@pytest.mark.parametrize("shape", [(2**40,), (2**40, 1), (2, 2**40), (2**40, 0)])
def test_a_list_that_there_is_no_memory_for_is_a_memory_error(fmt, shape):
    items = swiftbuf.zeros(0 if shape[-1] == 0 else 1, fmt).broadcast_to(shape)
    with pytest.raises(MemoryError):
        items.tolist()
    assert swiftbuf.zeros(3, fmt).tolist() == [swiftbuf.zeros((), fmt).tolist()] * 3


def test_tolist_of_no_dimensions_is_one_item_and_of_empty_ones_is_nested_as_numpys():
    assert swiftbuf.full((), 2.5, "d").tolist() == 2.5
    for shape in [(0,), (2, 0), (0, 2), (2, 0, 3), (3, 2, 0)]:
        assert swiftbuf.zeros(shape, "d").tolist() == np.zeros(shape).tolist()
    deep = swiftbuf.full((1,) * 64, 1).tolist()
    for _ in range(64):
        (deep,) = deep
    assert deep == 1


@pytest.mark.gil
def test_large_tobytes_lets_other_threads_run_and_holds_the_memory_meanwhile(gate):
    b = counted((1500, 1000), "i")
    expected = np.asarray(b).T.tobytes()
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(b.T.tobytes() == expected))
    with gate.closed(b):
        thread.start()
        gate.wait()
        with pytest.raises(BufferError, match="resize"):
            b.resize((1500, 1000))
        gate.open()
        thread.join()
    assert gate.touches == 1 and results == [True] and b.exports == 0
