"""Buffer(obj) and frombuffer(): whose memory it is, what keeps it, when the exporter has its buffer back.

What hostile exporters do is the matter of test_import_rules.py and the files beside it.
"""

import array
import ctypes
import gc
import itertools
import mmap
import weakref

import numpy as np
import pytest
import swiftbuf
from samples import Trap, address, counted


class Bytes(bytearray):
    """A bytearray that can be watched, and can hold a Buffer of itself."""


def test_every_exporter_is_shared_as_memoryview_shares_it():
    grid = np.arange(24, dtype="i4").reshape(2, 3, 4)
    exporters = [b"swift", bytearray(b"buf"), array.array("d", [1, 2]), memoryview(b"abc")[::-1], grid, grid.T,
                 grid[::-1, ::2], np.float32(1), (ctypes.c_int16 * 3)(1, 2, 3), swiftbuf.copy(b"ab"),
                 np.zeros((3, 0, 2)), b"", np.broadcast_to(np.int8(3), (2, 2))]  # fmt: skip
    for exporter in exporters:
        for b in [swiftbuf.Buffer(exporter), swiftbuf.Buffer(object=exporter)]:
            view = memoryview(exporter)
            assert (b.shape, b.itemsize, b.readonly, b.nbytes) == (
                view.shape,
                view.itemsize,
                view.readonly,
                view.nbytes,
            )
            assert b.tobytes() == view.tobytes() and b.strides == view.strides
            assert (b.c_contiguous, b.f_contiguous) == (view.c_contiguous, view.f_contiguous)
            assert b.nbytes == 0 or address(b) == address(view)
            assert b.obj is (None if type(exporter) is swiftbuf.Buffer else exporter)


def test_memory_of_others_is_not_counted_as_memory_that_swift_owns():
    before = swiftbuf.allocated_bytes()
    kept = [swiftbuf.Buffer(bytearray(10**6)), swiftbuf.frombuffer(b"abc"), swiftbuf.Buffer(np.zeros(1000))[::2]]
    assert swiftbuf.allocated_bytes() == before and len(kept) == 3


def test_bytes_are_shared_in_both_directions():
    memory = bytearray(8)
    b = swiftbuf.frombuffer(memory, "i")
    b[1] = 258
    assert memory == b"\0\0\0\0\2\1\0\0"
    memory[0] = 7
    assert b[0] == 7 and swiftbuf.Buffer(memory)[0] == 7


def test_obj_is_the_exporter_for_all_views_and_none_for_memory_of_swift():
    memory = bytearray(b"12345678")
    b = swiftbuf.Buffer(memory)
    for view in [b, b[1:], b[1:][::-1].T, b.cast("q"), b.reshape(2, 4)[0], b.toreadonly(), swiftbuf.Buffer(b)]:
        assert view.obj is memory
    owned = counted(3)
    assert owned.obj is None and owned[1:].obj is None and swiftbuf.Buffer(owned).obj is None
    assert b.copy().obj is None and swiftbuf.copy(memory).obj is None
    for view in [memoryview(memory), memoryview(owned)]:  # an exporter like any other
        assert swiftbuf.Buffer(view).obj is view
    with pytest.raises(AttributeError):
        b.obj = None


def test_the_exporter_lives_as_long_as_the_last_view():
    memory = Bytes(b"12345678")
    died = weakref.ref(memory)
    b = swiftbuf.Buffer(memory)
    views = [b, b[1:], memoryview(b), b.cast("h")[::2], swiftbuf.Buffer(memoryview(b[2:]))]
    del memory, b
    while views:
        assert died() is not None and views[-1].tobytes() in (b"12345678", b"2345678", b"1256", b"345678")
        views.pop(0)
    assert died() is None


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_the_exporter_has_its_buffer_back_exactly_when_the_last_view_is_released_or_gone(order):
    for ends in itertools.product([True, False], repeat=3):
        memory = bytearray(b"12345678")
        b = swiftbuf.Buffer(memory)
        several = [b, b[1:], b.cast("h")]
        del b
        for index in order:
            with pytest.raises(BufferError, match="Existing exports"):
                memory.append(1)
            if ends[index]:
                several[index].release()
            else:
                several[index] = None
        memory.append(1)
        assert memory == b"12345678\x01"


