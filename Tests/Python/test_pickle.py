"""A Buffer pickled, in band and out of band, and copied by the module copy."""

from __future__ import annotations

import concurrent.futures
import copy
import ctypes
import io
import itertools
import multiprocessing
import pickle
import random
import re
import subprocess
import sys
import tracemalloc
from multiprocessing import shared_memory
from pathlib import Path

import numpy as np
import pytest
import swiftbuf

REPOSITORY = Path(__file__).parent.parent.parent
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def address(buffer: swiftbuf.Buffer) -> int:
    """Return the address of a Buffer's first item, as NumPy sees its bytes: it does not know every format."""
    return start(buffer[(0,) * buffer.ndim + (...,)].cast("B", buffer.itemsize))


def start(exporter: object) -> int:
    """Return where the bytes of another exporter begin."""
    return np.frombuffer(exporter, "B").ctypes.data  # type: ignore[call-overload]


def counted(shape: tuple[int, ...], fmt: str = "d") -> swiftbuf.Buffer:
    """Return a Buffer of 0, 1, 2…"""
    return swiftbuf.copy(np.arange(np.prod(shape), dtype=fmt).reshape(shape))


def out_of_band(buffer: swiftbuf.Buffer) -> tuple[bytes, list[pickle.PickleBuffer]]:
    """Return a pickle and the bytes beside it."""
    parts: list[pickle.PickleBuffer] = []
    return pickle.dumps(buffer, protocol=5, buffer_callback=parts.append), parts


def permutations() -> dict[str, swiftbuf.Buffer]:
    """Return Buffers with their dimensions in every order."""
    b = counted((2, 3, 4))
    return {f"dimensions {axes}": b.transpose(axes) for axes in itertools.permutations(range(3))}


def dense() -> dict[str, swiftbuf.Buffer]:
    """Return Buffers whose items lie packed in memory, in some order."""
    b = counted((2, 3, 4))
    return permutations() | {
        "Fortran order": b.copy("F"),
        "read-only": b.toreadonly(),
        "read-only and permuted": b.transpose(1, 2, 0).toreadonly(),
        "a row in the middle": b[1, 2],
        "no dimensions": swiftbuf.full((), 7, "q"),
        "64 dimensions": swiftbuf.full((2, *(1,) * 62, 3), 7, "h"),
        "64 dimensions, the last first": swiftbuf.full((2, *(1,) * 62, 3), 7, "h").T,
        "one item along a dimension": counted((2, 1, 3)),
        "one item along a dimension, Fortran order": counted((2, 1, 3, 1)).copy("F"),
        "one item along the first dimension, Fortran order": counted((1, 2, 1, 3)).copy("F"),
        "records": swiftbuf.full((2, 3), (1, b"ab"), "T{>i:x:2s:y:}"),
        "records in records": swiftbuf.zeros((2, 3), "T{i:a:T{d:b:c:c:}:r:(2,3)H:m:}"),
        "several values": swiftbuf.full(3, (1, 2), "ib"),
        "sub-arrays": swiftbuf.zeros(3, "(2,3)f"),
        "swapped": swiftbuf.full(5, 1.5, ">d"),
        "complex": swiftbuf.full(5, 1.5j, "Zd"),
        "text": swiftbuf.full(3, "hé", "4w"),
        "of bytearray": swiftbuf.frombuffer(bytearray(range(64)), "H", (4, 7), 2),
        "of bytes": swiftbuf.frombuffer(bytes(range(64)), "H", (4, 7), 2),
    }


def no_items() -> dict[str, swiftbuf.Buffer]:
    """Return Buffers without items."""
    return {
        "empty": swiftbuf.zeros(0),
        "empty along the first dimension": swiftbuf.zeros((0, 3), "i"),
        "empty along the first dimension, Fortran order": swiftbuf.zeros((0, 3), "i", "F"),
        "empty in the middle, Fortran order": swiftbuf.zeros((1, 0, 2, 1, 3), "i", "F").toreadonly(),
        "empty in the middle": swiftbuf.zeros((1, 0, 2, 1, 3), "i"),
    }


