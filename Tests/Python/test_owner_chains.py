"""Owners that own owners: chains of Buffers and other exporters, each of which keeps the one before it.

Dropping the newest link drops them all. What breaks here breaks by a signal, so each chain is built and dropped in a
process of its own, on a thread with a stack of 64 KiB. `owner_chains.py` makes the random ones.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import swiftbuf
from mapped_files import PATIENCE

HERE = Path(__file__).parent

BEGIN = """
import gc, pickle, sys, weakref
import numpy as np, swiftbuf
from owner_chains import on_a_small_stack, out_of_band

memory = bytearray(8)
def begin():
    return swiftbuf.frombuffer(memory)
def freed():
    memory.append(0)
    memory.pop()
"""


def run(program: str, *arguments: object) -> str:
    """Run a program to its end; what it printed."""
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "faulthandler",
            *([] if program.endswith(".py") else ["-c"]),
            program,
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=HERE,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-2000:]
    return done.stdout


LINKS = {
    "frombuffer alone": (1_000_000, "swiftbuf.frombuffer(r)"),
    "Buffer alone": (100_000, "swiftbuf.Buffer(r)"),
    "a memoryview between": (500_000, "swiftbuf.frombuffer(memoryview(r))"),
    "a memoryview between views": (50_000, "swiftbuf.Buffer(memoryview(r)[:])[:].T"),
    "a PickleBuffer between": (50_000, "swiftbuf.frombuffer(pickle.PickleBuffer(r))"),
    "pickled out of band": (20_000, "out_of_band(r)"),
    "an array between": (50_000, "swiftbuf.Buffer(np.asarray(r))"),
    "an array and a memoryview between": (50_000, "swiftbuf.Buffer(memoryview(np.asarray(memoryview(r))))"),
    "a list of ctypes' between": (50_000, "swiftbuf.Buffer((np.ctypeslib.ctypes.c_uint8 * 8).from_buffer(r))"),
}


@pytest.mark.parametrize(("count", "link"), LINKS.values(), ids=LINKS)
def test_a_chain_of_any_length_is_dropped_on_a_small_stack(count: int, link: str) -> None:
    program = f"""
r = begin()
for _ in range({count}):
    r = {link}
kept = [r]
del r
on_a_small_stack(kept.clear)
freed()
"""
    run(BEGIN + program)


def test_a_chain_is_dropped_by_release_and_by_the_end_of_with_and_of_the_interpreter() -> None:
    program = """
def chain():
    r = begin()
    for _ in range(20_000):
        r = swiftbuf.frombuffer(memoryview(r))
    return r
kept = [chain()]
on_a_small_stack(lambda: kept.pop().release())
freed()
kept = [chain()]
def work():
    with kept.pop():
        pass
on_a_small_stack(work)
freed()
sys.kept = chain()
"""
    run(BEGIN + program)


def test_a_chain_in_a_cycle_is_found_by_the_collector_on_a_small_stack() -> None:
    # With PickleBuffers alone: before 3.12.7 CPython crashes over a memoryview with exports in a cycle.
    program = """
r = begin()
for _ in range(50_000):
    r = swiftbuf.frombuffer(pickle.PickleBuffer(r))
cycle = [r]
cycle.append(cycle)
del r, cycle
on_a_small_stack(gc.collect)
freed()
"""
    run(BEGIN + program)


def test_chains_of_frombuffer_are_flat() -> None:
    memory = bytes(8)
    r = swiftbuf.frombuffer(memory)
    for made in [swiftbuf.frombuffer(r), swiftbuf.frombuffer(swiftbuf.frombuffer(r, "i"), offset=4)]:
        assert made.obj is memory
    own = swiftbuf.zeros((2, 4), "H")
    part = swiftbuf.frombuffer(own[1], "B", 3, offset=2)
    assert part.obj is None and own.exports == 1 and part.shape == (3,)
    own[1, 1] = 0x0203
    assert part.tolist() == [3, 2, 0]
    with pytest.raises(BufferError):
        own.resize(100)
    with pytest.raises(BufferError):
        part.resize(100)
    own.release()
    assert part.tolist() == [3, 2, 0], "a view keeps the memory"
    assert swiftbuf.frombuffer(swiftbuf.zeros(3).toreadonly()).readonly


def test_frombuffer_of_a_buffer_is_refused_where_that_of_another_exporter_is() -> None:
    own = swiftbuf.zeros((4, 4))
    for view in [own.T, own[:, ::2], own.broadcast_to((2, 4, 4))]:
        for exporter in (view, memoryview(view)):
            with pytest.raises(BufferError, match="frombuffer: C-contiguous memory was asked for"):
                swiftbuf.frombuffer(exporter)
    for arguments, text in [(("i", 5), "takes 20 bytes"), (("3s",), "left over"), (("B", None, 17), "offset 17")]:
        for exporter in (own, memoryview(own)):
            with pytest.raises(ValueError, match=text):
                swiftbuf.frombuffer(exporter, *arguments)
    del exporter, view
    gc.collect()  # what pytest knows of the errors
    own.release()
    with pytest.raises(BufferError, match="released"):
        swiftbuf.frombuffer(own)


def test_what_waits_is_released_before_the_outermost_drop_returns_and_leaves_the_exception() -> None:
    program = """
seen = []
def chain():
    r = begin()
    for number in range(100):
        view = memoryview(r)
        r = swiftbuf.frombuffer(view)
        weakref.finalize(view, seen.append, number)
    return r
def work():
    try:
        r = [chain()]
        try:
            raise KeyError("kept")
        finally:
            r.clear()
            freed()
    except KeyError as error:
        assert error.args == ("kept",)
    else:
        raise AssertionError
work()
assert sorted(seen) == list(range(100))
"""
    run(BEGIN + program)


NEXT = {
    "in nested lists": "functools.reduce(lambda inner, _: [inner], range(1000), Dying(1))",
    "below a Buffer": "swiftbuf.frombuffer(memoryview(Dying(1)))",
}


@pytest.mark.parametrize("made", NEXT.values(), ids=NEXT)
def test_a_finalizer_that_makes_the_object_of_the_next_one_is_ended_by_no_recursion_limit(made: str) -> None:
    program = f"""
import functools
def depth():
    frame, frames = sys._getframe(), 0
    while frame:
        frame, frames = frame.f_back, frames + 1
    return frames
runs = deepest = 0
class Dying(bytearray):
    def __del__(self):
        global runs, deepest
        runs, deepest = runs + 1, max(deepest, depth())
        if runs < 2000:
            {made}
sys.setrecursionlimit(depth() + 40)
Dying(1)
assert (runs, deepest < 20) == (2000, True), (runs, deepest)
"""
    run(BEGIN + program)


def test_the_hash_of_a_chain_asks_its_end_alone_on_a_small_stack() -> None:
    program = """
r = swiftbuf.frombuffer(b"12345678")
for _ in range(50_000):
    r = swiftbuf.frombuffer(memoryview(r))
def work():
    assert hash(r) == hash(b"12345678")
on_a_small_stack(work)
r = begin().toreadonly()
for _ in range(50_000):
    r = swiftbuf.frombuffer(memoryview(r))
def work():
    try:
        hash(r)
    except ValueError as error:
        assert "write" in str(error)
    else:
        raise AssertionError
on_a_small_stack(work)
"""
    run(BEGIN + program)


@pytest.mark.parametrize("seed", range(4))
def test_random_chains_are_dropped_in_any_order_on_small_stacks(seed: int, points: Callable[[str, int], None]) -> None:
    points("links of random chains of owners", int(run("owner_chains.py", seed, 12, 20_000)))
