"""The long operations that test_signals.py interrupts. Run as a program: one case, in a process of its own.

    [SWIFTBUF_FAULT_ROUNDS=5] python signal_cases.py <case> <folder> <library of page_gate.c>

A signal whose handler raises comes when the operation touches a page of the memory, another page each time: it comes in
the middle, however fast the operation is. Prints, as JSON, how many signals came, how often the operation was
interrupted, and what was wrong.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import os
import pickle
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import swiftbuf
from page_gate import COUNT, PageGate

SIZE = 2 << 20  # bytes: from 1 MiB on the GIL is given up
PART = SIZE // 8  # of what makes a Python object of each item
CONTENT = bytes(range(251)) * (SIZE // 251 + 1)
ROUNDS = 40 * int(os.environ.get("SWIFTBUF_FAULT_ROUNDS", 1))

Operation = Callable[[swiftbuf.Buffer], Any]


class Interrupted(Exception):
    """What the handler raises."""


class Number(int):
    """What is looked for item by item: a plain int is found too fast to be interrupted."""


@dataclass(frozen=True)
class Case:
    """An operation, and the bytes that the Buffer then has; they are those that it had if it is None."""

    operation: Operation
    after: Callable[[bytes], bytes] | None = None
    format: str = "B"
    of_python: bool = False  # runs Python code, or looks for signals: must be interrupted


def reversed_rows(b: swiftbuf.Buffer) -> None:
    """Assign overlapping items, by way of a copy."""
    b[...] = b[::-1]


CASES = {
    "copy": Case(swiftbuf.copy),
    "copy in another order": Case(lambda b: b.reshape(2048, -1).copy("F")),
    "copy to another byte order": Case(lambda b: b.copy(format=">i"), format="i"),
    "tobytes": Case(lambda b: b.tobytes()),
    "tobytes reversed": Case(lambda b: b[::-1].tobytes()),
    "hex": Case(lambda b: b.hex()),
    "hash": Case(hash),
    "tolist": Case(lambda b: b[:PART].tolist()),
    "tolist of structs": Case(lambda b: b[: PART // 8].tolist(), format="T{h:a:h:b:}"),
    "==": Case(lambda b: b == b[:]),
    "== of other formats": Case(lambda b: b == b.copy(format=">i"), format="i"),
    "iteration": Case(lambda b: [value for value in b[:PART]], of_python=True),
    "list": Case(lambda b: list(b[:PART])),
    "iteration of rows": Case(
        lambda b: [row for row in b.reshape(-1, 64)[: PART // 64] if row[0] >= 0], of_python=True
    ),
    "in": Case(lambda b: Number(255) in b, of_python=True),
    "index": Case(lambda b: quietly(lambda: b.index(Number(255))), of_python=True),
    "count": Case(lambda b: b.count(Number(255)), of_python=True),
    "fill": Case(lambda b: b.fill(9), lambda content: b"\x09" * len(content)),
    "fill of every second": Case(
        lambda b: b[::2].fill(9), lambda content: bytes(9 if i % 2 == 0 else x for i, x in enumerate(content))
    ),
    "assignment of itself reversed": Case(reversed_rows, lambda content: content[::-1]),
    "pickling": Case(pickle.dumps),
    "pickling and unpickling": Case(lambda b: pickle.loads(pickle.dumps(b))),
    "resize": Case(lambda b: b.resize(2 * SIZE), lambda content: content + bytes(SIZE)),
    "flush": Case(lambda b: (b.fill(9), b.flush()), lambda content: b"\x09" * len(content)),
    "memoryviews": Case(lambda b: [memoryview(b[i:]) for i in range(0, SIZE, 419) if b[i] >= 0], of_python=True),
}


def quietly(call: Callable[[], object]) -> None:
    """Call what refuses."""
    with contextlib.suppress(ValueError):
        call()


def same(value: Any, expected: Any) -> bool:
    """Whether a result is the one of a call that nobody interrupted."""
    if isinstance(value, swiftbuf.Buffer):
        return value.format == expected.format and value.tobytes() == expected.tobytes()
    if isinstance(value, list) and value and isinstance(value[0], (swiftbuf.Buffer, memoryview)):
        return len(value) == len(expected) and value[-1].tobytes() == expected[-1].tobytes()
    return bool(value == expected)


def touched_part(gate: PageGate, made: Callable[[], swiftbuf.Buffer], operation: Operation) -> tuple[float, float]:
    """Return from where to where, as parts of the memory, an operation touches it: to a twentieth."""

    def is_touched(number: int) -> bool:
        b = made()
        with gate.closed(b, COUNT, number / 20):
            operation(b)
        return gate.touches > 0

    touched = [number / 20 for number in range(20) if is_touched(number)]
    return touched[0], touched[-1]


def main(name: str, folder: str, library: str) -> None:
    """Interrupt one operation again and again."""
    case = CASES[name]
    gate = PageGate(library)
    file = Path(folder, "data")
    armed = False

    def interrupt(number: int, frame: object) -> None:
        if armed:
            raise Interrupted

    def made() -> swiftbuf.Buffer:
        if name == "flush":
            file.write_bytes(CONTENT[:SIZE])
            return swiftbuf.mapped(file, "r+")
        if name == "hash":  # of memory that nobody can write to
            return copy.copy(swiftbuf.copy(CONTENT[:SIZE]).toreadonly())
        b = swiftbuf.copy(CONTENT[:SIZE])
        return b if case.format == "B" else b.cast(case.format)

    signal.signal(signal.SIGALRM, interrupt)
    result: dict[str, Any] = {"signals": 0, "interrupted": 0, "wrong": []}
    before = made().tobytes()
    after = case.after(before) if case.after else before
    expected = case.operation(made())
    first, last = touched_part(gate, made, case.operation)
    gc.collect()
    allocated = swiftbuf.allocated_bytes()
    for number in range(ROUNDS):
        b, value, is_done = made(), None, False
        exports = b.exports
        part = first + (last - first) * number / ROUNDS
        with gate.closed(b, signal.SIGALRM, part):
            armed = True
            try:
                value = case.operation(b)
                is_done = True
            except Interrupted:
                result["interrupted"] += 1
            armed = False
        result["signals"] += gate.touches
        if is_done and not same(value, expected):
            result["wrong"].append(f"at {part:.4f}: another result")
        value = None
        gc.collect()
        if b.exports != exports:
            result["wrong"].append(f"at {part:.4f}: {b.exports} exports, and not {exports}")
        content = b.tobytes()
        if content != after and (is_done or content != before):
            result["wrong"].append(f"at {part:.4f}: neither as before nor as afterwards")
        b.release()
        del b
    gc.collect()
    if swiftbuf.allocated_bytes() != allocated:
        result["wrong"].append(f"{allocated} bytes have become {swiftbuf.allocated_bytes()}")
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
