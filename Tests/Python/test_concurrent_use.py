"""Eight threads use the same Buffers at once: every view is whole, every count comes back to zero.

With the GIL threads change places between bytecodes; in a free-threaded CPython they are in the slots at the same time.
What is refused then (`resize` while somebody exports, use after `release`) is an exception, and nothing else happens.
"""

from __future__ import annotations

import math
import os
import pickle
import random
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable

import swiftbuf

THREADS = 8
SHARED = 4
# So many acts of each thread, at least; minutes of them are a part of scripts/prove.
ACTS = 2000
SECONDS = float(os.environ.get("SWIFTBUF_STRESS_SECONDS", "0"))
SHAPES: list[tuple[int, ...]] = [(0,), (7,), (600,), (1100,), (30, 20), (4, 5, 6), (2, 3, 2, 5, 1), (70_000,)]


def check_is_whole(view: memoryview) -> None:
    """Hold the fields of one Py_buffer against each other: all of them are of one moment."""
    assert view.format == "i"
    assert view.itemsize == 4
    assert view.nbytes == math.prod(view.shape) * 4
    if view.c_contiguous and view.nbytes:
        expected = 4
        for extent, stride in zip(reversed(view.shape), reversed(view.strides), strict=True):
            assert extent == 1 or stride == expected
            expected *= extent


class Stage:
    """The Buffers that all threads use, and what they may do to them."""

    def __init__(self) -> None:
        """Make the Buffers."""
        self.buffers = [swiftbuf.full(SHAPES[4], 7, "i") for _ in range(SHARED)]
        self.counts: dict[str, int] = {}

    def export(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Take a memoryview, look at it, and write through it."""
        with memoryview(b) as view:
            assert view.shape in SHAPES
            check_is_whole(view)
            if view.nbytes:
                flat = view.cast("B").cast("i")
                flat[chance.randrange(len(flat))] = 7

    def slice(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Make views of views, and drop them in any order."""
        views = [b[::2], b[..., :3], b.T]
        chance.shuffle(views)
        with memoryview(views[0]) as view:
            check_is_whole(view)
        views.append(views.pop()[::-1])

    def resize(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Move the memory."""
        b.resize(chance.choice(SHAPES))

    def release(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Let go of the memory, and put another Buffer in its place."""
        if chance.random() < 0.2:
            b.release()
            self.buffers[chance.randrange(SHARED)] = swiftbuf.full(chance.choice(SHAPES), 7, "i")

    def copy(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Copy, and compare what was copied."""
        copied = b.copy()
        assert copied.shape in SHAPES
        assert set(bytes(copied)) <= {0, 7}
        assert len(b.tobytes()) % 4 == 0

    def items(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Read and write single items."""
        if b.ndim == 1 and len(b):
            b[chance.randrange(len(b))] = 7
            last = b[-1]
            assert isinstance(last, swiftbuf.Buffer) or last in (0, 7)  # resized to more dimensions in between
        assert b.nbytes >= 0
        assert b.shape in SHAPES

    def between(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Assign from one shared Buffer to another, and compare them."""
        other = self.buffers[chance.randrange(SHARED)]
        assert (b == other) in (True, False)
        b[...] = other

    def pickle(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Pickle it out of band and in band."""
        if chance.random() < 0.2:
            loaded = pickle.loads(pickle.dumps(b, protocol=5))
            assert loaded.shape in SHAPES

    def describe(self, b: swiftbuf.Buffer, chance: random.Random) -> None:
        """Ask for what has to be made of several fields."""
        text = repr(b)
        assert text == "<released Buffer>" or any(str(shape) in text for shape in SHAPES)
        assert all(item in (0, 7) for item in b.reshape(-1)[:20].tolist())

    def work(self, seed: int, deadline: float) -> None:
        """Do one thing after the other."""
        chance = random.Random(seed)
        acts: list[Callable[[swiftbuf.Buffer, random.Random], None]] = [
            *(self.export, self.slice, self.resize, self.release, self.copy),
            *(self.items, self.between, self.pickle, self.describe),
        ]
        done = tried = 0
        while tried < ACTS or time.monotonic() < deadline:
            for _ in range(50):
                tried += 1
                act = chance.choice(acts)
                try:
                    act(self.buffers[chance.randrange(SHARED)], chance)
                    done += 1
                except (BufferError, ValueError, IndexError):
                    pass  # exported, released, or resized in between
        self.counts[threading.current_thread().name] = done


def test_eight_threads_on_the_same_buffers_see_whole_views_and_leave_no_count_behind(report):
    # What no other thread disturbs is done.
    alone = Stage()
    alone.work(0, time.monotonic())
    assert sum(alone.counts.values()) > ACTS / 2
    stage = Stage()
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            stage.work(seed, time.monotonic() + SECONDS)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    for b in stage.buffers:
        if "released" not in repr(b):
            assert b.exports == 0
            b.resize((3,))
            b.release()
    report(f"{sum(stage.counts.values()):,} operations on shared Buffers by {THREADS} threads, without a torn view")


def test_a_buffer_that_threads_export_at_once_is_moved_only_between_the_exports():
    b = swiftbuf.full((64,), 7, "i")
    stop = threading.Event()
    seen: set[tuple[int, ...]] = set()
    wrong: list[str] = []

    def look() -> None:
        while not stop.is_set():
            with memoryview(b) as view:
                seen.add(view.shape)
                if view.shape != (view.nbytes // 4,) or view.strides != (4,):
                    wrong.append(f"{view.shape} {view.strides} {view.nbytes}")

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    moved = 0
    for number in range(20_000):
        try:
            b.resize((64 + number % 3 * 64,))
            moved += 1
        except BufferError:
            continue
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert b.exports == 0
    assert seen <= {(64,), (128,), (192,)} and moved <= 20_000
    b.resize((64,))


def test_importing_swiftbuf_leaves_the_gil_as_it_is():
    text = "import sys, swiftbuf; print(getattr(sys, '_is_gil_enabled', lambda: True)())"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    command = [sys.executable, "-W", "error", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    has_gil = not sysconfig.get_config_var("Py_GIL_DISABLED")
    assert done.stdout == f"{has_gil}\n", done.stderr
