"""Random dtypes of NumPy, random arrays of them, and the ways in which an array comes to a Buffer.

All kinds that NumPy exports are there: every scalar in both byte orders, texts of 0 to 5 characters, void, references,
sub-arrays of 1 to 3 dimensions of 0 to 3 items, structs in structs, aligned or packed at each level, explicit offsets
and sizes, titles and odd names."""

from __future__ import annotations

import pickle
import random
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf

NUMBERS = [*"?bBhHiIlLqQefd", "g", "F", "D", "G", "p", "P", "n", "N"]
SWAPPABLE = set("hHiIlLqQefdFDpPnN")
ODD_NAMES = [
    "", " ", "i", "T{i:a:}", "}", "{", "(2)i", "é", "漢字", "😀", "a b", "3x", ">d", "\t", "a" * 300, "'", '"', "\\",
    "%s%n", "&", "x" * 5, "f1",
    "a:b", ":", "nul\0inside", "\u200b", "__class__", "shape", "dtype",
]  # fmt: skip


class Sizes:
    """How large a dtype may get; smaller ones make shorter programs of a fault."""

    def __init__(self, fields: int = 5, depth: int = 4, odd: float = 0.08, references: float = 0.01) -> None:
        self.fields = fields
        self.depth = depth
        self.odd = odd
        self.references = references


def random_leaf(generator: random.Random, sizes: Sizes) -> np.dtype:
    choice = generator.random()
    if choice < 0.66:
        code = generator.choice(NUMBERS)
        return np.dtype(generator.choice("<>==") + code if code in SWAPPABLE else code)
    if choice < 0.78:
        return np.dtype(f"S{generator.choice([0, 1, 1, 2, 3, 4, 5])}")
    if choice < 0.90:
        return np.dtype(f"{generator.choice('<>=')}U{generator.choice([0, 1, 1, 2, 3, 5])}")
    if choice < 0.98:
        return np.dtype(f"V{generator.choice([0, 1, 1, 2, 3, 4, 5])}")
    if choice < 0.98 + sizes.references:
        return np.dtype("O")
    return np.dtype(generator.choice(["M8[s]", "m8[ns]", "i4"]))


def random_names(generator: random.Random, count: int, sizes: Sizes) -> list[str]:
    names = [f"{'abcdefgh'[i % 8]}{i // 8 or ''}" for i in range(count)]
    for i in range(count):
        if generator.random() < sizes.odd:
            odd = generator.choice(ODD_NAMES)
            if odd not in names:
                names[i] = odd
    return names


def random_struct(generator: random.Random, sizes: Sizes, depth: int = 1, align: bool | None = None) -> np.dtype:
    """Return a struct's dtype; ValueError for what NumPy does not make."""
    if align is None or generator.random() < 0.3:
        align = generator.random() < 0.6
    count = (
        generator.choice([0, *range(1, sizes.fields + 1)])
        if generator.random() < 0.1
        else generator.randint(1, sizes.fields)
    )
    names = random_names(generator, count, sizes)
    kinds: list[Any] = []
    for _ in names:
        is_struct = depth < sizes.depth and generator.random() < 0.3
        kind = random_struct(generator, sizes, depth + 1, align) if is_struct else random_leaf(generator, sizes)
        if generator.random() < 0.2:
            shape = tuple(generator.choice([0, 1, 1, 2, 2, 3]) for _ in range(generator.randint(1, 3)))
            kind = np.dtype((kind, shape))
        kinds.append(kind)
    form = generator.random()
    if form < 0.75:
        fields = []
        for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
            fields.append(((f"title {i}", name) if generator.random() < 0.03 else name, kind))
        return np.dtype(fields, align=align)
    offsets, end = [], 0
    for kind in kinds:
        end += generator.choice([0, 0, 0, 1, 2, 3, 4, 7, 8])
        if align and kind.alignment:
            end += -end % kind.alignment
        offsets.append(end)
        end += kind.itemsize
    if offsets and generator.random() < 0.04:
        offsets[generator.randrange(count)] = generator.randrange(max(end, 1))
    size = end + generator.choice([0, 0, 1, 2, 3, 4, 8, 16])
    if align:
        size += -size % max((kind.alignment for kind in kinds), default=1)
    made: Any = {"names": names, "formats": kinds, "offsets": offsets, "itemsize": size}
    return np.dtype(made, align=align)


def random_dtype(generator: random.Random, sizes: Sizes) -> np.dtype:
    """Return a dtype that NumPy makes."""
    while True:
        try:
            if generator.random() < 0.06:
                return random_leaf(generator, sizes)
            return random_struct(generator, sizes)
        except (ValueError, TypeError, NotImplementedError):
            continue  # an offset that does not fit its alignment, a title that is a name