def test_a_live_memoryview_of_it_forbids_release_and_the_exporter_to_move():
    memory = bytearray(b"1234")
    b = swiftbuf.Buffer(memory)
    view = memoryview(b)
    with pytest.raises(BufferError):
        b.release()
    del b
    with pytest.raises(BufferError, match="Existing exports"):
        memory.clear()
    view.release()
    memory.clear()


def test_leaving_a_with_block_gives_the_buffer_back():
    memory = bytearray(b"1234")
    with swiftbuf.Buffer(memory) as b:
        assert b[0] == 49
    memory.clear()
    with pytest.raises(ValueError, match="released"):
        b.obj
    with mmap.mmap(-1, 4096) as mapping:
        with swiftbuf.Buffer(mapping) as b:
            b[:3] = b"abc"
            with pytest.raises(BufferError):
                mapping.close()
        assert mapping[:3] == b"abc"


@pytest.mark.parametrize("links", ["a Buffer", "a slice", "a memoryview of it", "all of them"])
def test_a_cycle_through_the_exporter_is_collected(links):
    memory = Bytes(b"12345678")
    died = weakref.ref(memory)
    b = swiftbuf.Buffer(memory)
    memory.links = {"a Buffer": [b], "a slice": [b[1:]], "a memoryview of it": [memoryview(b)],
                    "all of them": [b, b[::2], memoryview(b), memoryview(b[1:])]}[links]  # fmt: skip
    before = weakref.ref(b)
    del b
    assert died() is not None
    del memory
    assert died() is not None
    gc.collect()
    gc.collect()
    assert (died(), before()) == (None, None)


def test_a_cycle_is_not_collected_while_a_memoryview_outside_needs_the_memory():
    memory = Bytes(b"12345678")
    died = weakref.ref(memory)
    memory.link = swiftbuf.Buffer(memory)
    outside = memoryview(memory.link[2:])
    del memory
    gc.collect()
    assert died() is not None and outside.tobytes() == b"345678" and died().link.tolist() == list(b"12345678")
    outside.release()
    del outside
    gc.collect()
    assert died() is None


def test_foreign_memory_cannot_be_resized():
    memory = bytearray(8)
    b = swiftbuf.Buffer(memory)
    for size in [0, 8, 9]:
        with pytest.raises(BufferError, match="resize"):
            b.resize(size)
    assert b.shape == (8,)


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        ("text", r"a str has no buffer.*encode"),
        ([1, 2], r"a list has no buffer.*array"),
        (None, "type 'NoneType' has none"),
        ((1, 2), "type 'tuple' has none"),
        (5, "type 'int' has none"),
        (object, "type 'type' has none"),
    ],
    ids=repr,
)
def test_what_has_no_buffer_is_a_type_error_that_says_what_to_do(thing, message):
    for use in [swiftbuf.Buffer, swiftbuf.frombuffer, swiftbuf.copy]:
        with pytest.raises(TypeError, match=message):
            use(thing)


def test_wrong_arguments_are_type_errors():
    for wrong in [lambda: swiftbuf.Buffer(), lambda: swiftbuf.Buffer(b"", b""), lambda: swiftbuf.Buffer(obj=b""),
                  lambda: swiftbuf.Buffer(b"", object=b""), lambda: swiftbuf.Buffer(b"", shape=1)]:  # fmt: skip
        with pytest.raises(TypeError):
            wrong()


def test_an_exporters_own_refusal_passes_through():
    released = memoryview(b"abc")
    released.release()
    with pytest.raises(ValueError, match="released memoryview"):
        swiftbuf.Buffer(released)
    with mmap.mmap(-1, 4096) as mapping:
        pass
    with pytest.raises(ValueError, match="closed"):
        swiftbuf.Buffer(mapping)


# --- frombuffer ---


