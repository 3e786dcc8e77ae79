"""The life of a Buffer: release(), `with`, weak references, the collector, threads, and memory that is given back.

After release() every use is a ValueError, and a request for a buffer a BufferError. No thread, collector or order of
deaths changes that, or leaves memory behind.
"""

import concurrent.futures
import contextlib
import gc
import operator
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest
import swiftbuf
from test_random_bad_calls import heap_bytes_in_use

ATTRIBUTES = ["nbytes", "itemsize", "format", "ndim", "shape", "strides", "suboffsets", "readonly", "c_contiguous",
              "f_contiguous", "contiguous", "exports", "T"]  # fmt: skip
USES = {name: operator.attrgetter(name) for name in ATTRIBUTES} | {
    "len": len,
    "read": lambda b: b[0],
    "read [()]": lambda b: b[()],
    "read [0, 0]": lambda b: b[0, 0],
    "read [0, 0, 0]": lambda b: b[0, 0, 0],
    "write": lambda b: operator.setitem(b, 0, 1),
    "write text": lambda b: operator.setitem(b, 0, b"x"),
    "delete": lambda b: operator.delitem(b, 0),
    "iterate": list,
    "contains": lambda b: 1 in b,
    "transpose": lambda b: b.transpose(),
    "transpose(0)": lambda b: b.transpose(0),
    "toreadonly": lambda b: b.toreadonly(),
    "tolist": lambda b: b.tolist(),
    "tobytes": lambda b: b.tobytes(),
    "resize": lambda b: b.resize(3),
    "enter": lambda b: b.__enter__(),
}


def released(*arguments: object) -> swiftbuf.Buffer:
    b = swiftbuf.zeros(*arguments)
    b.release()
    return b


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_each_use_of_a_released_buffer_is_a_value_error(use):
    for b in released(3), released((2,) * 10, "3s"), released(()), released((2, 2), ">i" + " " * 50):
        with pytest.raises(ValueError, match="operation forbidden on a released Buffer"):
            use(b)


def test_a_released_buffer_can_be_shown_released_again_and_compared():
    b = swiftbuf.zeros((2,) * 10, "d")
    full_size = sys.getsizeof(b)
    b.release()
    b.release()
    assert repr(b) == "<released Buffer>" and b == b and b != swiftbuf.zeros(2)
    assert b.__exit__(None, None, None) is None
    assert sys.getsizeof(b) < full_size - 8 * 2**10
    for consumer in memoryview, bytes, bytearray, swiftbuf.copy, np.frombuffer:
        with pytest.raises(BufferError, match="a buffer was asked for but this Buffer is released"):
            consumer(b)


def test_release_gives_the_memory_back_at_once():
    before = swiftbuf.allocated_bytes()
    b = swiftbuf.zeros(1000, "d")
    assert swiftbuf.allocated_bytes() - before == 8000
    b.release()
    assert swiftbuf.allocated_bytes() == before


def test_release_is_refused_while_the_object_is_exported_and_not_for_its_views():
    b = swiftbuf.full(3, 5)
    holders = [memoryview(b), np.asarray(b)]
    with pytest.raises(BufferError, match=r"release: 2 exports of this Buffer are live"):
        b.release()
    holders.pop()
    with pytest.raises(BufferError, match=r"release: 1 exports? of this Buffer"):
        b.release()
    assert b.tolist() == [5, 5, 5]
    holders.clear()
    derived = b.T
    b.release()
    assert derived.tolist() == [5, 5, 5]


REQUESTS = """
import _testbuffer, swiftbuf
released = swiftbuf.zeros(3)
released.release()
for flags in [*range(0x400), *(sign * 2**bit + step for bit in range(32) for sign in (1, -1) for step in (-1, 0, 1))]:
    # PyBUF_READ and PyBUF_WRITE alone are no requests: newer CPythons refuse them before an exporter hears of it.
    if -(2**31) <= flags < 2**31 and flags not in (0x100, 0x200):
        try:
            _testbuffer.ndarray(released, getbuf=flags)
        except BufferError:
            pass
        else:
            raise AssertionError(flags)
"""


