"""Whole items of one random NumPy array: read, compared, copied, pickled, given back to NumPy, and assigned.

A value is NumPy's, or refused; what is assigned changes the bytes of its items alone."""

from __future__ import annotations

import math
import pickle
import random
from typing import Any

import numpy as np
import swiftbuf
from oracle_judge import NO_BYTES, NOT_READABLE, REFERENCES, Judge, Refused, Where
from oracle_places import has_references, leaves, over, packed_without_titles, pads, same_places, same_scalars
from oracle_values import bits_of, fill, owned, random_value, read


class WholeItems:
    """The part of a case that judges whole items; `oracle_numpy.Case` makes the array and its Buffer."""

    generator: random.Random
    judge: Judge
    owner: np.ndarray
    memory: bytearray | None
    readonly: bool
    said: str
    expected: tuple[str, ...] | None

    def whole(self, b: swiftbuf.Buffer) -> None:
        generator, judge, a = self.generator, self.judge, self.owner
        where = Where(self, repr(b.format))
        expected = self.expected
        if has_references(a.dtype):
            expected = (NOT_READABLE, REFERENCES, NO_BYTES)
        elif any(leaf.itemsize == 0 for leaf in leaves(a.dtype)) or a.dtype.itemsize == 0 or not leaves(a.dtype):
            expected = None
        values = judge.attempt("tolist of all", b.tolist, where, expected)
        right = read(a) if not has_references(a.dtype) else None
        if isinstance(values, Refused):
            judge.counts["whole items refused"] += 1
        elif judge.same("values of whole items", bits_of(values), bits_of(right), where):
            judge.counts["whole items read"] += 1
        if right is None:
            return
        equal = equal_items(right, right)
        # What cannot be read is unequal to everything.
        if not isinstance(values, Refused):
            judge.same("b == a", b == a, equal, where)
            judge.same("b == b.copy()", b == b.copy(), equal, where)
        # What NumPy makes of comparing is its own matter, as long as it does not crash.
        self.again(b, a, where, isinstance(values, Refused) and values.reason == NOT_READABLE)
        self.copies(b, a, right, where)
        if a.size and a.flags.writeable and not self.readonly and self.memory is not None:
            choice = generator.randrange(4)
            if choice == 0:
                self.assign_all(b, a, where, expected)
            elif choice == 1:
                self.assign_record(b, a, right, where, expected)
            elif choice == 2 and a.dtype.names:
                self.fill_field(b, a, where)
            else:
                self.assign_scalar(b, a, where, expected)

    def again(self, b: swiftbuf.Buffer, a: np.ndarray, where: Where, is_doubtful: bool) -> None:
        """Give the Buffer back to NumPy, which reads the text that swiftbuf says."""
        try:
            back = np.asarray(b)
        except (ValueError, TypeError, BufferError, RuntimeError, RuntimeWarning, NotImplementedError) as error:
            self.judge.refused[f"np.asarray(b): {type(error).__name__}"] += 1
            return
        if back.dtype == object or (a.dtype.kind == "V" and a.dtype.names is None):
            self.judge.refused["np.asarray(b): what NumPy has no format for"] += 1
            return
        if not same_places(back.dtype, a.dtype):
            asked = self.expected is not None
            if not asked and is_doubtful and b.format == self.said:
                # The text is the array's own, which swiftbuf does not read, and NumPy reads in its way.
                self.judge.refused["np.asarray(b): NumPy's own reading of a text that does not say all"] += 1
                return
            # Where nobody could be asked, the text need not say how large a struct is, but where each scalar is.
            if asked or not same_scalars(back.dtype, a.dtype):
                self.judge.fault("np.asarray(Buffer(a)) has other offsets", f"{where}: got {back.dtype!r}")
                return
        self.judge.counts["given back to NumPy"] += 1
        self.judge.same("np.asarray(Buffer(a)): values", bits_of(read(back)), bits_of(read(a)), where)

    def values(self, b: swiftbuf.Buffer) -> object:
        try:
            return bits_of(b.tolist())
        except (NotImplementedError, UnicodeDecodeError):
            return NOT_READABLE  # judged elsewhere

    def copies(self, b: swiftbuf.Buffer, a: np.ndarray, right: Any, where: Where) -> None:
        if self.generator.random() < 0.5:
            copy = self.judge.attempt("pickle", lambda: pickle.loads(pickle.dumps(b)), where, self.expected)
        else:
            copy = self.judge.attempt("copy", lambda: b.copy(order=self.generator.choice("CFAK")), where, self.expected)
        if isinstance(copy, Refused):
            return
        self.judge.counts["copied or pickled"] += 1
        self.judge.same("copy or pickle: bytes", copy.tobytes(), b.tobytes(), where)
        # Memory of its own is aligned, so that it may be said in other words.
        self.judge.same("copy or pickle: itemsize and shape", (copy.itemsize, copy.shape), (b.itemsize, b.shape), where)
        self.judge.same("copy or pickle: values", self.values(copy), self.values(b), where)
        for name in a.dtype.names or ():
            try:
                mine = b[name]
            except Exception:
                continue
            its = self.judge.attempt("field of a copy", lambda name=name: copy[name], Where(where, name), self.expected)
            if not isinstance(its, Refused):
                self.judge.same("field of a copy or pickle: bytes", its.tobytes(), mine.tobytes(), Where(where, name))

    def assign_all(self, b: swiftbuf.Buffer, a: np.ndarray, where: Where, expected: Any) -> None:
        """Assign another array of the same dtype, or one that says the same by another format."""
        other = np.ndarray(a.shape, a.dtype, bytearray(a.nbytes))
        fill(other, self.generator, raw=False)
        spelled = packed_without_titles(a.dtype) if self.generator.random() < 0.5 else a.dtype
        try:
            source: Any = other if spelled is a.dtype else np.ndarray(other.shape, spelled, other)
        except (ValueError, TypeError):
            source = other
        outside = self.outside(a)
        said = self.judge.attempt("b[...] = array", lambda: b.__setitem__(..., source), where, expected)
        if isinstance(said, Refused):
            return
        self.judge.counts["whole arrays assigned"] += 1
        self.judge.same("b[...] = array: values", bits_of(read(a)), bits_of(read(other)), where)
        self.judge.same("b[...] = array: other bytes", self.outside(a), outside, where)

    def assign_record(self, b: swiftbuf.Buffer, a: np.ndarray, right: Any, where: Where, expected: Any) -> None:
        """Assign one item as a tuple, and read it back."""
        key = tuple(self.generator.randrange(n) for n in a.shape)
        other = np.ndarray((), a.dtype, bytearray(a.dtype.itemsize))
        fill(other, self.generator, raw=False)
        value = read(other)
        outside = self.outside(a[(*key, ...)])
        said = self.judge.attempt(
            "b[key] = tuple", lambda: b.__setitem__(key, value), Where(where, "=", repr(value)), expected
        )
        if isinstance(said, Refused):
            return
        self.judge.counts["whole items written"] += 1
        self.judge.same("b[key] = tuple: values", bits_of(read(a[(*key, ...)])), bits_of(value), where)
        self.judge.same("b[key] = tuple: other bytes", self.outside(a[(*key, ...)]), outside, where)

    def assign_scalar(self, b: swiftbuf.Buffer, a: np.ndarray, where: Where, expected: Any) -> None:
        """Assign one item as NumPy's own scalar."""
        key = tuple(self.generator.randrange(n) for n in a.shape)
        other = np.ndarray((), a.dtype, bytearray(a.dtype.itemsize))
        fill(other, self.generator, raw=False)
        value = other[()]
        if not a.dtype.names and a.dtype.kind not in "biu" and a.dtype.char not in "dD":
            return  # how a long double or a text comes through Python's own float or bytes is said by other tests
        outside = self.outside(a[(*key, ...)])
        said = self.judge.attempt(
            "b[key] = scalar", lambda: b.__setitem__(key, value), Where(where, "=", repr(value)), expected
        )
        if isinstance(said, Refused):
            return
        self.judge.counts["scalars of NumPy written"] += 1
        self.judge.same("b[key] = scalar: values", bits_of(read(a[(*key, ...)])), bits_of(read(other)), where)
        self.judge.same("b[key] = scalar: other bytes", self.outside(a[(*key, ...)]), outside, where)

    def fill_field(self, b: swiftbuf.Buffer, a: np.ndarray, where: Where) -> None:
        """Fill one leaf of all items."""
        s, v, path = a, b, ""
        while s.dtype.names is not None:
            if not s.dtype.names:
                return
            name = self.generator.choice(s.dtype.names)
            path += f"[{name!r}]"
            try:
                s, v = s[name], v[name]
            except Exception:
                return  # judged where fields are read
        if s.dtype.itemsize == 0 or s.dtype.hasobject or s.size == 0 or self.memory is None:
            return
        value = random_value(self.generator, s.dtype)
        right = bytearray(self.memory)
        its = over(s, self.memory, right)
        with np.errstate(all="ignore"):
            its[...] = owned(value, s.dtype)
        if isinstance(
            self.judge.attempt("fill", lambda: v.fill(value), Where(where, path, "=", repr(value)), self.expected),
            Refused,
        ):
            return
        self.judge.counts["fields filled"] += 1
        for key in np.ndindex(s.shape):
            for place in pads(its, key, right):
                right[place] = self.memory[place]
        self.judge.same(
            "fill: the bytes of the memory", bytes(self.memory), bytes(right), Where(where, path, "=", repr(value))
        )

    def outside(self, a: np.ndarray) -> bytes:
        """Return the memory with the items of an array blanked."""
        if self.memory is None:
            return b""
        memory = bytearray(self.memory)
        over(a, self.memory, memory, np.dtype(f"V{a.dtype.itemsize}"))[...] = np.void(bytes(a.dtype.itemsize))
        return bytes(memory)


def equal_items(left: Any, right: Any) -> bool:
    """Compare nested lists item by item: a list calls a NaN equal to itself."""
    if isinstance(left, list | tuple):
        return all(map(equal_items, left, right))
    if isinstance(left, float | complex) and not math.isfinite(
        abs(left) if isinstance(left, float) else left.real + left.imag
    ):
        return bool(left == right)
    return bool(left == right)
