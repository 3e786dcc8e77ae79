"""Hold the yardstick against CPython's own judge: a ratio to an exporter that breaks the rules says nothing.

Each request goes to c_exporter and to `_testbuffer`'s exporter with the same layout. `measure.getbuffer_fields` shows
both raw Py_buffers, which must be equal field by field, or both refused; `_testbuffer` as consumer must then read the
same items from both. What no request shows (export counts, lifetimes, items) is checked one by one.

    python check_c_exporter.py FOLDER          FOLDER holds the compiled extensions
"""

from __future__ import annotations

import gc
import importlib
import math
import struct
import sys
import weakref
from collections.abc import Callable
from operator import delitem, getitem, setitem
from typing import Any

SHAPES = [(0,), (1,), (5,), (0, 0), (0, 3), (3, 0), (1, 1), (1, 5), (5, 1), (3, 4)]
FLAG_BITS = 0x1FF


class Violations:
    """Counts what was checked and keeps what failed."""

    def __init__(self) -> None:
        self.checked = 0
        self.found: list[str] = []

    def check(self, holds: bool, fact: str) -> None:
        """Count a fact, and keep it if it does not hold."""
        self.checked += 1
        if not holds:
            self.found.append(fact)

    def check_raises(self, kind: type[Exception], fact: str, action: Callable[..., object], *arguments: object) -> None:
        """Count a fact, and keep it if the action does not raise exactly this kind of exception."""
        self.checked += 1
        try:
            action(*arguments)
        except Exception as error:
            if type(error) is not kind:
                self.found.append(f"{fact}: {error!r}")
        else:
            self.found.append(f"{fact}: no exception")


def request(fields: Callable[[Any, int], dict[str, Any]], exporter: Any, flags: int) -> dict[str, Any] | None:
    """Return what a request fills, or None if it is refused by BufferError. Every other exception passes."""
    try:
        return fields(exporter, flags)
    except BufferError:
        return None


def expected(granted: dict[str, Any] | None, flags: int, exporter: Any, measure: Any) -> dict[str, Any] | None:
    """Correct the judge's answer to FORMAT without ND, which it always refuses.

    That is granted for bytes, as bytearray does, if nothing else speaks against it.
    """
    without_format = flags & ~measure.FORMAT
    if flags & measure.FORMAT and not flags & measure.ND and exporter.format == "B":
        granted = request(measure.getbuffer_fields, exporter, without_format)
        return granted and granted | {"format": "B"}
    return granted


def check_requests(verdict: Violations, c_exporter: Any, measure: Any, testbuffer: Any) -> None:
    """Check every combination of flags, on every layout, format and mode."""
    flag_sets = [flags for flags in range(FLAG_BITS + 1) if not flags & 0x2]
    for shape in SHAPES:
        count = math.prod(shape)
        for format in "Bd":
            for readonly in (False, True):
                mine = c_exporter.zeros(shape, format, readonly)
                judge = testbuffer.ndarray(
                    [0] * max(count, 1),
                    shape=list(shape),
                    format=format,
                    flags=0 if readonly else testbuffer.ND_WRITABLE,
                )
                if not readonly and count:
                    items = [k % 251 for k in range(count)]
                    for exporter in (mine, judge):
                        memoryview(exporter).cast("B")[:] = struct.pack(f"{count}{format}", *items)
                where = f"{shape} {format!r} {'read-only' if readonly else 'writable'}"
                for flags in flag_sets:
                    got = request(measure.getbuffer_fields, mine, flags)
                    want = expected(request(measure.getbuffer_fields, judge, flags), flags, judge, measure)
                    fact = f"{where}, flags {flags:#x}"
                    verdict.check((got is None) == (want is None), f"{fact}: granted {got}, the judge {want}")
                    if got is None or want is None:
                        continue
                    verdict.check(got | {"buf": 0} == want | {"buf": 0}, f"{fact}: fields {got}, the judge's {want}")
                    verdict.check(got["buf"] % 64 == 0 and got["buf"] != 0, f"{fact}: buf {got['buf']:#x}")
                    if not (flags & measure.FORMAT and not flags & measure.ND):
                        verdict.check(
                            testbuffer.ndarray(mine, getbuf=flags).tobytes()
                            == testbuffer.ndarray(judge, getbuf=flags).tobytes(),
                            f"{fact}: the items differ",
                        )
                verdict.check(mine.exports == 0, f"{where}: {mine.exports} exports are left")