def test_a_released_buffer_refuses_every_request_also_with_bits_that_no_flag_has():
    done = subprocess.run([sys.executable, "-c", REQUESTS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_with_releases_and_lets_exceptions_pass():
    with swiftbuf.zeros(3) as b:
        assert b.nbytes == 3
    assert repr(b) == "<released Buffer>"
    with pytest.raises(KeyError), swiftbuf.zeros(3) as b:
        raise KeyError
    assert repr(b) == "<released Buffer>"
    with swiftbuf.zeros(3) as b:
        b.release()
    with pytest.raises(ValueError, match="released"), b:
        pass
    with pytest.raises(BufferError, match=r"1 exports? of this Buffer"), swiftbuf.zeros(3) as b:
        view = memoryview(b)
    view.release()
    assert b.nbytes == 3


def test_weak_references_die_with_the_object_and_not_with_its_memory():
    b = swiftbuf.zeros(3)
    calls: list[object] = []
    reference = weakref.ref(b, calls.append)
    b.release()
    assert reference() is b
    del b
    assert reference() is None and calls == [reference]
    table = weakref.WeakValueDictionary({1: (kept := swiftbuf.zeros(3))})
    view = memoryview(kept)
    del kept
    assert 1 in table
    view.release()
    assert 1 not in table


def test_the_collector_knows_buffers_and_frees_those_that_only_a_cycle_holds():
    assert all(map(gc.is_tracked, [swiftbuf.zeros(3), swiftbuf.zeros(3).T, swiftbuf.copy(b""), swiftbuf.full(1, 1)]))
    assert gc.get_referents(swiftbuf.zeros(3)) == [swiftbuf.Buffer]
    before = swiftbuf.allocated_bytes()
    cycle: list[object] = [swiftbuf.zeros(1000), swiftbuf.zeros(1000).T]
    cycle += [cycle, memoryview(cycle[0]), np.asarray(cycle[1])]
    del cycle
    gc.collect()
    assert swiftbuf.allocated_bytes() == before


COLLECTOR = """
import gc, swiftbuf

class Garbage:
    def __init__(self, action):
        self.action, self.cycle = action, self
    def __del__(self):
        self.action()

def quietly(action):
    try:
        action()
    except BufferError:
        pass

SHAPE = (1,) * 40
uses = [lambda b: b.T, lambda b: b.toreadonly(), lambda b: b.transpose(*range(40)), lambda b: b.shape,
        lambda b: b.strides, repr, memoryview, lambda b: b.tolist(), lambda b: b.tobytes(), swiftbuf.copy]
ends = [lambda b: b.release(), lambda b: b.resize((1,) * 3)]
for use in uses:
    for end in ends:
        b = swiftbuf.zeros(SHAPE, ">i" + " " * 60)
        gc.collect()
        gc.disable()
        Garbage(lambda: quietly(lambda: end(b)))
        gc.set_threshold(1)
        try:
            gc.enable()
            result = use(b)
        except (ValueError, BufferError):
            continue
        finally:
            gc.disable()
        if isinstance(result, tuple):
            assert result in (SHAPE, (4,) * 40, (1,) * 3, (4,) * 3), result
        if isinstance(result, str):
            assert "released" in result or f"{SHAPE}" in result or "(1, 1, 1)" in result, result
        if isinstance(result, (swiftbuf.Buffer, memoryview)):
            assert result.shape in (SHAPE, (1,) * 3), result.shape
        del result
"""


def test_garbage_that_releases_or_resizes_a_buffer_while_it_is_used_is_harmless():
    # CPython 3.11 collects in the middle of an allocation, later ones between two instructions.
    done = subprocess.run([sys.executable, "-c", COLLECTOR], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr)


def test_memory_stays_flat_over_many_lives():
    def lives(count: int) -> None:
        for i in range(count):
            b = swiftbuf.zeros((3, 4) if i % 2 else (1,) * 9 + (7,), "d" if i % 3 else "T{i:a long name:}")
            view = b.T
            memoryview(view).release()
            np.asarray(b.toreadonly())
            swiftbuf.copy(view).resize(100 + i % 100)
            for wrong in [(3, "O"), (3, "ii}"), (-1,)]:
                with contextlib.suppress(ValueError):
                    swiftbuf.zeros(*wrong)
            if i % 4 == 0:
                del view
                b.resize((2,) * 8)
                b.release()
            if i % 1000 == 0:
                swiftbuf.full(2**23, 1).resize(5)

    lives(5000)
    gc.collect()
    before, held, references = heap_bytes_in_use(), swiftbuf.allocated_bytes(), sys.getrefcount(swiftbuf.Buffer)
    lives(20_000)
    gc.collect()
    # Three bytes for each life at most: malloc's own caches come and go.
    assert heap_bytes_in_use() - before < 2**16
    assert swiftbuf.allocated_bytes() == held
    references_after = sys.getrefcount(swiftbuf.Buffer)
    assert references_after == references


def test_threads_make_share_and_drop_buffers_of_one_memory():
    b = swiftbuf.zeros((64, 64), "q")
    barrier = threading.Barrier(8)

    def work(row: int) -> int:
        barrier.wait()
        for i in range(300):
            view = b.T if i % 2 else b.toreadonly()
            b[row, i % 64] += 1
            assert view.tobytes() and memoryview(view).nbytes == 8 * 64**2
            swiftbuf.copy(view).resize(row * 100 + i)
            with pytest.raises(BufferError):
                b.resize(1)
        return row

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == list(range(8))
    assert np.asarray(b).sum() == 8 * 300
    del pool
    gc.collect()
    assert b.exports == 0


def test_views_may_die_on_another_thread_than_their_owner():
    before = swiftbuf.allocated_bytes()
    views = [memoryview(swiftbuf.zeros(100).T) for _ in range(50)]
    thread = threading.Thread(target=views.clear)
    thread.start()
    thread.join()
    assert swiftbuf.allocated_bytes() == before