def test_frombuffer_reads_packed_bytes_as_items_of_any_format_from_any_offset():
    memory = bytes(range(40))
    for fmt in ["B", "h", ">i", "d", "3s", "T{B:a:=d:b:}"]:
        size = swiftbuf.zeros((), fmt).itemsize
        for offset in [0, 1, 3, 7, 40 % size, 40]:
            count, rest = divmod(40 - offset, size)
            if rest:
                with pytest.raises(ValueError, match=f"{rest} bytes are left over"):
                    swiftbuf.frombuffer(memory, fmt, offset=offset)
            else:
                b = swiftbuf.frombuffer(memory, fmt, None, offset)
                assert b.shape == (count,) and b.tobytes() == memory[offset:] and b.readonly
            b = swiftbuf.frombuffer(memory, fmt, count, offset)
            assert b.tobytes() == memory[offset : offset + count * size]
            assert swiftbuf.frombuffer(obj=memory, format=fmt, shape=(1, count, 1), offset=offset).shape == (
                1,
                count,
                1,
            )
            with pytest.raises(ValueError, match="the shape takes"):
                swiftbuf.frombuffer(memory, fmt, count + 1, offset)
    assert address(swiftbuf.frombuffer(memory, "B", offset=9)) - address(swiftbuf.Buffer(memory)) == 9


def test_frombuffer_takes_the_bytes_of_items_of_any_shape_if_they_are_packed():
    array = np.arange(24, dtype="i4").reshape(2, 3, 4)
    assert swiftbuf.frombuffer(array, "i").tolist() == list(range(24))
    assert swiftbuf.frombuffer(array, "q", (3, 4)).tobytes() == array.tobytes()
    assert swiftbuf.frombuffer(np.float64(1.5), "d")[0] == 1.5 and swiftbuf.frombuffer(b"").shape == (0,)
    for loose in [array.T, array[::2, :, ::-1], array[:, 1:], swiftbuf.Buffer(array)[::-1]]:
        with pytest.raises(BufferError, match="C-contiguous memory was asked for"):
            swiftbuf.frombuffer(loose)


@pytest.mark.parametrize(
    ("arguments", "exception"),
    [
        ((b"abc", "h"), ValueError),
        ((b"abcd", "i", 1, 1), ValueError),
        ((b"abcd", "B", None, 5), ValueError),
        ((b"abcd", "B", None, -1), ValueError),
        ((b"abcd", "B", None, 2**63), ValueError),
        ((b"abcd", "B", -1), ValueError),
        ((b"abcd", "B", (2**62, 4)), ValueError),
        ((b"abcd", "T{"), ValueError),
        ((b"12345678", "O"), ValueError),
        ((b"abcd", 1), TypeError),
        ((b"abcd", "B", "4"), TypeError),
        ((b"abcd", "B", 4, "0"), TypeError),
        ((b"abcd", "B", 4.0), TypeError),
        ((b"abcd", "B", None, 1.0), TypeError),
        ((), TypeError),
        ((b"", "B", 0, 0, 0), TypeError),
    ],
    ids=repr,
)
def test_frombuffer_refuses_what_is_not_there(arguments, exception):
    with pytest.raises(exception):
        swiftbuf.frombuffer(*arguments)


