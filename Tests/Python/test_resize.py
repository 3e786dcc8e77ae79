"""resize(): another shape for the same memory, in place or by moving it.

Items are kept in flat order, new ones are zero, and nothing changes while anybody could notice. From 4 MiB on memory is
mapped in pages, below it comes from the C heap: sizes on both sides and across are tried.
"""

import random
import threading

import numpy as np
import pytest
import swiftbuf
from page_gate import resident_pages

THRESHOLD = 4 << 20


def address(b: swiftbuf.Buffer) -> int:
    return np.asarray(b).ctypes.data


def state(b: swiftbuf.Buffer) -> tuple[object, ...]:
    return b.shape, b.strides, b.format, b.nbytes, b.c_contiguous, b.f_contiguous, address(b), b.tobytes()


@pytest.mark.parametrize("fmt", ["B", "d", "3s", "T{b:a:=d:b:}"])
def test_items_are_kept_in_flat_order_and_new_ones_are_zero(fmt):
    b = swiftbuf.empty((3, 4), fmt)
    size = b.itemsize
    np.asarray(b).reshape(-1).view("u1")[:] = np.arange(12 * size) % 251 + 1
    content = b.tobytes()
    for shape, kept in [((2, 8), 12), (5, 5), ((), 1), ((7, 1, 3), 1), (0, 0), ((2, 2), 0)]:
        assert b.resize(shape) is None
        expected = shape if isinstance(shape, tuple) else (shape,)
        content = content[: kept * size].ljust(b.nbytes, b"\0")
        assert (b.shape, b.tobytes(), b.itemsize, b.format) == (expected, content, size, fmt)
        assert b.strides == swiftbuf.zeros(shape, fmt).strides and b.c_contiguous
        assert np.asarray(b).tobytes() == content


def test_a_random_walk_of_sizes_keeps_what_a_bytearray_keeps():
    generator = random.Random(3)
    near = [0, 1, 63, 64, 65, 4095, 4096, 2**21, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, THRESHOLD + 2**21, 3 * 2**21]
    b, model = swiftbuf.zeros(10), bytearray(10)
    for _ in range(250):
        kind = generator.random()
        size = (
            generator.choice(near) + generator.randint(0, 3)
            if kind < 0.4
            else int(2 ** generator.uniform(0, 23 * kind))
        )
        b.resize(size)
        del model[size:]
        model.extend(bytes(size - len(model)))
        assert memoryview(b) == model and address(b) % 64 == 0
        marks = {generator.randrange(size) for _ in range(5)} | {size - 1} if size else set()
        for place in marks:
            b[place] = model[place] = generator.randint(1, 255)


@pytest.mark.parametrize(
    "small", [5, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, THRESHOLD + 2**21 - 1, 3 * THRESHOLD - 5]
)
def test_what_is_shrunk_away_is_zero_when_it_comes_back(small):
    for large in [small + 1, small + 2**21, 6 * THRESHOLD]:
        b = swiftbuf.full(large, 0xA5)
        b.resize(small)
        b.resize(large)
        array = np.asarray(b)
        assert (array[:small] == 0xA5).all() and not array[small:].any()
        assert address(b) % 64 == 0


def test_the_bytes_that_are_held_follow_the_size():
    before = swiftbuf.allocated_bytes()
    b = swiftbuf.zeros(100, "d")
    for count in [7, 0, 10**6, 10**6 + 1, 300]:
        b.resize(count)
        assert swiftbuf.allocated_bytes() - before == 8 * count
        assert b.__sizeof__() - swiftbuf.zeros(0).__sizeof__() == 8 * count


def test_growing_a_mapping_touches_no_new_page():
    b = swiftbuf.zeros(THRESHOLD)
    assert resident_pages(b) == 0
    b.resize(2**30)
    assert resident_pages(b) == 0
    assert b[2**30 - 1] == 0


def test_fortran_order_stays():
    b = swiftbuf.zeros((2, 3), "i", "F")
    np.asarray(b)[...] = [[1, 2, 3], [4, 5, 6]]
    b.resize((2, 4))
    assert b.strides == (4, 8) and b.tolist() == [[1, 2, 3, 0], [4, 5, 6, 0]]
    b.resize((3, 2))
    assert b.strides == (4, 12) and b.f_contiguous and b.tolist() == [[1, 5], [4, 3], [2, 6]]
    b.resize((2, 2, 2))
    assert b.strides == (4, 8, 16)


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (0, 3), (3, 0), (1, 1)])
def test_fortran_order_stays_where_a_shape_has_both_orders_for_a_while(shape):
    b = swiftbuf.zeros(shape, "i", "F")
    b.resize((2, 5))
    assert b.strides == (4, 8)
    b.resize(shape)
    b.resize((2, 5))
    assert b.strides == (4, 8)


