"""The calls that test_out_of_memory.py runs while memory runs out. Run as a program: one case, in a process of its own.

    python out_of_memory_cases.py extension <case> <helpers>      what the extension allocates fails
    python out_of_memory_cases.py interpreter <case> <helpers>    what CPython allocates fails

The helpers are the paths of failing_allocator.so, which is loaded before the C library, and of the extensions
failing_memory, abi_probe and swiftbuf_probe. For n = 1, 2, … the case is set up anew and called with its n-th
allocation failing, until none fails any more. Prints, as JSON, how many were tried, how many calls ended in
MemoryError, how many succeeded all the same, and what was wrong.
"""

from __future__ import annotations

import _imp
import _testbuffer
import array
import binascii
import codecs
import copy as copy_module
import ctypes
import gc
import importlib.util
import json
import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import _swiftbuf
import swiftbuf
import swiftbuf._pickling  # which the first pickling would import
from swiftbuf import Buffer, copy, empty, frombuffer, full, zeros

codecs.lookup("latin1")  # which the first unpickling of an old protocol would import

LONG = "T{d:position_in_metres:i:count:4x}"  # stands in a block, with the dimensions
DEEP = (2,) + (1,) * 9 + (3,)  # so do more than four dimensions
MAPPED = 5 << 20  # bytes from 4 MiB on are mapped
# Made here, because CPython 3.11 leaks a reference to DEEP when it gets no memory for `(*DEEP, 99)`.
DEEP_OF_7, DEEP_OF_99, DEEP_MAPPED = (*DEEP, 7), (*DEEP, 99), (*DEEP, MAPPED)
AN_IMPORT = "an import"
REFUSALS = (BufferError, TypeError, ValueError)
HELPERS: dict[str, str] = {}  # paths of extensions, by their names


def helper(name: str) -> ModuleType:
    """Return one of the extensions that the tests bring along."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HELPERS[name])
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass(frozen=True)
class Case:
    """A call, what is there before it, and the least number of allocations that the extension itself makes."""

    call: Callable[[Any], Any]
    given: Callable[[], Any] = lambda: None
    allocations: int = 1
    extension: Callable[[], ModuleType] = lambda: _swiftbuf


def import_again(spec: object) -> object:
    """Load the extension into a second module object: type, capsule, constants."""
    module = _imp.create_dynamic(spec)
    _imp.exec_dynamic(module)
    return module


def numbered(shape: Any, format: str = "B", order: str = "C") -> swiftbuf.Buffer:
    """Return a Buffer whose bytes can be told apart, at its start."""
    buffer = zeros(shape, format, order)
    view = memoryview(buffer.T if order == "F" else buffer).cast("B") if format == "B" and buffer.contiguous else None
    for index in range(min(len(view), 256) if view else 0):
        view[index] = index
    return buffer


def indirect() -> Any:
    """Return CPython's own exporter with rows behind pointers."""
    return _testbuffer.ndarray([1.0, 2.0, 3.0, 4.0], shape=[2, 2], format="d", flags=_testbuffer.ND_PIL)


def a_block() -> Any:
    """Return memory of another extension."""
    return helper("abi_probe").block(b"12345678", False)


def swift_probe() -> ModuleType:
    """Return the extension in Embedded Swift."""
    return helper("swiftbuf_probe")


def borrowed(exporter: Any) -> Any:
    """Return an exporter that was borrowed from: what the first borrow of a process keeps is there then."""
    swift_probe().total_of_program(exporter)
    return exporter


def refusal(call: Callable[..., object], *arguments: object) -> str:
    """Return the text of the error that a call ends in."""
    try:
        call(*arguments)
    except REFUSALS as error:
        return str(error)
    raise AssertionError("the call was not refused")


