"""One random structure of ctypes, read and written through a Buffer, and held against ctypes itself.

A field lies where its descriptor says and has the value that ctypes reads there, or is refused; a write changes the
bytes that ctypes' own write changes, and no other."""

from __future__ import annotations

import ctypes
import itertools
import pickle
import random
import sys
import warnings
from typing import Any

import numpy as np
import swiftbuf
from oracle_judge import NOT_READABLE, REFERENCES, Judge, Refused, Where
from oracle_structures import (
    ADDRESSES,
    has_names_of_its_own,
    is_placed,
    is_structure,
    leaves,
    parts,
    random_bytes,
    random_structure,
    text,
    unarrayed,
)
from oracle_values import bits_of, flatten, random_value

DTYPES = {"?": "?", "c": "S1", "f": "f4", "d": "f8", "g": "g", "u": "U1"}
NATIVE = set("?bBhHiIlLqQnNefdgP")


class Case:
    """Memory, an object of ctypes over it, and the Buffer."""

    def __init__(self, seed: str, judge: Judge, fields: int, depth: int, mix: float) -> None:
        self.seed = seed
        self.judge = judge
        self.generator = generator = random.Random(seed)
        structure = random_structure(generator, fields, depth, mix)
        whole = structure
        while generator.random() < 0.45:
            whole = whole * generator.randint(0, 3)
        self.start = 16 + generator.choice([0, 0, 0, 1, 4])
        self.memory = bytearray(generator.randbytes(self.start + ctypes.sizeof(whole) + 24))
        random_bytes(generator, whole, self.memory, self.start)
        self.object = whole.from_buffer(self.memory, self.start)
        self.base = np.frombuffer(self.memory, "u1").__array_interface__["data"][0]
        self.type = whole
        self.is_placed = is_placed(whole)

    def __str__(self) -> str:
        aligned = "" if self.start % 16 == 0 else f", at an address that is {self.start % 16} behind a multiple of 16"
        return f"[{self.seed}] {type(self.exporter).__name__} of {text(self.type)}{aligned}"

    def run(self) -> None:
        generator = self.generator
        self.exporter: Any = self.object
        choice = generator.random()
        readonly = False
        try:
            if choice < 0.1:
                self.exporter = memoryview(self.object)
            elif choice < 0.15:
                self.exporter = pickle.PickleBuffer(self.object)
            elif choice < 0.2:
                self.exporter, readonly = memoryview(self.object).toreadonly(), True
            said = memoryview(self.exporter)
        except (ValueError, BufferError, NotImplementedError, TypeError) as error:
            self.judge.refused[f"ctypes itself: {str(error)[:60]}"] += 1
            return
        self.text, self.readonly = said.format, readonly
        self.judge.counts["buffers"] += 1
        self.judge.counts["buffers whose fields are all placed"] += self.is_placed
        self.expected: tuple[str, ...] | None = () if self.is_placed else None
        b = self.judge.attempt("Buffer", lambda: swiftbuf.Buffer(self.exporter), Where(self, self.text), self.expected)
        if isinstance(b, Refused):
            return
        item, shape = unarrayed(self.type)
        self.part(
            b,
            item,
            shape,
            tuple(itertools.accumulate([ctypes.sizeof(item), *shape[:0:-1]], int.__mul__))[::-1],
            self.start,
            "b",
        )
        self.whole(b)

    def part(
        self, v: swiftbuf.Buffer, kind: Any, shape: tuple[int, ...], strides: tuple[int, ...], at: int, path: str
    ) -> None:
        """Judge a view of items of a type that lie at a place of the memory."""
        where = Where(self, path, repr(v.format))
        strides = strides[: len(shape)]
        if not self.judge.same("metadata: shape and read-only", (v.shape, v.readonly), (shape, self.readonly), where):
            return
        size = ctypes.sizeof(kind)
        if self.is_placed and not self.judge.same("metadata: itemsize", v.itemsize, size, where):
            return
        if 0 not in shape and [n for n, d in zip(v.strides, shape, strict=True) if d > 1] != [
            n for n, d in zip(strides, shape, strict=True) if d > 1
        ]:
            self.judge.fault("metadata: strides", f"{where}: got {v.strides}, right is {strides}")
            return
        if is_structure(kind):
            self.judge.counts["structs"] += 1
            self.fields(v, kind, shape, strides, at, path)
        else:
            self.leaf(v, kind, shape, strides, at, where)

    def fields(
        self, v: swiftbuf.Buffer, kind: Any, shape: tuple[int, ...], strides: tuple[int, ...], at: int, path: str
    ) -> None:
        last = {part.name: part for part in parts(kind)}
        for name, part in last.items():
            is_said = f":{name}:" in v.format and not part.inherited
            # Of unions and of what is inherited no format says a word.
            expected = None if part.inherited or issubclass(kind, ctypes.Union) else self.expected
            inner = self.judge.attempt(
                "field", lambda name=name: v[name], Where(self, f"{path}[{name!r}]"), expected, is_said
            )
            if isinstance(inner, Refused):
                continue
            self.judge.counts["fields"] += 1
            where = f"{path}[{name!r}]"
            if part.bits is not None:
                self.bits(inner, kind, part.name, shape, strides, at, where)
                continue
            element, dimensions = unarrayed(part.type)
            inside = tuple(itertools.accumulate([ctypes.sizeof(element), *dimensions[:0:-1]], int.__mul__))[::-1][
                : len(dimensions)
            ]
            self.part(inner, element, shape + dimensions, strides + inside, at + part.offset, where)
        # A name that a field has in its name, or a format inside of one, is no field.
        for name in {piece for each in last for piece in each.split(":")} - set(last):
            if "_anonymous_" not in vars(kind):
                try:
                    v[name]
                except (ValueError, TypeError, NotImplementedError):
                    continue
                self.judge.fault(
                    "a field is found that the owner does not have", f"{self} {path}[{name!r}] {v.format!r}"
                )

    def addresses(self, shape: tuple[int, ...], strides: tuple[int, ...], at: int) -> list[int]:
        return [at + sum(map(int.__mul__, key, strides)) for key in itertools.product(*map(range, shape))]

    def bits(
        self,
        v: swiftbuf.Buffer,
        kind: Any,
        name: str,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        at: int,
        path: str,
    ) -> None:
        """Judge a view of bit fields, which no view can have rightly unless they happen to fill it."""
        where = Where(self, path, repr(v.format))
        values = self.judge.attempt("tolist", v.tolist, where, None)
        if isinstance(values, Refused):
            return
        right = [getattr(kind.from_buffer(self.memory, each), name) for each in self.addresses(shape, strides, at)]
        self.judge.same("value of a bit field", flatten(values, v.ndim), right, where)

    def leaf(
        self, v: swiftbuf.Buffer, kind: Any, shape: tuple[int, ...], strides: tuple[int, ...], at: int, where: Where
    ) -> None:
        expected = (NOT_READABLE, REFERENCES) if kind in (*ADDRESSES, ctypes.c_wchar) else self.expected
        values = self.judge.attempt("tolist", v.tolist, where, expected)
        if isinstance(values, Refused):
            return
        flat = flatten(values, v.ndim)
        its = self.addresses(shape, strides, at)
        if kind in ADDRESSES:
            right: list[Any] = [int.from_bytes(self.memory[each : each + 8], "little") for each in its]
        else:
            right = [without_nul(kind.from_buffer(self.memory, each).value) for each in its]
        if not self.judge.same("value of a leaf", bits_of(flat), bits_of(right), where):
            return
        self.judge.counts["leaves read"] += 1
        self.promise(v, kind, its, where)
        if right and kind not in ADDRESSES:
            self.write(v, kind, its, where)

    def promise(self, v: swiftbuf.Buffer, kind: Any, its: list[int], where: Where) -> None:
        if v.format in NATIVE and any((self.base + each) % ctypes.alignment(kind) for each in its):
            self.judge.fault("alignment is promised that is not there", f"{where}: ctypes said {self.text!r}")

    def write(self, v: swiftbuf.Buffer, kind: Any, its: list[int], where: Where) -> None:
        number = self.generator.randrange(len(its))
        key = tuple(int(k) for k in np.unravel_index(number, v.shape)) if v.ndim else ()
        code = kind._type_
        value = random_value(self.generator, np.dtype(DTYPES.get(code, code)))
        if code == "c":
            value = value.ljust(1, b"\0")
        elif code == "u":
            value = value[:1] or "x"
            if 0xD800 <= ord(value) < 0xE000:
                value = "x"
        if self.readonly:
            try:
                v[key] = value
            except TypeError:
                return
            self.judge.fault("read-only memory is written", where)
            return
        right = bytearray(self.memory)
        kind.from_buffer(right, its[number]).value = value
        before = bytes(self.memory)
        said = self.judge.attempt(
            "write", lambda: v.__setitem__(key, value), Where(where, "=", repr(value)), self.expected
        )
        if isinstance(said, Refused):
            self.judge.same("a refused write changes bytes", bytes(self.memory), before, where)
            return
        self.judge.counts["leaves written"] += 1
        if code == "g":
            right[its[number] + 10 : its[number] + 16] = self.memory[its[number] + 10 : its[number] + 16]
        if self.memory != right:
            places = [i for i, (x, y) in enumerate(zip(self.memory, right, strict=True)) if x != y]
            self.judge.fault(
                "a write changes other bytes than ctypes'",
                f"{where}[{key}] = {value!r}: bytes {places} from {its[number]} on",
            )

    def whole(self, b: swiftbuf.Buffer) -> None:
        where = Where(self, repr(b.format))
        is_readable = has_one_value_each(self.type) and not leaves(self.type) & {*ADDRESSES, ctypes.c_wchar}
        expected = self.expected if is_readable else None
        values = self.judge.attempt("tolist of all", b.tolist, where, expected)
        # Of a structure that ctypes has no format for it says one byte, which is what is read, if it has one.
        is_said = b.format != "B" or not is_structure(unarrayed(self.type)[0])
        if not isinstance(values, Refused) and is_said and has_one_value_each(self.type):
            self.judge.counts["whole items read"] += 1
            self.judge.same(
                "values of whole items", bits_of(values), bits_of(self.values(self.type, self.start)), where
            )
        if self.generator.random() < 0.5:
            copy = self.judge.attempt("copy", b.copy, where, expected)
        else:
            copy = self.judge.attempt("pickle", lambda: pickle.loads(pickle.dumps(b)), where, expected)
        if not isinstance(copy, Refused):
            self.judge.counts["copied or pickled"] += 1
            self.judge.same(
                "copy or pickle: bytes",
                copy.tobytes(),
                bytes(memoryview(self.object).cast("B")) if b.nbytes else b"",
                where,
            )
        self.assign(b, where, expected)
        self.again(b, where)

    def values(self, kind: Any, at: int) -> Any:
        """Return the values of a type as a Buffer gives them: tuples, and lists for arrays. It has no unions, bits or
        bases."""
        if issubclass(kind, ctypes.Array):
            return [self.values(kind._type_, at + i * ctypes.sizeof(kind._type_)) for i in range(kind._length_)]
        if is_structure(kind):
            return tuple(self.values(part.type, at + part.offset) for part in parts(kind))
        if kind in ADDRESSES:
            return int.from_bytes(self.memory[at : at + 8], "little")
        return without_nul(kind.from_buffer(self.memory, at).value)

    def assign(self, b: swiftbuf.Buffer, where: Where, expected: tuple[str, ...] | None) -> None:
        """Assign another object of the same type."""
        size = ctypes.sizeof(self.type)
        if self.readonly or not size or not is_assignable(self.type):
            return
        other = bytearray(self.generator.randbytes(size))
        random_bytes(self.generator, self.type, other, 0)
        right = bytearray(self.memory)
        right[self.start : self.start + size] = other
        source = self.type.from_buffer(other)
        if isinstance(
            self.judge.attempt("b[...] = object", lambda: b.__setitem__(..., source), where, expected), Refused
        ):
            return
        self.judge.counts["whole objects assigned"] += 1
        self.judge.same("b[...] = object: bytes", bytes(self.memory), bytes(right), where)

    def again(self, b: swiftbuf.Buffer, where: Where) -> None:
        """Give the Buffer to NumPy, and look where NumPy finds the fields."""
        item = unarrayed(self.type)[0]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                array = np.asarray(b)
        except Exception as error:
            self.judge.refused[f"np.asarray(b): {type(error).__name__}"] += 1
            return
        if array.dtype.names is None or not self.is_placed or not has_one_value_each(self.type):
            return
        self.judge.counts["given to NumPy"] += 1
        fields: Any = array.dtype.fields
        its = {name: fields[name][1] for name in array.dtype.names}
        self.judge.same("np.asarray(b) has other offsets", its, {part.name: part.offset for part in parts(item)}, where)