def with_gaps() -> dict[str, swiftbuf.Buffer]:
    """Return Buffers whose items have gaps between them, run backwards, or are repeated."""
    b = counted((4, 6), "i")
    return {
        "every other column": b[:, ::2],
        "backwards": b[::-1, ::-1],
        "part of the columns": b[:, 1:3],
        "part of the columns, read-only": b[:, 1:3].toreadonly(),
        "broadcast": b[0].broadcast_to((3, 6)),
        "a field": swiftbuf.full(3, (1, 2.5), "T{i:x:d:y:}")["y"],
    }


EVERYTHING = [*dense(), *no_items(), *with_gaps()]


def one(which: str) -> swiftbuf.Buffer:
    """Return a Buffer by its name above."""
    return (dense() | no_items() | with_gaps())[which]


def behind_pointers(judge) -> swiftbuf.Buffer:
    """Return a Buffer whose rows are reached through pointers."""
    return swiftbuf.Buffer(judge.ndarray(list(range(12)), shape=[3, 4], format="i", flags=judge.ND_PIL))


# --- in band ---


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("which", EVERYTHING)
def test_a_buffer_in_band_is_loaded_with_its_items_format_shape_and_readonly(which, protocol):
    b = one(which)
    loaded = pickle.loads(pickle.dumps(b, protocol))
    assert type(loaded) is swiftbuf.Buffer and loaded == b
    assert (loaded.format, loaded.shape, loaded.itemsize) == (b.format, b.shape, b.itemsize)
    assert loaded.readonly == b.readonly
    assert loaded.tobytes() == b.tobytes()
    if which not in with_gaps():
        assert loaded.strides == b.strides
    if not b.readonly and b.nbytes:
        loaded.fill(loaded[(0,) * loaded.ndim])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_loaded_in_band_rests_on_a_bytearray_or_if_read_only_on_bytes_and_is_not_resized(protocol):
    b = counted((3, 4))
    for source, kind in [(b, bytearray), (b[:, ::2], bytearray), (b.toreadonly(), bytes), (b[::2].toreadonly(), bytes)]:
        loaded = pickle.loads(pickle.dumps(source, protocol))
        assert type(loaded.obj) is kind and len(loaded.obj) == source.nbytes
        assert address(loaded) == start(loaded.obj)
        with pytest.raises(BufferError):
            loaded.resize(2)


def copies_made(function, nbytes: int) -> float:
    """Return how many times as much memory as the Buffer has a call takes at its peak."""
    tracemalloc.start()
    before = swiftbuf.allocated_bytes()
    try:
        result = function()
        peak = tracemalloc.get_traced_memory()[1]
        assert swiftbuf.allocated_bytes() == before
    finally:
        tracemalloc.stop()
    del result
    return peak / nbytes