CASES = {
    # Making memory: the block that describes it, and the memory, together if it is small.
    "zeros": Case(lambda _: zeros((3, 5), "d")),
    "zeros without items": Case(lambda _: zeros(0)),
    "zeros without dimensions": Case(lambda _: zeros((), "d")),
    "zeros on the heap": Case(lambda _: zeros((99, 99)), allocations=2),
    "zeros, mapped": Case(lambda _: zeros(MAPPED), allocations=2),
    "zeros of many dimensions": Case(lambda _: zeros(DEEP, "d"), allocations=2),
    "zeros of a long format": Case(lambda _: zeros((3, 5), LONG), allocations=2),
    "zeros of many dimensions and a long format": Case(lambda _: zeros(DEEP_OF_99, LONG, "F"), allocations=3),
    "empty": Case(lambda _: empty((3, 5), "d")),
    "empty on the heap": Case(lambda _: empty((99, 99), "d"), allocations=2),
    "empty, mapped": Case(lambda _: empty(MAPPED), allocations=2),
    "full": Case(lambda _: full((3, 5), 2.5, "d")),
    "full, mapped": Case(lambda _: full(MAPPED, 7), allocations=2),
    "full of text": Case(lambda _: full(999, b"abc", "20s"), allocations=2),
    "full of structs": Case(lambda _: full(9, (2.5, 3), LONG), allocations=3),
    "an item that is a struct": Case(lambda b: b[1, 2], lambda: numbered((3, 5), LONG)),
    "an item that is a struct, assigned": Case(
        lambda b: b.__setitem__(1, (list(range(40)), 2)), lambda: zeros(3, "T{40b:a:i:b:}"), 2
    ),
    "tolist of structs": Case(lambda b: b.tolist(), lambda: numbered((3, 5), LONG)),
    "copy of bytes": Case(lambda source: copy(source), lambda: b"some bytes"),
    "copy of many dimensions and a long format": Case(copy, lambda: zeros(DEEP_OF_99, LONG), 3),
    "copy, mapped": Case(copy, lambda: numbered(MAPPED), 2),
    "copy of strided items": Case(copy, lambda: numbered((99, 99)).T, 2),
    # Mapped files: the mapping, its owner, the storage block.
    "mapped": Case(swiftbuf.mapped, lambda: __file__, 3),
    "mapped, copy on write": Case(lambda file: swiftbuf.mapped(file, "c", "3s", DEEP, 5), lambda: __file__, 4),
    "mapped, no items": Case(lambda file: swiftbuf.mapped(file, shape=0), lambda: __file__, 2),
    # Views: the object, and a block for what does not fit in it.
    "T": Case(lambda b: b.T, lambda: numbered((3, 5)), 0),
    "T of many dimensions": Case(lambda b: b.T, lambda: numbered(DEEP)),
    "T of a long format": Case(lambda b: b.T, lambda: numbered((3, 5), LONG)),
    "transpose": Case(lambda b: b.transpose(1, 0), lambda: numbered((3, 5)), 0),
    "transpose of many dimensions": Case(lambda b: b.transpose(tuple(range(11))), lambda: numbered(DEEP)),
    "toreadonly": Case(lambda b: b.toreadonly(), lambda: numbered((3, 5)), 0),
    "toreadonly of many dimensions": Case(lambda b: b.toreadonly(), lambda: numbered(DEEP)),
    # Resizing.
    "resize, growing": Case(lambda b: b.resize((5, 7)), lambda: numbered((3, 5))),
    "resize, shrinking": Case(lambda b: b.resize((2, 5)), lambda: numbered((3, 5)), 0),
    "resize on the heap, growing": Case(lambda b: b.resize((200, 99)), lambda: numbered((99, 99))),
    "resize on the heap, shrinking": Case(lambda b: b.resize((90, 99)), lambda: numbered((99, 99))),
    "resize to the heap": Case(lambda b: b.resize((99, 99)), lambda: numbered((3, 5))),
    "resize from the heap to little": Case(lambda b: b.resize(3), lambda: numbered((99, 99))),
    "resize from the heap to nothing": Case(lambda b: b.resize(0), lambda: numbered((99, 99))),
    "resize to nothing": Case(lambda b: b.resize(0), lambda: numbered((3, 5)), 0),
    "resize from nothing": Case(lambda b: b.resize(100), lambda: numbered(0)),
    "resize of the shape alone": Case(lambda b: b.resize((5, 3)), lambda: numbered((3, 5)), 0),
    "resize in Fortran order": Case(lambda b: b.resize((6, 5)), lambda: numbered((3, 5), "B", "F")),
    "resize to many dimensions": Case(lambda b: b.resize(DEEP), lambda: numbered((2, 2)), 2),
    "resize from many dimensions": Case(lambda b: b.resize((30, 50)), lambda: numbered(DEEP)),
    "resize between many dimensions": Case(lambda b: b.resize(DEEP_OF_7), lambda: numbered(DEEP), 2),
    "resize of a long format": Case(lambda b: b.resize((30, 50)), lambda: numbered((3, 5), LONG), 2),
    "resize to a mapping": Case(lambda b: b.resize(MAPPED), lambda: numbered((3, 5))),
    "resize from the heap to a mapping": Case(lambda b: b.resize(MAPPED), lambda: numbered((99, 99))),
    "resize to a mapping and many dimensions": Case(lambda b: b.resize(DEEP_MAPPED), lambda: numbered((3, 5)), 2),
    "resize from a mapping to the heap": Case(lambda b: b.resize((99, 99)), lambda: numbered(MAPPED)),
    "resize of a mapping, growing": Case(lambda b: b.resize(3 * MAPPED), lambda: numbered(MAPPED)),
    "resize of a mapping, shrinking": Case(lambda b: b.resize(MAPPED), lambda: numbered(3 * MAPPED)),
    # Views by subscript: the object, and a block for what does not fit in it.
    "a slice": Case(lambda b: b[1:3], lambda: numbered(9), 0),
    "a slice of many dimensions": Case(lambda b: b[1:], lambda: numbered(DEEP)),
    "a slice of a long format": Case(lambda b: b[::-1], lambda: numbered((3, 5), LONG)),
    "a tuple of slices": Case(lambda b: b[1:, ..., ::-2], lambda: numbered((3, 5)), 0),
    "a tuple that adds many dimensions": Case(lambda b: b[1:, None, None, None, ::2], lambda: numbered((3, 5))),
    "a row": Case(lambda b: b[1], lambda: numbered((3, 5)), 0),
    "a field": Case(lambda b: b["count"], lambda: numbered((3, 5), LONG), 0),
    "a field of a long format": Case(lambda b: b["f"], lambda: zeros((3, 5), f"T{{b:a:{LONG}:f:}}")),
    "a field of many dimensions": Case(lambda b: b["f"], lambda: zeros((3, 5), "T{b:a:(2,2,2)i:f:}")),
    "iterating rows": Case(list, lambda: numbered((3, 5)), 0),
    # Other shapes.
    "reshape": Case(lambda b: b.reshape(5, 3), lambda: numbered((3, 5)), 0),
    "reshape to many dimensions": Case(lambda b: b.reshape(DEEP), lambda: numbered(6)),
    "reshape by a list": Case(lambda b: b.reshape([5, -1]), lambda: numbered((3, 5)), 0),
    "cast": Case(lambda b: b.cast("H", (2, 2)), lambda: numbered(8), 0),
    "cast to a long format": Case(lambda b: b.cast(LONG), lambda: numbered(48)),
    "cast to many dimensions": Case(lambda b: b.cast("b", DEEP), lambda: numbered(6)),
    "broadcast_to": Case(lambda b: b.broadcast_to((4, 5)), lambda: numbered(5), 0),
    "broadcast_to many dimensions": Case(lambda b: b.broadcast_to((2, 2, 2, 2, 5)), lambda: numbered(5)),
    "toreadonly of a long format": Case(lambda b: b.toreadonly(), lambda: numbered((3, 5), LONG)),
    # Another exporter's memory: what counts, and a block.
    "Buffer of bytes": Case(Buffer, lambda: b"some bytes"),
    "Buffer of a bytearray": Case(lambda given: Buffer(given[0]), lambda: (bytearray(b"some bytes"),)),
    "Buffer of a Buffer": Case(Buffer, lambda: numbered((3, 5)), 0),
    "Buffer of many dimensions": Case(lambda b: Buffer(memoryview(b)), lambda: numbered(DEEP), 2),
    "Buffer of a long format": Case(lambda b: Buffer(memoryview(b)), lambda: numbered((3, 5), LONG), 2),
    "frombuffer": Case(lambda source: frombuffer(source, "H", (2, 2), 2), lambda: b"some bytes"),
    "frombuffer of a long format": Case(lambda source: frombuffer(source, LONG), lambda: bytes(48), 2),
    "frombuffer of many dimensions": Case(lambda source: frombuffer(source, "B", DEEP), lambda: bytes(48), 2),
    # Copies.
    "copy()": Case(lambda b: b.copy(), lambda: numbered((3, 5))),
    "copy() on the heap": Case(lambda b: b[::2].copy("F"), lambda: numbered((99, 99)), 2),
    "copy(), mapped": Case(lambda b: b.copy("K"), lambda: numbered(MAPPED), 2),
    "copy() to another byte order": Case(lambda b: b.copy("A", ">i"), lambda: numbered((3, 5), "i")),
    "copy() of many dimensions and a long format": Case(lambda b: b.copy(), lambda: numbered(DEEP_OF_99, LONG), 3),
    "tobytes in Fortran order": Case(lambda b: b.tobytes("F"), lambda: numbered((3, 5)), 0),
    "hex": Case(lambda b: b.hex("-", 2), lambda: numbered((3, 5)), 0),
    # Writing.
    "an assignment": Case(lambda b: b.__setitem__(slice(1, 3), b"ab"), lambda: numbered(9), 0),
    "an assignment of a number": Case(lambda b: b.__setitem__(slice(1, 3), 7), lambda: numbered(9), 0),
    "an assignment to overlapping rows": Case(
        lambda b: b.__setitem__((slice(1, None), slice(None)), b[:-1, ::-1]), lambda: numbered((9, 9)), 0
    ),
    "an assignment of a transposition": Case(lambda b: b.__setitem__(..., b.T), lambda: numbered((99, 99))),
    "an assignment of structs": Case(
        lambda given: given[0].__setitem__(slice(2), given[1]), lambda: (numbered(3, LONG), full(2, (2.5, 7), LONG)), 0
    ),
    "an assignment of one struct": Case(lambda b: b.__setitem__(..., (2.5, 7)), lambda: numbered(3, LONG)),
    "an assignment to a field": Case(lambda b: b.__setitem__("count", 7), lambda: numbered((3, 5), LONG), 0),
    "fill": Case(lambda b: b.fill(7), lambda: numbered((3, 5)), 0),
    "fill with structs": Case(lambda b: b.fill((2.5, 7)), lambda: numbered((3, 5), LONG)),
    "fill with texts": Case(lambda b: b.fill(b"abc"), lambda: zeros(3, "200s")),
    # Comparing and finding.
    "==": Case(lambda b: b == b.toreadonly(), lambda: numbered((3, 5)), 0),
    "== of other exporters": Case(lambda b: b == bytes(range(15)), lambda: numbered(15), 0),
    "== of structs": Case(
        lambda given: given[0] == given[1], lambda: (numbered(3, LONG), numbered(3, "T{f:a:q:b:}")), 2
    ),
    "!= of structs": Case(
        lambda given: given[0] != given[1], lambda: (numbered(3, LONG), numbered(3, "T{f:a:q:b:}")), 2
    ),
    "hash": Case(hash, lambda: Buffer(bytes(9)), 0),
    "index": Case(lambda b: b.index(3), lambda: full(4, 3, "d"), 0),
    "count": Case(lambda b: b.count((2.5, 7)), lambda: full(4, (2.5, 7), LONG)),
    # An int of one digit (below 2**30) would need no memory: from 3.14 on CPython keeps such objects for the next ones.
    "in": Case(lambda b: (10**18, 2.5) in b, lambda: full(4, (10**18, 2.5), "T{q:a:d:b:}"), 1),
    # What allocates through CPython alone.
    "tolist": Case(lambda b: b.tolist(), lambda: numbered((3, 5)), 0),
    "tobytes": Case(lambda b: b.tobytes(), lambda: numbered((3, 5)).T, 0),
    "tobytes, mapped": Case(lambda b: b.tobytes(), lambda: numbered(MAPPED), 0),
    "reading items": Case(lambda b: [b[0], b[1]], lambda: full(2, 2.0**60, "d"), 0),
    "reading complex items": Case(lambda b: b[0, 0], lambda: zeros((1, 1), "Zd"), 0),
    "attributes": Case(
        lambda b: (b.shape, b.strides, b.format, b.nbytes, repr(b), b.__sizeof__()), lambda: zeros(DEEP, LONG), 0
    ),
    "memoryview": Case(lambda b: memoryview(b), lambda: numbered((3, 5)), 0),
    "release": Case(lambda b: b.release(), lambda: numbered(DEEP), 0),
    "a refused export": Case(lambda b: refusal(binascii.crc32, b), lambda: numbered((3, 5)).T, 0),
    "a refused shape": Case(lambda _: refusal(zeros, (2, -1)), allocations=0),
    "a refused format": Case(lambda _: refusal(zeros, 1, "T{i"), allocations=0),
    "a refused value": Case(lambda b: refusal(b.__setitem__, (0, 0), 1000), lambda: numbered((3, 5)), 0),
    "a refused slice": Case(lambda b: refusal(b.__getitem__, slice(0, 1, 0)), lambda: numbered(3), 0),
    "a refused field": Case(lambda b: refusal(b.__getitem__, "no field"), lambda: numbered((3, 5), LONG), 0),
    "a refused reshape": Case(lambda b: refusal(b.T.reshape, 15), lambda: numbered((3, 5)), 0),
    "a refused cast": Case(lambda b: refusal(b.cast, "d"), lambda: numbered((3, 5)), 0),
    "a refused assignment": Case(lambda b: refusal(b.__setitem__, ..., b"abcd"), lambda: numbered((3, 5)), 0),
    "a refused import": Case(lambda _: refusal(Buffer, "text"), allocations=0),
    "a refused resizing": Case(lambda given: refusal(given[0].resize, 3), lambda: (b := numbered((3, 5)), b.T), 0),
    # Pickling and copying by Python's modules.
    "pickling": Case(pickle.dumps, lambda: numbered((3, 5)), 0),
    "pickling of many dimensions": Case(pickle.dumps, lambda: numbered(DEEP), 2),
    "pickling of strided items": Case(pickle.dumps, lambda: numbered((9, 9))[::2, ::2]),
    "pickling out of band": Case(
        lambda b: (out := [], pickle.dumps(b, 5, buffer_callback=out.append)), lambda: numbered((3, 5)), 0
    ),
    "pickling by an old protocol": Case(lambda b: pickle.dumps(b, 2), lambda: numbered((3, 5)), 0),
    "unpickling": Case(pickle.loads, lambda: pickle.dumps(numbered((3, 5)))),
    "unpickling of many dimensions": Case(pickle.loads, lambda: pickle.dumps(numbered(DEEP)), 3),
    "unpickling of an old protocol": Case(pickle.loads, lambda: pickle.dumps(numbered((3, 5)).T, 2)),
    "copy.copy": Case(copy_module.copy, lambda: numbered((3, 5))),
    "copy.deepcopy": Case(lambda b: copy_module.deepcopy([b, b]), lambda: numbered((3, 5))),
    # Items behind pointers.
    "Buffer of items behind pointers": Case(lambda given: Buffer(given[0]), lambda: (indirect(),)),
    "a copy of items behind pointers": Case(lambda b: b.copy(), lambda: Buffer(indirect())),
    "tolist of items behind pointers": Case(lambda b: b.tolist(), lambda: Buffer(indirect()), 0),
    "a slice of items behind pointers": Case(lambda b: b[1:, ::-1], lambda: Buffer(indirect()), 0),
    # Other ways in and out.
    "iterating items": Case(list, lambda: full(9, 2.0**60, "d"), 0),
    "flush": Case(lambda b: b.flush(), lambda: swiftbuf.mapped(__file__), 0),
    "a view with a block that dies": Case(lambda given: given[0].T.toreadonly()[::-1], lambda: (numbered(DEEP),), 3),
    "bytes of a Buffer": Case(bytes, lambda: numbered((3, 5)).T, 0),
    # Through the capsule, in another extension's name: the Buffer's block of dimensions.
    "a Buffer by the C ABI": Case(
        lambda given: helper("abi_probe").make(given[0], 0, (8,), None, "B", False, None), lambda: (a_block(),), 0
    ),
    "a Buffer of many dimensions by the C ABI": Case(
        lambda given: helper("abi_probe").make(given[0], 0, (2, 1, 1, 2, 1, 2), None, "B", False, None),
        lambda: (a_block(),),
    ),
    "a part of a Buffer by the C ABI": Case(
        lambda b: helper("abi_probe").make_part(b, 2, (3, 1, 1, 1, 1), None, "B", False, None), lambda: numbered(9)
    ),
    # Borrows of an extension in Embedded Swift: of memory that lies as it is wanted nothing is allocated.
    "a borrow": Case(lambda b: helper("swiftbuf_probe").total(b), lambda: zeros((3, 5), "d"), 0, swift_probe),
    "a borrow from another exporter": Case(
        lambda given: helper("swiftbuf_probe").total(given[0]), lambda: (array.array("d", [1, 2]),), 0, swift_probe
    ),
    "a borrow of a program": Case(
        lambda b: swift_probe().total_of_program(b), lambda: borrowed(zeros((3, 5), "d")), 0, swift_probe
    ),
    "a borrow of a program from another exporter": Case(
        lambda given: swift_probe().total_of_program(given[0]),
        lambda: (borrowed(array.array("d", [1, 2])),),
        0,
        swift_probe,
    ),
    "a borrow that copies": Case(
        lambda b: helper("swiftbuf_probe").total_of_copy(b), lambda: zeros((99, 5), "d").T, 1, swift_probe
    ),
    "a borrow that copies from another exporter": Case(
        lambda given: helper("swiftbuf_probe").total_of_copy(given[0]), lambda: (indirect(),), 1, swift_probe
    ),
    "a borrow at any strides": Case(
        lambda b: helper("swiftbuf_probe").total_of_strides(b), lambda: zeros(DEEP, "d").T, 0, swift_probe
    ),
    "a borrow that writes": Case(
        lambda b: helper("swiftbuf_probe").double_strides(b), lambda: zeros((9, 9), "d")[::2], 0, swift_probe
    ),
    "a refused borrow": Case(
        lambda b: refusal(helper("swiftbuf_probe").total, b), lambda: zeros((3, 5), "f"), 0, swift_probe
    ),
    AN_IMPORT: Case(import_again, lambda: _swiftbuf.__spec__, 0),
}

