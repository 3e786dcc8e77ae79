"""The doors to a Buffer's fields: where they are used, and what runs behind the two that count nothing.

`BufferHandle.pinned` counts an export, so Python code may run meanwhile. `glance` and `exclusive` count nothing: each
place that uses them is named here, and from the bodies of the glances the calls are followed by name through the Swift
sources. They reach no function of CPython's that may run Python code.

What this cannot see: a function that is called through a value; what initialisers call; what the inline functions in C
do, which are named one by one; and whether the objects that are handed to a function of CPython are of the exact types
that its callers have checked. Two functions of one name and one first label are taken for one, so it may see too much.
What comes with an exception is let pass, as the last thing that a body does.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "Sources" / "SwiftBufPython"

# What loops in Python are made of, and the buffer protocol.
GLANCES = {
    "BufferProtocol.swift": {"bufferGetBuffer": 1, "getBufferAmongThreads": 1, "bufferReleaseBuffer": 1},
    "BufferItems.swift": {"bufferLength": 1, "bufferItem": 1, "bufferSubscript": 1, "bufferAssignSubscript": 1},
}
# Objects that nobody else knows yet, and the two operations and the end that close the exports first.
EXCLUSIVES = {
    "BufferCopy.swift": {"copy": 1},
    "BufferFromStorage.swift": {"bufferFromStorage": 1},
    "BufferImport.swift": {"importBuffer": 1},
    "BufferLifetime.swift": {"bufferResize": 1, "bufferRelease": 1},
    "ExportBlock+Ending.swift": {"exportClear": 1},
    "Module.swift": {"newBuffer": 1},
    "ModuleCopy.swift": {"copyItems": 1},
    "ModuleMapped.swift": {"newBuffer": 1},
    "ViewMaking.swift": {"makeView": 1},
}
# They make a number, or look at an int or a float that is of no subclass, or at a tuple's place.
RUN_NO_PYTHON_CODE = {
    "PyBool_FromLong", "PyBytes_FromStringAndSize", "PyComplex_FromDoubles", "PyErr_Clear", "PyErr_Occurred",
    "PyFloat_AsDouble", "PyFloat_FromDouble", "PyLong_AsSsize_t", "PyLong_FromLong", "PyLong_FromUnsignedLongLong",
    "PyTuple_GetItem",
}  # fmt: skip
# The inline functions in C of which the same is so. swiftbuf_begin_export waits, and other threads run: nothing is read
# before it.
C_THAT_RUNS_NONE = {
    "swiftbuf_begin_export", "swiftbuf_exports_add", "swiftbuf_exports_end", "swiftbuf_is_exact_float",
    "swiftbuf_is_exact_int", "swiftbuf_is_exact_tuple", "swiftbuf_memory_of_no_bytes",
    "swiftbuf_new_reference_to_buffer", "swiftbuf_none", "swiftbuf_tuple_size",
}  # fmt: skip
# What sets the exception that a body ends with.
ENDS = {"raise", "indexIsOutOfBounds"}

FUNCTION = re.compile(r"\bfunc\s+(?P<name>\w+)(?:<[^(]*>)?\(\s*(?P<label>\w*)|\bvar\s+(?P<variable>\w+)\s*:[^={\n]+\{")
NAME = re.compile(r"\b(?P<name>[A-Za-z_]\w*)(?:(?P<call>\()\s*(?:(?P<label>\w+)\s*:|(?P<none>\)))?)?")


def without_comments(text: str) -> str:
    """Return Swift without comments, and with empty strings."""
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', re.sub(r"//[^\n]*", "", text))


def block(text: str, start: int) -> str:
    """Return what stands between the first brace from a place on and the brace that closes it."""
    first = text.index("{", start)
    depth = 0
    for position in range(first, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return text[first : position + 1]
    raise AssertionError("a brace is not closed")


@cache
def sources() -> dict[str, str]:
    return {path.name: without_comments(path.read_text()) for path in sorted(SOURCES.glob("*.swift"))}


def functions(text: str) -> list[tuple[str, int, str]]:
    """Return the name, the place and the body of each computed variable and function, whose name is `name(label`."""
    found = []
    for match in FUNCTION.finditer(text):
        name = match["variable"] or f"{match['name']}({match['label']}"
        at = match.end() - 1 if match["variable"] else match.end()
        found.append((name, match.start(), block(text, at)))
    return found


@cache
def bodies() -> dict[str, str]:
    """For each name, the bodies of all functions that have it."""
    found: dict[str, str] = {}
    for text in sources().values():
        for name, _, body in functions(text):
            found[name] = found.get(name, "") + body
    return found


def uses(door: str) -> dict[str, dict[str, int]]:
    """In which functions of which files a door is used, and how often."""
    found: dict[str, dict[str, int]] = {}
    for file, text in sources().items():
        if file == "BufferHandle.swift":  # where the doors are
            continue
        inside = [(name.split("(")[0], start, body) for name, start, body in functions(text)]
        counted: Counter[str] = Counter()
        for match in re.finditer(rf"\.{door}\b", text):
            around = [
                name for name, start, body in inside if start < match.start() < text.index(body, start) + len(body)
            ]
            counted[around[-1] if around else "nowhere"] += 1
        if counted:
            found[file] = dict(counted)
    return found


def reached(text: str) -> tuple[set[str], set[str]]:
    """What a piece of Swift calls, at any depth: functions of CPython's, and of C."""
    cpython, c, seen, waiting = set(), set(), set(), [text]
    while waiting:
        for match in NAME.finditer(waiting.pop()):
            name = match["name"]
            called = f"{name}({'' if match['none'] else match['label'] or '_'}" if match["call"] else name
            if called in seen or name in ENDS:
                continue
            seen.add(called)
            if re.match(r"Py[A-Z]\w*_\w+$", name):
                cpython.add(name)
            elif name.startswith("swiftbuf_") and not re.search(r"_t$|^swiftbuf_(export|storage)$", name):
                c.add(name)
            elif called in bodies():
                waiting.append(bodies()[called])
    return cpython, c


