"""Imports from an exporter whose every field, return code and exception an input decides.

What is coherent is worked out here a second time, with Python's integers. Items are read only where all of them stand
in the room: that the memory is there is the exporter's word, and nobody can check it. Items without bytes are
read too; test_items_without_bytes.py and oracle_nothing.py hold what each operation makes of them.
"""

from __future__ import annotations

import ctypes
import math
from itertools import product
from typing import Any

import swiftbuf
from choices import Choices
from hostile_exporter import Exporter

SIZE = 256
FENCE = 64
POINTER = ctypes.sizeof(ctypes.c_void_p)
POINTERS = 8  # at the start of the room, each to a place in it
CONTENT = bytes(range(SIZE))
MEMORY = ctypes.create_string_buffer(SIZE + 2 * FENCE)
ROOM = ctypes.addressof(MEMORY) + FENCE
LARGEST = 2**63 - 1
NUMBERS = [0, 1, 2, 3, 4, 8, 16, 24, 64, -1, -8, 2**31, 2**32, 2**61, 2**62, LARGEST, -LARGEST - 1]
FORMATS = [
    None,
    b"B",
    b"b",
    b"c",
    b"i",
    b"<h",
    b">d",
    b"3s",
    b"T{h:a:h:b:}",
    b"O",
    b"",
    b"Zd",
    b"i:x:",
    b"\xff",
    b"(2,2)B",
]
FORMATS += [b"T{" * 70, b"8B" + b" " * 80, b"w", b"2u", b"&i", b"?", b"x"]
ERRORS = [
    None,
    None,
    None,
    None,
    None,
    None,
    None,
    BufferError("no"),
    True,
    KeyError("key"),
    MemoryError(),
    ValueError("v"),
]
# What a refusal may be: anything else ends the fuzzer, as a crash does.
REFUSALS = (ValueError, TypeError, BufferError, NotImplementedError, KeyError, MemoryError, IndexError)


def furnish() -> None:
    """Set the room to what is known of it."""
    ctypes.memmove(ROOM - FENCE, b"\xee" * FENCE + CONTENT + b"\xee" * FENCE, SIZE + 2 * FENCE)
    for index in range(POINTERS):
        place = 64 + (index * 40) % 128
        ctypes.c_void_p.from_address(ROOM + index * POINTER).value = ROOM + place


furnish()
EXPECTED = MEMORY.raw
TABLE = {ROOM + index * POINTER: ROOM + 64 + (index * 40) % 128 for index in range(POINTERS)}


def one(data: bytes) -> None:
    """Make an exporter as an input says, and let every consumer have it."""
    choices = Choices(data)
    fields = any_fields(choices)
    exporter = Exporter(memory=MEMORY, **fields)
    expected = is_coherent(fields)
    is_readable = expected and lies_in_the_room(fields)
    refuses = fields["refusal"] is not None
    consume(swiftbuf.Buffer, exporter, expected and not refuses, is_readable)
    assert exporter.grants == exporter.releases, "Buffer() has not given back what it was granted"
    # What reads items is let near those alone that are there, or that it has to refuse.
    if is_readable or not expected or refuses:
        kind = choices.below(4)
        other = [swiftbuf.copy, lambda e: swiftbuf.frombuffer(e, choices.of(["B", "h", "i"])), assign, equal][kind]
        consume(other, exporter, None if expected and not refuses else False, False)
        assert exporter.grants == exporter.releases, f"{other} has not given back what it was granted"
    if MEMORY.raw != EXPECTED:
        furnish()
        raise AssertionError("the room was written to")