@pytest.mark.parametrize(("protocol", "dumping", "loading"), [(3, 1, 2), (4, 1, 2), (5, 0, 1)])
def test_in_band_the_bytes_are_copied_once_beside_the_pickle_itself_and_by_protocol_5_only_into_it(
    protocol, dumping, loading
):
    b = swiftbuf.zeros(2**24)
    message = pickle.dumps(b, protocol)

    class Nowhere(io.RawIOBase):
        def write(self, data):
            return memoryview(data).nbytes

    # What is too long for a frame is written as it is: the rest is the copy that reduce() made.
    assert copies_made(lambda: pickle.dump(b, Nowhere(), protocol), b.nbytes) == pytest.approx(dumping, abs=0.1)
    assert copies_made(lambda: pickle.loads(message), b.nbytes) == pytest.approx(loading, abs=0.1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_python_s_own_pickler_and_unpickler_do_the_same(protocol):
    file = io.BytesIO()
    b = counted((2, 3, 4)).transpose(1, 2, 0)
    pickle._Pickler(file, protocol).dump([b, b, b.toreadonly()])  # type: ignore[attr-defined]
    file.seek(0)
    first, second, third = pickle._Unpickler(file).load()  # type: ignore[attr-defined]
    assert first is second and first == third == b and first.strides == b.strides
    assert (first.readonly, third.readonly) == (False, True)


def test_a_process_pool_hands_buffers_over_in_band():
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        b = counted((512, 1024))  # 4 MiB
        result = pool.submit(copy.copy, b.T).result()
    assert result == b.T and result.strides == b.T.strides and not result.readonly
    assert type(result.obj) is bytearray


# --- out of band ---


@pytest.mark.parametrize("which", dense())
def test_a_packed_buffer_out_of_band_is_its_own_memory_in_its_own_order(which):
    b = one(which)
    before = swiftbuf.allocated_bytes()
    message, [part] = out_of_band(b)
    with part.raw() as raw:
        assert start(raw) == address(b)
        assert raw.nbytes == b.nbytes and raw.readonly == b.readonly
    assert len(message) < 700
    loaded = pickle.loads(message, buffers=[part])
    assert swiftbuf.allocated_bytes() == before
    assert address(loaded) == address(b)
    assert loaded == b and loaded.format == b.format and loaded.readonly == b.readonly
    assert loaded.strides == b.strides


def test_what_is_loaded_out_of_band_and_what_was_pickled_see_each_other_s_writes():
    b = counted((3, 4))
    message, parts = out_of_band(b.T)
    loaded = pickle.loads(message, buffers=parts)
    loaded[1, 2] = 99
    b[0, 3] = -1
    assert b[2, 1] == 99 and loaded[3, 0] == -1


@pytest.mark.parametrize("which", with_gaps())
def test_items_with_gaps_are_packed_first(which):
    b = one(which)
    before = swiftbuf.allocated_bytes()
    message, parts = out_of_band(b)
    assert swiftbuf.allocated_bytes() == before + b.nbytes
    loaded = pickle.loads(message, buffers=parts)
    assert loaded == b and loaded.c_contiguous and loaded.readonly == b.readonly
    assert address(loaded) == start(parts[0].raw()) != address(b)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_items_behind_pointers_are_packed_first(judge, protocol):
    b = behind_pointers(judge)
    assert b.suboffsets
    loaded = pickle.loads(pickle.dumps(b, protocol))
    assert loaded == b and loaded.tolist() == b.tolist() and loaded.c_contiguous
    assert loaded.readonly == b.readonly and loaded.suboffsets == ()


def test_a_buffer_loaded_over_other_memory_shares_it_and_is_read_only_if_that_is():
    b = counted((3, 4))
    message, parts = out_of_band(b.T)
    target = bytearray(parts[0].raw()) + bytearray(5000)  # more than is needed, as shared memory has
    loaded = pickle.loads(message, buffers=[target])
    assert loaded == b.T and loaded.strides == b.T.strides and loaded.obj is target
    assert address(loaded) == start(target)
    loaded[1, 2] = 99
    assert np.frombuffer(target, "d", 12).reshape(3, 4)[2, 1] == 99
    with pytest.raises(BufferError):
        target.append(0)
    assert pickle.loads(message, buffers=[bytes(target)]).readonly
    message, _ = out_of_band(b.toreadonly())
    assert pickle.loads(message, buffers=[target]).readonly


def test_a_buffer_rebuilt_as_read_only_is_so_over_memory_that_can_be_written_to():
    # pickle hands over a read-only view by itself; whoever calls the function in a pickle need not.
    memory = bytearray(range(6))
    rebuilt = swiftbuf._rebuild_buffer(1, memory, "B", (2, 3), (0, 1), True)
    assert rebuilt.readonly and rebuilt.obj is memory
    assert not swiftbuf._rebuild_buffer(1, memory, "B", (2, 3), (0, 1), False).readonly


def test_memory_that_is_only_pickled_is_kept_by_the_picklebuffer():
    message, parts = out_of_band(counted((3, 4)))
    assert pickle.loads(message, buffers=parts) == counted((3, 4))
    b = swiftbuf.zeros(3)
    message, [part] = out_of_band(b)
    with pytest.raises(BufferError):
        b.resize(4)
    part.release()
    b.resize(4)


# --- what is refused ---


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_references_and_released_buffers_are_not_pickled(protocol):
    objects = swiftbuf.Buffer(np.array([{}, 1, 2, 3], dtype=object))
    records = swiftbuf.Buffer(np.zeros(4, dtype=[("x", "i4"), ("o", "O")]))
    for b in (objects, objects[::2], records, records[::2]):
        with pytest.raises(TypeError, match=rf"cannot pickle a Buffer of format '{re.escape(b.format)}'.*references"):
            pickle.dumps(b, protocol)
    b = swiftbuf.zeros(3)
    b.release()
    with pytest.raises(ValueError, match="released"):
        pickle.dumps(b, protocol)


def test_items_whose_format_says_another_size_are_refused_before_any_is_copied():
    class Either(ctypes.Union):
        _fields_ = (("a", ctypes.c_int), ("b", ctypes.c_double))

    b = swiftbuf.Buffer((Either * 4)())
    for each in (b, b[::2]):
        with pytest.raises(TypeError, match="cannot pickle a Buffer of format 'B': it says 1 bytes but an item has 8"):
            pickle.dumps(each)


@pytest.mark.parametrize(
    ("format", "itemsize"),
    [
        (b"T{T{i:x:b:y:}:p:xxxb:q:}", 12),  # as NumPy and as PEP 3118 it has 12 bytes, with 'q' at two places
        (b"T{(2)T{i:x:b:y:}:p:xxxxxxb:q:}", 20),
        (b"T{<b:a:<i:b:}", 8),
    ],
)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_items_whose_fields_nobody_knows_are_not_pickled_as_if_they_were_known(room, format, itemsize, protocol):
    b = swiftbuf.Buffer(
        room.exporter(format=format, itemsize=itemsize, shape=(2,), strides=(itemsize,), len=2 * itemsize)
    )
    for each in (b, b[:1], b.reshape(1, 2), b[::-1], b.copy()):
        with pytest.raises(TypeError, match=r"does not say where the fields stand|it says \d+ bytes"):
            pickle.dumps(each, protocol)


@pytest.mark.parametrize("protocol", ["4", None, 4.5j])
def test_a_protocol_that_is_no_number_is_a_type_error(protocol):
    with pytest.raises(TypeError):
        swiftbuf.zeros(3).__reduce_ex__(protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_function_in_a_pickle_has_a_name_in_the_package_that_stays_and_its_arguments_a_version(protocol):
    function, arguments = counted((2, 3)).T.__reduce_ex__(protocol)
    assert (function.__module__, function.__qualname__) == ("swiftbuf", "_rebuild_buffer")
    assert function is swiftbuf._rebuild_buffer
    assert arguments[0] == 1 and arguments[2:6] == ("d", (2, 3), (1, 0), False)
    assert function(*arguments) == counted((2, 3)).T


def test_a_pickle_of_another_version_is_refused_by_one_sentence_that_names_both():
    function, arguments = counted((2, 3)).__reduce_ex__(5)
    with pytest.raises(
        ValueError, match="cannot unpickle a Buffer: the pickle is of version 2 but this swiftbuf reads 1"
    ):
        function(2, *arguments[1:])


def test_memory_that_does_not_suffice_or_is_not_in_one_piece_is_refused():
    message, _ = out_of_band(counted((3, 4)))
    with pytest.raises(ValueError, match="the shape takes 96 bytes but 95 are there"):
        pickle.loads(message, buffers=[bytes(95)])
    with pytest.raises(TypeError, match=r"no buffer|has none"):
        pickle.loads(message, buffers=["text"])
    with pytest.raises(BufferError, match="C-contiguous"):
        pickle.loads(message, buffers=[memoryview(bytes(500))[::2]])
    released = swiftbuf.zeros(96)
    released.release()
    with pytest.raises(BufferError):
        pickle.loads(message, buffers=[released])


GARBAGE = (
    None, True, 0, 1, -1, 2**31, 2**62, -(2**63), 2**64, 1.5, float("nan"), "", "d", "O", "T{", "\0", "é" * 99, b"",
    b"abc", (), (0,), (1,), (-1,), (2**62, 2**62), (0, 0), (1, 0), (0, 1, 2), (1,) * 65, ("a",), [0, 1], {}, {0: 1},
    object(),
    range(2), 10**30,
)  # fmt: skip


def test_arguments_that_nobody_wrote_are_exceptions_or_buffers_and_never_a_crash():
    good = [1, bytearray(48), "d", (2, 3), (1, 0), False, False]
    choose = random.Random(5)
    cases = [[*good[:position], value, *good[position + 1 :]] for position in range(7) for value in GARBAGE]
    for _ in range(3000):
        cases.append([choose.choice((value, *GARBAGE)) for value in good[: choose.randint(0, 7)]])
    outcomes = set()
    for case in cases:
        try:
            made = swiftbuf._rebuild_buffer(*case)
        except (TypeError, ValueError, BufferError) as error:
            outcomes.add(type(error))
        else:
            assert type(made) is swiftbuf.Buffer and made.nbytes <= 48
            made.tobytes()
            outcomes.add(swiftbuf.Buffer)
    assert outcomes >= {swiftbuf.Buffer, TypeError, ValueError}


def test_a_pickle_with_one_byte_changed_is_an_exception_or_a_buffer_and_never_a_crash():
    message, parts = out_of_band(counted((2, 3)).T)
    outcomes = {swiftbuf.Buffer: 0, Exception: 0}
    # Two opcodes of which CPython itself allocates as much as the bytes behind them say, before it looks for more.
    allocating = {ord(pickle.LONG_BINPUT), ord(pickle.BYTEARRAY8)}
    # The opcodes and arguments behind the name of the function: what stands before could name any function there is.
    for position in range(message.index(b"_rebuild_buffer") + len("_rebuild_buffer"), len(message)):
        for value in {*range(256)} - allocating:
            changed = message[:position] + bytes([value]) + message[position + 1 :]
            try:
                loaded = pickle.loads(changed, buffers=parts)
            except Exception:
                outcomes[Exception] += 1
            else:
                if type(loaded) is swiftbuf.Buffer:
                    assert loaded.nbytes <= 48
                    loaded.tobytes()
                    outcomes[swiftbuf.Buffer] += 1
    assert min(outcomes.values()) > 50


# --- the module copy ---


@pytest.mark.parametrize("which", EVERYTHING)
def test_the_module_copy_copies_the_items_and_keeps_order_and_readonly(which):
    b = one(which)
    before = swiftbuf.allocated_bytes()
    first, second = copy.deepcopy([b, b])
    assert first is second
    assert swiftbuf.allocated_bytes() == before + b.nbytes
    for made in (copy.copy(b), first):
        assert type(made) is swiftbuf.Buffer and made == b
        assert made.readonly == b.readonly and made.obj is None
        assert (made.format, made.shape) == (b.format, b.shape)
        if b.nbytes:
            assert address(made) != address(b)
        if which not in with_gaps():
            assert made.strides == b.strides


def test_the_module_copy_copies_items_behind_pointers_and_refuses_references_and_released_buffers(judge):
    b = behind_pointers(judge)
    for function in (copy.copy, copy.deepcopy):
        made = function(b)
        assert made == b and made.suboffsets == () and made.obj is None and made.readonly == b.readonly
        with pytest.raises(NotImplementedError, match="'O'"):
            function(swiftbuf.Buffer(np.array([{}], dtype=object)))
        released = swiftbuf.zeros(3)
        released.release()
        with pytest.raises(ValueError, match="released"):
            function(released)


def test_deepcopy_of_objects_that_share_a_buffer_share_the_copy():
    b = counted((2, 3))
    made = copy.deepcopy({"a": b, "b": (b, [b])})
    assert made["a"] is made["b"][0] is made["b"][1][0] is not b


# --- shared memory ---


def test_256_mebibytes_reach_another_process_with_no_byte_copied_by_swiftbuf():
    command = [sys.executable, "-m", "Examples.shared_memory", "256"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "256 MiB, pickled in less than 300 bytes",
        "the PickleBuffer is the Buffer's own memory: True",
        "bytes copied by swiftbuf in the first process: 0",
        "the second process's Buffer starts where the shared memory does: True",
        "it is Buffer('d', (65536, 512), 268435456 bytes) of (1.5, 2.5)",
        "bytes copied by swiftbuf in the second process: 0",
        "the first process sees what the second wrote: True",
    ]


def test_shared_memory_closes_when_the_buffers_over_it_are_released_and_not_before():
    message, [part] = out_of_band(counted((3, 4)))
    shared = shared_memory.SharedMemory(create=True, size=part.raw().nbytes)
    try:
        shared.buf[:96] = part.raw()
        loaded = pickle.loads(message, buffers=[shared.buf])
        view = loaded.T
        for each in (loaded, view):
            with pytest.raises(BufferError):
                shared.close()
            each.release()
    finally:
        shared.close()
        shared.unlink()


# --- what it costs not to pickle ---


def test_importing_swiftbuf_and_copying_a_buffer_import_no_pickle():
    code = (
        "import sys, copy; sys.modules.pop('pickle', None); import swiftbuf; b = swiftbuf.zeros(3); copy.copy(b); "
        "copy.deepcopy(b.toreadonly()); assert not {'pickle', 'swiftbuf._pickling'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
