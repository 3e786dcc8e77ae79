"""Items of no bytes: fields of them, and other exporters' items.

Every operation has an answer; none divides by their size.
"""

from __future__ import annotations

import ctypes
import itertools
import pickle
import zlib

import numpy as np
import pytest
import swiftbuf
from hypothesis import given
from hypothesis import strategies as st

# A member of no bytes, and what one of its values is.
MEMBERS = {
    "0s": b"", "0p": b"", "0w": "", "0u": "", "0x": b"", "T{}": (), "T{0s:a:0w:b:}": (b"", ""), "T{T{}:a:}": ((),),
    "T{0i:a:}": ([],), "T{(2)0s:a:}": ([b"", b""],),
}  # fmt: skip
SHAPES = [(), (1,), (3,), (0,), (2, 3), (3, 0), (2, 1, 2)]


def field(format: str, shape: tuple[int, ...]) -> swiftbuf.Buffer:
    """Return a field of no bytes."""
    return swiftbuf.zeros(shape, f"T{{i:before:{format}:f:i:after:}}")["f"]


def values(value: object, shape: tuple[int, ...]) -> object:
    """Return one value as nested lists of a shape."""
    return value if not shape else [values(value, shape[1:]) for _ in range(shape[0])]


CASES = list(itertools.product(MEMBERS, SHAPES))


@pytest.mark.parametrize(("format", "shape"), CASES)
def test_a_field_of_no_bytes_is_a_view_with_values(format, shape):
    v = field(format, shape)
    # struct fails at 0p, which memoryview hands it.
    assert (v.itemsize, v.nbytes, v.shape, v.format) == (0, 0, shape, format.replace("p", "s"))
    expected = values(MEMBERS[format], shape)
    assert v.tolist() == expected and v.tobytes() == b"" and v.hex() == "" and repr(v)
    assert v.tobytes("F") == b"" and bytes(v) == b""
    copy = v.copy()
    assert copy.shape == shape and copy.tolist() == expected and copy == v and v == v.T.T and v.copy("F") == v
    assert (v != field("1s", shape)) or 0 in shape
    for index in np.ndindex(shape):
        assert v[index] == MEMBERS[format]
    v.fill(MEMBERS[format])
    v[...] = v
    v[...] = copy
    if shape:
        assert (len(v) == shape[0] and list(v) == list(copy)) or len(shape) > 1
        assert v[::-1].shape == shape and v[:0].shape == (0, *shape[1:]) and v[:1].tolist() == expected[:1]
        assert v.broadcast_to((2, *shape)).tolist() == [expected] * 2
    assert v.reshape(-1).shape == (int(np.prod(shape)),) if 0 not in shape or len(shape) == 1 else True
    assert v.toreadonly() == v and v.transpose() == v.T


@pytest.mark.parametrize(("format", "shape"), CASES)
def test_it_is_given_to_consumers_as_numpy_gives_it(format, shape):
    v = field(format, shape)
    m = memoryview(v)
    assert (m.itemsize, m.nbytes, m.shape, m.tobytes()) == (0, 0, shape, b"")
    assert swiftbuf.Buffer(m) == v and swiftbuf.Buffer(m).tolist() == v.tolist()
    if format in ("0s", "0w", "T{}"):
        assert np.asarray(v).shape == shape
    for whole in (v, v.copy()):
        # Without a shape CPython itself divides by the itemsize.
        with pytest.raises(BufferError):
            zlib.crc32(whole)


@pytest.mark.parametrize("format", MEMBERS)
def test_what_needs_a_size_refuses_a_field_of_no_bytes(format):
    v = field(format, (2, 3))
    for other in ("B", "3s", "T{i:a:}"):
        with pytest.raises(TypeError, match="no bytes"):
            v.cast(other)
        with pytest.raises(TypeError, match="no bytes"):
            v.cast(other, (0,))
    for refused in (
        lambda: v.cast(format),
        lambda: swiftbuf.zeros(3, format),
        lambda: swiftbuf.frombuffer(b"", format),
    ):
        with pytest.raises((ValueError, TypeError)):
            refused()
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(v)
    with pytest.raises(ValueError):
        hash(v.toreadonly())
    with pytest.raises(ValueError, match="reshape"):
        v.reshape(7)
    for refused in (lambda: v.copy().resize(4), lambda: swiftbuf.frombuffer(v, "B")):
        with pytest.raises(BufferError):
            refused()
    assert v[0].count(MEMBERS[format]) == 3 and v[0].index(MEMBERS[format]) == 0 and MEMBERS[format] in v[0]


@pytest.mark.parametrize("dtype", ["V0", np.dtype([]), np.dtype([("a", "V0")])], ids=repr)
def test_items_of_no_bytes_of_other_exporters_are_taken(dtype):
    a = np.zeros((2, 3), dtype)
    b = swiftbuf.Buffer(a)
    assert (b.shape, b.itemsize, b.tobytes()) == ((2, 3), 0, b"") and b == a
    assert swiftbuf.copy(a).shape == (2, 3)


def test_a_structure_of_no_members_is_taken():
    class Empty(ctypes.Structure):
        pass

    b = swiftbuf.Buffer((Empty * 3)())
    assert b.shape == (3,) and b.nbytes == 0 and b.tobytes() == b"" and b.copy().shape == (3,)
    with pytest.raises(NotImplementedError):
        b.tolist()


OPERATIONS = {
    "slice": lambda v: v[::2] if v.ndim else v[...],
    "index": lambda v: v[0] if v.ndim > 1 and v.shape[0] else v,
    "T": lambda v: v.T,
    "copy": lambda v: v.copy(),
    "copy F": lambda v: v.copy("F"),
    "copy K": lambda v: v.copy("K"),
    "reshape": lambda v: v.reshape(*reversed(v.shape)) if v.ndim else v,
    "flat": lambda v: v.reshape(-1) if 0 not in v.shape else v,
    "broadcast": lambda v: v.broadcast_to((2, *v.shape)) if v.ndim < 4 else v,
    "readonly": lambda v: v.toreadonly(),
    "memoryview": lambda v: swiftbuf.Buffer(memoryview(v)),
    "copied": swiftbuf.copy,
    "new axis": lambda v: v[None] if v.ndim < 4 else v,
}


@given(st.sampled_from(CASES), st.lists(st.sampled_from(sorted(OPERATIONS)), max_size=6))
def test_after_any_operations_it_is_as_numpy_has_it(case, operations):
    format, shape = case
    v = field(format, shape)
    model = np.zeros(shape, object)
    for name in operations:
        v = OPERATIONS[name](v)
        if name in ("slice", "T", "copy F", "reshape", "flat", "broadcast", "new axis", "index"):
            model = {
                "slice": lambda a: a[::2] if a.ndim else a,
                "T": lambda a: a.T,
                "copy F": lambda a: a,
                "reshape": lambda a: a.reshape(a.shape[::-1]),
                "flat": lambda a: a.reshape(-1) if 0 not in a.shape else a,
                "broadcast": lambda a: np.broadcast_to(a, (2, *a.shape)) if a.ndim < 4 else a,
                "new axis": lambda a: a[None] if a.ndim < 4 else a,
                "index": lambda a: a[0] if a.ndim > 1 and a.shape[0] else a,
            }[name](model)
        assert v.shape == model.shape and v.nbytes == 0 and v.tolist() == values(MEMBERS[format], v.shape)
