"""One random NumPy array, read and written through a Buffer, and held against NumPy itself.

Every field by its path has NumPy's shape, strides, bytes and values, or is refused; a write changes the bytes that
NumPy's own write changes, and no other. Whole items are judged in oracle_whole.py."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import swiftbuf
from oracle_dtypes import Sizes, exporters, random_array, random_dtype, raw_bytes, views
from oracle_judge import NO_BYTES, NOT_PICKLED, NOT_READABLE, REFERENCES, Judge, Refused, Where
from oracle_places import all_names, has_references, over, pads
from oracle_values import bits_of, fill, owned, random_value, read
from oracle_whole import WholeItems

NATIVE = set("?bBhHiIlLqQnNefdgP")


class Case(WholeItems):
    """An array, the exporter that a Buffer is made of, and the Buffer."""

    def __init__(self, seed: str, judge: Judge, sizes: Sizes) -> None:
        self.seed = seed
        self.judge = judge
        self.generator = random.Random(seed)
        self.dtype = random_dtype(self.generator, sizes)
        whole, self.memory = random_array(self.generator, self.dtype)
        fill(whole, self.generator, raw=self.memory is not None)
        self.exporter, self.owner, self.is_array = whole, whole, True
        self.readonly = False

    def __str__(self) -> str:
        owner = self.owner
        return (
            f"[{self.seed}] {type(self.exporter).__name__} of {owner.dtype!r}, "
            f"shape {owner.shape}, strides {owner.strides}"
            f"{'' if owner.flags.aligned else ', not aligned'}"
        )

    def run(self) -> None:
        try:
            memoryview(self.owner).release()
        except (ValueError, BufferError) as error:
            self.judge.counts["NumPy refuses itself"] += 1
            self.judge.refused[f"NumPy itself: {str(error)[:60]}"] += 1
            return
        made = self.judge.attempt(
            "Buffer",
            lambda: exporters(self.owner, self.generator),
            Where(self),
            (NO_BYTES,) if self.dtype.itemsize == 0 else None,
        )
        if isinstance(made, Refused):
            return
        self.exporter, self.owner, self.is_array = made
        try:
            view = memoryview(self.exporter)
        except (ValueError, BufferError) as error:
            self.judge.refused[f"NumPy itself: {str(error)[:60]}"] += 1
            return
        if isinstance(self.owner, np.memmap):
            self.memory = None
        self.readonly, self.said = view.readonly, view.format
        del view
        self.judge.counts["buffers"] += 1
        nothing = self.owner.dtype.itemsize == 0
        # Of what is no array itself, whose dtype need not be asked, every refusal that is true is right; so it is of
        # names that no format has.
        self.has_odd_names = any("\0" in name for name in all_names(self.owner.dtype))
        self.expected: tuple[str, ...] | None = (NO_BYTES, NOT_PICKLED) if nothing else () if self.is_array else None
        if self.has_odd_names:
            self.expected = None
        b = self.judge.attempt("Buffer", lambda: swiftbuf.Buffer(self.exporter), Where(self), self.expected)
        if isinstance(b, Refused):
            return
        self.metadata(b, self.owner, "b")
        self.fields(b, self.owner, "b")
        if self.generator.random() < 0.2:
            how, view, its = views(b, self.owner, self.generator)
            if self.metadata(view, its, f"b{how}"):
                self.fields(view, its, f"b{how}")
        # What a format cannot say of names makes it one that is not read as a whole.
        if self.generator.random() < 0.5 and not self.has_odd_names:
            self.whole(b)

    # --- reading ---

    def metadata(self, v: swiftbuf.Buffer, s: np.ndarray, path: str) -> bool:
        where = Where(self, path)
        same = self.judge.same
        its: tuple[Any, ...] = (s.shape, not s.flags.writeable or self.readonly)
        if not same("metadata: shape and read-only", (v.shape, v.readonly), its, where):
            return False
        # Who knows the text alone cannot know what pads a struct ends with.
        knows = self.is_array or s.dtype.names is None
        its = (s.dtype.itemsize, s.nbytes)
        if knows and not same("metadata: itemsize and nbytes", (v.itemsize, v.nbytes), its, where):
            return False
        if s.size and [n for n, d in zip(v.strides, v.shape, strict=True) if d > 1] != [
            n for n, d in zip(s.strides, s.shape, strict=True) if d > 1
        ]:
            self.judge.fault("metadata: strides", f"{where}: got {v.strides}, right is {s.strides}")
            return False
        if v.itemsize != s.dtype.itemsize or s.dtype.hasobject:
            return True
        raw = raw_bytes(s) if s.dtype.itemsize else b""
        return same("metadata: the bytes of a view", v.tobytes(), raw, where)

    def fields(self, v: swiftbuf.Buffer, s: np.ndarray, path: str) -> None:
        """Read a view, and all its fields, and write one value to each leaf."""
        names = s.dtype.names
        if names is None:
            self.leaf(v, s, path)
            return
        self.judge.counts["structs"] += 1
        for name in names:
            part = s[name]
            expected = self.expected if part.dtype.itemsize or self.expected is None else (NO_BYTES,)
            inner = self.judge.attempt(
                "field", lambda name=name: v[name], Where(self, f"{path}[{name!r}]"), expected, f":{name}:" in v.format
            )
            if isinstance(inner, Refused):
                continue
            self.judge.counts["fields"] += 1
            if self.metadata(inner, part, f"{path}[{name!r}]"):
                self.fields(inner, part, f"{path}[{name!r}]")

    def leaf(self, v: swiftbuf.Buffer, s: np.ndarray, path: str) -> None:
        where = Where(self, path, repr(v.format))
        expected = self.expected
        if has_references(s.dtype):
            expected = (NOT_READABLE, REFERENCES)
        elif s.dtype.itemsize == 0:
            expected = (NOT_READABLE, NO_BYTES)
        values = self.judge.attempt("tolist", v.tolist, where, expected)
        if isinstance(values, Refused):
            return
        if has_references(s.dtype):
            self.judge.fault("references are read", where)
            return
        self.judge.counts["leaves read"] += 1
        self.judge.same("value of a leaf", bits_of(values), bits_of(read(s)), where)
        self.promise(v, s, where)
        if s.size:
            key = tuple(self.generator.randrange(n) for n in s.shape)
            got = self.judge.attempt("item", lambda: v[key], where, expected)
            if not isinstance(got, Refused):
                self.judge.same("value of an item", bits_of(got), bits_of(read(s[(*key, ...)])), where)
            self.write(v, s, key, where, expected)

    def promise(self, v: swiftbuf.Buffer, s: np.ndarray, where: Where) -> None:
        """See that a native letter, which promises alignment, is said of aligned memory alone."""
        text = v.format.removeprefix("@")
        if isinstance(self.exporter, np.void):
            return  # of a record's own address NumPy promises more than is there, and its word is kept
        if (text in NATIVE or (text[:1] == "Z" and text[1:] in NATIVE)) and not s.flags.aligned and s.size:
            self.judge.fault("alignment is promised that is not there", f"{where}: NumPy said {self.said!r}")

    # --- writing ---

    def write(self, v: swiftbuf.Buffer, s: np.ndarray, key: tuple[int, ...], where: Where, expected: Any) -> None:
        """Write a value to one item of a leaf, and see that NumPy finds it there and that no other byte has changed."""
        value = random_value(self.generator, s.dtype)
        if not s.flags.writeable or self.readonly:
            try:
                v[key] = value
            except TypeError:
                return
            self.judge.fault("read-only memory is written", where)
            return
        if self.memory is None:
            return
        right = bytearray(self.memory)
        its = over(s, self.memory, right)
        with np.errstate(all="ignore"):
            its[key] = owned(value, s.dtype)
        before = bytes(self.memory)
        said = self.judge.attempt("write", lambda: v.__setitem__(key, value), Where(where, "=", repr(value)), expected)
        if isinstance(said, Refused):
            self.judge.same("a refused write changes bytes", bytes(self.memory), before, where)
            return
        self.judge.counts["leaves written"] += 1
        ignored = pads(its, key, right)
        for place in ignored:
            right[place] = self.memory[place]
        if self.memory != right:
            places = [i for i, (x, y) in enumerate(zip(self.memory, right, strict=True)) if x != y]
            self.judge.fault("a write changes other bytes than NumPy's", f"{where}[{key}] = {value!r}: bytes {places}")


def run(seed: str, judge: Judge, sizes: Sizes | None = None) -> str:
    """Judge one case; the sizes of the dtype are random too, so that there are small ones, easy to understand."""
    generator = random.Random(seed)
    case = Case(seed, judge, sizes or Sizes(fields=generator.randint(1, 6), depth=generator.randint(1, 4)))
    case.run()
    return str(case)
