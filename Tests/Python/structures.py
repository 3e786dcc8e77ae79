"""Random structures of 0 to 5 dimensions, and what must be true of a view of one.

A `Structure` says how items lie in a memory: shape, strides, pointers on the way (suboffsets), read-only or not. A
`Model` is the naive picture of a view: an array of NumPy's that holds, for each item, *where* in the memory it begins.
To index, transpose or broadcast a view is to do the same to that array; to read and write is to gather and scatter
bytes at these places of a copy of the memory. Nothing here knows how swiftbuf computes strides.
"""

from __future__ import annotations

import ctypes
import math
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

POINTER = struct.calcsize("P")
GUARD = 24  # bytes before and after everything that a structure reaches
MOST_ITEMS = 96

# --- items ---


@dataclass(frozen=True, repr=False)
class Item:
    """A format: how it is asked for, what Buffer says of it, and its values."""

    format: str
    size: int
    says: str
    read: Callable[[bytes], object]
    write: Callable[[Any], bytes]
    fields: tuple[tuple[str, int, Item, tuple[int, ...]], ...] = ()  # name, offset, item, shape
    in_struct: bool = True  # whether the struct module reads it, and so CPython's judge

    def __repr__(self) -> str:
        """Be short: it is printed with each failing example."""
        return f"<{self.format}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Be as short where Hypothesis prints."""
        printer.text(repr(self))

    def value(self, raw: bytes) -> object:
        """Return a value that writes one definite pattern of bytes: no NaN, whose bits may change on the way."""
        value = self.read(raw)
        return value if "nan" not in repr(value) else self.read(bytes(self.size))


def letter(format: str, says: str = "") -> Item:
    """Return the item of a format of one value, which the struct module knows."""
    packer = struct.Struct(format)
    return Item(format, packer.size, says or format, lambda raw: packer.unpack(raw)[0], packer.pack)


def several(format: str) -> Item:
    """Return the item of a format of several values, a tuple."""
    packer = struct.Struct(format)
    return Item(format, packer.size, format, packer.unpack, lambda values: packer.pack(*values))


def record(format: str, *fields: tuple[str, Item, tuple[int, ...]]) -> Item:
    """Return the item of a T{…} without gaps: a tuple, with nested lists where a field is an array."""
    placed, offset = [], 0
    for name, item, shape in fields:
        placed.append((name, offset, item, shape))
        offset += item.size * math.prod(shape)

    def read(raw: bytes) -> tuple[object, ...]:
        return tuple(nested(raw[offset:], item, shape) for _, offset, item, shape in placed)

    def write(values: tuple[object, ...]) -> bytes:
        return b"".join(flat(value, item, shape) for value, (_, _, item, shape) in zip(values, placed, strict=True))

    return Item(format, offset, format, read, write, tuple(placed), in_struct=False)


def nested(raw: bytes, item: Item, shape: tuple[int, ...]) -> object:
    """Return the items at the front of some bytes as nested lists."""
    if not shape:
        return item.read(raw[: item.size])
    step = item.size * math.prod(shape[1:])
    return [nested(raw[i * step :], item, shape[1:]) for i in range(shape[0])]


def flat(value: Any, item: Item, shape: tuple[int, ...]) -> bytes:
    """Return the bytes of nested lists."""
    return b"".join(flat(each, item, shape[1:]) for each in value) if shape else item.write(value)


def complex_of(format: str, part: str) -> Item:
    """Return a complex item, of two parts."""
    packer = struct.Struct(2 * part)
    return Item(
        format,
        packer.size,
        format,
        lambda raw: complex(*packer.unpack(raw)),
        lambda z: packer.pack(z.real, z.imag),
        (),
        False,
    )


