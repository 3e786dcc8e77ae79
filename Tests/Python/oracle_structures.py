"""Random types of ctypes, and where their parts lie by ctypes' own word.

Structures of both byte orders, unions, packed ones, bit fields, structures in structures and in arrays of arrays,
pointers, texts, functions, references, anonymous members, structures that inherit others, and structures of nothing;
names that look like formats too."""

from __future__ import annotations

import ctypes
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PLAIN = [
    ctypes.c_bool, ctypes.c_byte, ctypes.c_ubyte, ctypes.c_short, ctypes.c_ushort, ctypes.c_int, ctypes.c_uint,
    ctypes.c_long,
    ctypes.c_ulong, ctypes.c_longlong, ctypes.c_ulonglong, ctypes.c_float, ctypes.c_double, ctypes.c_char,
    ctypes.c_size_t,
]  # fmt: skip
TEXTS = [ctypes.c_wchar, ctypes.c_longdouble]
FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
ADDRESSES = [
    ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_wchar_p, ctypes.POINTER(ctypes.c_int), FUNCTION,
    ctypes.py_object,
]  # fmt: skip
BITS = [ctypes.c_ubyte, ctypes.c_short, ctypes.c_int, ctypes.c_uint, ctypes.c_ulonglong, ctypes.c_bool]
ODD_NAMES = [
    "",
    " ",
    "a:<i:b",
    ":",
    "x:",
    "}",
    "{",
    "T{",
    "é",
    "漢",
    "a b",
    "i",
    "(2)i",
    "a:4x<b:c",
    "n" * 300,
    "_",
    "__init__x",
]


@dataclass(frozen=True)
class Part:
    """A field of a structure."""

    name: str
    type: Any
    offset: int  # from the start of the structure, in bytes
    bits: int | None  # how many, if it is a bit field
    inherited: bool


def parts(structure: Any) -> list[Part]:
    """Return the fields of a structure or union, those that it inherits first.

    Of two that have one name, the last: it is the attribute.
    """
    found: dict[str, Part] = {}
    for each in reversed(structure.__mro__):
        for field in vars(each).get("_fields_", []):
            descriptor = vars(each)[field[0]]
            bits = field[2] if len(field) > 2 else None
            if bits is None or sys.version_info < (3, 14):
                offset = descriptor.offset
            else:
                offset = descriptor.byte_offset
            found[field[0]] = Part(field[0], field[1], offset, bits, each is not structure)
    return list(found.values())


def is_structure(each: Any) -> bool:
    return isinstance(each, type) and issubclass(each, ctypes.Structure | ctypes.Union)


def unarrayed(each: Any) -> tuple[Any, tuple[int, ...]]:
    """Return the type of the items of arrays of arrays, and their shape."""
    shape = []
    while issubclass(each, ctypes.Array):
        shape.append(each._length_)
        each = each._type_
    return each, tuple(shape)


def is_placed(each: Any) -> bool:
    """Whether a format and the fields of a type say where each of its parts lies, so that no field may be refused.

    Not so of odd names, of structures of nothing, and of packed ones before 3.13, of which ctypes says one byte.
    """
    each, shape = unarrayed(each)
    if not is_structure(each):
        return True
    if 0 in shape or not parts(each) or (sys.version_info < (3, 13) and hasattr(each, "_pack_")):
        return False
    if not has_names_of_its_own(each) or any(":" in part.name or not part.name for part in parts(each)):
        return False
    return all(ctypes.sizeof(part.type) > 0 and is_placed(part.type) for part in parts(each))


def leaves(each: Any) -> set[Any]:
    """Return the types of all that is no structure."""
    each, _ = unarrayed(each)
    if not is_structure(each):
        return {each}
    return {leaf for part in parts(each) for leaf in leaves(part.type)}


def has_names_of_its_own(structure: Any) -> bool:
    """Whether no field has the name of another, also of one that it inherits."""
    names = [field[0] for each in structure.__mro__ for field in vars(each).get("_fields_", [])]
    return len(set(names)) == len(names)


def random_names(generator: random.Random, count: int) -> list[str]:
    names = [f"{'abcdefgh'[i % 8]}{i // 8 or ''}" for i in range(count)]
    for i in range(count):
        if generator.random() < 0.05:
            names[i] = generator.choice([*ODD_NAMES, names[0]])
    return names


