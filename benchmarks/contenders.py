"""Who is measured, and the loop that is timed for each case.

A loop is a function of a count that returns nanoseconds. Statements are written out UNROLL times in it, so that the
`for` around them is no part of a ratio, and everything they name is a local variable. Each contender has a loop of its
own, so CPython's inline caches are not shared.

numpy is imported only where it takes part: callgrind runs the exporters without it.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import math
import time
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from types import ModuleType
from typing import Any

from cases import BASE, BYTES, UNROLL, Case, Memory, Shape
from model import CONTROL, SUBJECT, YARDSTICK

Loop = Callable[[int], int]


class Contenders:
    """The exporters, loaded once. `folder` holds the compiled extensions, and the control as `control/c_exporter…`."""

    def __init__(self, folder: Path, *, numpy: bool) -> None:
        self.measure = importlib.import_module("measure")
        self.numpy: ModuleType | None = importlib.import_module("numpy") if numpy else None
        self._zeros = {
            SUBJECT: importlib.import_module("swiftbuf").zeros,
            YARDSTICK: importlib.import_module("c_exporter").zeros,
            CONTROL: _load(folder / "control" / "c_exporter.abi3.so").zeros,
        }

    def loops(self, case: Case) -> dict[str, Loop]:
        """Make a loop for each contender that can take part."""
        if "make(" in case.statement:
            found = {name: self._create_loop(case, name) for name in self._names()}
        elif case.statement:
            found = {
                name: self._statement_loop(case, memory)
                for name in self._names()
                if (memory := self.make(name, case.memory)) is not None
            }
        else:
            found = {
                name: self._request_loop(case.flags, memory)
                for name in self._names()
                if (memory := self.make(name, case.memory)) is not None
            }
        return {name: loop for name, loop in found.items() if loop is not None and name not in case.leave_out}

    def independence_loops(self, case: Case) -> dict[str, Loop]:
        """Make the subject's loops: with the case's memory, and with BASE's."""
        return {
            SUBJECT: self._request_loop(case.flags, self.make(SUBJECT, case.memory)),
            BASE: self._request_loop(case.flags, self.make(SUBJECT, BYTES)),
        }

    def make(self, name: str, memory: Memory) -> Any:
        """Make zeroed memory, or None where the contender has no such layout."""
        if name in self._zeros:
            return self._zeros[name](memory.shape, memory.format)
        if name == "ndarray":
            assert self.numpy is not None
            return self.numpy.zeros(memory.shape, memory.format)
        plain = bytearray(_byte_count(memory))
        if name == "memoryview":
            view: Any = memoryview(plain)
            return view.cast(memory.format, memory.shape)
        return plain if memory == BYTES else None

    def _names(self) -> list[str]:
        return [*self._zeros, "bytearray", *(["ndarray"] if self.numpy else []), "memoryview"]

    def _request_loop(self, flags: str, memory: Any) -> Loop:
        bits = getattr(self.measure, flags)
        loop = self.measure.getbuffer_loop
        return lambda count: loop(memory, bits, count)

    def _statement_loop(self, case: Case, memory: Any) -> Loop:
        names = {"x": memory, "i": 5, "j": 3, "v": 7 if case.memory.format == "B" else 7.0, "memoryview": memoryview}
        if self.numpy:
            names["asarray"] = self.numpy.asarray
        return _compile(case.statement, names)

    def _create_loop(self, case: Case, name: str) -> Loop | None:
        shape: Shape | int = case.memory.shape if len(case.memory.shape) > 1 else case.memory.shape[0]
        names: dict[str, Any] = {"shape": shape, "kind": case.memory.format, "touch": self.measure.touch}
        statement = case.statement
        if name in self._zeros:
            names["make"] = self._zeros[name]
        elif name == "ndarray" and self.numpy:
            # With a dtype that is made: NumPy need not parse it each time.
            names |= {"make": self.numpy.zeros, "kind": self.numpy.dtype(case.memory.format)}
        elif name == "bytearray":
            names |= {"make": bytearray, "shape": _byte_count(case.memory)}
            statement = statement.replace("make(shape, kind)", "make(shape)")
        else:
            return None
        return _compile(statement, names)


def _compile(statement: str, names: dict[str, Any]) -> Loop:
    """Def loop(count, …): the nanoseconds that `count` times UNROLL statements take."""
    parameters = "".join(f", {name}={name}" for name in names)
    lines = "\n".join([f"        {statement}"] * UNROLL)
    source = (
        f"def loop(count{parameters}, clock=clock, repeat=repeat):\n"
        f"    start = clock()\n"
        f"    for _ in repeat(None, count):\n{lines}\n"
        f"    return clock() - start\n"
    )
    scope = names | {"clock": time.perf_counter_ns, "repeat": repeat}
    exec(compile(source, f"<{statement}>", "exec"), scope)
    loop: Loop = scope["loop"]
    return loop


def _byte_count(memory: Memory) -> int:
    return math.prod(memory.shape) * (8 if memory.format == "d" else 1)


def _load(file: Path) -> ModuleType:
    """Load an extension module from a file, apart from one of the same name that is imported."""
    loader = importlib.machinery.ExtensionFileLoader("c_exporter", str(file))
    spec = importlib.util.spec_from_file_location("c_exporter", file, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
