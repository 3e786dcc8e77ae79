"""Arrays whose `dtype` attribute lies: what it says counts only where it can be true.

An array of random dtype says another one: with other fields, offsets outside of the item, numbers that are none,
attributes that raise, that collect garbage or drop the array. Each field that a Buffer gives lies inside of its item
and has the length that its format says, whatever was said of it; and where the attribute says nothing that is a dtype,
the values are the array's own."""

from __future__ import annotations

import gc
import random
from typing import Any

import numpy as np
import swiftbuf
from oracle_dtypes import Sizes, random_dtype
from oracle_judge import Judge

REFUSALS = (
    ValueError,
    TypeError,
    NotImplementedError,
    BufferError,
    IndexError,
    AttributeError,
    OverflowError,
    LookupError,
    RuntimeError,
)
NUMBERS: list[Any] = [
    0,
    1,
    2,
    4,
    8,
    16,
    100,
    -1,
    -8,
    2**31,
    2**62,
    2**63 - 1,
    2**63,
    -(2**63),
    2**200,
    1.5,
    None,
    "4",
    b"4",
    True,
]
JUNK: list[Any] = [
    None, (), [], {}, "i4", b"<i4", 0, -1, 2**64, object(), ("a",), ("a", "b"), ("a", "a"), {"a": 1}, {"a": ()},
    {"a": (None, 0)}, (("a",),), "\0",
    float("nan"), int, np.dtype("i4"), np.dtype("V8"), np.dtype([("a", "i4"), ("b", "f8")]), np.dtype("O"),
    np.dtype("M8[s]"), np.dtype("S0"),
]  # fmt: skip
ATTRIBUTES = [
    *("names", "fields", "itemsize", "subdtype", "base", "shape", "kind", "char", "str", "byteorder", "alignment"),
    *("type", "num", "isnative", "descr", "hasobject"),
]


class Interruption(BaseException):
    """What is no error, and must come through."""


class Fake:
    """An object with the attributes of a dtype, some of which are another thing."""

    def __init__(self, real: np.dtype, generator: random.Random, owner: list[Any]) -> None:
        self.real, self.generator, self.owner = real, generator, owner
        self.wrong = {name: generator.choice([*JUNK, *NUMBERS]) for name in ATTRIBUTES if generator.random() < 0.25}
        self.acts = generator.random() < 0.2

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.acts and self.generator.random() < 0.3:
            act(self.generator, self.owner)
        if name in self.wrong:
            return self.wrong[name]
        value = getattr(self.real, name)
        if name == "fields" and value is not None:
            return {key: self.field(*each) for key, each in value.items()}
        return value

    def field(self, dtype: np.dtype, offset: int, *title: Any) -> Any:
        kind = self.generator.random()
        if kind < 0.2:
            offset = self.generator.choice(NUMBERS)
        elif kind < 0.3:
            return self.generator.choice(JUNK)
        said: Any = Fake(dtype, self.generator, self.owner) if self.generator.random() < 0.5 else dtype
        return (said, offset, *title)


def act(generator: random.Random, owner: list[Any]) -> None:
    choice = generator.randrange(5)
    if choice == 0:
        gc.collect(0)
    elif choice == 1:
        raise generator.choice(
            [ValueError("no"), AttributeError("no"), KeyError("no"), RecursionError("no"), Interruption("no")]
        )
    elif choice == 2:
        owner.clear()
    elif choice == 3:
        swiftbuf.zeros(3, "i").release()


class Liar(np.ndarray):
    """An array with another dtype for whoever asks by its name."""

    said: Any = None

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        said = Liar.said
        return said() if callable(said) and not isinstance(said, type | Fake | np.dtype) else said


def lie(generator: random.Random, real: np.dtype, owner: list[Any]) -> Any:
    """Return what the attribute says."""
    choice = generator.randrange(6)
    if choice == 0:
        return generator.choice([*JUNK, *NUMBERS])
    if choice == 1:
        return random_dtype(generator, Sizes(fields=3, depth=2))
    if choice == 2:  # of the same size
        other = random_dtype(generator, Sizes(fields=3, depth=2))
        try:
            return np.dtype({"names": ["a"], "formats": [other], "offsets": [0], "itemsize": real.itemsize})
        except (ValueError, TypeError):
            return other
    if choice == 3 and real.names:  # the same fields elsewhere
        names = list(real.names)
        fields: Any = real.fields
        try:
            return np.dtype(
                {
                    "names": names,
                    "formats": [fields[name][0] for name in names],
                    "offsets": [generator.randrange(real.itemsize + 1) for _ in names],
                    "itemsize": real.itemsize + generator.choice([0, 0, 8, 1000]),
                }
            )
        except (ValueError, TypeError):
            return None
    if choice == 4:
        return lambda: act(generator, owner)
    return Fake(real, generator, owner)


def run(seed: str, judge: Judge) -> None:
    generator = random.Random(seed)
    dtype = random_dtype(
        generator, Sizes(fields=generator.randint(1, 4), depth=generator.randint(1, 3), odd=0, references=0)
    )
    size = dtype.itemsize
    if size == 0 or size > 200 or dtype.hasobject:
        judge.counts["too large or nothing"] += 1
        return
    # Each byte of the item says where it stands; those around it say that they are outside.
    memory = bytearray(b"\xee" * 64 + bytes(range(size)) + b"\xee" * 64)
    real = np.ndarray((1,), dtype, memory, 64)
    owner: list[Any] = [real.view(Liar)]
    Liar.said = lie(generator, dtype, owner)
    where = f"[{seed}] {dtype!r} says {Liar.said!r:.200}"
    try:
        b = swiftbuf.Buffer(owner[0])
    except REFUSALS as error:
        judge.refused[f"Buffer: {type(error).__name__}"] += 1
        return
    except Interruption:
        judge.refused["Buffer: an interruption"] += 1
        return
    judge.counts["buffers"] += 1
    judge.same("itemsize", (b.itemsize, b.shape, b.tobytes()), (size, (1,), bytes(range(size))), where)
    names = {*(dtype.names or ()), "a", "b", *names_of(Liar.said)}
    walk(b, names, judge, where, 3)
    try:
        b.tolist()
        memory_before = bytes(memory)
        b[0] = b[0]
        judge.same(
            "an item that is assigned to itself: bytes outside of it",
            memory[:64] + memory[-64:],
            memory_before[:64] + memory_before[-64:],
            where,
        )
    except REFUSALS:
        pass
    Liar.said = None


def names_of(said: Any) -> list[str]:
    try:
        return [name for name in said.names or () if isinstance(name, str)]
    except (AttributeError, TypeError, Interruption, LookupError, ValueError, RuntimeError):
        return []


def walk(v: swiftbuf.Buffer, names: set[str], judge: Judge, where: str, depth: int) -> None:
    """See that each field lies inside of the item, where the bytes count up."""
    for name in names:
        try:
            part = v[name]
        except REFUSALS:
            judge.refused["field"] += 1
            continue
        judge.counts["fields"] += 1
        raw = part.tobytes()
        width = part.itemsize
        runs = [raw[i : i + width] for i in range(0, len(raw), width)] if width else []
        if any(run != bytes(range(run[0], run[0] + width)) for run in runs):
            judge.fault("a field reaches outside of its item", f"{where}: {name!r} {part!r}: {raw[:80]!r}")
        if depth:
            walk(part, names, judge, where, depth - 1)
        try:
            part.tolist()
        except (*REFUSALS, UnicodeError):
            continue
