"""b[i], b[i, j] and their assignment: which item a key names, and what is refused.

Indices and values may be objects whose methods run Python code, which releases or resizes the Buffer in the middle
of an access: nothing is read from or written to memory that is gone. Values are test_item_values.py's matter.
"""

import ctypes
from collections.abc import Callable

import numpy as np
import pytest
import swiftbuf


class Trap:
    """An index and a number whose conversion runs `action` first."""

    def __init__(self, action: Callable[[], object], value: int = 0) -> None:
        self.action = action
        self.value = value

    def __index__(self) -> int:
        self.action()
        return self.value

    def __float__(self) -> float:
        return float(self.__index__())

    def __complex__(self) -> complex:
        return complex(self.__index__())

    def __bool__(self) -> bool:
        return bool(self.__index__())


def raiser(error: BaseException) -> Callable[[], object]:
    def action() -> object:
        raise error

    return action


def counted(shape: object, fmt: str = "i", order: str = "C") -> swiftbuf.Buffer:
    b = swiftbuf.zeros(shape, fmt, order)
    view = np.asarray(b)
    view[...] = np.arange(view.size).reshape(view.shape)
    return b


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4), (2, 1, 3, 2), (2, 2, 1, 3, 2)], ids=str)
def test_every_key_names_the_item_that_numpy_names(shape, order):
    for b in (c := counted(shape, "h", order)), c.T, c.toreadonly(), c.transpose(*range(1, len(shape)), 0):
        array = np.asarray(b)
        for key in np.ndindex(array.shape):
            from_end = tuple(i - n for i, n in zip(key, array.shape, strict=True))
            assert b[key] == b[from_end] == b[tuple(np.array(key))] == array[key]
    for number, key in enumerate(np.ndindex(*shape)):
        c[key] = -number
        assert np.asarray(c)[key] == -number
    assert np.array_equal(np.asarray(c).ravel(), -np.arange(np.asarray(c).size))


def test_an_item_of_64_dimensions_and_of_none_has_its_key():
    b = counted((1,) * 62 + (2, 3))
    assert b[(0,) * 62 + (1, 2)] == 5 and b[(-1,) * 64] == 5
    b[(0,) * 63 + (1,)] = 9
    assert b.tobytes() == np.array([0, 9, 2, 3, 4, 5], "i4").tobytes()
    scalar = swiftbuf.full((), 4, "d")
    scalar[()] += 1
    assert scalar[()] == 5.0 and type(scalar[()]) is float


def test_whatever_has_an_index_is_one():
    b = counted(3)
    for key in [1, True, np.int8(1), np.uint64(1), np.array(1), Trap(int, 1), (1,), (np.int16(1),), (True,)]:
        assert b[key] == 1
        b[key] = 1