def test_a_refusal_gives_the_exporter_its_buffer_back():
    memory = bytearray(b"abc")
    for arguments in [("h",), ("B", 4), ("B", None, 4), ("B", (1, 2, 3)), ("T{",), ("B", 3, Trap(lambda: 1 // 0))]:
        with pytest.raises((ValueError, ZeroDivisionError)):
            swiftbuf.frombuffer(memory, *arguments)
        memory.append(1)
        memory.pop()
    # Its arguments are read before the memory is asked for.
    assert swiftbuf.frombuffer(memory, "B", None, Trap(lambda: memory.append(100), 3)).tobytes() == b"d"


# --- items behind pointers ---


def pointed(judge, shape, fmt="i", writable=True):
    count = int(np.prod(shape))
    flags = judge.ND_PIL | (judge.ND_WRITABLE if writable else 0)
    return judge.ndarray(list(range(count)), shape=list(shape), format=fmt, flags=flags)


def test_items_behind_pointers_are_read_and_written_where_they_are(judge):
    rows = pointed(judge, (3, 4))
    b = swiftbuf.Buffer(rows)
    array = np.arange(12, dtype="i").reshape(3, 4)
    assert b.suboffsets == rows.suboffsets == (0, -1) and not b.contiguous and b.obj is rows
    assert b.tolist() == array.tolist() and b.tobytes() == array.tobytes() == b.copy().tobytes()
    assert b.tobytes("F") == array.tobytes("F") and b == counted((3, 4)) and [*b[1]] == [4, 5, 6, 7]
    b[2, 1] = 99
    b[0] = counted(4)[::-1]
    b[:, 3].fill(7)
    array[2, 1], array[0], array[:, 3] = 99, [3, 2, 1, 0], 7
    assert rows.tolist() == array.tolist() and b[2, 1] == 99
    assert b.toreadonly().tolist() == rows.tolist() and swiftbuf.Buffer(b).suboffsets == (0, -1)


def test_every_view_of_items_behind_pointers_has_the_items_that_numpys_has(judge):
    for shape in [(5,), (3, 4), (2, 3, 4), (2, 1, 2, 3)]:
        rows = pointed(judge, shape)
        b = swiftbuf.Buffer(rows)
        array = np.arange(b.nbytes // 4, dtype="i").reshape(shape)
        parts = [0, -1, slice(None), slice(None, None, -1), slice(1, None), slice(0, 1), None]
        described = 0
        for rank in range(1, len(shape) + 1):
            for key in itertools.product(parts, repeat=rank):
                if len([part for part in key if part is not None]) > len(shape):
                    continue
                expected = array[key]
                try:
                    view = b[key]
                except NotImplementedError:
                    continue  # no suboffsets can describe it: a pointer is chosen after one that is followed later
                described += 1
                if isinstance(expected, np.ndarray):
                    assert (view.shape, view.tolist(), view.tobytes()) == (
                        expected.shape,
                        expected.tolist(),
                        expected.tobytes(),
                    ), key
                    assert not view.suboffsets or not view.contiguous
                else:
                    assert view == expected
        assert described >= len(parts)


def test_items_behind_pointers_are_exported_again_to_those_alone_who_ask_for_pointers(judge, raw_buffer):
    rows = pointed(judge, (3, 4), writable=False)
    for b in [swiftbuf.Buffer(rows), swiftbuf.Buffer(rows)[1:], swiftbuf.Buffer(rows)[::-1, 1:3]]:
        view = memoryview(b)
        assert view.suboffsets == b.suboffsets and view.tolist() == b.tolist() and not view.contiguous
        said = raw_buffer.ask(b, judge.PyBUF_FULL_RO)
        assert (said["suboffsets"], said["shape"], said["strides"]) == (b.suboffsets, b.shape, b.strides)
        for flags in [judge.PyBUF_SIMPLE, judge.PyBUF_ND, judge.PyBUF_STRIDES, judge.PyBUF_C_CONTIGUOUS,
                      judge.PyBUF_F_CONTIGUOUS, judge.PyBUF_ANY_CONTIGUOUS, judge.PyBUF_STRIDED_RO]:  # fmt: skip
            assert raw_buffer.ask(b, flags)["refused"] is BufferError
        with pytest.raises((BufferError, ValueError)):
            np.asarray(b)
        view.release()


def test_what_pointers_cannot_describe_is_refused_with_a_way_out(judge):
    b = swiftbuf.Buffer(pointed(judge, (3, 4)))
    for use in [lambda: b.T, lambda: b.transpose(1, 0)]:
        with pytest.raises(NotImplementedError, match="pointers"):
            use()
    with pytest.raises(ValueError, match="copy"):
        b.reshape(12)
    with pytest.raises(TypeError, match="C-contiguous"):
        b.cast("B", 48)
    with pytest.raises(BufferError):
        swiftbuf.frombuffer(b)
    assert b.transpose(0, 1).tolist() == b.tolist() and b.copy().T.tolist() == np.array(b.tolist()).T.tolist()
    assert b.cast("h").tolist()[1][:4] == [4, 0, 5, 0] and b.broadcast_to((2, 3, 4))[1].tolist() == b.tolist()


def test_a_field_of_structs_behind_pointers_is_behind_them_too(judge):
    structs = judge.ndarray([(i, i / 2) for i in range(6)], shape=[2, 3], format="=hd", flags=judge.ND_PIL)
    b = swiftbuf.Buffer(structs)
    assert b[1, 2] == (5, 2.5) and b.tolist() == structs.tolist()
    named = b.cast("T{=h:n:d:x:}")
    assert named["x"].tolist() == [[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]] and named["x"].suboffsets == (2, -1)
    assert named["n"][1:, ::-1].tolist() == [[5, 4, 3]]
