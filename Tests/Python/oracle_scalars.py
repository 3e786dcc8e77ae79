"""Random items of array.array, of memoryview.cast and of struct's own formats, held against these.

struct's formats lie over random bytes at any address: what `struct.unpack` reads is what a Buffer reads, and what
`struct.pack` writes is what it writes. `F` and `D`, struct's from Python 3.14 on, are two floats before it."""

from __future__ import annotations

import array
import math
import random
import struct
import sys
from typing import Any

import numpy as np
import swiftbuf
from oracle_judge import Judge, Refused, Where
from oracle_values import bits_of, nested, random_float, random_text

CODES = "?cbBhHiIlLqQnNPefdspx"
COMPLEX = {"F": "f", "D": "d"}
KNOWS_COMPLEX = sys.version_info >= (3, 14)


def random_format(generator: random.Random) -> tuple[str, list[str]]:
    """Return a format that struct knows, and the code of each of its values."""
    prefix = generator.choice(["", "", "@", "=", "<", ">", "!"])
    parts, codes = [prefix], []
    for _ in range(generator.choice([1, 1, 1, 2, 3, 5])):
        code = generator.choice(CODES + "FD")
        if code in "nNP" and prefix not in ("", "@"):
            continue
        count = generator.choice([None, None, None, 0, 1, 2, 3, 5])
        if code == "p" and count == 0:
            continue  # struct.unpack of it is a SystemError
        parts.append(("" if count is None else str(count)) + code + generator.choice(["", "", " "]))
        if code in "sp":
            codes.append(f"{1 if count is None else count}{code}")
        elif code != "x":
            codes += [code] * (1 if count is None else count)
    return "".join(parts), codes


def for_struct(fmt: str) -> str:
    """Return what a struct without complex numbers reads in place of a format; its size and its pads are the same."""
    if KNOWS_COMPLEX:
        return fmt
    text, count = "", ""
    for each in fmt:
        if each.isdigit():
            count += each
            continue
        if each in COMPLEX:
            text += f"{2 * int(count or 1)}{COMPLEX[each]}"
        else:
            text += count + each
        count = ""
    return text


def unpack(fmt: str, codes: list[str], raw: bytes) -> tuple[Any, ...]:
    values = list(struct.unpack(for_struct(fmt), raw))
    if KNOWS_COMPLEX:
        return tuple(values)
    return tuple(complex(values.pop(0), values.pop(0)) if code in COMPLEX else values.pop(0) for code in codes)


def pack(fmt: str, codes: list[str], values: list[Any]) -> bytes:
    if not KNOWS_COMPLEX:
        values = [
            part
            for code, value in zip(codes, values, strict=True)
            for part in ((value.real, value.imag) if code in COMPLEX else (value,))
        ]
    return struct.pack(for_struct(fmt), *values)


def random_value(generator: random.Random, code: str, prefix: str) -> Any:
    kind = code[-1]
    if kind in "sp":
        count = int(code[:-1])
        return generator.randbytes(generator.randint(0, count if kind == "s" else max(count - 1, 0)))
    if kind == "?":
        return generator.random() < 0.5
    if kind == "c":
        return generator.randbytes(1)
    if kind in "efd":
        return random_float(generator, struct.calcsize("=" + kind))
    if kind in COMPLEX:
        size = struct.calcsize("=" + COMPLEX[kind])
        return complex(random_float(generator, size), random_float(generator, size))
    bits = 8 * struct.calcsize(prefix + kind)
    return generator.getrandbits(bits) - (2 ** (bits - 1) if kind.islower() else 0)


