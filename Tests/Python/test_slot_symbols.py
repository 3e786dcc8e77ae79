"""What the two slots of the buffer protocol call, read from the machine code that the wheel is made of.

A grant and a release must not allocate, count Swift references, lock, or go through a generic that was not specialised.
So nothing that they reach, refusals included, is anything of that kind; and besides the refusals they reach nothing
outside of the extension.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from conftest import FREE_THREADED, tool

GETBUFFER, RELEASEBUFFER = "swiftbuf_buffer_getbuffer", "swiftbuf_buffer_releasebuffer"
RAISE = "PyErr_Format"
FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>.+)>:$")
BRANCH = re.compile(r"\s(?P<how>call|jmp|j[a-z]+)q?\s+(?:(?P<target>[0-9a-f]+ <[^>]+>)|(?P<indirect>\*.*))")
# Allocation, reference counting, metadata and generics of Swift; the C allocator; locks; unwinding.
FORBIDDEN = re.compile(
    r"swift_|malloc|calloc|realloc|memalign|^free$|mmap|arc4random|pthread_|mutex|futex|__cxa|_Unwind|PyMem_|PyGILState"
)

SWITCH, UNKNOWN = "*jump", "*call"  # through a register: a switch inside a function, and a call of nobody knows what

Calls = dict[str, set[str]]


def base_name(symbol: str) -> str:
    """Return a symbol without the offset, version or stub that objdump writes behind it."""
    return re.sub(r"(@.*|\+0x[0-9a-f]+)$", "", symbol)


@pytest.fixture(scope="module")
def calls(unstripped: Path) -> Calls:
    """For each function of the extension, what it calls or jumps to."""
    command = [tool("objdump", "binutils"), "--disassemble", "--no-show-raw-insn", str(unstripped)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    functions: Calls = {}
    current = ""
    for line in listing.splitlines():
        if header := FUNCTION.match(line):
            current = header["name"]
            functions.setdefault(current, set())
        elif branch := BRANCH.search(line):
            if branch["target"]:
                name = base_name(re.sub(r"^.*<|>$", "", branch["target"]))
            else:  # through the table of imported functions, which objdump names behind a #, or nobody knows where to
                named = re.search(r"# [0-9a-f]+ <([^>]+)>", branch["indirect"])
                name = base_name(named[1]) if named else UNKNOWN if branch["how"] == "call" else SWITCH
            if name != current:
                functions[current].add(name)
    return functions


def reachable(calls: Calls, start: Iterable[str], stop: Callable[[str], bool] = lambda _: False) -> set[str]:
    """Return all that is called from these functions, at any depth."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        for name in calls.get(waiting.pop(), set()) - found:
            found.add(name)
            if not stop(name):
                waiting.append(name)
    return found


def is_refusal(calls: Calls, name: str) -> bool:
    """Whether a function of the extension ends in an exception."""
    return name in calls and RAISE in reachable(calls, [name])


def test_the_product_has_the_two_slots(calls: Calls) -> None:
    for slot in (GETBUFFER, RELEASEBUFFER):
        assert slot in calls, f"{slot} has no code in the unstripped product"


def test_this_reading_finds_the_allocation_behind_a_function_that_allocates(calls: Calls) -> None:
    assert {"malloc", "calloc"} & reachable(calls, ["swiftbuf_module_zeros"])


def test_a_grant_calls_nothing_that_leaves_the_extension(calls: Calls) -> None:
    hot = reachable(calls, [GETBUFFER], stop=lambda name: is_refusal(calls, name))
    strangers = {name for name in hot if not is_refusal(calls, name) and (name not in calls or calls[name])}
    assert not strangers, f"on the way to a granted view: {sorted(strangers)}"


def test_the_only_branches_out_of_a_request_are_refusals(calls: Calls) -> None:
    refusals = {name for name in calls[GETBUFFER] if is_refusal(calls, name)}
    assert refusals, "a request that is never refused"
    # Without a GIL, a request waits while another thread changes the Buffer.
    waiting = {"PyEval_SaveThread", "PyEval_RestoreThread", "sched_yield"} if FREE_THREADED else set()
    assert {name for name in reachable(calls, refusals) if name not in calls} <= {RAISE, SWITCH} | waiting


def test_a_release_calls_nothing_that_could_raise_or_leave_the_extension(calls: Calls) -> None:
    reached = reachable(calls, [RELEASEBUFFER])
    assert all(name in calls and not calls[name] for name in reached), sorted(reached)


@pytest.mark.parametrize("slot", [GETBUFFER, RELEASEBUFFER])
def test_nothing_that_a_slot_reaches_allocates_counts_swift_references_locks_or_is_an_unspecialised_generic(
    slot: str, calls: Calls
) -> None:
    forbidden = sorted(name for name in reachable(calls, [slot]) if name == UNKNOWN or FORBIDDEN.search(name))
    assert not forbidden, f"{slot} reaches {forbidden}"