BYTES = letter("B")
KINDS = {
    "integers": [letter(each) for each in "?bBhHiIlLqQnNP"],
    "floats": [*[letter(each) for each in "efd"], complex_of("Zf", "f"), complex_of("Zd", "d")],
    "byte orders": [
        *[letter(f"<{each}", each) for each in "hIqd"],
        *[letter(each) for each in (">h", ">I", ">d")],
        letter("=l", "i"),
        letter("@l", "l"),
    ],
    "texts and records": [
        letter("c"),
        letter("5s"),
        several("<iB"),
        several("3h"),
        several("2s0s?"),
        record("T{B:a:<i:b:}", ("a", BYTES, ()), ("b", letter("<i", "i"), ())),
        record(
            "T{<h:x:(2,3)B:grid:>d:y:}", ("x", letter("<h", "h"), ()), ("grid", BYTES, (2, 3)), ("y", letter(">d"), ())
        ),
    ],
}
ITEMS = [item for items in KINDS.values() for item in items]

# --- memory ---


class Memory:
    """Bytes at an address that stays, with a picture of what they should be."""

    def __init__(self, size: int, seed: int) -> None:
        """Fill some bytes at random."""
        self.bytes = ctypes.create_string_buffer(random.Random(seed).randbytes(size), size)
        self.address = ctypes.addressof(self.bytes)
        self.expected = np.frombuffer(bytes(self.bytes), np.uint8).copy()

    @classmethod
    def of(cls, owner: object, address: int, size: int, seed: int) -> Memory:
        """Return a memory that is another's, filled at random."""
        memory = cls(size, seed)
        ctypes.memmove(address, memory.address, size)
        memory.bytes = (ctypes.c_char * size).from_address(address)
        memory.address = address
        memory.owner = owner
        return memory

    def point(self, where: int, target: int) -> None:
        """Write a pointer to a place of this memory into another."""
        raw = struct.pack("P", self.address + target)
        self.bytes[where : where + POINTER] = raw
        self.expected[where : where + POINTER] = np.frombuffer(raw, np.uint8)

    def is_as_expected(self) -> bool:
        """Whether every byte is what it should be."""
        return bytes(self.bytes) == self.expected.tobytes()


@dataclass(frozen=True)
class Structure:
    """How items lie in a memory."""

    item: Item
    shape: tuple[int, ...]
    strides: tuple[int, ...]  # in bytes
    first: int  # where element [0, …, 0], or the first pointer to it, begins
    size: int  # of the memory, in bytes
    readonly: bool = False
    suboffsets: tuple[int, ...] | None = None
    pointers: tuple[tuple[int, int], ...] = ()  # place and target of each

    def where(self) -> np.ndarray:
        """Return where each item begins, by the definition of PyBuffer_GetPointer."""
        targets = dict(self.pointers)
        places = np.zeros(self.shape, np.int64)
        for index in product(*map(range, self.shape)):
            place = self.first
            for axis, i in enumerate(index):
                place += self.strides[axis] * i
                if self.suboffsets is not None and self.suboffsets[axis] >= 0:
                    place = targets[place] + self.suboffsets[axis]
            places[index] = place
        return places

    def memory(self, seed: int) -> Memory:
        """Make a memory, with the pointers in it."""
        memory = Memory(self.size, seed)
        for where, target in self.pointers:
            memory.point(where, target)
        return memory

    def fields(self, memory: Memory) -> dict[str, Any]:
        """Return what an exporter of it says."""
        return {
            "buf": memory.address + self.first,
            "len": math.prod(self.shape) * self.item.size,
            "itemsize": self.item.size,
            "ndim": len(self.shape),
            "shape": self.shape or None,
            "strides": self.strides or None,
            "suboffsets": self.suboffsets,
            "format": self.item.format.encode(),
            "readonly": int(self.readonly),
            "memory": memory,
        }


# --- strategies of structures ---


@st.composite
def shapes(draw: st.DrawFn, most: int = 5) -> tuple[int, ...]:
    """Draw a shape; many are small, some have a zero."""
    shape: list[int] = []
    for _ in range(draw(st.sampled_from([*range(most + 1), 1, 2, 2, 3][: most + 5]))):
        shape.append(draw(st.sampled_from([2, 3, 1, 4, 2, 3, 5, 0])))
    while math.prod(shape) > MOST_ITEMS:
        shape[shape.index(max(shape))] -= 1
    return tuple(shape)