@pytest.mark.parametrize(
    ("key", "exception", "message"),
    [
        (3, IndexError, "index 3 is out of bounds for dimension 0 with 3 items"),
        (-4, IndexError, "index -4 is out of bounds for dimension 0 with 3 items"),
        (2**63 - 1, IndexError, "index 9223372036854775807 is out of bounds"),
        (-(2**63), IndexError, "index -9223372036854775808 is out of bounds"),
        (2**63, IndexError, "cannot fit 'int' into an index-sized integer"),
        (-(2**100), IndexError, "cannot fit 'int' into an index-sized integer"),
        ((3,), IndexError, "index 3 is out of bounds"),
        (1.0, TypeError, "index of type 'float' was given but it must be an int, a slice, ..., None or a tuple"),
        ("1", TypeError, "field '1' was asked for but format 'i' has no fields"),
        ((..., ...), IndexError, "2 ellipses"),
        (slice(None, None, 0), ValueError, "slice step cannot be zero"),
        ((0, slice(None)), TypeError, "2 indices were given but this Buffer has 1 dimensions"),
        ([0], TypeError, "index of type 'list'"),
        (np.float64(1), TypeError, "index of type 'float64'"),
        ((1.0,), TypeError, "index of type 'float'"),
        ((0, 1.0), TypeError, "index of type 'float'"),
        ((0, 0), TypeError, "2 indices were given but this Buffer has 1 dimensions"),
        ((0,) * 65, TypeError, "65 indices were given"),
        ((0,) * 10**5, TypeError, "100000 indices were given"),
        ((None,) * 64, ValueError, "65 dimensions were asked for"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_a_key_that_names_no_item_is_refused_for_reading_and_for_writing(key, exception, message):
    b = counted(3)
    with pytest.raises(exception, match=message):
        b[key]
    with pytest.raises(exception, match=message):
        b[key] = 1
    assert b.tolist() == [0, 1, 2]


def test_each_dimension_has_its_own_bounds():
    b = counted((2, 3))
    for key, message in [((2, 0), "index 2 .* dimension 0 with 2"), ((0, 3), "index 3 .* dimension 1 with 3"),
                         ((0, -4), "index -4 .* dimension 1"), ((-3, 0), "index -3 .* dimension 0")]:  # fmt: skip
        with pytest.raises(IndexError, match=message):
            b[key]
    for key in [99, (99,), (-3,), (99, ...)]:
        with pytest.raises(IndexError, match="out of bounds for dimension 0 with 2"):
            b[key]
    with pytest.raises(TypeError, match="3 indices were given but this Buffer has 2 dimensions"):
        b[0, 0, 0]
    for key in [0, (0,), (0, 0)]:
        with pytest.raises(TypeError, match="indices were given but this Buffer has 0 dimensions"):
            swiftbuf.zeros(())[key]
    for key in [(0, 0), (1, -1)]:
        with pytest.raises(IndexError, match="dimension 1 with 0 items"):
            swiftbuf.zeros((2, 0))[key]


def test_a_negative_index_from_c_is_counted_from_the_end_once():
    get_item = ctypes.pythonapi.PySequence_GetItem
    get_item.restype, get_item.argtypes = ctypes.py_object, [ctypes.py_object, ctypes.c_ssize_t]
    b = counted(3)
    assert get_item(b, -1) == 2
    for index in (-4, -5, -6, 3):
        with pytest.raises(IndexError, match="out of bounds"):
            get_item(b, index)


def test_an_item_cannot_be_deleted():
    b = counted((2, 3))
    for key in [0, (0, 0), (9, 9), "x"]:
        with pytest.raises(TypeError, match="an item cannot be deleted"):
            del b[key]
    assert b.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_an_item_of_a_read_only_buffer_cannot_be_assigned():
    b = counted(3)
    for view in b.toreadonly(), b.toreadonly().T:
        for key, value in [(0, 1), (99, 1), ("x", 1), (0, "x")]:
            with pytest.raises(TypeError, match="read-only"):
                view[key] = value
    b[0] = 7
    assert view.tolist() == [7, 1, 2]


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit, ZeroDivisionError, MemoryError])
def test_what_an_index_or_a_value_raises_passes_through(exception):
    error = exception("mine")
    for fmt in ["b", "Q", ">i", "e", "f", "d", "Zf", "Zd", "?"]:
        b = swiftbuf.full(2, 1, fmt)
        with pytest.raises(exception) as info:
            b[0] = Trap(raiser(error))
        assert info.value is error and b.exports == 0
        with pytest.raises(exception):
            b[Trap(raiser(error))]
        with pytest.raises(exception):
            b[Trap(raiser(error))] = 0
        with pytest.raises(exception):
            swiftbuf.full(2, Trap(raiser(error)), fmt)
        assert b.tolist() == [1, 1]
    for use in [swiftbuf.zeros, b.resize, b.transpose, lambda trap: swiftbuf.full((1, trap), 0)]:
        with pytest.raises(exception):
            use(Trap(raiser(error)))


@pytest.mark.parametrize("fmt", ["B", "i", ">q", "e", "d", "Zd", "?"])
def test_a_buffer_that_is_released_in_the_middle_of_an_access_is_left_alone(fmt):
    for shape, key in [(4, lambda t: t), (4, lambda t: (t,)), ((2, 2), lambda t: (0, t)), ((2, 2), lambda t: (t, 1)),
                       ((2,) * 6, lambda t: (0,) * 5 + (t,))]:  # fmt: skip
        for use in ["read", "write", "value"]:
            b = swiftbuf.full(shape, 1, fmt)
            witness = b.toreadonly()
            before = witness.tobytes()
            with pytest.raises(ValueError, match="operation forbidden on a released Buffer"):
                if use == "read":
                    b[key(Trap(b.release))]
                elif use == "write":
                    b[key(Trap(b.release))] = 0
                else:
                    b[key(0)] = Trap(b.release)
            assert witness.tobytes() == before


def test_the_text_of_an_error_is_not_read_from_a_released_buffer():
    # A format that is too long to stand in the object stands in memory of its own, which release() frees.
    fmt = ">i" + " " * 400
    for value in [2**80, "no number"]:
        b = swiftbuf.zeros((), fmt)
        kept: list[swiftbuf.Buffer] = []

        def release_and_use_the_memory_again(b: swiftbuf.Buffer = b, kept: list[swiftbuf.Buffer] = kept) -> None:
            b.release()
            kept += [swiftbuf.zeros((), "2i" + "x" * 400) for _ in range(20)]

        with pytest.raises((ValueError, TypeError)) as info:
            b[()] = Trap(release_and_use_the_memory_again, value)
        assert "released Buffer" in str(info.value) or fmt[:50] in str(info.value)


def test_a_buffer_that_is_resized_in_the_middle_of_an_access_is_used_as_it_is_then():
    for size in [0, 1, 3, 10**4, 2**23]:
        b = counted(4)
        key = Trap(lambda b=b, size=size: b.resize(size), 2)
        if size <= 2:
            with pytest.raises(IndexError, match=f"index 2 is out of bounds for dimension 0 with {size} items"):
                b[key]
        else:
            assert b[key] == 2
        b = counted(4)
        grow = Trap(lambda b=b, size=size: b.resize((size, 1)), 7)
        with pytest.raises(ValueError, match="given another shape while the value was converted"):
            b[2] = grow
        if size > 2:
            b[2, 0] = grow
            assert np.asarray(b).ravel()[:3].tolist() == [0, 1, 7]
        b = counted((2, 2))
        with pytest.raises(TypeError, match="2 indices were given but this Buffer has 1 dimensions"):
            b[0, Trap(lambda b=b, size=size: b.resize(size))] = 1


def test_iteration_gives_the_items_of_one_dimension_and_else_views():
    b = counted(5)
    assert list(b) == [0, 1, 2, 3, 4] and list(reversed(b)) == [4, 3, 2, 1, 0]
    assert 3 in b and 9 not in b and max(b) == 4 and len(b) == 5
    assert list(swiftbuf.zeros(0)) == []
    assert [row.tolist() for row in counted((2, 3))] == [[0, 1, 2], [3, 4, 5]]
    for use in [len, iter, reversed, list]:
        with pytest.raises(TypeError, match="0-dimensional Buffer has no length"):
            use(swiftbuf.zeros(()))
    walker = iter(b)
    next(walker)
    b.resize(1)
    assert list(walker) == []
