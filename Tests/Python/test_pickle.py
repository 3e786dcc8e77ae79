"""A Buffer pickled, in band and out of band, and copied by the module copy."""

from __future__ import annotations

import concurrent.futures
import copy
import multiprocessing
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import swiftbuf

REPOSITORY = Path(__file__).parent.parent.parent
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def address(buffer: swiftbuf.Buffer) -> int:
    """Return the address of a Buffer's first item."""
    return int(np.asarray(buffer).__array_interface__["data"][0])


def counted(shape: tuple[int, ...], fmt: str = "d") -> swiftbuf.Buffer:
    """Return a Buffer of 0, 1, 2…"""
    return swiftbuf.copy(np.arange(np.prod(shape), dtype=fmt).reshape(shape))


def dense() -> dict[str, swiftbuf.Buffer]:
    """Return Buffers whose items lie packed in memory, in some order."""
    b = counted((2, 3, 4))
    return {
        "C order": b,
        "Fortran order": b.copy("F"),
        "transposed": b.T,
        "permuted": b.transpose(1, 2, 0),
        "permuted otherwise": b.transpose(2, 0, 1),
        "read-only": b.toreadonly(),
        "a row in the middle": b[1, 2],
        "no dimensions": swiftbuf.full((), 7, "q"),
        "64 dimensions": swiftbuf.full((2, *(1,) * 62, 3), 7, "h"),
        "records": swiftbuf.full((2, 3), (1, b"ab"), "T{>i:x:2s:y:}"),
        "swapped": swiftbuf.full(5, 1.5, ">d"),
        "text": swiftbuf.full(3, "hé", "4w"),
    }


def with_gaps() -> dict[str, swiftbuf.Buffer]:
    """Return Buffers whose items have gaps between them, run backwards, or are repeated."""
    b = counted((4, 6), "i")
    return {
        "every other column": b[:, ::2],
        "backwards": b[::-1, ::-1],
        "part of the columns": b[:, 1:3],
        "broadcast": b[0].broadcast_to((3, 6)),
        "a field": swiftbuf.full(3, (1, 2.5), "T{i:x:d:y:}")["y"],
        "empty": b[1:1],
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("which", [*dense(), *with_gaps()])
def test_a_buffer_in_band_is_loaded_with_its_items_format_shape_and_readonly(which, protocol):
    b = (dense() | with_gaps())[which]
    loaded = pickle.loads(pickle.dumps(b, protocol))
    assert type(loaded) is swiftbuf.Buffer and loaded == b
    assert (loaded.format, loaded.shape, loaded.readonly) == (b.format, b.shape, b.readonly)
    assert loaded.tobytes() == b.tobytes()
    if not b.readonly and b.nbytes:
        loaded.fill(b.reshape(-1)[0] if b.contiguous and b.c_contiguous else loaded[(0,) * loaded.ndim])


@pytest.mark.parametrize("which", dense())
def test_a_packed_buffer_out_of_band_is_its_own_memory_in_its_own_order(which):
    b = dense()[which]
    before = swiftbuf.allocated_bytes()
    parts: list[pickle.PickleBuffer] = []
    message = pickle.dumps(b, protocol=5, buffer_callback=parts.append)
    [part] = parts
    with part.raw() as raw:
        assert np.frombuffer(raw, "B").ctypes.data == np.frombuffer(b.tobytes() and raw, "B").ctypes.data
        assert raw.nbytes == b.nbytes and len(message) < 1000
    loaded = pickle.loads(message, buffers=parts)
    assert swiftbuf.allocated_bytes() == before
    assert loaded == b and loaded.readonly == b.readonly
    real = [axis for axis in range(b.ndim) if b.shape[axis] > 1]
    assert [loaded.strides[axis] for axis in real] == [b.strides[axis] for axis in real]
    if b.ndim < 32:  # NumPy has no more
        assert address(loaded) == address(b)


@pytest.mark.parametrize("which", with_gaps())
def test_items_with_gaps_are_packed_first(which):
    b = with_gaps()[which]
    parts: list[pickle.PickleBuffer] = []
    loaded = pickle.loads(pickle.dumps(b, protocol=5, buffer_callback=parts.append), buffers=parts)
    assert loaded == b and loaded.c_contiguous and loaded.readonly == b.readonly


def test_a_buffer_loaded_over_other_memory_shares_it_and_is_read_only_if_that_is():
    b = counted((3, 4))
    parts: list[pickle.PickleBuffer] = []
    message = pickle.dumps(b.T, protocol=5, buffer_callback=parts.append)
    target = bytearray(parts[0].raw()) + bytearray(5000)  # more than is needed, as shared memory has
    loaded = pickle.loads(message, buffers=[target])
    assert loaded == b.T and loaded.strides == b.T.strides
    loaded[1, 2] = 99
    assert np.frombuffer(target, "d", 12).reshape(3, 4)[2, 1] == 99
    with pytest.raises(BufferError):
        target.append(0)
    assert pickle.loads(message, buffers=[bytes(target)]).readonly
    read_only: list[pickle.PickleBuffer] = []
    message = pickle.dumps(b.toreadonly(), protocol=5, buffer_callback=read_only.append)
    assert pickle.loads(message, buffers=[target]).readonly


def test_memory_that_does_not_suffice_is_refused():
    parts: list[pickle.PickleBuffer] = []
    message = pickle.dumps(counted((3, 4)), protocol=5, buffer_callback=parts.append)
    with pytest.raises(ValueError, match="the shape takes 96 bytes but 95 are there"):
        pickle.loads(message, buffers=[bytes(95)])
    with pytest.raises(TypeError, match=r"no buffer|has none"):
        pickle.loads(message, buffers=["text"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_references_and_released_buffers_are_not_pickled(protocol):
    with pytest.raises(TypeError, match=r"cannot pickle a Buffer of format 'O'.*references"):
        pickle.dumps(swiftbuf.Buffer(np.array([{}], dtype=object)), protocol)
    b = swiftbuf.zeros(3)
    b.release()
    with pytest.raises(ValueError, match="released"):
        pickle.dumps(b, protocol)


@pytest.mark.parametrize("which", [*dense(), *with_gaps()])
def test_the_module_copy_copies_the_items_and_keeps_order_and_readonly(which):
    b = (dense() | with_gaps())[which]
    first, second = copy.deepcopy([b, b])
    assert first is second
    for made in (copy.copy(b), first):
        assert made == b and made.readonly == b.readonly and made.obj is None
        assert made.format == b.format and made.exports == (1 if made.readonly else 0)
        if b.nbytes and b.ndim < 32:
            assert address(made) != address(b)
        if which in dense():
            real = [axis for axis in range(b.ndim) if b.shape[axis] > 1]
            assert [made.strides[axis] for axis in real] == [b.strides[axis] for axis in real]


def test_a_process_pool_hands_buffers_over_in_band():
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        b = counted((512, 512))
        assert pool.submit(copy.copy, b.T).result() == b.T


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


def test_importing_swiftbuf_imports_no_pickle():
    code = "import sys; sys.modules.pop('pickle', None); import swiftbuf; assert 'pickle' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
