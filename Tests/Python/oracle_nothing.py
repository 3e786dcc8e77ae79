"""Items of no bytes: every operation of a Buffer, on every way to such items, in shapes of 0 to 3 dimensions.

A case is one operation on one Buffer. It is an exception of a class that the operation may have, or a result, and
results agree with each other: no bytes are `nbytes` bytes, a copy has the same shape, a list has as many values as the
shape says."""

from __future__ import annotations

import copy
import ctypes
import gc
import io
import itertools
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf
from oracle_judge import Judge

SHAPES: list[tuple[int, ...]] = [(), (0,), (1,), (3,), (2, 3), (0, 2), (2, 0), (1, 1, 1), (2, 3, 2), (2, 0, 3)]
FORMATS = [
    "0s", "0x", "0p", "0w", "0u", "T{}", "0i", "(0)i", "(2,0)d", "0s0s", "T{0s:a:}", "T{T{}:a:}",
    "T{0s:a:0w:b:T{}:c:}", "T{(0)i:a:}", "(2)0s",
    "(3)T{}", "2T{}", "0T{i:a:}", "T{(0)T{i:a:}:a:}", "<0s", "=0w", ">0u", "(2,3)T{0x:a:}",
]  # fmt: skip
DTYPES: list[Any] = [
    "S0", "U0", "V0", [], [("a", "S0")], [("a", [])], [("a", "U0"), ("b", "V0")], [("a", "i4", (0,))], [("a", [("b",
    "S0")], (2, 3))],
]  # fmt: skip
REFUSALS = (ValueError, TypeError, NotImplementedError, BufferError, IndexError, AttributeError, OverflowError)


class Nothing(ctypes.Structure):
    """A structure without fields."""

    _fields_ = ()


class Around(ctypes.Structure):
    """One that has such a field between others."""

    _fields_ = [("a", ctypes.c_int), ("f", Nothing), ("g", Nothing * 3), ("k", ctypes.c_int)]


class Holder(ctypes.Structure):
    _fields_ = [("f", Nothing)]


def of_ctypes(kind: Any, shape: tuple[int, ...]) -> Any:
    for n in reversed(shape):
        kind = kind * n
    return kind()


def numpy_array(dtype: Any, shape: tuple[int, ...]) -> np.ndarray:
    return np.ndarray(shape, np.dtype(dtype))


Source = Callable[[tuple[int, ...]], swiftbuf.Buffer]
SOURCES: dict[str, Source] = {}
for each in FORMATS:
    SOURCES[f"zeros {each}"] = lambda shape, f=each: swiftbuf.zeros(shape, f)
    SOURCES[f"empty {each}, F"] = lambda shape, f=each: swiftbuf.empty(shape, f, "F")
    SOURCES[f"frombuffer {each}"] = lambda shape, f=each: swiftbuf.frombuffer(bytes(8), f, shape)
    SOURCES[f"frombuffer of none {each}"] = lambda shape, f=each: swiftbuf.frombuffer(b"", f)
    SOURCES[f"cast {each}"] = lambda shape, f=each: swiftbuf.zeros(math.prod(shape)).cast(f, shape)
    SOURCES[f"cast last dimension {each}"] = lambda shape, f=each: swiftbuf.zeros(shape, "i").cast(f)
    SOURCES[f"field {each}"] = lambda shape, f=each: swiftbuf.zeros(shape, f"T{{i:a:{f}:f:i:k:}}")["f"]
    SOURCES[f"last field {each}"] = lambda shape, f=each: swiftbuf.zeros(shape, f"T{{i:a:{f}:f:}}")["f"]
    SOURCES[f"strided field {each}"] = lambda shape, f=each: swiftbuf.zeros((*shape, 4), f"T{{i:a:{f}:f:}}")[..., ::-2][
        "f"
    ]
    SOURCES[f"pickle {each}"] = lambda shape, f=each: swiftbuf._rebuild_buffer(b"", f, shape, "C", False)