def of_struct(generator: random.Random, judge: Judge) -> None:
    """Judge a format of struct over random bytes."""
    fmt, codes = random_format(generator)
    prefix = fmt[:1] if fmt[:1] in tuple("@=<>!") else ""
    size = struct.calcsize(for_struct(fmt))
    if size == 0 or not codes:  # pads alone are nothing to struct, and bytes to NumPy
        judge.counts["items of no bytes"] += 1
        return
    shape = generator.choice([(), (1,), (3,), (2, 2)])
    start, count = generator.choice([0, 0, 1, 2, 4, 5]), math.prod(shape)
    memory = bytearray(generator.randbytes(start + count * size + 9))
    where = Where("struct", repr(fmt), shape, "from byte", start, "on")
    b = judge.attempt("frombuffer", lambda: swiftbuf.frombuffer(memory, fmt, shape, start), where, ())
    if isinstance(b, Refused):
        return
    judge.counts["buffers"] += 1
    if not judge.same("itemsize", b.itemsize, size, where):
        return
    is_one = len(codes) == 1
    items = [unpack(fmt, codes, bytes(memory[start + i * size : start + (i + 1) * size])) for i in range(count)]
    right = nested([item[0] if is_one else item for item in items], shape)
    values = judge.attempt("tolist", b.tolist, where, ())
    if not isinstance(values, Refused):
        judge.counts["items read"] += count
        judge.same("values", without_half_nans(bits_of(values), fmt), without_half_nans(bits_of(right), fmt), where)
    new = [random_value(generator, code, prefix) for code in codes]
    new = [1.0 if code == "e" and value != value else value for code, value in zip(codes, new, strict=True)]
    number = generator.randrange(count)
    expected = bytearray(memory)
    expected[start + number * size : start + (number + 1) * size] = pack(fmt, codes, new)
    key = tuple(int(i) for i in np.unravel_index(number, shape)) if shape else ()
    item = new[0] if is_one else tuple(new)
    if not isinstance(judge.attempt("write", lambda: b.__setitem__(key, item), Where(where, repr(item)), ()), Refused):
        judge.counts["items written"] += 1
        judge.same(
            "a write changes other bytes than struct's", bytes(memory), bytes(expected), Where(where, repr(item))
        )
    judge.same("b.copy()", b.copy().tobytes(), b.tobytes(), where)
    text = b.format
    if text in NATIVE_OF and start % NATIVE_OF[text] and prefix not in ("", "@"):
        judge.fault("alignment is promised that is not there", f"{where}: format {text!r}")


def without_half_nans(bits: Any, fmt: str) -> Any:
    """Make all NaNs one, if there are half floats: before Python 3.14 struct does not keep what such a NaN says."""
    if "e" not in fmt:
        return bits
    if isinstance(bits, list):
        return [without_half_nans(each, fmt) for each in bits]
    kind, value = bits
    if isinstance(value, list):
        return kind, [without_half_nans(each, fmt) for each in value]
    return (kind, "nan") if kind == "float" and math.isnan(struct.unpack("<d", value)[0]) else bits


NATIVE_OF = {code: struct.calcsize(code) for code in "hHiIlLqQefd"}


def of_array(generator: random.Random, judge: Judge) -> None:
    """Judge an array of the module array, and what memoryview.cast makes of one."""
    code = generator.choice([*"bBhHiIlLqQfdu", *("w" if "w" in array.typecodes else "")])
    count = generator.randint(0, 5)
    if code in "uw":
        owner: Any = array.array(code, random_text(generator, 5).replace("\0", "x"))
    else:
        size = array.array(code).itemsize
        owner = array.array(code, generator.randbytes(count * size))
    exporter: Any = owner
    if generator.random() < 0.5 and code not in "uw":
        exporter = memoryview(owner).cast("B")
        if exporter.nbytes % 8 == 0:
            exporter = exporter.cast(generator.choice("bBhHiIlLqQnN?fdcP"))
        owner = exporter
    where = Where(type(exporter).__name__, repr(code), len(owner))
    b = judge.attempt("Buffer", lambda: swiftbuf.Buffer(exporter), where, ())
    if isinstance(b, Refused):
        return
    judge.counts["buffers"] += 1
    values = judge.attempt("tolist", b.tolist, where, ())
    if not isinstance(values, Refused):
        judge.counts["items read"] += len(owner)
        judge.same("values", bits_of(values), bits_of(owner.tolist()), where)
    raw = bytearray(owner.tobytes())
    if len(owner) and code not in "uw" and not isinstance(owner, memoryview):
        value = random_value(generator, code, "")
        number = generator.randrange(len(owner))
        expected = array.array(code, bytes(raw))
        expected[number] = value
        if not isinstance(
            judge.attempt("write", lambda: b.__setitem__(number, value), Where(where, repr(value)), ()), Refused
        ):
            judge.counts["items written"] += 1
            judge.same("a write changes other bytes than array's", owner.tobytes(), expected.tobytes(), where)
    if values == values and not any(value != value for value in owner.tolist()):
        judge.same("b == owner", (b == owner, owner.tolist() == b.tolist()), (True, True), where)


def run(seed: str, judge: Judge) -> None:
    generator = random.Random(seed)
    (of_array if generator.random() < 0.3 else of_struct)(generator, judge)