def glances() -> list[str]:
    """The bodies of all glances."""
    return [
        block(text, match.start())
        for file, text in sources().items()
        for match in re.finditer(r"\.glance\b", text)
        if file != "BufferHandle.swift"
    ]


def test_nothing_is_read_of_a_buffer_without_a_count_but_in_the_slots_that_loops_are_made_of():
    assert uses("glance") == GLANCES


def test_a_buffer_is_written_only_where_nobody_else_knows_it_or_its_exports_are_closed():
    assert uses("exclusive") == EXCLUSIVES


def test_the_export_block_is_made_behind_the_doors_alone():
    makers = [file for file, text in sources().items() if re.search(r"\bExportBlock\(", text)]
    assert makers == ["BufferHandle.swift"]


def test_a_glance_reaches_nothing_that_may_run_python_code():
    assert len(glances()) == sum(sum(places.values()) for places in GLANCES.values())
    for body in glances():
        cpython, c = reached(body)
        assert cpython <= RUN_NO_PYTHON_CODE, cpython - RUN_NO_PYTHON_CODE
        assert c <= C_THAT_RUNS_NONE, c - C_THAT_RUNS_NONE


def test_each_glance_says_why_nothing_is_counted():
    for file in GLANCES:
        text = (SOURCES / file).read_text()
        for match in re.finditer(r"\.glance\b", text):
            above = text[: match.start()].splitlines()[-3:]
            assert any("// SAFETY" in line for line in above), f"{file}: {above}"


def test_what_this_reads_finds_a_call_that_runs_python_code():
    cpython, _ = reached("{ guard let pin = try? packItem(value) }")
    assert {"PyNumber_Index", "PyObject_IsTrue", "PyList_AsTuple"} <= cpython
