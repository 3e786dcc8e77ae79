"""The long operations that test_signals.py interrupts. Run as a program: one case, in a process of its own.

    [SWIFTBUF_FAULT_ROUNDS=5] python signal_cases.py <case> <folder>

A signal whose handler raises comes after a fraction of the time that the operation takes, another fraction each time.
Prints, as JSON, how often it was tried, how often the operation was interrupted, and what was wrong.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import swiftbuf

SIZE = 2 << 20  # bytes: from 1 MiB on the GIL is given up
PART = SIZE // 8  # of what makes a Python object of each item
CONTENT = bytes(range(251)) * (SIZE // 251 + 1)
ROUNDS = 40 * int(os.environ.get("SWIFTBUF_FAULT_ROUNDS", 1))
PATIENCE = 20  # rounds more for one that was never interrupted, while the machine is busy

Operation = Callable[[swiftbuf.Buffer], Any]


class Interrupted(Exception):
    """What the handler raises."""


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
    "hash": Case(lambda b: hash(b.toreadonly())),
    "tolist": Case(lambda b: b[:PART].tolist()),
    "tolist of structs": Case(lambda b: b[: PART // 8].tolist(), format="T{h:a:h:b:}"),
    "==": Case(lambda b: b == b[:]),
    "== of other formats": Case(lambda b: b == b.copy(format=">i"), format="i"),
    "iteration": Case(lambda b: [value for value in b[:PART]], of_python=True),
    "list": Case(lambda b: list(b[:PART])),
    "iteration of rows": Case(lambda b: [row for row in b.reshape(-1, 64)[: PART // 64]], of_python=True),
    "in": Case(lambda b: 255 in b, of_python=True),
    "index": Case(lambda b: quietly(lambda: b.index(255)), of_python=True),
    "count": Case(lambda b: b.count(255), of_python=True),
    "fill": Case(lambda b: b.fill(9), lambda content: b"\x09" * len(content)),
    "fill of every second": Case(
        lambda b: b[::2].fill(9), lambda content: bytes(9 if i % 2 == 0 else x for i, x in enumerate(content))
    ),
    "assignment of itself reversed": Case(reversed_rows, lambda content: content[::-1]),
    "pickling": Case(pickle.dumps),
    "pickling and unpickling": Case(lambda b: pickle.loads(pickle.dumps(b))),
    "resize": Case(lambda b: b.resize(2 * SIZE), lambda content: content + bytes(SIZE)),
    "flush": Case(lambda b: (b.fill(9), b.flush()), lambda content: b"\x09" * len(content)),
    "memoryviews": Case(lambda b: [memoryview(b[i:]) for i in range(5000)], of_python=True),
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


def main(name: str, folder: str) -> None:
    """Interrupt one operation again and again."""
    case = CASES[name]
    file = Path(folder, "data")
    armed = False

    def interrupt(number: int, frame: object) -> None:
        if armed:
            raise Interrupted

    def made() -> swiftbuf.Buffer:
        if name == "flush":
            file.write_bytes(CONTENT[:SIZE])
            return swiftbuf.mapped(file, "r+")
        b = swiftbuf.copy(CONTENT[:SIZE])
        return b if case.format == "B" else b.cast(case.format)

    signal.signal(signal.SIGALRM, interrupt)
    result: dict[str, Any] = {"tried": 0, "interrupted": 0, "wrong": []}
    before = made().tobytes()
    after = case.after(before) if case.after else before
    expected = case.operation(made())
    seconds = []
    for _ in range(3):
        b = made()
        began = time.perf_counter()
        case.operation(b)
        seconds.append(time.perf_counter() - began)
    del b
    gc.collect()
    allocated = swiftbuf.allocated_bytes()
    for number in range(ROUNDS + PATIENCE):
        if number >= ROUNDS and (result["interrupted"] or not case.of_python):
            break
        b, value, is_done = made(), None, False
        exports = b.exports
        # From the very beginning to a bit behind the end.
        delay = max(1e-6, min(seconds) * (number % ROUNDS + 0.5) / ROUNDS * 1.1)
        armed = True
        try:
            signal.setitimer(signal.ITIMER_REAL, delay)
            value = case.operation(b)
            is_done = True
            signal.setitimer(signal.ITIMER_REAL, 0)
            armed = False
        except Interrupted:
            result["interrupted"] += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        armed = False
        result["tried"] += 1
        if is_done and not same(value, expected):
            result["wrong"].append(f"after {delay:.6f} s: another result")
        value = None
        gc.collect()
        if b.exports != exports:
            result["wrong"].append(f"after {delay:.6f} s: {b.exports} exports, and not {exports}")
        content = b.tobytes()
        if content != after and (is_done or content != before):
            result["wrong"].append(f"after {delay:.6f} s: neither as before nor as afterwards")
        b.release()
        del b
    gc.collect()
    if swiftbuf.allocated_bytes() != allocated:
        result["wrong"].append(f"{allocated} bytes have become {swiftbuf.allocated_bytes()}")
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
