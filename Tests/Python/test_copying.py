"""copy(), tobytes(), hex() and fill(): their orders and formats, and that a copy shares nothing."""

import ctypes
import itertools
import mmap

import numpy as np
import pytest
import swiftbuf
from samples import address, counted

ORDERS = ["C", "F", "A"]


def sources(fmt: str = "h") -> list[swiftbuf.Buffer]:
    """Return Buffers of many layouts."""
    grid = counted((3, 4, 5), fmt)
    return [
        grid,
        grid.copy("F"),
        grid.T,
        grid.transpose(1, 0, 2),
        grid[::-1, 1::2, ::-2],
        grid[1],
        grid[:, 2, 3],
        grid[0, 0, 0, ...],
        grid[:0],
        grid[None, ..., None],
        counted((1, 5), fmt).broadcast_to((3, 5)),
        counted(40, fmt)[3:],
        grid.toreadonly(),
    ]


def test_a_copy_is_writable_packed_in_its_order_and_shares_nothing():
    for b in sources():
        array = np.asarray(b)
        for order in [*ORDERS, "K"]:
            copy = b.copy(order)
            expected = array.copy(order)
            assert (copy.shape, copy.format, copy.readonly, copy.obj, copy.exports) == (
                b.shape,
                b.format,
                False,
                None,
                0,
            )
            assert (
                copy.tolist() == b.tolist()
                and copy.nbytes == b.nbytes
                and copy.contiguous == (copy.c_contiguous or copy.f_contiguous)
            )
            if order != "K":
                assert (copy.c_contiguous, copy.f_contiguous) == (
                    expected.flags.c_contiguous,
                    expected.flags.f_contiguous,
                )
            elif not any(stride == 0 for stride in b.strides):
                kept = [axis for axis, count in enumerate(b.shape) if count > 1]
                assert not b.nbytes or [copy.strides[a] for a in kept] == [expected.strides[a] for a in kept]
            assert not copy.nbytes or not np.shares_memory(np.asarray(copy), array)
            assert not copy.nbytes or address(copy) % 64 == 0
        assert b.copy().strides == b.copy("C").strides and b.copy(order="F").f_contiguous
        assert b.copy(None, None).strides == b.copy().strides


def test_a_copy_can_be_resized_and_its_source_too_while_it_lives():
    b = counted((3, 4))
    copy = b[::-1].copy()
    assert b.exports == 0 == copy.exports
    copy.resize((6, 4))
    assert copy.tolist()[:3] == b.tolist()[::-1] and copy.tolist()[3:] == [[0] * 4] * 3
    b.resize(2)
    assert b.tolist() == [0, 1] and copy[2, 0] == 0


@pytest.mark.parametrize("fmt", ["h", "H", "i", "q", "e", "f", "d", "Zf", "Zd"])
def test_a_copy_in_the_other_byte_order_has_the_same_values_and_reversed_bytes(fmt):
    for b in sources(fmt):
        for order in ORDERS:
            swapped = b.copy(order, f">{fmt}")
            assert swapped.format == f">{fmt}" and swapped.tolist() == b.tolist()
            assert swapped.tobytes() == np.asarray(b).astype(np.asarray(b).dtype.newbyteorder(">")).tobytes()
            back = swapped[...].copy(format=f"<{fmt}")
            assert (back.format, back.tobytes()) == (fmt, b.tobytes()) and back == b == swapped
    assert counted(3, fmt).copy(format=fmt).tobytes() == counted(3, fmt).tobytes()


def test_a_copy_in_another_format_is_refused():
    b = counted(4, "i")
    for fmt in ["h", "q", "I", "f", "4s", "4B", "T{i:a:}", ">I"]:
        with pytest.raises(ValueError, match="can be copied in another byte order, but not to another format"):
            b.copy(format=fmt)
    for wrong, error in [(("K", "T{"), ValueError), (("X",), ValueError), (("c",), ValueError), (("",), ValueError),
                         ((1,), TypeError), (("C", 1), TypeError), (("C", "i", 1), TypeError)]:  # fmt: skip
        with pytest.raises(error):
            b.copy(*wrong)
    assert b.copy(format="=l").format in ("i", "l") and b.exports == 0
    with pytest.raises(NotImplementedError):
        swiftbuf.Buffer(np.array([object()])).copy()


def test_copies_of_structs_and_texts_keep_every_byte():
    for fmt in ["T{B:a:xxxi:b:}", "5s", "4p", "3x", "2i", "(2,2)h"]:
        b = swiftbuf.zeros((3, 4), fmt)
        b.cast("B", b.nbytes)[...] = swiftbuf.copy(bytes(i % 251 for i in range(b.nbytes)))
        assert b.copy().tobytes() == b.tobytes() and b.copy().format == b.format
        assert b.copy("F").T.tobytes() == b.T.tobytes() == b[::-1].copy("K")[::-1].T.tobytes()


