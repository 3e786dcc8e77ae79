"""Formats, held against `struct` outside of any T{}, and against NumPy's reader of them inside.

The input is the text of a format. What only swiftbuf reads is judged by the target `format`, in Swift.
"""

from __future__ import annotations

import re
import struct

import numpy as np
import swiftbuf
from numpy._core._internal import _dtype_from_pep3118

STRUCT_ALPHABET = re.compile(r"[@=<>!]?[xcbB?hHiIlLqQnNefdspP0-9 \t\n\r\f\v]*")
NOTHING = re.compile(r"[@=<>!]?0[spx]")
MOST_BYTES = 4096
# What a refusal may be: anything else ends the fuzzer, as a crash does.
REFUSALS = (ValueError, TypeError, NotImplementedError, MemoryError)


def item_size(text: str) -> int | None:
    """Return the size that swiftbuf sees in a format; None if it refuses it."""
    try:
        return swiftbuf.zeros(0, text).itemsize
    except REFUSALS:
        return None


def one(data: bytes) -> None:
    """Read an input as a format, here and there."""
    text = data.decode("latin-1")
    size = item_size(text)
    if "\0" in text:
        assert size is None, f"{text!r} is no C string, and has {size} bytes"
    elif STRUCT_ALPHABET.fullmatch(text):
        against_struct(text, size)
    elif is_one_struct(text):
        against_numpy(text, size)
    else:
        # Outside of any T{} NumPy pads at the end, and struct does not.
        against_numpy(f"T{{{text}}}", item_size(f"T{{{text}}}"))


# --- struct ---


def against_struct(text: str, size: int | None) -> None:
    """See that a text of struct's letters has struct's size and values, or is refused by both."""
    try:
        expected = struct.calcsize(text)
    except struct.error:
        assert size is None, f"struct refuses {text!r}, and swiftbuf has {size} bytes"
        return
    # A buffer has no items of 0 bytes.
    assert size == (expected or None), f"{text!r} has {expected} bytes in struct, {size} in swiftbuf"
    if NOTHING.fullmatch(text):
        as_field_of_no_bytes(text)
    if size is None or size > MOST_BYTES or not few_values(text):
        return
    raw = bytes((7 * index + 1) & 0xFF for index in range(size))
    try:
        values = struct.unpack(text, raw)
    except SystemError:  # CPython's own mistake about 0p
        return
    value = values[0] if len(values) == 1 else values
    item = swiftbuf.frombuffer(raw, text)[0]
    target = swiftbuf.zeros(1, text)
    if values == () and item == raw:
        # Pads alone: nothing for struct, and for swiftbuf bytes that are read and written as they are, as NumPy's void.
        target[0] = raw
        assert target[0] == raw and target.tobytes() == raw, f"{text!r} is written {raw!r}, and reads {target[0]!r}"
        return
    assert repr(item) == repr(value), f"{text!r} is {value!r} in struct, {item!r} in swiftbuf"
    target[0] = value
    assert repr(target[0]) == repr(
        struct.unpack(text, struct.pack(text, *values))[0 if len(values) == 1 else slice(None)]
    )


def as_field_of_no_bytes(text: str) -> None:
    """See that a text of no bytes is a field of them; test_items_without_bytes.py has every operation."""
    field = swiftbuf.zeros(2, f"T{{i:before:{text}:f:}}")["f"]
    assert (field.itemsize, field.tolist(), field.tobytes()) == (0, [b"", b""], b""), (
        f"{text!r} as a field is {field!r}"
    )


def few_values(text: str) -> bool:
    """Whether reading takes no long time: counts of nothing, as of `99999999x`, make no values."""
    return sum(map(int, re.findall(r"\d+", text))) <= MOST_BYTES


# --- NumPy ---

NUMPYS_OWN = (
    "unbalanced",  # a brace that nothing closes, or that closes nothing: NumPy stops there
    "an item of 0 bytes",
    "a shape is like",  # ( 2,+3)
    "too large",
    "an item is needed",
)


def against_numpy(text: str, size: int | None) -> None:
    """See that a text that both read has the same size, and the same members at the same places."""
    try:
        dtype = _dtype_from_pep3118(text)
    except Exception:
        return  # NumPy's reader has many ways to fail, and knows less
    if size is None:
        check_refusal(text, dtype)
        return
    if not is_one_struct(text):
        return  # a brace in a name, or one that is missing: NumPy reads on
    assert dtype.itemsize == size, f"{text!r} has {dtype.itemsize} bytes in NumPy, {size} in swiftbuf"
    check_members(text, dtype, size)


def check_refusal(text: str, dtype: np.dtype) -> None:
    """See that what NumPy reads is refused for a reason that NumPy does not look at."""
    try:
        swiftbuf.zeros(0, text)
    except REFUSALS as refusal:
        words = str(refusal)
        assert dtype.hasobject or any(reason in words for reason in NUMPYS_OWN), (
            f"{text!r}: {words}, and NumPy: {dtype!r}"
        )


def is_one_struct(text: str) -> bool:
    """Whether the brace of the first T{ closes at the end of the text."""
    depth = 0
    for brace in re.finditer(r"T\{|\}", text):
        depth += 1 if brace[0] == "T{" else -1
        if depth <= 0:
            return text.startswith("T{") and depth == 0 and brace.end() == len(text)
    return False


def check_members(text: str, dtype: np.dtype, size: int) -> None:
    """See that each member that NumPy names is a field of the same place, shape and size."""
    fields = dtype.fields
    if not fields or not size <= MOST_BYTES:
        return
    b = swiftbuf.frombuffer(bytes(size), text)
    start = np.frombuffer(b, np.uint8).__array_interface__["data"][0]
    for name, (member, offset, *_) in fields.items():
        if f":{name}:" not in text or text.count(f":{name}:") > 1 or not member.itemsize:
            continue  # a name that NumPy gave it, or one that is a name or not, as one reads it
        try:
            field = b[name]
        except KeyError:
            raise AssertionError(f"{text!r} has no member {name!r}") from None
        except REFUSALS:
            continue
        base, shape = member, ()
        while base.subdtype is not None:  # a shape, and in it a count
            base, inner = base.subdtype
            shape += inner
        assert (field.shape[1:], field.itemsize) == (shape, base.itemsize), f"{text!r}: {name!r} is {field!r}"
        assert np.asarray(memoryview(field)).__array_interface__["data"][0] - start == offset, f"{text!r}: {name!r}"