# CPython makes a type only while it has memory. Without, PyType_FromModuleAndSpec returns NULL with no exception set
# (3.11 and 3.12, for _lzma and _ssl as well) or reads a wild pointer (3.13.0).
# From 3.12 on it also crashes over a function for which it finds no memory (PyFunction_NewWithQualName), and what
# pickles a Buffer, which is written in Python, makes one.
# A debug build of 3.11 asserts, in the interpreter's loop, over a function written in Python for whose call another one
# finds no memory; `refusal` is one, and pickle and copy run some.
if sys.version_info >= (3, 12):
    CRASHES_CPYTHON: tuple[str, ...] = ("pickling",)
elif hasattr(sys, "gettotalrefcount"):
    CRASHES_CPYTHON = ("pickling", "copy.deepcopy", "a refused")
else:
    CRASHES_CPYTHON = ()
CASES_OF_CPYTHON = [name for name in CASES if name != AN_IMPORT and not name.startswith(CRASHES_CPYTHON)]

# These run functions written in Python, and of one whose frame or cell finds no memory CPython loses the arguments
# (3.11); pickle calls a lack of memory a PicklingError.
IN_PYTHON = [name for name in CASES if name.startswith(("pickling", "unpickling", "copy."))]


@dataclass
class Result:
    """What came of one case."""

    tried: int = 0  # calls in which an allocation failed
    memory_errors: int = 0
    successes: int = 0  # calls that succeeded although an allocation failed
    wrong: list[str] = field(default_factory=list)


