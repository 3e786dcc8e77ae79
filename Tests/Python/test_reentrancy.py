"""Python code that runs in the middle of a call breaks nothing: the short form of Tests/Reentrancy.

Each call of swiftbuf is made with arguments that call Python code back, which releases, resizes, raises, collects or
exports. Larger blocks of the heap cannot be touched there once they are freed (c/guarded_heap.c), and smaller ones are
overwritten. A test that fails prints the program that shows the fault; `scripts/prove reentrancy` is the long form.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import swiftbuf
from conftest import REPOSITORY, SWIFTBUF_HEADERS, compile_shared, python_headers

FOLDER = REPOSITORY / "Tests" / "Reentrancy"
sys.path.insert(0, str(FOLDER))

from calls import CALLS  # noqa: E402
from hooks import KINDS  # noqa: E402
from programs import HARNESS  # noqa: E402
from targets import TARGETS  # noqa: E402

WITH_FIELDS = ["a record with a long format", "a pair with a long format", "one record"]
OWN_MEMORY = [
    "six dimensions",
    "complex numbers",
    "texts",
    "bytes",
    "big-endian ints",
    "a few ints",
    "bools",
    "long doubles",
]
OTHERS = [target.name for target in TARGETS if target.name not in WITH_FIELDS + OWN_MEMORY]
# One case in so many, the same ones each time.
SHARES = {"with fields": (WITH_FIELDS, 16), "of one value": (OWN_MEMORY, 50), "of other memory": (OTHERS, 50)}
RANDOM_PROGRAMS = 4000


@pytest.fixture(scope="session")
def guarded_heap(helpers_folder: Path) -> Path:
    """A malloc whose freed blocks cannot be touched, to be preloaded."""
    return compile_shared(Path(__file__).parent / "c" / "guarded_heap.c", helpers_folder / "guarded_heap.so", [])


@pytest.fixture(scope="session")
def fuzz(guarded_heap: Path, helpers_folder: Path):
    """Run the fuzzer in processes of its own; return what it says at its end."""
    probe = compile_shared(
        Path(__file__).parent / "c" / "abi_probe.c",
        helpers_folder / "abi_probe_preloaded.so",
        [*python_headers(), *SWIFTBUF_HEADERS],
    )
    packages = str(Path(swiftbuf.__file__).parents[1])
    environment = os.environ | {"LD_PRELOAD": str(guarded_heap), "ABI_PROBE": str(probe), "PYTHONPATH": packages}

    def run(*arguments: object) -> dict[str, int]:
        command = [sys.executable, str(FOLDER / "fuzz.py"), "--parts", "1", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return json.loads(done.stdout.splitlines()[-1])

    return run


def public_names() -> set[str]:
    """Return what Python code can call or read, as the table names it."""
    functions = {f"swiftbuf.{name}" for name in (*swiftbuf.__all__, "_rebuild_buffer")}
    return {*dir(swiftbuf.Buffer), *functions}


def test_every_public_name_has_a_call_for_each_of_its_arguments():
    assert public_names() - CALLS.keys() == set(), "add it to Tests/Reentrancy/calls.py"


def test_every_name_of_the_table_is_public():
    there_only_in_newer_pythons = {"__buffer__", "__release_buffer__"}
    named = {name for name in CALLS if not name.startswith("(")}
    assert named - public_names() <= there_only_in_newer_pythons


def test_every_call_has_a_kind_of_argument_exactly_if_it_has_an_argument():
    for name, calls in CALLS.items():
        for call in calls:
            assert ("argument" in call.text) == (call.kind != ""), (name, call.text)
            assert call.kind == "" or call.kind in KINDS, (name, call.text)


@pytest.mark.parametrize("share", SHARES)
def test_no_hook_breaks_a_call_on_a_buffer(share, fuzz, points):
    targets, every = SHARES[share]
    said = fuzz("--every", every, "--targets", *targets)
    assert said["faults"] == 0 and said["reached"] > said["cases"] // 20
    points("calls with a hook in them", said["reached"])


def test_no_random_program_of_several_hooks_breaks_its_calls(fuzz, points):
    said = fuzz("--seed", 1, "--count", RANDOM_PROGRAMS)
    assert said["faults"] == 0 and said["reached"] > RANDOM_PROGRAMS // 4
    points("calls with a hook in them", said["reached"])


def test_comparisons_of_bytearray_and_memoryview_forget_what_a_buffer_method_raises():
    class Raising(bytearray):
        def __buffer__(self, flags):
            raise KeyboardInterrupt

    # From 3.12 on: before, CPython does not ask a method for a buffer.
    is_asked = sys.version_info >= (3, 12)
    assert (Raising(1) == b"\0", memoryview(b"\0") == Raising(1)) == (not is_asked, not is_asked)
    # So the fuzzer's operands tell of the first, and the second is passed over by its text (runner.py).
    b = swiftbuf.zeros(1)
    if is_asked:
        with pytest.raises(KeyboardInterrupt):
            assert b == Raising(1)
    else:
        assert b == Raising(1)


# The collector runs while CPython makes the instance of an exception that C has set: where that is caught.
RECURSION_IN_THE_COLLECTOR = """
import gc, sys
def recurse():
    {before}
    recurse()
shown = set()
sys.unraisablehook = lambda unraisable: shown.add(unraisable.exc_type)
sys.setrecursionlimit(60)
gc.callbacks.append(lambda phase, details: recurse())
gc.set_threshold(1)
try: int("x")
except ValueError: pass
gc.disable()
assert shown == {{RecursionError}}, shown
"""


@pytest.mark.parametrize("before", ["pass", "sys.setrecursionlimit(sys.getrecursionlimit())"])
def test_only_cpython_3_11_ends_at_a_recursion_in_the_collector_and_never_if_the_recursion_asks_for_its_depth(before):
    program = RECURSION_IN_THE_COLLECTOR.format(before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    if sys.version_info < (3, 12) and before == "pass":
        assert done.returncode == -signal.SIGABRT
        assert "Cannot recover from stack overflow" in done.stderr.splitlines()[0]
    else:
        assert done.returncode == 0, done.stderr
    # So a hook that always acts asks for its depth (HARNESS in programs.py).
    assert "sys.setrecursionlimit(sys.getrecursionlimit())" in HARNESS


def test_a_large_block_cannot_be_touched_once_it_is_freed(guarded_heap):
    program = (
        "import ctypes\n"
        "c = ctypes.CDLL(None)\n"
        "c.malloc.restype, c.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]\n"
        "block = c.malloc(5000)\n"
        "ctypes.memset(block, 7, 5000)\n"
        "c.free(block)\n"
        "ctypes.string_at(block, 1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"LD_PRELOAD": str(guarded_heap)}, check=False
    )
    assert done.returncode == -signal.SIGSEGV