def any_fields(choices: Choices) -> dict[str, Any]:
    """Return the fields: coherent ones of a view in the room, of which some are replaced."""
    itemsize = choices.of([1, 2, 4, 8, 3, 16])
    rank = choices.below(5)
    shape = [choices.of([2, 3, 1, 4, 0]) for _ in range(rank)]
    strides, step = [0] * rank, itemsize
    for axis in range(rank - 1, -1, -1):
        strides[axis], step = step, step * max(shape[axis], 1)
    fields: dict[str, Any] = {
        "buf": ROOM + 128 + choices.below(3),
        "len": math.prod(shape) * itemsize,
        "itemsize": itemsize,
        "ndim": rank,
        "readonly": choices.below(2),
        "shape": tuple(shape) or None,
        "strides": tuple(strides) or None,
        "suboffsets": None,
        "format": {1: b"B", 2: b"h", 4: b"i", 8: b"d", 3: b"3s", 16: b"Zd"}[itemsize],
        "refusal": choices.of(ERRORS),
        "late": None,
    }
    for _ in range(choices.below(5)):
        REPLACE[choices.below(len(REPLACE))](choices, fields, rank)
    if fields["refusal"] is not None:
        fields["late"] = choices.of([None, 1])
    # A field that is not NULL has as many numbers as there are dimensions: that much is the exporter's word.
    rank = max(fields["ndim"], 0)
    for name in ("shape", "strides", "suboffsets"):
        value = fields[name]
        if isinstance(value, str) and rank > 1:
            fields[name] = None
        elif isinstance(value, tuple) and rank <= 65:
            fields[name] = (value + (1,) * rank)[: max(rank, 1)]
        elif value is not None and rank > 65:
            fields["ndim"] = rank
    return fields


def a_number(choices: Choices, name: str, fields: dict[str, Any]) -> None:
    fields[name] = choices.of(NUMBERS)


def numbers(choices: Choices, name: str, fields: dict[str, Any], rank: int) -> None:
    value = fields[name]
    kind = choices.below(6)
    if kind == 0:
        fields[name] = None
    elif kind == 1:
        fields[name] = choices.of(["len", "itemsize"])
    elif isinstance(value, tuple):
        axis = choices.below(len(value))
        fields[name] = (*value[:axis], choices.of(NUMBERS), *value[axis + 1 :])


def pointers(choices: Choices, fields: dict[str, Any], rank: int) -> None:
    """Let the first dimension step along the pointers of the room."""
    if not rank:
        return
    fields["buf"] = ROOM + choices.below(3) * POINTER
    fields["suboffsets"] = (choices.of([0, 8, 3, -1]), *[-1] * (rank - 1))
    if isinstance(fields["strides"], tuple):
        fields["strides"] = (choices.of([POINTER, 2 * POINTER, 0, POINTER]), *fields["strides"][1:])


REPLACE: list[Any] = [
    lambda choices, fields, rank: a_number(choices, "len", fields),
    lambda choices, fields, rank: a_number(choices, "itemsize", fields),
    lambda choices, fields, rank: fields.update(ndim=choices.of([0, 1, 2, 3, 4, 64, 65, -1, 2**31 - 1, -(2**31)])),
    lambda choices, fields, rank: fields.update(readonly=choices.of([0, 1, 2, -1])),
    lambda choices, fields, rank: fields.update(buf=choices.of([None, ROOM, 1, 2**64 - 1, 2**63, ROOM + 60])),
    lambda choices, fields, rank: numbers(choices, "shape", fields, rank),
    lambda choices, fields, rank: numbers(choices, "strides", fields, rank),
    lambda choices, fields, rank: numbers(choices, "suboffsets", fields, rank),
    pointers,
    pointers,
    lambda choices, fields, rank: fields.update(format=choices.of(FORMATS)),
    lambda choices, fields, rank: fields.update(format=bytes(choices.byte() or 1 for _ in range(choices.below(12)))),
]


# --- the second opinion ---


def as_numbers(fields: dict[str, Any], name: str) -> list[int] | None:
    """Return the numbers of a field as the consumer reads them."""
    value = fields[name]
    if isinstance(value, str):
        return [fields[value]][: max(fields["ndim"], 0)]
    return None if value is None else list(value)[: max(fields["ndim"], 0)]