def state_of(given: Any) -> object:
    """Return all that a call that fails must leave as it was."""
    if isinstance(given, str):  # a file that is not mapped
        return given, given in Path("/proc/self/maps").read_text(), os.listdir("/proc/self/fd")
    if isinstance(given, tuple):
        return [state_of(each) for each in given]
    if not isinstance(given, swiftbuf.Buffer):
        return given
    head = bytes(memoryview(given).cast("B")[:256]) if given.c_contiguous and given.nbytes else given.tobytes()[:256]
    address = (
        ctypes.addressof(ctypes.c_char.from_buffer(given))
        if given.nbytes and given.c_contiguous and not given.readonly
        else 0
    )
    return (given.shape, given.strides, given.format, given.nbytes, given.readonly, given.exports, head, address)


def attempt(case: Case, arm: Callable[[], None], disarm: Callable[[], int], result: Result, where: str) -> int:
    """Call once with memory running out; return how many allocations failed."""
    given = case.given()
    before, bytes_before = state_of(given), swiftbuf.allocated_bytes()
    value, failed = None, False
    call = case.call
    gc.collect()  # clears CPython's free lists, so that what it would take from them is allocated
    arm()
    try:
        value = call(given)
    except (MemoryError, pickle.PicklingError):
        failed = True
    except BaseException as error:
        failed = True
        failures = disarm()
        result.wrong.append(f"{where}: {type(error).__name__}: {error}")
        return failures
    finally:
        failures = disarm()
    if failed:
        result.memory_errors += 1
        gc.collect()
        if state_of(given) != before:
            result.wrong.append(f"{where}: {before} has become {state_of(given)}")
        if swiftbuf.allocated_bytes() != bytes_before:
            result.wrong.append(f"{where}: {bytes_before} bytes have become {swiftbuf.allocated_bytes()}")
    elif failures:
        result.successes += 1
    result.tried += failures > 0
    del value
    return failures