def packed(draw: st.DrawFn, shape: tuple[int, ...], unit: int) -> list[int]:
    """Draw strides under which nothing overlaps: dimensions in any order, gaps, either direction."""
    strides, step = [0] * len(shape), unit
    axes = range(len(shape) - 1, -1, -1) if draw(st.booleans()) else draw(st.permutations(range(len(shape))))
    for axis in axes:
        gap = draw(st.sampled_from([0, 0, 0, unit, 3])) if unit != POINTER else 0
        strides[axis] = (step + gap) * draw(st.sampled_from([1, 1, 1, -1]))
        step = abs(strides[axis]) * max(shape[axis], 1)
    return strides


def any_strides(draw: st.DrawFn, shape: tuple[int, ...], unit: int) -> list[int]:
    """Draw strides: packed ones mostly, and such that broadcast, slide, or fit no item."""
    strides = packed(draw, shape, unit)
    if draw(st.integers(0, 3)) == 0:
        odd = st.one_of(st.just(0), st.sampled_from([unit, -unit, 2 * unit]), st.integers(-2 * unit - 1, 2 * unit + 1))
        strides = [draw(st.one_of(st.just(stride), odd)) for stride in strides]
    return strides


def reach(shape: tuple[int, ...], strides: list[int], unit: int) -> tuple[int, int]:
    """Return the first byte and the one after the last that items reach, counted from element [0, …, 0]."""
    if 0 in shape:
        return 0, 0
    ends = [(count - 1) * stride for count, stride in zip(shape, strides, strict=True)]
    return sum(end for end in ends if end < 0), sum(end for end in ends if end > 0) + unit


@st.composite
def plain_structures(draw: st.DrawFn, items: list[Item], most: int = 5) -> Structure:
    """Draw a structure without pointers."""
    item = draw(st.sampled_from(items))
    shape = draw(shapes(most))
    strides = any_strides(draw, shape, item.size)
    low, high = reach(shape, strides, item.size)
    first = GUARD + draw(st.integers(0, 7)) - low
    return Structure(item, shape, tuple(strides), first, first + high + GUARD, draw(st.integers(0, 7)) == 0)


@st.composite
def pointer_structures(draw: st.DrawFn, items: list[Item]) -> Structure:
    """Draw a structure with one or two dimensions of pointers, each pointer to a block of its own."""
    item = draw(st.sampled_from(items))
    shape = draw(shapes(4).filter(bool))
    ends = sorted(
        draw(st.sets(st.integers(0, len(shape) - 1), min_size=1, max_size=2))
    )  # the last dimension of each table
    suboffsets, strides = [-1] * len(shape), [0] * len(shape)
    blocks: list[tuple[int, int, int]] = []  # first dimension, the one after the last, size of an entry
    begin = 0
    for end in ends:
        blocks.append((begin, end + 1, POINTER))
        begin = end + 1
    blocks.append((begin, len(shape), item.size))
    for begin, end, unit in blocks:
        strides[begin:end] = (packed if unit == POINTER else any_strides)(draw, shape[begin:end], unit)
    for end in ends:
        suboffsets[end] = draw(st.sampled_from([0, 0, 8, 3, 40]))
    pointers: list[tuple[int, int]] = []
    size = GUARD + draw(st.integers(0, 7))

    def lay(depth: int) -> int:
        """Lay a block and what hangs on it out in the memory; return where its element [0, …, 0] begins."""
        nonlocal size
        begin, end, unit = blocks[depth]
        low, high = reach(shape[begin:end], strides[begin:end], unit)
        origin = size - low
        size += high - low + 3
        if depth + 1 < len(blocks):
            for index in product(*map(range, shape[begin:end])):
                place = origin + sum(i * stride for i, stride in zip(index, strides[begin:end], strict=True))
                pointers.append((place, lay(depth + 1) - suboffsets[end - 1]))
        return origin

    first = lay(0)
    readonly = draw(st.integers(0, 7)) == 0
    return Structure(item, shape, tuple(strides), first, size + GUARD, readonly, tuple(suboffsets), tuple(pointers))


