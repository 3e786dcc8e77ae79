"""What test_fork.py runs in a process of its own. Run as a program: one case, by its name, with its arguments.

Each case forks; the child says by its exit code whether what it saw was right.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf
from mapped_files import PATIENCE
from page_gate import PageGate

MAPPED_SIZE = 5 << 20  # bytes from 4 MiB on are mapped


def in_child(body: Callable[[], None], leave: Callable[[int], Any] = os._exit) -> int:
    """Run something in a forked child, which does not hang for ever; return how it ended."""
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
        try:
            body()
        except BaseException as error:
            print(f"in the child: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        leave(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def live_exports(size: str) -> None:
    """Fork with exports of each kind alive: the child writes its own copy, and gives all of them back."""
    b = swiftbuf.full(int(size), 7)
    held: list[Any] = [
        memoryview(b),
        np.asarray(b),
        (ctypes.c_char * b.nbytes).from_buffer(b),
        b[::2],
        b.reshape(2, -1).T,
    ]
    exports, allocated = b.exports, swiftbuf.allocated_bytes()

    def body() -> None:
        assert (b.exports, swiftbuf.allocated_bytes()) == (exports, allocated)
        b.fill(9)
        assert set(held[0][:99]) == {9} == set(held[1][-99:].tolist()) and held[4][-1, -1] == 9
        try:
            b.resize(3)
        except BufferError:
            held.clear()
            gc.collect()
        assert b.exports == 0
        b.resize(2 * b.nbytes)
        assert (b[0], b[-1]) == (9, 0)
        copied = pickle.loads(pickle.dumps(b))
        assert copied == b
        copied.release()
        b.release()
        assert swiftbuf.allocated_bytes() == allocated - int(size)

    assert in_child(body) == 0
    assert (b.exports, swiftbuf.allocated_bytes()) == (exports, allocated)
    assert b == swiftbuf.full(int(size), 7)
    held.clear()
    b.resize(3)


def normal_end(size: str) -> None:
    """Fork with exports alive, and let the child end as programs do, with all of them."""
    b = swiftbuf.full(int(size), 7)
    held = [memoryview(b), np.asarray(b), b[::2], swiftbuf.Buffer(bytearray(9))]
    assert in_child(lambda: b.fill(9), sys.exit) == 0
    # Only the parent comes here: sys.exit unwinds the child's stack to the end of the program.
    assert (b.exports, b[5], len(held)) == (3, 7, 4)


def many_generations() -> None:
    """Fork children that fork children, each with a view more."""
    b = swiftbuf.full(MAPPED_SIZE, 1)

    def generation(number: int) -> None:
        view = memoryview(b)
        assert b.exports == number
        b[number] = number
        if number < 8:
            assert in_child(lambda: generation(number + 1)) == 0
        assert b[: number + 3].tolist() == [1, *range(1, number + 1), 1, 1]
        view.release()

    generation(1)
    assert b.exports == 0


def during_a_copy(library: str) -> None:
    """Fork while another thread copies without the GIL: in the child it is gone, and what it used stays in use."""
    gate = PageGate(library)
    b, target = swiftbuf.full(1 << 23, 7), swiftbuf.zeros(1 << 23)

    def in_the_middle() -> None:
        gate.forget()
        # What the other thread has counted nobody gives back here, as with every lock that it held.
        assert b.exports > 0
        use()
        try:
            b.resize(1)
        except BufferError:
            return
        raise AssertionError("memory that was in use has moved")

    def use() -> None:
        assert b[-1] == 7 and b[: 2 << 20].tobytes() == b"\7" * (2 << 20)
        b[0] = 9
        other = b.copy()
        other.resize(5)
        assert other[0] == 9 and target[5] in (0, 7)

    for number in range(20):
        thread = threading.Thread(target=lambda: target.__setitem__(..., b))
        with gate.closed(b, part=number / 20):
            thread.start()
            gate.wait()
            assert in_child(in_the_middle) == 0
            gate.open()
            thread.join()
        assert gate.touches == 1
        assert (b.exports, target.exports, b[0]) == (0, 0, 7)
        assert in_child(use) == 0


def private_map(path: str) -> None:
    """Fork with a file mapped copy-on-write: parent and child have their own pages."""
    b = swiftbuf.mapped(path, "c")
    first = b[0]
    b[1] = 1
    assert in_child(lambda: (b.fill(9), b.flush(), b.release())) == 0
    assert (b[0], b[1]) == (first, 1)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
