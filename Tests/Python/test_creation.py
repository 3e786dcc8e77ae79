"""Making Buffers: zeros(), empty() and full().

Here: shapes, formats, orders and their refusals, alignment, untouched pages. What items are read and written as is
test_item_values.py's matter, copies are test_copy.py's.
"""

import ctypes
import gc
import random

import numpy as np
import pytest
import swiftbuf
from page_gate import resident_pages


def full(shape: object, format: str = "B", order: str = "C") -> swiftbuf.Buffer:
    return swiftbuf.full(shape, 0, format, order)


MAKERS = [swiftbuf.zeros, swiftbuf.empty, full]


class Index:
    """An object that is an integer by `__index__` alone."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Index({self.value})"


def address(buffer: swiftbuf.Buffer) -> int:
    return np.asarray(buffer).ctypes.data


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (3, (3,)),
        (0, (0,)),
        ((), ()),
        ((0,), (0,)),
        ((2, 3), (2, 3)),
        ((2, 0, 3), (2, 0, 3)),
        (True, (1,)),
        (np.int64(4), (4,)),
        ((np.uint8(2), np.int16(3)), (2, 3)),
        (np.array(5), (5,)),
        ((Index(2), Index(0), 7), (2, 0, 7)),
        ((1,) * 64, (1,) * 64),
    ],
    ids=repr,
)
def test_a_shape_is_an_int_or_a_tuple_of_whatever_has_an_index(shape, expected):
    for make in MAKERS:
        b = make(shape, "h")
        count = int(np.prod(expected, dtype=np.int64))
        assert (b.shape, b.ndim, b.itemsize, b.nbytes) == (expected, len(expected), 2, 2 * count)
        assert np.asarray(b).shape == expected
        assert not b.readonly


@pytest.mark.parametrize(
    ("shape", "exception", "message"),
    [
        (-1, ValueError, "dimension 0 is -1 but it must not be negative"),
        ((2, -3), ValueError, "dimension 1 is -3 but it must not be negative"),
        ((0, -1), ValueError, "dimension 1 is -1"),
        ((1,) * 65, ValueError, "65 dimensions were asked for but a buffer has at most 64"),
        (2**63, ValueError, "more than 2\\*\\*63 - 1 bytes"),
        ((2**32, 2**32), ValueError, "more than 2\\*\\*63 - 1 bytes"),
        ((2**40, 2**40, 0), ValueError, "more than 2\\*\\*63 - 1 bytes"),
        (2.0, TypeError, "shape of type 'float' .* must be an int or a tuple of ints"),
        ("3", TypeError, "shape of type 'str'"),
        (None, TypeError, "shape of type 'NoneType'"),
        (np.float64(2), TypeError, "shape of type 'float64'"),
        (np.bool_(True), TypeError, "shape of type 'bool'"),
        ((2, "x"), TypeError, "'str' object cannot be interpreted as an integer"),
        (((2,),), TypeError, "'tuple' object cannot be interpreted as an integer"),
        (np.array([2, 3]), TypeError, "integer"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_shape_that_describes_no_memory_is_refused(shape, exception, message):
    for make in MAKERS:
        with pytest.raises(exception, match=message) as info:
            make(shape)
        assert info.type is exception
    with pytest.raises(exception, match=message):
        swiftbuf.zeros(4).resize(shape)


def test_a_list_is_a_shape_too():
    for make in MAKERS:
        assert make([2, 3]).shape == (2, 3) and make([]).shape == ()
        with pytest.raises(ValueError, match="dimension 1 is -1"):
            make([2, -1])


def test_a_dimension_far_below_zero_is_called_negative_and_not_too_large():
    with pytest.raises(ValueError, match="negative"):
        swiftbuf.zeros(-(2**70))


def test_sizes_overflow_only_at_two_to_the_sixty_three():
    for make in MAKERS:
        with pytest.raises(MemoryError):
            make(2**60 - 1, "d")
        with pytest.raises(ValueError, match="more than"):
            make(2**60, "d")
        assert make((2**60 - 1, 0), "d").nbytes == 0


def test_the_order_decides_the_strides():
    for make in MAKERS:
        assert make((2, 3, 4), "i").strides == (48, 16, 4)
        assert make((2, 3, 4), "i", "C").strides == (48, 16, 4)
        assert make((2, 3, 4), "i", "F").strides == (4, 8, 24)
        assert make((2, 3, 4), order="F").strides == (1, 2, 6)
        assert make((2, 0, 4), "i").strides == np.zeros((2, 1, 4), "i").strides


@pytest.mark.parametrize(
    ("order", "exception", "message"),
    [
        ("A", ValueError, "order 'A' was given .* but it must be 'C' or 'F'"),
        ("c", ValueError, "order 'c'"),
        ("", ValueError, "order ''"),
        ("CF", ValueError, "order 'CF'"),
        ("C\0", ValueError, "order"),
        (None, TypeError, "order of type 'NoneType' was given"),
        (b"C", TypeError, "order of type 'bytes'"),
    ],
)
def test_another_order_is_refused(order, exception, message):
    for make in MAKERS:
        with pytest.raises(exception, match=message):
            make(2, "B", order)


def test_arguments_go_by_position_and_by_name():
    b = swiftbuf.zeros(order="F", format="d", shape=(2, 3))
    assert (b.shape, b.format, b.strides) == ((2, 3), "d", (8, 16))
    c = swiftbuf.full(format="h", value=-2, shape=2, order="C")
    assert (c.tolist(), c.format) == ([-2, -2], "h")
    assert swiftbuf.full(2, 7).format == "B"
    assert swiftbuf.empty(format="q", shape=1).format == "q"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: swiftbuf.zeros(), r"zeros\(\) needs the argument 'shape'"),
        (lambda: swiftbuf.empty(format="B"), r"empty\(\) needs the argument 'shape'"),
        (lambda: swiftbuf.full(3), r"full\(\) needs the argument 'value'"),
        (lambda: swiftbuf.full(value=3), r"full\(\) needs the argument 'shape'"),
        (lambda: swiftbuf.zeros(1, "B", "C", 1), r"zeros\(\) takes at most 3 positional arguments but 4 were given"),
        (lambda: swiftbuf.full(1, 1, "B", "C", 1), r"full\(\) takes at most 4 positional arguments but 5 were given"),
        (lambda: swiftbuf.zeros(1, dtype="d"), r"'dtype' is no keyword argument of zeros\(\)"),
        (lambda: swiftbuf.zeros(1, **{"sh\udc80pe": 1}), r"is no keyword argument of zeros\(\)"),
        (lambda: swiftbuf.zeros(1, shape=2), r"argument 'shape' of zeros\(\) was given by position and by name"),
        (lambda: swiftbuf.full(1, 2, value=2), r"argument 'value' of full\(\) was given by position and by name"),
        (lambda: swiftbuf.zeros(1, None), r"format of type 'NoneType' was given to zeros\(\) but it must be a str"),
        (lambda: swiftbuf.zeros(1, b"B"), "format of type 'bytes'"),
    ],
)
def test_wrong_arguments_are_a_type_error_that_names_them(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_a_format_that_a_native_letter_can_say_becomes_that_letter():
    same = {"<q": "q", "@i": "i", "=l": "i", "l": "l", "@l": "l", "n": "n", "<e": "e", "=?": "?", ">B": "B", ">?": "?",
            " i ": "i", "1h": "h", "^d": "d", "<Zf": "Zf", "@Zd": "Zd", ">i": ">i", "!d": "!d"}  # fmt: skip
    for make in MAKERS:
        for given, kept in same.items():
            assert make(2, given).format == kept
            assert memoryview(make(2, given)).format == kept


def test_a_format_that_needs_its_text_keeps_it():
    long = "T{" + "".join(f"h:member {i}:" for i in range(500)) + "}"
    for given, size in [("4s", 4), ("5p", 5), ("T{b:x:=d:y:}", 9), ("bh", 4), ("(2,3)i", 24), ("3x", 3), (long, 1000)]:
        for shape in [2, (2,) + (1,) * 30]:
            b = swiftbuf.zeros(shape, given)
            assert (b.format, b.itemsize, b.nbytes) == (given, size, 2 * size)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("O", "holds references or pointers"),
        ("T{i:a:O:b:}", "holds references or pointers"),
        ("&i", "holds references or pointers"),
        ("X{}", "holds references or pointers"),
        ("", "an item is needed, but there is none at byte 0"),
        ("k", "unknown code at byte 0"),
        ("iiy", "unknown code at byte 2"),
        ("<n", "native size only"),
        ("0i", "itemsize is above zero"),
        ("T{i", "unbalanced brace"),
        ("T{i:a}", "no second colon"),
        ("(2i", "a shape is like"),
        ("99999999999999999999i", "too large"),
        ("9223372036854775807i", "too large"),
        ("i\0", "embedded NUL"),
        ("\N{SNOWMAN}", "unknown code at byte 0"),
        ("\udc80", "surrogates not allowed"),
    ],
)
def test_a_format_that_is_none_is_refused_with_its_place(given, message):
    for make in MAKERS:
        with pytest.raises(ValueError, match=message):
            make(2, given)


def test_memory_is_aligned_to_64_bytes_at_every_size():
    for make in MAKERS:
        sizes = [*range(200), *(2**k + d for k in range(8, 24) for d in (-1, 0, 1))]
        random.Random(1).shuffle(sizes)
        kept = [make(size) for size in sizes]
        assert [size for size, b in zip(sizes, kept, strict=True) if size and address(b) % 64] == []


def test_buffers_of_no_bytes_have_an_address_that_ctypes_accepts():
    kept = [swiftbuf.zeros(0), swiftbuf.zeros((3, 0), "d"), swiftbuf.empty(0), swiftbuf.full((0, 2), 1)]
    addresses = {ctypes.addressof((ctypes.c_char * 0).from_buffer(b)) for b in kept}
    assert len(addresses) == len(kept) and 0 not in addresses
    assert all(b.tobytes() == b"" and b.c_contiguous and b.f_contiguous for b in kept)


def test_large_zeros_touch_no_page_and_are_zero():
    for size in [2**22, 2**22 + 1, 2**26, 2**30]:
        held = swiftbuf.allocated_bytes()
        b = swiftbuf.zeros(size)
        assert resident_pages(b) == 0
        assert (b[0], b[size // 2], b[-1]) == (0, 0, 0)
        assert swiftbuf.allocated_bytes() - held == size
        b.release()


def test_zeros_are_zero_in_memory_that_was_used_before():
    for size in [*range(1, 300), 2**12, 2**20, 2**22 - 1, 2**22, 2**22 + 1]:
        swiftbuf.full(size, 0xA5).release()
        assert swiftbuf.zeros(size).tobytes() == bytes(size)


@pytest.mark.parametrize(
    ("fmt", "value"), [("B", 200), ("h", -3), ("d", 0.1), ("3s", b"ab"), (">Zd", 1 - 2j), ("?", [1])]
)
def test_full_writes_the_value_into_every_item(fmt, value):
    one = swiftbuf.full((), value, fmt).tobytes()
    assert one != bytes(len(one))
    for size in [1, 2, 7, 1000, 16383, 16384, 16385, 2**20 - 1, 2**20, 2**22 + 3]:
        count = max(1, size // len(one))
        assert swiftbuf.full(count, value, fmt).tobytes() == one * count


@pytest.mark.parametrize(
    ("fmt", "value", "exception"),
    [
        ("B", 256, ValueError),
        ("B", "x", TypeError),
        ("d", None, TypeError),
        ("e", 1e6, ValueError),
        ("2i", 1, TypeError),
        ("4s", 1, TypeError),
        ("2s", b"abc", ValueError),
    ],
)
def test_full_refuses_a_value_for_any_number_of_items_none_too(fmt, value, exception):
    for shape in [3, (), 0, (2, 0)]:
        with pytest.raises(exception, match="format"):
            swiftbuf.full(shape, value, fmt)


def test_a_value_that_finds_the_new_buffer_and_moves_its_memory_is_refused():
    found = []

    class Finder:
        def __index__(self):
            for candidate in gc.get_objects():
                if type(candidate) is swiftbuf.Buffer and candidate.shape == (12345,):
                    found.append(candidate)
                    with pytest.raises(BufferError, match="exports of this memory are live"):
                        candidate.resize(2**23)
                    with pytest.raises(BufferError, match="exports of this Buffer are live"):
                        candidate.release()
            return 7

    b = swiftbuf.full(12345, Finder(), "B")
    assert found == [b] and b.exports == 0
    assert b.tobytes() == bytes([7]) * 12345
    found.clear()