@pytest.mark.parametrize("fmt", ["B", "H", "f", "d", "Zd", "3s"])
@pytest.mark.parametrize("step", [2, -2, 3])
def test_large_copies_of_every_other_item_are_exact_wherever_they_begin(fmt, step):
    size = swiftbuf.zeros(1, fmt).itemsize
    rng = np.random.default_rng(0)
    for extra, offset in [(0, 0), (1, 0), (63, 1), (64, 5)]:
        count = 2**22 // size + extra
        raw = rng.integers(0, 256, abs(step) * count * size, np.uint8)
        items = raw.reshape(-1, size)[::step]
        source = swiftbuf.frombuffer(raw, fmt)[::step]
        memory = np.full(count * size + 64, 0xEE, np.uint8)
        target = swiftbuf.frombuffer(memory[offset : offset + count * size], fmt)
        target[:] = source
        assert (memory[offset : offset + count * size] == items.ravel()).all()
        assert (memory[:offset] == 0xEE).all() and (memory[offset + count * size :] == 0xEE).all()
        assert (np.frombuffer(source.copy().tobytes(), np.uint8) == items.ravel()).all()


@pytest.mark.parametrize("fmt", ["B", "H", "f", "d"])
def test_a_large_copy_reads_nothing_behind_the_last_item(fmt):
    page, size = mmap.PAGESIZE, swiftbuf.zeros(1, fmt).itemsize
    length = 2**23 + 3 * page
    memory = mmap.mmap(-1, length + page)
    whole = np.frombuffer(memory, np.uint8)
    begin = whole.ctypes.data
    libc = ctypes.CDLL(None, use_errno=True)
    guard = ctypes.c_void_p(begin + length)
    assert libc.mprotect(guard, ctypes.c_size_t(page), 0) == 0
    try:
        for count in [2**22 // size + n for n in (1, 63, 64, 65)]:
            span = (2 * count - 1) * size
            part = (ctypes.c_char * span).from_address(begin + length - span)
            source = swiftbuf.Buffer(np.ndarray(count, fmt, part, strides=(2 * size,)))
            target = swiftbuf.zeros(count, fmt)
            target[:] = source
            assert target == source
            del source
    finally:
        assert libc.mprotect(guard, ctypes.c_size_t(page), 3) == 0


def test_tobytes_has_the_orders_of_memoryview_and_numpy():
    for b in sources("i"):
        array = np.asarray(b)
        assert b.tobytes() == b.tobytes(None) == b.tobytes("C") == b.tobytes(order="C") == array.tobytes("C")
        for order in ORDERS:
            assert b.tobytes(order) == array.tobytes(order) == memoryview(b).tobytes(order)
    for wrong, error in [("K", ValueError), ("X", ValueError), ("", ValueError), (1, TypeError), (b"C", TypeError)]:
        with pytest.raises(error):
            counted(3).tobytes(wrong)
    with pytest.raises(TypeError):
        counted(3).tobytes("C", "F")


def test_hex_is_that_of_the_bytes():
    for b in sources("i"):
        assert b.hex() == b.tobytes().hex()
        for sep, count in itertools.product([":", b"-", " "], [1, 2, -3, 0, 100]):
            assert b.hex(sep, count) == b.tobytes().hex(sep, count)
        assert b.hex(":") == b.tobytes().hex(":") and b.hex(sep=":", bytes_per_sep=2) == b.tobytes().hex(":", 2)
    for wrong, error in [(("ab",), ValueError), (("é",), ValueError), ((1,), TypeError), ((":", "x"), TypeError)]:
        with pytest.raises(error):
            counted(3).hex(*wrong)


def test_a_separator_of_hex_cannot_release_the_buffer():
    b = counted(3)

    class Releasing(bytes):
        def __len__(self):
            b.release()
            return 1

    with pytest.raises(BufferError):
        b.hex(Releasing(b":"))
    assert b.hex() == b.tobytes().hex() and b.exports == 0
    # Without a GIL and with threads, CPython 3.13 keeps classes, and what their methods know, for as long as it runs.
    b = None


@pytest.mark.parametrize(
    ("fmt", "value"),
    [("B", 200), ("b", -7), ("h", -300), (">i", 70000), ("q", -(2**62)), ("e", 0.5), ("f", 1.5), (">d", -2.25),
     ("Zd", 1 + 2j),
     ("?", True), ("c", b"x"), ("3s", b"abc"), ("7s", b"ab"), ("g", 0.1), ("T{B:a:=d:b:}", (7, 1.5)), ("2i", (3, 4)),
     ("(2,2)h", [[1, 2], [3, 4]])],
)  # fmt: skip
def test_fill_writes_the_value_into_every_item_and_no_other_byte(fmt, value):
    for count in [0, 1, 2, 3, 17, 1000]:
        b = swiftbuf.zeros(count, fmt)
        b.fill(value)
        one = swiftbuf.full((), value, fmt).tobytes()
        assert b.tobytes() == one * count
    for key in [(slice(None, None, 2), slice(1, 3)), (slice(None, None, -1), 1), (0,), (slice(2), ...), (1, 1, ...)]:
        b, expected = swiftbuf.zeros((5, 4), fmt), swiftbuf.zeros((5, 4), fmt)
        assert b[key].fill(value) is None
        marks = np.zeros((5, 4), bool)
        marks[key] = True
        for index in zip(*np.nonzero(marks), strict=True):
            expected[tuple(map(int, index))] = value
        assert b.tobytes() == expected.tobytes()


def test_fill_is_refused_for_read_only_and_released_buffers():
    b = counted(3)
    for view in [b.toreadonly(), b.broadcast_to((2, 3))]:
        with pytest.raises(TypeError, match="read-only"):
            view.fill(0)
    for wrong in [lambda: b.fill(), lambda: b.fill(1, 2), lambda: b.fill(value=1)]:
        with pytest.raises(TypeError):
            wrong()
    b.release()
    with pytest.raises(ValueError, match="released"):
        b.fill(0)
