"""reshape(), cast() and broadcast_to(): the same bytes in other dimensions, or a refusal that says why.

Whether a view is possible is asked of NumPy: where its reshape() has to copy, ours has to refuse.
"""

import itertools
import math
import random
import struct

import numpy as np
import pytest
import swiftbuf
from samples import Trap, address, assert_is_numpys, counted, keys_of

# --- reshape ---


def factorings(items: int, most: int = 4) -> list[tuple[int, ...]]:
    """Return all shapes of so many items, of one to `most` dimensions."""
    if items == 0:
        return [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0)]
    divisors = [count for count in range(1, items + 1) if items % count == 0]
    return [
        shape
        for rank in range(1, most + 1)
        for shape in itertools.product(divisors, repeat=rank)
        if math.prod(shape) == items
    ]


@pytest.mark.parametrize("shape", [(), (1,), (12,), (3, 4), (2, 3, 2), (1, 6, 1, 2), (0,), (2, 0, 3)], ids=str)
def test_every_shape_of_a_packed_buffer_is_a_view_of_the_same_place(shape):
    b = counted(shape, "h")
    array = np.asarray(b)
    for wanted in [*factorings(math.prod(shape)), *([()] if math.prod(shape) == 1 else [])]:
        for view in [b.reshape(wanted), b.reshape(list(wanted)), b.reshape(*wanted) if len(wanted) > 1 else b]:
            assert view is b or view.shape == wanted
        assert_is_numpys(b.reshape(wanted), array.reshape(wanted))
        if math.prod(wanted):
            for axis in range(len(wanted)):
                asked = (*wanted[:axis], -1, *wanted[axis + 1 :])
                assert b.reshape(asked).shape == b.reshape(*asked).shape == wanted


def test_a_reshaped_view_exists_exactly_where_numpy_needs_no_copy():
    generator = random.Random(3)
    views = refusals = 0
    for _ in range(3000):
        b = counted(generator.choice([(24,), (4, 6), (2, 3, 4), (2, 2, 3, 2), (3, 1, 4)]), "h", generator.choice("CF"))
        array = np.asarray(b)
        if generator.random() < 0.7:
            key = (*(part for part in keys_of(b.ndim, generator) if part is not ...), ...)
            try:
                b, array = b[key], array[key]
            except IndexError:
                continue
        axes = generator.sample(range(b.ndim), b.ndim)
        b, array = b.transpose(axes), array.transpose(axes)
        shape = generator.choice(factorings(array.size)) if array.size else generator.choice([(0,), (2, 0), (0, 5, 1)])
        expected = array.reshape(shape)
        if array.size == 0 or np.shares_memory(expected, array):
            assert_is_numpys(b.reshape(shape), expected)
            views += 1
        else:
            with pytest.raises(ValueError, match=r"reshape: .*copy"):
                b.reshape(shape)
            assert b.copy().reshape(shape).tolist() == expected.tolist()
            refusals += 1
        del array, expected
    assert views > 500 and refusals > 500