for dtype in DTYPES:
    SOURCES[f"NumPy's {dtype}"] = lambda shape, d=dtype: swiftbuf.Buffer(numpy_array(d, shape))
    SOURCES[f"NumPy's {dtype} by memoryview"] = lambda shape, d=dtype: swiftbuf.Buffer(
        memoryview(numpy_array(d, shape))
    )
    SOURCES[f"NumPy's field {dtype}"] = lambda shape, d=dtype: swiftbuf.Buffer(
        np.zeros(shape, [("f", d), ("k", "i4")])
    )["f"]
    SOURCES[f"NumPy's last field {dtype}"] = lambda shape, d=dtype: swiftbuf.Buffer(
        np.zeros(shape, [("k", "i4"), ("f", d)])
    )["f"]
    SOURCES[f"NumPy's copied field {dtype}"] = lambda shape, d=dtype: swiftbuf.copy(
        np.zeros(shape, [("k", "i4"), ("f", d)])
    )["f"]
    SOURCES[f"copy of NumPy's {dtype}"] = lambda shape, d=dtype: swiftbuf.copy(numpy_array(d, shape))
for name, kind in [("a structure", Nothing), ("a structure in one", Holder)]:
    SOURCES[f"ctypes: {name}"] = lambda shape, k=kind: swiftbuf.Buffer(of_ctypes(k, shape))
for field in "fg":
    SOURCES[f"ctypes: a field of {field}"] = lambda shape, f=field: swiftbuf.Buffer(of_ctypes(Around, shape))[f]


def same_shape(b: swiftbuf.Buffer, other: Any) -> bool:
    return bool(other.shape == b.shape and other.ndim == b.ndim)


def lists(b: swiftbuf.Buffer, values: Any) -> bool:
    """Whether nested lists have the shape of a Buffer."""
    for n in b.shape:
        if not isinstance(values, list) or len(values) != n:
            return False
        if n == 0:
            return True
        values = values[0]
    return True


def agree(b: swiftbuf.Buffer, _: Any) -> bool:
    """Whether all that a Buffer says of itself fits together."""
    says = (b.ndim, len(b.shape), len(b.strides))
    return b.nbytes == b.itemsize * math.prod(b.shape) == 0 and len(set(says)) == 1 and isinstance(b.format, str)


def view_agrees(b: swiftbuf.Buffer, view: swiftbuf.Buffer) -> bool:
    return isinstance(view, swiftbuf.Buffer) and agree(view, None) and view.tobytes() == b""


def made_of(b: swiftbuf.Buffer, order: Any) -> bool:
    return bool(b.copy(order=order).tobytes() == b"")