def code_of(extension: str) -> tuple[int, int]:
    """Return where the extension stands in this process."""
    extension = os.path.realpath(extension)
    with open("/proc/self/maps") as maps:
        ranges = [line.split("-", 1) for line in maps if line.rstrip().endswith(extension)]
    return min(int(start, 16) for start, _ in ranges), max(int(rest.split()[0], 16) for _, rest in ranges)


def extension_runs_out(case: Case) -> Result:
    """Let the n-th allocation of the extension fail."""
    allocator = ctypes.CDLL(HELPERS["failing_allocator"])
    allocator.failing_allocator_disarm.restype = ctypes.c_long
    arguments = [ctypes.c_size_t(address) for address in code_of(case.extension().__file__)]
    return each_fails(
        case,
        lambda number, onwards: allocator.failing_allocator_arm(*arguments, ctypes.c_long(number), int(onwards)),
        allocator.failing_allocator_disarm,
    )


def interpreter_runs_out(case: Case) -> Result:
    """Let the n-th allocation of CPython fail."""
    failing_memory = helper("failing_memory")
    return each_fails(case, failing_memory.arm, failing_memory.disarm)


def each_fails(case: Case, arm: Callable[[int, bool], None], disarm: Callable[[], int]) -> Result:
    """Let each allocation fail, alone and with all behind it."""
    result = Result()
    for onwards in (False, True):
        number = 1
        where = "and all behind it" if onwards else "alone"
        while attempt(case, lambda n=number, o=onwards: arm(n, o), disarm, result, f"allocation {number} {where}"):
            number += 1
    return result


def main() -> None:
    """Run one case and print its result."""
    kind, name, *helpers = sys.argv[1:]
    HELPERS.update((Path(path).name.split(".")[0], path) for path in helpers)
    for extension in ("failing_memory", "abi_probe", "swiftbuf_probe"):
        helper(extension)  # now, and not in the first call, with memory running out
    gc.disable()
    gc.freeze()
    before = swiftbuf.allocated_bytes()
    result = extension_runs_out(CASES[name]) if kind == "extension" else interpreter_runs_out(CASES[name])
    gc.collect()
    if swiftbuf.allocated_bytes() != before and (kind == "extension" or name not in IN_PYTHON):
        result.wrong.append(f"{swiftbuf.allocated_bytes() - before} bytes are left over at the end")
    print(json.dumps(result.__dict__))


if __name__ == "__main__":
    main()