def test_many_dimensions_move_out_of_the_object_and_back():
    for fmt in ["h", "2h" + "x" * 30]:
        b = swiftbuf.zeros(6, fmt)
        np.asarray(b).reshape(-1).view("u1")[:] = 7
        content = b.tobytes()
        for ones, rest in [
            (0, (1, 2, 3)),
            (2, (2, 3)),
            (4, (6,)),
            (63, (6,)),
            (0, (2, 3)),
            (60, (3, 2)),
            (0, (6,)),
            (5, (6,)),
        ]:
            shape = (1,) * ones + rest
            b.resize(shape)
            assert (b.shape, b.ndim, b.format, b.tobytes()) == (shape, len(shape), fmt, content)
            assert b.strides == swiftbuf.zeros(shape, fmt).strides
            with pytest.raises(ValueError, match="more than"):
                b.resize((2**40,) * 30)
            with pytest.raises(MemoryError):
                b.resize((1,) * 20 + (2**50,))
            assert (b.shape, b.format, b.tobytes()) == (shape, fmt, content)


@pytest.mark.parametrize("size", [12, THRESHOLD])
def test_memory_that_is_exported_keeps_its_size(size):
    b = swiftbuf.full((size // 2, 2), 9)
    before = state(b)
    refusal = r"resize: Existing exports of data: object cannot be re-sized: \d exports? of this memory"
    views = [lambda b: b.T, lambda b: b.toreadonly(), lambda b: memoryview(b.T), lambda b: np.asarray(b)[1:]]
    for hold in [memoryview, np.asarray, *views]:
        holder = hold(b)
        assert b.exports >= 1
        for shape in [size + 1, 1, 0, (size // 2, 2), (2, 3)]:
            with pytest.raises(BufferError, match=refusal):
                b.resize(shape)
        del holder
        assert b.exports == 0 and state(b) == before
    b.resize(size + 1)
    assert b.nbytes == size + 1


def test_a_view_cannot_be_resized_even_when_it_is_the_last_owner():
    b = swiftbuf.zeros((2, 3))
    view = b.T
    with pytest.raises(BufferError, match="this Buffer is a view of another's memory"):
        view.resize(6)
    del b
    with pytest.raises(BufferError, match="this Buffer is a view of another's memory"):
        view.resize(6)
    assert view.shape == (3, 2) and view.tobytes() == bytes(6)


@pytest.mark.parametrize(
    ("shape", "exception", "message"),
    [
        (-1, ValueError, "resize: dimension 0 is -1 but it must not be negative"),
        ((1,) * 65, ValueError, "resize: 65 dimensions were asked for but a buffer has at most 64"),
        (2**60, ValueError, "resize: the shape takes more than"),
        (2**100, ValueError, "resize: the shape takes more than"),
        ("5", TypeError, "shape of type 'str' was given to resize"),
        ({5}, TypeError, "shape of type 'set'"),
        (None, TypeError, "shape of type 'NoneType'"),
        (5.0, TypeError, "shape of type 'float'"),
        ((5, "x"), TypeError, "'str' object cannot be interpreted"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_shape_that_describes_no_memory_changes_nothing(shape, exception, message):
    b = swiftbuf.full((2, 3), 7, "d")
    before = state(b)
    with pytest.raises(exception, match=message):
        b.resize(shape)
    assert state(b) == before


def test_a_size_that_there_is_no_room_for_is_a_memory_error_and_changes_nothing():
    for count in [6, THRESHOLD]:
        b = swiftbuf.full(count, 7, "d")
        before, held = state(b), swiftbuf.allocated_bytes()
        for huge in [2**50, 2**59, 2**60 - 1]:
            with pytest.raises(MemoryError):
                b.resize(huge)
        assert state(b) == before and swiftbuf.allocated_bytes() == held


def test_a_shape_that_resizes_or_releases_the_buffer_itself_is_obeyed_last():
    class Dimension:
        def __init__(self, action: object, *arguments: object) -> None:
            self.action, self.arguments = action, arguments

        def __index__(self) -> int:
            self.action(*self.arguments)
            return 2

    b = swiftbuf.full(4, 5)
    b.resize((Dimension(b.resize, (1,) * 40), 3))
    assert b.tolist() == [[5, 0, 0], [0, 0, 0]]
    with pytest.raises(ValueError, match="operation forbidden on a released Buffer"):
        b.resize((3, Dimension(b.release)))
    b = swiftbuf.zeros(4)
    views = []
    with pytest.raises(BufferError, match=r"1 exports? of this memory"):
        b.resize((3, Dimension(lambda: views.append(b.T))))
    assert b.shape == (4,)


def test_resize_takes_exactly_one_shape_by_position():
    b = swiftbuf.zeros(4)
    for call in [lambda: b.resize(), lambda: b.resize(1, 2), lambda: b.resize(shape=1)]:
        with pytest.raises(TypeError, match="argument"):
            call()


def test_threads_that_resize_and_export_one_buffer_never_see_it_half_moved():
    b = swiftbuf.full(1000, 1)
    stop = threading.Event()
    wrong: list[object] = []

    def export() -> None:
        while not stop.is_set():
            view = memoryview(b)
            if view.nbytes != len(view) or view[0] != 1 or view[-1] not in (0, 1):
                wrong.append((view.nbytes, len(view)))
            view.release()

    threads = [threading.Thread(target=export) for _ in range(3)]
    for thread in threads:
        thread.start()
    generator = random.Random(5)
    done = 0
    while done < 200:
        try:
            b.resize(generator.choice([1, 1000, THRESHOLD, THRESHOLD + 2**22]))
            done += 1
        except BufferError:
            pass
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == [] and b.exports == 0