def random_array(generator: random.Random, dtype: np.dtype) -> tuple[np.ndarray, bytearray | None]:
    """Return an array of random layout, and the memory that it lies in; None where references do not let us choose."""
    rank = generator.choice([0, 1, 1, 1, 1, 2, 2, 3])
    shape = tuple(
        generator.choice([0, 1, 2, 2, 3, 3]) if generator.random() < 0.2 else generator.randint(1, 3)
        for _ in range(rank)
    )
    outer = tuple(n * generator.choice([1, 1, 2]) for n in shape)
    order: Any = generator.choice("CCF")
    if dtype.hasobject:
        memory = None
        array = np.zeros(outer, dtype, order)
    else:
        size = dtype.itemsize
        for n in outer:
            size *= n
        offset = 16 + generator.choice([0, 0, 0, 0, 1, 2, 4, 5])
        memory = bytearray(generator.randbytes(offset + size + 24))
        array = np.ndarray(outer, dtype, memory, offset, order=order)
    for axis, (inner, whole) in enumerate(zip(shape, outer, strict=True)):
        step = 2 if inner != whole else 1
        cut: list[Any] = [slice(None)] * rank
        cut[axis] = slice(None, None, -step if generator.random() < 0.15 else step)
        if step != 1 or cut[axis].step != 1:
            array = array[tuple(cut)]
    if rank > 1 and generator.random() < 0.3:
        array = array.transpose(generator.sample(range(rank), rank))
    return array, memory


class Wrapped:
    """An object that lends another one's buffer, by Python's own slot."""

    def __init__(self, exporter: Any) -> None:
        self.exporter = exporter

    def __buffer__(self, flags: int) -> memoryview:
        return memoryview(self.exporter)


class WithDtype(Wrapped):
    """One that has a dtype as well."""

    @property
    def dtype(self) -> np.dtype:
        return self.exporter.dtype


def several_fields(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray]:
    names = list(array.dtype.names or ())
    if len(names) < 2:
        return array, array
    part = array[[name for name in names if generator.random() < 0.6] or names[:1]]
    return part, part


def one_field(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray]:
    while array.dtype.names and generator.random() < 0.8:
        array = array[generator.choice(array.dtype.names)]
    return array, array


def one_record(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray]:
    """Return a record of the array, and the array of no dimension that it is."""
    if array.size == 0 or array.dtype.names is None:
        return array, array
    key = tuple(generator.randrange(n) for n in array.shape)
    return array[key], array[(*key, ...)]


def as_recarray(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray]:
    if array.dtype.names is None:
        return array, array
    return array.view(np.recarray), array


def read_only(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray]:
    view = array.view()
    view.flags.writeable = False
    return view, view


def as_memmap(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray]:
    """Return an array in a file, with the same bytes."""
    if array.size == 0 or array.dtype.hasobject or array.dtype.itemsize == 0 or generator.random() < 0.7:
        return array, array
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, "u1", "w+", 4, (array.nbytes,))
    mapped[...] = np.frombuffer(raw_bytes(array), "u1")
    owner = mapped.view(array.dtype).reshape(array.shape)
    return owner, owner


def raw_bytes(array: np.ndarray) -> bytes:
    """Return the bytes of the items in C order, those between fields as well."""
    return array.view(f"V{array.dtype.itemsize}").tobytes()


DIRECT: list[Callable[[np.ndarray, random.Random], tuple[Any, np.ndarray]]] = [
    lambda array, generator: (array, array),
    lambda array, generator: (array, array),
    lambda array, generator: (array, array),
    several_fields,
    one_field,
    as_recarray,
    read_only,
    as_memmap,
    lambda array, generator: (swiftbuf.Buffer(array), array),
]
INDIRECT: list[Callable[[np.ndarray, random.Random], tuple[Any, np.ndarray]]] = [
    lambda array, generator: (memoryview(array), array),
    lambda array, generator: (pickle.PickleBuffer(array), array),
    lambda array, generator: (memoryview(memoryview(array)), array),
    one_record,
    lambda array, generator: (memoryview(swiftbuf.Buffer(array)), array),
]
if sys.version_info >= (3, 12):
    INDIRECT += [lambda array, generator: (Wrapped(array), array), lambda array, generator: (WithDtype(array), array)]


def exporters(array: np.ndarray, generator: random.Random) -> tuple[Any, np.ndarray, bool]:
    """Return an exporter, the array whose values it has, and whether it is an array, whose dtype can be asked."""
    if generator.random() < 0.7:
        exporter, owner = generator.choice(DIRECT)(array, generator)
        return exporter, owner, True
    exporter, owner = generator.choice(INDIRECT)(array, generator)
    return exporter, owner, not isinstance(exporter, Wrapped) or isinstance(exporter, WithDtype)


def views(b: swiftbuf.Buffer, a: np.ndarray, generator: random.Random) -> tuple[str, swiftbuf.Buffer, np.ndarray]:
    """Return the same view of a Buffer and of an array, and how it was made."""
    choice = generator.randrange(6)
    if choice == 0:
        return ".T", b.T, a.T
    if choice == 1:
        return "[None]", b[None], a[None]
    if choice == 2 and a.ndim:
        return "[::-1]", b[::-1], a[::-1]
    if choice == 3 and a.ndim:
        return "[1:]", b[1:], a[1:]
    if choice == 4 and a.ndim:
        axes = generator.sample(range(a.ndim), a.ndim)
        return f".transpose({axes})", b.transpose(axes), a.transpose(axes)
    return "[...]", b[...], a[...]
