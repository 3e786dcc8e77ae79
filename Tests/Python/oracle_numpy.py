"""One random NumPy array, read and written through a Buffer, and held against NumPy itself.

Every field by its path has NumPy's shape, strides, bytes and values, or is refused; a write changes the bytes that
NumPy's own write changes, and no other."""

from __future__ import annotations

import math
import pickle
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import swiftbuf
from oracle_dtypes import Sizes, exporters, random_array, random_dtype, raw_bytes, views
from oracle_judge import NO_BYTES, NOT_PICKLED, NOT_READABLE, REFERENCES, Judge, Refused, Where
from oracle_values import LONG_DOUBLE_PADS, bits_of, fill, owned, random_value, read

NATIVE = set("?bBhHiIlLqQnNefdgP")


class Case:
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

    # --- all of it ---

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


def over(s: np.ndarray, memory: bytearray, copy: bytearray, dtype: np.dtype | None = None) -> np.ndarray:
    """Return the array that lies in a copy of a memory where `s` lies in the memory."""
    start = s.__array_interface__["data"][0] - np.frombuffer(memory, "u1").__array_interface__["data"][0]
    return np.ndarray(s.shape, dtype or s.dtype, copy, start, s.strides)


def pads(its: np.ndarray, key: tuple[int, ...], memory: bytearray) -> list[int]:
    """Return where the pads of a long double stand, which nobody reads."""
    if its.dtype.char not in "gG":
        return []
    start = its.__array_interface__["data"][0] - np.frombuffer(memory, "u1").__array_interface__["data"][0]
    start += sum(k * n for k, n in zip(key, its.strides, strict=True))
    return [start + 16 * part + i for part in range(its.dtype.itemsize // 16) for i in LONG_DOUBLE_PADS]


def leaves(dtype: np.dtype) -> list[np.dtype]:
    """Return the dtypes of all leaves."""
    if dtype.subdtype:
        return leaves(dtype.subdtype[0])
    if dtype.names is None:
        return [dtype]
    return [leaf for name in dtype.names for leaf in leaves(dtype.fields[name][0])]  # type: ignore[index]


def has_references(dtype: np.dtype) -> bool:
    """Whether a leaf is a reference; `hasobject` says so of fields too that a view has left out."""
    return any(leaf.kind == "O" for leaf in leaves(dtype))


def all_names(dtype: np.dtype) -> list[str]:
    """Return the names of all fields, also of those in fields."""
    if dtype.subdtype:
        return all_names(dtype.subdtype[0])
    fields: Any = dtype.fields
    return [each for name in dtype.names or () for each in (name, *all_names(fields[name][0]))]


def same_places(mine: np.dtype, its: np.dtype) -> bool:
    """Whether two dtypes have the same scalars at the same offsets under the same names."""
    if mine.itemsize != its.itemsize:
        return False
    if mine.subdtype or its.subdtype:
        if not (mine.subdtype and its.subdtype):
            return mine.itemsize == 0
        if 0 in its.subdtype[1]:
            return mine.subdtype[1] == its.subdtype[1]
        return mine.subdtype[1] == its.subdtype[1] and same_places(mine.subdtype[0], its.subdtype[0])
    if its.names is None:
        return mine.names is None and (mine == its or mine.itemsize == 0)
    if mine.names != its.names:
        return False
    my_fields: Any = mine.fields
    fields: Any = its.fields
    return all(
        my_fields[name][1] == fields[name][1] and same_places(my_fields[name][0], fields[name][0]) for name in its.names
    )


def same_scalars(mine: np.dtype, its: np.dtype) -> bool:
    """Whether two dtypes of one size have the same scalars at the same offsets, however large their structs are."""
    return mine.itemsize == its.itemsize and list(scalars(mine)) == list(scalars(its))


def scalars(dtype: np.dtype, at: int = 0, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of each scalar, its offset and its dtype; of scalars without bytes the path alone."""
    if dtype.subdtype:
        base, shape = dtype.subdtype
        for index in range(math.prod(shape)):
            yield from scalars(base, at + index * base.itemsize, (*path, index))
        if 0 in shape:
            yield path, shape
    elif dtype.names is None:
        yield (path, at, dtype) if dtype.itemsize else (path,)
    else:
        fields: Any = dtype.fields
        for name in dtype.names:
            yield from scalars(fields[name][0], at + fields[name][1], (*path, name))


def packed_without_titles(dtype: np.dtype) -> np.dtype:
    """Return the same places as a dtype of explicit offsets, so that NumPy writes another format for it, if it can."""
    if dtype.subdtype:
        return np.dtype((packed_without_titles(dtype.subdtype[0]), dtype.subdtype[1]))
    if dtype.names is None:
        return dtype
    fields: Any = dtype.fields
    return np.dtype(
        {
            "names": list(dtype.names),
            "formats": [packed_without_titles(fields[name][0]) for name in dtype.names],
            "offsets": [fields[name][1] for name in dtype.names],
            "itemsize": dtype.itemsize,
        }
    )


def equal_items(left: Any, right: Any) -> bool:
    """Compare nested lists item by item: a list calls a NaN equal to itself."""
    if isinstance(left, list | tuple):
        return all(map(equal_items, left, right))
    if isinstance(left, float | complex) and not math.isfinite(
        abs(left) if isinstance(left, float) else left.real + left.imag
    ):
        return bool(left == right)
    return bool(left == right)


def run(seed: str, judge: Judge, sizes: Sizes | None = None) -> str:
    """Judge one case; the sizes of the dtype are random too, so that there are small ones, easy to understand."""
    generator = random.Random(seed)
    case = Case(seed, judge, sizes or Sizes(fields=generator.randint(1, 6), depth=generator.randint(1, 4)))
    case.run()
    return str(case)