def without_nul(value: Any) -> Any:
    """Return a character as a Buffer gives it, which drops a NUL at the end."""
    return value.rstrip("\0") if isinstance(value, str) else value


def has_one_value_each(kind: Any) -> bool:
    """Whether a type has no unions, bits or inheritance, whose parts lie over each other or in no order."""
    kind, _ = unarrayed(kind)
    if not is_structure(kind):
        return True
    # Before 3.13 a packed structure is said to be one byte.
    if issubclass(kind, ctypes.Union) or (hasattr(kind, "_pack_") and sys.version_info < (3, 13)):
        return False
    its = parts(kind)
    return has_names_of_its_own(kind) and all(
        part.bits is None and not part.inherited and has_one_value_each(part.type) for part in its
    )


def is_assignable(kind: Any) -> bool:
    """Whether no part is a reference to an object, which a copy would not count."""
    kind, _ = unarrayed(kind)
    if is_structure(kind):
        return all(is_assignable(part.type) for part in parts(kind))
    return kind is not ctypes.py_object


def run(seed: str, judge: Judge) -> None:
    """Judge one case: one in three has nothing that no format can say."""
    generator = random.Random(seed)
    Case(seed, judge, generator.randint(1, 5), generator.randint(0, 3), generator.choice([0, 0.3, 1])).run()