def check_items(verdict: Violations, c_exporter: Any) -> None:
    """Check reading and writing by index, and what is refused."""
    zeros = c_exporter.zeros
    line = zeros(5, "d")
    line[1] = 2.5
    line[-1] = 7
    verdict.check(list(line) == [0.0, 2.5, 0.0, 0.0, 7.0], "items of one dimension are written and read")
    verdict.check(line[(1,)] == 2.5 and line[-4] == 2.5 and len(line) == 5, "one index may stand in a tuple")
    grid = zeros((2, 3))
    grid[1, -1] = 255
    grid[True, 0] = 3
    verdict.check(bytes(grid) == bytes([0, 0, 0, 3, 0, 255]), "items of two dimensions are written")
    verdict.check(grid[-1, 2] == 255 and grid[1, 0] == 3, "items of two dimensions are read")

    for key in (5, -6, 2**63 - 1, -(2**63), 2**63, -(2**100), 2**100):
        verdict.check_raises(IndexError, f"index {key} of 5 items is read", getitem, line, key)
        verdict.check_raises(IndexError, f"index {key} of 5 items is written", setitem, line, key, 1.0)
    for pair in ((2, 0), (0, 3), (-3, 0), (0, -4), (0, 2**64)):
        verdict.check_raises(IndexError, f"index {pair} of shape (2, 3) is read", getitem, grid, pair)
    verdict.check_raises(TypeError, "three indices of two dimensions", getitem, grid, (0, 0, 0))
    verdict.check_raises(TypeError, "no index of two dimensions", getitem, grid, ())
    verdict.check_raises(NotImplementedError, "one index of two dimensions", getitem, grid, 0)
    for no_index in ("1", 1.0, None, slice(1)):
        verdict.check_raises(TypeError, f"index {no_index!r}", getitem, line, no_index)

    refused = [(256, ValueError), (-1, ValueError), (2**70, OverflowError), (1.5, TypeError), ("1", TypeError)]
    for value, kind in refused:
        verdict.check_raises(kind, f"byte {value!r} is written", setitem, grid, (0, 0), value)
    verdict.check_raises(TypeError, "a string is written as a double", setitem, line, 0, "1")
    verdict.check_raises(TypeError, "an item is deleted", delitem, line, 0)
    verdict.check_raises(TypeError, "a read-only item is written", setitem, zeros(1, "B", True), 0, 1)
    verdict.check(grid[0, 0] == 0 and line[0] == 0.0, "a refused write writes nothing")

    for shape in ((-1,), (), (1, 1, 1), (2**62, 8), 2**63 - 1):
        verdict.check_raises(ValueError, f"shape {shape}", zeros, shape)
    verdict.check_raises(OverflowError, "a shape beyond Py_ssize_t", zeros, 2**63)
    verdict.check_raises(MemoryError, "more memory than there is", zeros, 2**62)


def check_life(verdict: Violations, c_exporter: Any, testbuffer: Any) -> None:
    """Check export counts, release, weak references, the garbage collector, references to the type."""
    array = c_exporter.zeros(16)
    views = [memoryview(array), memoryview(array), testbuffer.ndarray(array, getbuf=0)]
    verdict.check(array.exports == 3, "each Py_buffer counts as one export")
    verdict.check_raises(BufferError, "release while exported", array.release)
    verdict.check(array.exports == 3, "a refused release changes nothing")
    views[0][3] = 9
    views.clear()
    verdict.check(array.exports == 0 and array[3] == 9, "releases count back to zero, and the bytes stay")

    class Releasing:
        def __index__(self) -> int:
            array.release()
            return 0

    verdict.check_raises(ValueError, "an index that releases the memory", getitem, array, Releasing())
    verdict.check_raises(BufferError, "a view of released memory", memoryview, array)
    verdict.check_raises(ValueError, "a write to released memory", setitem, array, 0, 1)
    array.release()

    owned = c_exporter.zeros(16, "d")
    view = memoryview(owned)
    died: list[int] = []
    reference = weakref.ref(owned, lambda _: died.append(1))
    verdict.check(gc.is_tracked(owned), "an array is tracked by the garbage collector")
    verdict.check(type(owned) in gc.get_referents(owned), "an array visits its type")
    del owned
    verdict.check(reference() is not None and view[15] == 0.0, "a view keeps its array alive")
    view.release()
    verdict.check(reference() is None and died == [1], "the last release frees the array")

    kind = type(array)
    before = sys.getrefcount(kind)
    arrays = [c_exporter.zeros(k) for k in range(100)]
    verdict.check(sys.getrefcount(kind) == before + 100, "an array holds one reference to its type")
    arrays.clear()
    verdict.check(sys.getrefcount(kind) == before, "and drops it")
    verdict.check_raises(TypeError, "arrays are made by zeros alone", kind)


def main(folder: str) -> int:
    """Run every check against the extensions in `folder`; 0 if nothing is violated."""
    sys.path.insert(0, folder)
    c_exporter = importlib.import_module("c_exporter")
    measure = importlib.import_module("measure")
    try:
        testbuffer = importlib.import_module("_testbuffer")
    except ImportError:
        print("CPython's _testbuffer is missing: use a Python that was built with its test modules.", file=sys.stderr)
        return 1
    verdict = Violations()
    check_requests(verdict, c_exporter, measure, testbuffer)
    check_items(verdict, c_exporter)
    check_life(verdict, c_exporter, testbuffer)
    for fact in verdict.found[:20]:
        print(f"  violated: {fact}", file=sys.stderr)
    print(f"c_exporter: {verdict.checked} facts checked, {len(verdict.found)} violations")
    return 1 if verdict.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