def is_coherent(fields: dict[str, Any]) -> bool:
    """Whether the fields describe memory that could be there."""
    length, itemsize, rank = fields["len"], fields["itemsize"], fields["ndim"]
    if not (0 <= rank <= 64 and itemsize >= 0 and length >= 0) or (not fields["buf"] and length):
        return False
    shape, strides = as_numbers(fields, "shape"), as_numbers(fields, "strides")
    if shape is None:
        if itemsize == 0:  # of items without bytes nobody knows how many there are, but of one alone
            return rank == 0 and length == 0 and has_addresses(fields, 0, 0)
        if rank > 1 or length % itemsize or (rank == 0 and length != itemsize):
            return False
        return has_addresses(fields, 0, length)
    if any(count < 0 for count in shape) or math.prod(count or 1 for count in shape) * itemsize > LARGEST:
        return False
    if math.prod(shape) * itemsize != length:
        return False
    # Items without bytes have places too.
    if strides is None or not math.prod(shape):
        return has_addresses(fields, 0, length)
    ends = [(count - 1) * stride for count, stride in zip(shape, strides, strict=True)]
    low, high = sum(end for end in ends if end < 0), sum(end for end in ends if end > 0) + itemsize
    return low >= -LARGEST - 1 and high <= LARGEST and high - low <= LARGEST and has_addresses(fields, low, high)


def has_addresses(fields: dict[str, Any], low: int, high: int) -> bool:
    """Whether no byte would have an address below zero or above all."""
    start = fields["buf"] or 0
    return start + low >= 0 and (high <= 0 or start + high < 2**64)


def lies_in_the_room(fields: dict[str, Any]) -> bool:
    """Whether all items of a coherent view stand between the fences, and all pointers to them in the table."""
    shape = as_numbers(fields, "shape")
    if shape is None:
        shape = [fields["len"] // fields["itemsize"]] if fields["ndim"] else []
    # Items without bytes may be any number in no memory at all.
    if math.prod(shape) > 64 or any(n > 64 for n in shape):
        return False  # beside a zero, too: tolist() makes as many empty lists
    strides = as_numbers(fields, "strides")
    if strides is None:
        strides, step = [0] * len(shape), fields["itemsize"]
        for axis in range(len(shape) - 1, -1, -1):
            strides[axis], step = step, step * max(shape[axis], 1)
    suboffsets = as_numbers(fields, "suboffsets") or [-1] * len(shape)
    for index in product(*map(range, shape)):
        place = fields["buf"] or 0
        if not fields["itemsize"]:
            continue  # of items without bytes no address is looked at, and no pointer followed
        for i, stride, suboffset in zip(index, strides, suboffsets, strict=True):
            place += i * stride
            if suboffset >= 0:
                if place not in TABLE:
                    return False
                place = TABLE[place] + suboffset
        if not ROOM <= place <= ROOM + SIZE - fields["itemsize"]:
            return False
    return True


# --- consumers ---


def consume(consumer: Any, exporter: Any, expected: bool | None, is_readable: bool) -> None:
    """Import; see that it is refused exactly if it should be, and read it if that is allowed."""
    try:
        result = consumer(exporter)
    except REFUSALS as refusal:
        assert not expected, f"{exporter.fields} is coherent, and is refused: {refusal}"
        return
    assert expected is not False, f"{exporter.fields} is not coherent, and gives {result!r}"
    if is_readable:
        read(result)
    del result


def read(b: swiftbuf.Buffer) -> None:
    """Read every item in every way; ways may be refused, for the format alone."""
    ways = [b.tobytes, b.copy, b.tolist, lambda: b[..., 0], lambda: b[0], lambda: b.T.tobytes(), lambda: b == b]
    for way in (*ways, lambda: memoryview(b)):
        try:
            way()
        except REFUSALS:
            continue


def assign(exporter: Any) -> object:
    """Write what an exporter has to a Buffer."""
    target = swiftbuf.zeros((2, 3), "i")
    target[...] = exporter
    return target


def equal(exporter: Any) -> object:
    """Compare; a refusal of any kind means that they are not equal."""
    if (swiftbuf.zeros((2, 3), "i") == exporter) not in (True, False):
        raise AssertionError("a comparison has no answer")
    raise ValueError