@pytest.mark.parametrize(
    ("arguments", "exception", "message"),
    [
        ((5,), ValueError, "a shape of 5 items was asked for but this Buffer has 6"),
        ((0,), ValueError, "a shape of 0 items"),
        (((),), ValueError, "a shape of 1 items"),
        ((2, 2), ValueError, "a shape of 4 items"),
        ((-1, -1), ValueError, "-1"),
        ((-2, 3), ValueError, "-2"),
        ((-1, 4), ValueError, "4 times"),
        ((-1, 0), ValueError, "0 times"),
        ((2**62, 2**62), ValueError, "reshape"),
        ((2**63,), ValueError, "reshape"),
        ((-(2**99),), ValueError, "reshape"),
        ((2**62, 8, 0), ValueError, "reshape"),
        (((1,) * 65,), ValueError, "65 dimensions"),
        ((1,) * 65, ValueError, "65 dimensions"),
        ((1.0, 6), TypeError, "float"),
        (("6",), TypeError, "str"),
        ((None,), TypeError, "None"),
        (((2, (3,)),), TypeError, "tuple"),
        (({2, 3},), TypeError, "set"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_a_shape_that_is_none_of_these_items_is_refused(arguments, exception, message):
    b = counted((2, 3))
    with pytest.raises(exception, match=message):
        b.reshape(*arguments)
    with pytest.raises(TypeError, match="keyword"):
        b.reshape(shape=6)
    assert b.exports == 0


def test_no_arguments_are_the_shape_of_no_dimensions():
    assert counted(1).reshape().shape == () == counted((1, 1)).reshape(()).shape
    assert counted(1).reshape((1,) * 64).ndim == 64
    assert counted((1,) * 64).reshape(1).tolist() == [0]


def test_a_dimension_that_releases_or_resizes_the_buffer_is_noticed():
    for use in [
        lambda b, trap: b.reshape(trap),
        lambda b, trap: b.reshape((2, trap)),
        lambda b, trap: b.reshape([trap]),
        lambda b, trap: b.cast("B", trap),
        lambda b, trap: b.cast("h", [trap, 1]),
        lambda b, trap: b.broadcast_to((trap, 2, 3)),
        lambda b, trap: b.resize(trap),
    ]:
        b = counted((2, 3))
        with pytest.raises(ValueError, match="released"):
            use(b, Trap(b.release, 3))
        b = counted((2, 3))
        with pytest.raises((ValueError, TypeError)):
            use(b, Trap(lambda b=b: b.resize(1), -7))
        assert b.exports == 0
    b = counted((2, 3))
    assert b.reshape(Trap(lambda: b.resize((1, 2)), 2), 1).tolist() == [[0], [1]]
    # A list that loses its items while they are read was a shape when it was given.
    sizes: list[object] = [2, 3]
    sizes[0] = Trap(sizes.clear, 2)
    assert counted(6).reshape(sizes).shape == (2, 3) and sizes == []


def test_views_of_another_shape_share_bytes_and_stay_read_only():
    b = counted((3, 4), "d")
    view = b.reshape(2, 6)
    view[1, 5] = 99.0
    assert b[2, 3] == 99.0 and address(view) == address(b) and not view.readonly
    for each in [b.toreadonly().reshape(12), b.toreadonly().cast("B", 96), b.toreadonly().T.T.reshape(-1)]:
        assert each.readonly
    structs = swiftbuf.zeros((2, 3), "T{d:position_in_metres:i:count:4x}")
    assert structs.reshape(3, 2).format == structs.format


# --- cast ---


CASTS = ["B", "b", "c", "?", "h", "H", "i", "f", "q", "d", "e", ">i", "<H", ">d", "Zf", "Zd", "g", "5s", "3x"]


@pytest.mark.parametrize("target", CASTS)
@pytest.mark.parametrize("source", ["B", "h", "i", "d", ">q", "Zd", "6s", "(2,3)h", "T{i:a:=d:b:}"])
def test_the_last_dimension_is_cut_anew_where_it_is_contiguous_and_its_bytes_suffice(source, target):
    for base in [swiftbuf.zeros(120, source), swiftbuf.zeros((6, 48), source)[::-2, 12:36], swiftbuf.zeros(0, source)]:
        array = np.asarray(base.cast("B", base.nbytes)) if base.c_contiguous else None
        size = swiftbuf.zeros((), target).itemsize
        count, remainder = divmod(base.shape[-1] * base.itemsize, size)
        if remainder:
            with pytest.raises(TypeError, match="are no multiple of"):
                base.cast(target)
            continue
        view = base.cast(target)
        assert view.shape == (*base.shape[:-1], count) and view.itemsize == size
        assert view.format == swiftbuf.zeros((), target).format and view.nbytes == base.nbytes
        assert view.strides == (*base.strides[:-1], size)
        assert view.tobytes() == base.tobytes() and not view.readonly
        if array is not None and array.size:
            array[...] = np.arange(array.size) % 256
            assert view.tobytes() == bytes(index % 256 for index in range(array.size))
            assert address(view.cast("B", view.nbytes)) == array.ctypes.data


def test_packed_items_are_cast_to_any_format_and_any_shape_of_as_many_bytes():
    b = counted((4, 6), "i")
    content = b.tobytes()
    for fmt in ["B", "h", ">i", "d", "3s", "T{i:a:=d:b:}", "T{h:x:(2,2)b:m:2x}"]:
        size = swiftbuf.zeros((), fmt).itemsize
        for shape in [shape for shape in factorings(96 // size, 3) if math.prod(shape) * size == 96]:
            for given in [shape, list(shape), *shape[: len(shape) == 1]]:
                view = b.cast(fmt, given)
                assert (view.shape, view.format, view.tobytes()) == (shape, fmt, content) and view.c_contiguous
            assert b.cast(format=fmt, shape=shape).tobytes() == content
            assert memoryview(view).shape == shape and address(view.cast("B", 96)) == address(b)
    del view
    assert b.exports == 0


def test_without_a_shape_packed_items_are_cast_to_and_from_bytes_as_by_memoryview_to_one_dimension():
    for source, target in itertools.product("bBchHiIqQdf?", repeat=2):
        if "b" not in (source + target).lower() and "c" not in source + target:
            continue
        for shape in [(), (8,), (2, 8), (4, 2, 8), (1, 1)]:
            b = swiftbuf.zeros(shape, source)
            b.cast("B")[...] = 1
            try:
                expected = memoryview(b).cast(target)
            except TypeError:  # bytes that do not suffice for whole items
                with pytest.raises(TypeError, match="are no multiple of"):
                    b.cast(target)
                continue
            view = b.cast(target)
            assert (view.shape, view.format, view.tolist()) == (expected.shape, target, expected.tolist())
            expected.release()


def test_without_a_shape_items_that_are_no_bytes_keep_all_dimensions_but_the_last():
    b = counted((2, 3, 4), "h")
    for fmt, shape in [
        ("i", (2, 3, 2)),
        ("q", (2, 3, 1)),
        (">h", (2, 3, 4)),
        ("4s", (2, 3, 2)),
        ("T{B:a:b:b:}", (2, 3, 4)),
    ]:
        assert b.cast(fmt).shape == shape and b.cast(fmt).tobytes() == b.tobytes()
    with pytest.raises(TypeError, match="4 items of 2 bytes are no multiple of 16 bytes"):
        b.cast("Zd")
    with pytest.raises(TypeError, match="no dimension to cut"):
        swiftbuf.zeros((), "d").cast("i")


def test_values_are_read_as_struct_reads_the_same_bytes():
    b = swiftbuf.copy(bytes(range(48)))
    for fmt in "bBhHiIqQfde":
        assert b.cast(fmt).tolist() == [value for (value,) in struct.iter_unpack(fmt, b.tobytes())]
        assert b.cast(fmt).cast("B").tolist() == list(range(48))
    assert b.cast(">h").tolist() == [i * 256 + i + 1 for i in range(0, 48, 2)]
    assert b.cast("T{B:a:>h:b:}", 16)[15] == (45, 46 * 256 + 47)
    b.cast(">i")[0] = 1
    assert b[:4].tobytes() == b"\0\0\0\1"


def test_no_dimensions_are_cast_to_a_format_of_the_same_size_or_by_a_shape():
    b = swiftbuf.full((), 1.5, "d")
    assert b.cast("Q", ())[()] == 0x3FF8 << 48 and b.cast("B", [8]).tolist() == [0] * 6 + [0xF8, 0x3F]
    assert b.cast("h", (2, 2)).tolist() == [[0, 0], [0, 0x3FF8]]
    assert swiftbuf.copy(b"\1\2\3\4").cast("i", ())[()] == 0x04030201


def test_items_that_are_not_contiguous_are_cast_where_their_size_stays_the_same():
    b = counted((4, 6), "i")
    for view in [b[::2, ::-2], b.T[::-1], b[:, 1::3], b.broadcast_to((2, 4, 6))]:
        cast = view.cast("f")
        assert cast.strides == view.strides and cast.shape == view.shape and cast.tobytes() == view.tobytes()
        assert cast.readonly == view.readonly
        with pytest.raises(TypeError, match="contiguous"):
            (view if view.strides[-1] != 4 else view.T).cast("B")
        with pytest.raises(TypeError, match="not C-contiguous"):
            view.cast("i", view.shape)


@pytest.mark.parametrize(
    ("arguments", "names", "exception"),
    [
        ((), {}, TypeError),
        (("B", 6, 7), {}, TypeError),
        (("B",), {"format": "B"}, TypeError),
        (("B",), {"dtype": "B"}, TypeError),
        ((b"B",), {}, TypeError),
        ((None,), {}, TypeError),
        (("",), {}, ValueError),
        (("x y",), {}, ValueError),
        (("T{i",), {}, ValueError),
        (("O",), {}, ValueError),
        (("T{O:a:}",), {}, ValueError),
        (("0s",), {}, ValueError),
        (("d",), {}, TypeError),  # 12 bytes are no multiple of 8
        (("5s",), {}, TypeError),
        (("h", 5), {}, TypeError),
        (("h", (2, 2)), {}, TypeError),
        (("h", ()), {}, TypeError),
        (("h", (-1,)), {}, ValueError),
        (("h", (-2, -3)), {}, ValueError),
        (("h", (2**62, 2**62)), {}, ValueError),
        (("h", 2**63), {}, ValueError),
        (("h", (1,) * 65), {}, ValueError),
        (("h", 6.0), {}, TypeError),
        (("h", "6"), {}, TypeError),
        (("h", {6}), {}, TypeError),
        (("h", (6.0,)), {}, TypeError),
        (("h", [None]), {}, TypeError),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_a_cast_that_cannot_be_is_refused(arguments, names, exception):
    b = counted(3, "i")
    with pytest.raises(exception):
        b.cast(*arguments, **names)
    assert b.exports == 0 and b.tolist() == [0, 1, 2]


def test_a_refused_cast_says_what_was_asked_and_what_is_so():
    b = counted(3, "i")
    for fmt, shape, message in [
        ("d", None, "3 items of 4 bytes are no multiple of 8 bytes"),
        ("h", 5, "the shape takes 10 bytes but this Buffer has 12"),
    ]:
        with pytest.raises(TypeError, match=message):
            b.cast(fmt, shape)
    with pytest.raises(TypeError, match=r"the last dimension has to be contiguous .* its stride is 8 bytes"):
        counted(6, "i")[::2].cast("B")
    with pytest.raises(TypeError, match="hold references to objects"):
        swiftbuf.Buffer(np.array([object()])).cast("B")


# --- broadcast_to ---


SHAPES = [(), (1,), (3,), (0,), (2, 3), (2, 1), (1, 3), (1, 1), (2, 0), (1, 2, 3), (4, 1, 3), (2, 1, 1, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_buffer_is_repeated_to_exactly_the_shapes_that_numpy_repeats_it_to(shape):
    for b in [counted(shape, "h"), counted(shape, "h", "F"), counted(shape, "h").T, counted((*shape, 2), "h")[..., 1]]:
        array = np.asarray(b)
        for wanted in [*SHAPES, (5, *shape), (*shape, 1), (3, 2, 3), (4, 2, 3), (7, 0), (0, 2, 3), (2, 2, 2, 3)]:
            try:
                expected = np.broadcast_to(array, wanted)
            except ValueError:
                with pytest.raises(ValueError, match="broadcast_to: "):
                    b.broadcast_to(wanted)
                continue
            view = b.broadcast_to(wanted)
            assert (view.shape, view.readonly, view.format) == (wanted, True, b.format)
            assert view.tolist() == expected.tolist() and view.tobytes() == expected.tobytes()
            for axis, count in enumerate(wanted):
                own = axis - (len(wanted) - b.ndim)
                if count > 1 and (own < 0 or b.shape[own] == 1):
                    assert view.strides[axis] == 0
                elif count > 1 and expected.size:
                    assert view.strides[axis] == b.strides[own]
            assert b.broadcast_to(list(wanted)).shape == wanted and np.array_equal(np.asarray(view), expected)


@pytest.mark.parametrize(
    ("shape", "exception"),
    [((2,), ValueError), (3, ValueError), ((), ValueError), ((2, -3), ValueError), ((-1, 2, 3), ValueError),
     ((2**62, 2, 3), ValueError), ((2**63, 2, 3), ValueError), ((*(1,) * 63, 2, 3), ValueError), ((2.0, 3), TypeError),
     ("ab", TypeError), (None, TypeError), ((2, None), TypeError)],
    ids=repr,
)  # fmt: skip
def test_a_shape_that_a_buffer_cannot_be_repeated_to_is_refused(shape, exception):
    b = counted((2, 3))
    with pytest.raises(exception):
        b.broadcast_to(shape)
    for wrong in [lambda: b.broadcast_to(), lambda: b.broadcast_to(2, 3), lambda: b.broadcast_to(shape=(2, 3))]:
        with pytest.raises(TypeError):
            wrong()
    assert b.exports == 0


def test_a_repeated_buffer_takes_no_memory_and_follows_its_source():
    before = swiftbuf.allocated_bytes()
    b = counted(3)
    wide = b.broadcast_to((10**6, 10**6, 3))
    assert swiftbuf.allocated_bytes() - before == 12 and wide.nbytes == 12 * 10**12
    b[1] = 99
    assert wide[123456, 654321].tolist() == [0, 99, 2] and wide[-1, ::-250_000, 1].tolist() == [99] * 4
    with pytest.raises(TypeError, match="read-only"):
        wide[0, 0, 0] = 1
    one = counted((1, 1)).broadcast_to((1,) * 64)
    assert one.readonly and one.ndim == 64