NO_VALUES: list[Any] = [b"", "", (), [], 0, None, bytearray(), ((),), b"x", 1.5]
KEYS: list[Any] = [
    0,
    -1,
    slice(None),
    slice(None, None, -1),
    slice(0, 0),
    slice(None, None, 2),
    ...,
    None,
    (),
    (0, 0),
    (..., 0),
    "f",
    "a",
]
Operation = tuple[Callable[[swiftbuf.Buffer], Any], Callable[[swiftbuf.Buffer, Any], bool] | None]
OPERATIONS: dict[str, Operation] = {
    "attributes": (lambda b: None, agree),
    "contiguous": (lambda b: (b.c_contiguous, b.f_contiguous, b.contiguous), lambda b, r: r[2] == (r[0] or r[1])),
    "suboffsets, readonly, obj": (lambda b: (b.suboffsets, b.readonly, b.obj), None),
    "len": (len, lambda b, r: r == b.shape[0]),
    "list": (list, lambda b, r: len(r) == b.shape[0]),
    "reversed": (lambda b: list(reversed(b)), lambda b, r: len(r) == b.shape[0]),
    "tolist": (lambda b: b.tolist(), lists),
    "tobytes": (lambda b: [b.tobytes(order) for order in ("C", "F", "A", None)], lambda b, r: r == [b""] * 4),
    "hex": (lambda b: (b.hex(), b.hex(":"), b.hex("-", 2)), lambda b, r: r == ("",) * 3),
    "bytes": (bytes, lambda b, r: r == b""),
    "bytearray": (bytearray, lambda b, r: r == b""),
    "repr": (repr, lambda b, r: "0 bytes" in r),
    "toreadonly": (lambda b: b.toreadonly(), lambda b, r: r.readonly and view_agrees(b, r)),
    "T": (lambda b: b.T, lambda b, r: r.shape == b.shape[::-1] and view_agrees(b, r)),
    "transpose": (
        lambda b: b.transpose(*reversed(range(b.ndim))),
        lambda b, r: r.shape == b.shape[::-1] and view_agrees(b, r),
    ),
    "reshape flat": (
        lambda b: b.reshape(math.prod(b.shape)),
        lambda b, r: r.shape == (math.prod(b.shape),) and view_agrees(b, r),
    ),
    "reshape -1": (lambda b: b.reshape(-1), lambda b, r: view_agrees(b, r)),
    "reshape 1": (lambda b: b.reshape(1, *b.shape), lambda b, r: view_agrees(b, r)),
    "broadcast_to": (
        lambda b: b.broadcast_to((4, *b.shape)),
        lambda b, r: r.shape == (4, *b.shape) and view_agrees(b, r),
    ),
    "broadcast_to very many": (lambda b: b.broadcast_to((2**62, *b.shape)), lambda b, r: view_agrees(b, r)),
    "fill nothing": (lambda b: b.fill(b""), lambda b, r: r is None),
    "hash": (lambda b: hash(b.toreadonly()), None),
    "==": (
        lambda b: (b == b, b != b, b == b.toreadonly()),
        lambda b, r: r in ((True, False, True), (False, True, False)),
    ),
    "== others": (
        lambda b: [b == x for x in (b"", [], 0, memoryview(b""), np.zeros(0))],
        lambda b, r: set(r) <= {True, False},
    ),
    "release": (lambda b: b.release(), lambda b, r: r is None),
    "resize": (lambda b: b.resize(5), lambda b, r: agree(b, r) and b.shape == (5,)),
    "resize to very many": (lambda b: b.resize(2**62), lambda b, r: agree(b, r)),
    "flush": (lambda b: b.flush(), None),
    "with": (lambda b: b.__enter__().__exit__(None, None, None), None),
    "memoryview": (memoryview, lambda b, r: r.nbytes == 0 and r.shape == b.shape and r.tobytes() == b""),
    "memoryview of a memoryview": (lambda b: memoryview(memoryview(b)[:1] if b.ndim == 1 else memoryview(b)), None),
    "memoryview.tolist": (lambda b: memoryview(b).tolist(), None),
    "memoryview ==": (lambda b: memoryview(b) == memoryview(b), None),
    "memoryview.cast": (lambda b: memoryview(b).cast("B"), lambda b, r: r.nbytes == 0),
    "np.asarray": (np.asarray, lambda b, r: same_shape(b, r) or r.nbytes == 0),
    "np.array": (np.array, None),  # NumPy makes its texts one character long
    "np.frombuffer": (lambda b: np.frombuffer(b, "u1"), lambda b, r: r.nbytes == 0),
    "Buffer": (swiftbuf.Buffer, lambda b, r: same_shape(b, r) and view_agrees(b, r) and r.format == b.format),
    "Buffer of a memoryview": (
        lambda b: swiftbuf.Buffer(memoryview(b)),
        lambda b, r: same_shape(b, r) and view_agrees(b, r),
    ),
    "swiftbuf.copy": (swiftbuf.copy, lambda b, r: same_shape(b, r) and view_agrees(b, r)),
    "frombuffer": (lambda b: swiftbuf.frombuffer(b), lambda b, r: r.nbytes == 0),
    "frombuffer of the same format": (lambda b: swiftbuf.frombuffer(b, b.format), lambda b, r: view_agrees(b, r)),
    "copy.copy": (copy.copy, lambda b, r: same_shape(b, r) and view_agrees(b, r)),
    "copy.deepcopy": (copy.deepcopy, lambda b, r: same_shape(b, r) and view_agrees(b, r)),
    "PickleBuffer": (lambda b: pickle.PickleBuffer(b).raw(), lambda b, r: r.nbytes == 0),
    "io": (lambda b: (io.BytesIO().write(b), io.BytesIO(b"abc").readinto(b)), lambda b, r: r == (0, 0)),
    "join": (lambda b: b"-".join([b, b]), lambda b, r: r == b"-"),
    "copied == ": (lambda b: (b.copy() == b, b == b), lambda b, r: r[0] is r[1]),
    "ctypes": (lambda b: ctypes.c_char.from_buffer(b), None),
    "empty ctypes": (lambda b: (ctypes.c_char * 0).from_buffer(b), None),
    "class": (lambda b: type(b)[int], None),
    "del item": (lambda b: b.__delitem__(0), None),
}
for each in "CFAK":
    OPERATIONS[f"copy {each}"] = (
        lambda b, o=each: b.copy(order=o),
        lambda b, r: same_shape(b, r) and view_agrees(b, r),
    )