# --- the model ---


@dataclass(frozen=True)
class Model:
    """What must be true of a view."""

    memory: Memory
    where: np.ndarray
    item: Item
    readonly: bool
    strided: np.ndarray | None = None  # as NumPy sees it, over nothing that is read; None if there are pointers

    @classmethod
    def of(cls, structure: Structure, memory: Memory) -> Model:
        """Return the model of a whole structure."""
        strided = None
        if structure.suboffsets is None:
            # NumPy checks that the strides stay inside this memory: so does Structure's arithmetic.
            strided = np.ndarray(
                structure.shape, f"V{structure.item.size}", bytes(structure.size), structure.first, structure.strides
            )
        return cls(memory, structure.where(), structure.item, structure.readonly, strided)

    def map(self, function: Callable[[np.ndarray], np.ndarray], **changes: Any) -> Model:
        """Return the model after the same has been done to both arrays."""
        strided = None if self.strided is None else function(self.strided)
        return replace(self, where=function(self.where), strided=strided, **changes)

    def __getitem__(self, key: Any) -> Model:
        """Index as NumPy does; an item is a model of no dimension, too."""
        return self.map(lambda array: as_array(array[key], array, key))

    def raw(self, order: str = "C") -> bytes:
        """Return the bytes of the items, one after the other, as they should be."""
        places = self.where.ravel(order=order)  # type: ignore[call-overload]
        return self.memory.expected[places[:, None] + np.arange(self.item.size)].tobytes()

    def values(self) -> object:
        """Return the items as tolist() does."""
        return nested(self.raw(), self.item, self.where.shape)

    def scatter(self, raw: np.ndarray) -> None:
        """Write items, whose bytes stand in a last dimension, as an assignment in C order does."""
        places = self.where[..., None] + np.arange(self.item.size)
        self.memory.expected[places] = raw

    @property
    def overlaps_itself(self) -> bool:
        """Whether two items share a byte: then the order of writing shows, and nobody promises one."""
        places = (self.where[..., None] + np.arange(self.item.size)).ravel()
        return np.unique(places).size != places.size

    @property
    def bytes_touched(self) -> np.ndarray:
        """A mask of the bytes of the memory that belong to an item."""
        mask = np.zeros(self.memory.expected.size, bool)
        mask[(self.where[..., None] + np.arange(self.item.size)).ravel()] = True
        return mask


def as_array(result: Any, array: np.ndarray, key: Any) -> np.ndarray:
    """Return a view of no dimension where indexing NumPy's arrays gave a scalar."""
    if isinstance(result, np.ndarray):
        return result
    return array[(*key, ...) if isinstance(key, tuple) else (key, ...)]


def addresses(fields: dict[str, Any]) -> np.ndarray:
    """Return the address of each item, from the fields of a Py_buffer, as PyBuffer_GetPointer computes them."""
    shape = fields["shape"] or ()
    if fields["suboffsets"] is None:
        places = np.full(shape, fields["buf"], np.int64)
        for axis, (count, stride) in enumerate(zip(shape, fields["strides"] or (), strict=True)):
            places += (np.arange(count) * stride).reshape(-1, *[1] * (len(shape) - axis - 1))
        return places
    places = np.zeros(shape, np.int64)
    for index in product(*map(range, shape)):
        place = fields["buf"]
        for i, stride, suboffset in zip(index, fields["strides"], fields["suboffsets"], strict=True):
            place += i * stride
            if suboffset >= 0:
                place = ctypes.c_ssize_t.from_address(place).value + suboffset
        places[index] = place
    return places


def same_values(left: object, right: object) -> bool:
    """Whether two lists say the same in the same types, NaN and the sign of zero included."""
    return repr(left) == repr(right)