def random_type(generator: random.Random, fields: int, depth: int, mix: float) -> Any:
    """Return a type of a field; `mix` is how much of it may be what no format says."""
    choice = generator.random()
    if choice < 0.25 and depth > 0:
        made = random_structure(generator, fields, depth - 1, mix)
    elif choice < 0.25 + 0.15 * mix:
        made = generator.choice(ADDRESSES)
    elif choice < 0.25 + 0.25 * mix:
        made = generator.choice(TEXTS)
    else:
        made = generator.choice(PLAIN)
    while generator.random() < 0.2:
        made = made * generator.choice([0, 1, 2, 3, 4] if mix else [1, 2, 3])
    return made


def random_structure(generator: random.Random, fields: int, depth: int, mix: float) -> Any:
    """Return a structure or a union."""
    while True:
        try:
            return attempt_structure(generator, fields, depth, mix)
        except (TypeError, ValueError, AttributeError):
            continue  # a big-endian pointer, a bit field of a structure, a name that is taken


def attempt_structure(generator: random.Random, fields: int, depth: int, mix: float) -> Any:
    bases: list[Any] = [ctypes.Structure] * 6 + [ctypes.LittleEndianStructure, ctypes.BigEndianStructure]
    base = generator.choice(bases)
    if generator.random() < 0.12 * mix:
        base = generator.choice([ctypes.Union, ctypes.BigEndianUnion])
    elif generator.random() < 0.1 * mix and depth > 0:
        base = random_structure(generator, fields, depth - 1, mix)
    count = 0 if generator.random() < 0.04 * mix else generator.randint(1, fields)
    names = random_names(generator, count) if mix else [f"{'abcdefgh'[i % 8]}{i // 8 or ''}" for i in range(count)]
    has_bits = generator.random() < 0.2 * mix
    described: list[Any] = []
    body: dict[str, Any] = {}
    for name in names:
        if has_bits and generator.random() < 0.7:
            kind = generator.choice(BITS)
            described.append(
                (name, kind, generator.randint(1, 1 if kind is ctypes.c_bool else 8 * ctypes.sizeof(kind) - 1))
            )
        else:
            described.append((name, random_type(generator, fields, depth, mix)))
    if generator.random() < 0.15 * mix:
        body["_pack_"] = generator.choice([1, 2, 4, 8])
        if sys.version_info >= (3, 14):
            body["_layout_"] = "ms"
    # The names inside of an anonymous member become attributes too: none may take another's place.
    outer = {field[0] for field in described}
    structures = [
        field[0]
        for field in described
        if is_structure(field[1]) and not outer & {part.name for part in parts(field[1])}
    ]
    if structures and len(outer) == len(described) and generator.random() < 0.3 * mix:
        body["_anonymous_"] = [generator.choice(structures)]
    return type(base)("S", (base,), {**body, "_fields_": described})


def text(each: Any) -> str:
    """Return a type as a program would write it."""
    each, shape = unarrayed(each)
    if is_structure(each):
        base = each.__mro__[1]
        name = base.__name__ if base.__module__ == "ctypes" or base.__name__ != "S" else text(base)
        fields = ", ".join(
            f"({field[0]!r}, {text(field[1])}{f', {field[2]}' if len(field) > 2 else ''})"
            for field in vars(each).get("_fields_", [])
        )
        extra = "".join(f", {key}={vars(each)[key]!r}" for key in ("_pack_", "_anonymous_") if key in vars(each))
        said = f"{name}[{fields}{extra}]"
    else:
        said = each.__name__
    return "".join([said, *(f" * {n}" for n in reversed(shape))])


def random_bytes(generator: random.Random, each: Any, memory: bytearray, offset: int) -> None:
    """Write what can be read to texts and long doubles, which do not take any bytes."""
    each, shape = unarrayed(each)
    for at in places(shape, ctypes.sizeof(each)):
        if is_structure(each):
            for part in parts(each):
                # ctypes gives a union that inherits no room for larger members of its base.
                if part.offset + ctypes.sizeof(part.type) <= ctypes.sizeof(each):
                    random_bytes(generator, part.type, memory, offset + at + part.offset)
        elif each is ctypes.c_wchar:
            memory[offset + at : offset + at + 4] = ord(generator.choice("aé漢😀\0")).to_bytes(4, sys.byteorder)
        elif each is ctypes.c_longdouble:
            each.from_buffer(memory, offset + at).value = generator.choice(
                [0.0, -0.0, 1.5, -1e300, float("inf"), generator.gauss(0, 9)]
            )


def places(shape: tuple[int, ...], size: int) -> Iterator[int]:
    """Yield where the items of an array of arrays begin."""
    count = 1
    for n in shape:
        count *= n
    return iter(range(0, count * size, size)) if size else iter([])
