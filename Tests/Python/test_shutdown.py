"""The end of the interpreter with Buffers in use: in modules, cycles, atexit handlers, finalizers and threads.

Each program runs in a process of its own, which must end with exit code 0 and say nothing, also under CPython's debug
hooks, which fill memory that is freed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable

import pytest
from mapped_files import PATIENCE

BEGIN = """
import atexit, ctypes, gc, mmap, pickle, sys, threading, weakref
import numpy as np
import swiftbuf

def exports(size=1000):
    b = swiftbuf.full(size, 7)
    c = swiftbuf.Buffer(bytearray(b"bytes"))
    return [b, c, memoryview(b), np.asarray(b), (ctypes.c_char * b.nbytes).from_buffer(b), b[::2], c[1:],
            b.T.toreadonly(), memoryview(c), pickle.PickleBuffer(b), iter(b), swiftbuf.mapped(sys.executable)[::-1],
            swiftbuf.zeros((1,) * 9 + (7,), "T{i:a long name:}").T]
"""

PROGRAMS = {
    "in a module": "held = exports() + exports(5 << 20)",
    "in another module": "sys.modules['other'] = type(sys)('other'); sys.modules['other'].held = exports()",
    "in sys and builtins": "import builtins; sys.held, builtins.held = exports(), exports()",
    "in a module whose name is gone": "held = exports(); del swiftbuf, np, ctypes; sys.modules.pop('swiftbuf')",
    "in a cycle": "gc.disable(); cycle = exports(); cycle.append(cycle); del cycle",
    "in a cycle through the exporter": """
class Memory(np.ndarray): pass
array = np.zeros(9).view(Memory)
array.buffer = swiftbuf.Buffer(array)
array.view = memoryview(array.buffer)
gc.disable()
del array
""",
    "in a frozen generation": "held = exports(); gc.freeze(); gc.disable()",
    "in a generator": """
def generate():
    held = exports()
    with held[5], held[6]:
        yield
generator = generate()
next(generator)
""",
    "in atexit handlers": """
def use(held):
    held[0].fill(9)
    assert held[2][0] == 9 == held[3][-1] and held[0].copy() == held[0]
    exports(5 << 20)
    try:
        held[0].release()
    except BufferError:
        held.clear()
for size in (1, 1000, 5 << 20):
    atexit.register(use, exports(size))
""",
    "in finalizers": """
class Last:
    def __init__(self, copy=swiftbuf.copy, full=swiftbuf.full, view=memoryview):
        self.copy, self.full, self.view, self.held, self.itself = copy, full, view, exports(), self
    def __del__(self):
        self.held[0][0] = 9
        other = self.copy(self.held[2])
        assert other[0] == 9 and self.view(other)[1] == 7 and self.full(3, 5).tolist() == [5, 5, 5]
        self.held[0].fill(1)
        self.held.clear()
a, b = Last(), Last()
a.b, b.a = b, a
sys.last = Last()
gc.disable()
""",
    "in weak references and their callbacks": """
b = swiftbuf.zeros(9)
view = memoryview(b)
reference = weakref.ref(b, lambda dead, make=swiftbuf.zeros: make(9).fill(1))
weakref.finalize(view, lambda held: held[0].copy(), exports())
""",
    "in an exception that ends the program": """
def fail():
    held = exports()
    raise SystemExit(0)
fail()
""",
    "in thread-local memory": """
local = threading.local()
local.held = exports()
def work():
    local.held = exports()
thread = threading.Thread(target=work)
thread.start()
thread.join()
""",
    "in threads that are waited for": """
def work():
    held = exports(5 << 20)
    for _ in range(30):
        held[0].copy()
        held[0].fill(3)
for _ in range(4):
    threading.Thread(target=work).start()
""",
    "in an executor": """
import concurrent.futures
pool = concurrent.futures.ThreadPoolExecutor(4)
futures = [pool.submit(lambda: [exports(5 << 20)[0].copy() for _ in range(5)]) for _ in range(8)]
""",
    "left to the C library's end": "held = exports(); ctypes.CDLL(None).exit(0)",
}

# What a thread does when the process ends without it, each long enough to be in the middle of it.
ENDLESS = {
    "copies": "target[...] = b",
    "compares": "b == target",
    "fills": "target.fill(3)",
    "makes bytes": "b.tobytes()",
    "looks for a value": "255 in b",
    "makes lists": "b[: 1 << 16].tolist()",
    "makes and drops": "exports(1 << 20)",
    "flushes": "held.flush()",
}
# A debug build of 3.13 crashes over any daemon thread that asks for the GIL when its thread state is gone, most often
# over those that ask often: one that calls select.select as well.
if sys.version_info[:2] == (3, 13) and hasattr(sys, "gettotalrefcount"):
    del ENDLESS["flushes"]

DAEMON = """
b, target = swiftbuf.zeros(1 << 24), swiftbuf.zeros(1 << 24)
held = swiftbuf.mapped(sys.executable)
begun = threading.Barrier(3)

def work():
    begun.wait()
    while True:
        {work}

for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
begun.wait()
import time
time.sleep({delay})
"""
ENDS_OF_THREADS = 5 * int(os.environ.get("SWIFTBUF_FAULT_ROUNDS", 1))


def assert_ends_well(program: str, **environment: str) -> None:
    """Run a program to its end."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", BEGIN + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=os.environ | environment,
    )
    assert (done.returncode, done.stderr) == (0, "")


# A CPython without a GIL has one allocator alone, with and without its checks.
ALLOCATORS = ["pymalloc", "pymalloc_debug", "malloc_debug"]
if sysconfig.get_config_var("Py_GIL_DISABLED"):
    ALLOCATORS = ["mimalloc", "mimalloc_debug"]


@pytest.mark.parametrize("hooks", ALLOCATORS)
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_the_interpreter_ends_with_exports_alive(program: str, hooks: str, points: Callable[[str, int], None]) -> None:
    assert_ends_well(program, PYTHONMALLOC=hooks)
    points("ends of the interpreter with exports alive", 1)


@pytest.mark.parametrize("work", ENDLESS.values(), ids=ENDLESS)
def test_the_interpreter_ends_while_daemon_threads_work(work: str, points: Callable[[str, int], None]) -> None:
    for number in range(ENDS_OF_THREADS):
        assert_ends_well(DAEMON.format(work=work, delay=number * 0.0007))
    points("ends of the interpreter under working threads", ENDS_OF_THREADS)


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.execv(sys.executable, [sys.executable, '-c', ''])"])
def test_a_process_is_left_or_replaced_while_threads_work(ending: str, points: Callable[[str, int], None]) -> None:
    program = DAEMON.format(work=ENDLESS["copies"], delay=0.001) + "import os\n" + ending
    for _ in range(ENDS_OF_THREADS):
        assert_ends_well(program)
    points("ends of the interpreter under working threads", ENDS_OF_THREADS)