for each in ["B", "i", "0s", "T{}", ">d"]:
    OPERATIONS[f"copy to {each}"] = (lambda b, f=each: b.copy(format=f), lambda b, r: view_agrees(b, r))
    OPERATIONS[f"cast to {each}"] = (lambda b, f=each: b.cast(f), lambda b, r: r.nbytes == 0)
    OPERATIONS[f"cast to {each}, one dimension"] = (lambda b, f=each: b.cast(f, (0,)), lambda b, r: r.nbytes == 0)
    OPERATIONS[f"cast to {each}, the shape"] = (lambda b, f=each: b.cast(f, b.shape), lambda b, r: r.nbytes == 0)
for protocol in range(2, 6):
    OPERATIONS[f"pickle {protocol}"] = (
        lambda b, p=protocol: pickle.loads(pickle.dumps(b, protocol=p)),
        lambda b, r: same_shape(b, r) and view_agrees(b, r),
    )
for key in KEYS:
    OPERATIONS[f"b[{key}]"] = (
        lambda b, k=key: b[k],
        lambda b, r: not isinstance(r, swiftbuf.Buffer) or view_agrees(b, r),
    )
    OPERATIONS[f"b[{key}] = itself"] = (lambda b, k=key: b.__setitem__(k, b), None)
for key, value in itertools.product([0, ..., ()], NO_VALUES):
    OPERATIONS[f"b[{key}] = {value!r}"] = (lambda b, k=key, v=value: b.__setitem__(k, v), None)
for value in NO_VALUES:
    OPERATIONS[f"{value!r} in b"] = (lambda b, v=value: v in b, lambda b, r: r in (True, False))
    OPERATIONS[f"count {value!r}"] = (lambda b, v=value: b.count(v), lambda b, r: 0 <= r <= b.shape[0])
    OPERATIONS[f"index {value!r}"] = (lambda b, v=value: b.index(v), lambda b, r: 0 <= r < b.shape[0])
    OPERATIONS[f"fill {value!r}"] = (lambda b, v=value: b.fill(v), lambda b, r: r is None and agree(b, r))
    OPERATIONS[f"full {value!r}"] = (
        lambda b, v=value: swiftbuf.full(b.shape, v, b.format),
        lambda b, r: view_agrees(b, r),
    )
for flags in (0, 1, 4, 8, 0x18, 0x1C, 0x38, 0x58, 0x98, 0x118, 0x11C, 0x11D):
    OPERATIONS[f"__buffer__ {flags:#x}"] = (lambda b, f=flags: b.__buffer__(f), lambda b, r: r.nbytes == 0)
for dtype in DTYPES:
    OPERATIONS[f"b[...] = NumPy's {dtype}"] = (lambda b, d=dtype: b.__setitem__(..., numpy_array(d, b.shape)), None)
    OPERATIONS[f"b == NumPy's {dtype}"] = (
        lambda b, d=dtype: b.__eq__(numpy_array(d, b.shape)),
        lambda b, r: r in (True, False, NotImplemented),
    )

NAMES = list(itertools.product(SOURCES, SHAPES, OPERATIONS))
STEP = 1_000_003  # a prime: so many rows further on is the next case, so that a few cases are of all the table


def run(seed: str, judge: Judge) -> None:
    """Judge one row of the table, by the number at the end of the seed."""
    source, shape, operation = NAMES[int(seed.rpartition(":")[2]) * STEP % len(NAMES)]
    where = f"{source}, shape {shape}: {operation}: "
    try:
        b = SOURCES[source](shape)
    except REFUSALS:
        judge.counts["cases without a Buffer"] += 1
        return
    call, check = OPERATIONS[operation]
    try:
        result = call(b)
    except REFUSALS:
        judge.counts["refused"] += 1
        return
    judge.counts["results"] += 1
    if check is not None:
        try:
            fits = check(b, result)
        except REFUSALS as error:
            judge.fault(
                f"{operation}: what comes of it cannot be asked",
                f"{where}{result!r:.200}: {type(error).__name__}: {error}",
            )
            return
        if not fits:
            judge.fault(f"{operation}: a result that does not fit", f"{where}{result!r:.200}")
    del result
    gc.collect(0)
    try:
        exports = b.exports
    except ValueError:
        return
    if exports and operation not in ("with",) and b.obj is None and "field" not in source:
        judge.fault("exports are left", f"{where}{exports}")
