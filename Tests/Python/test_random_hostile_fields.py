"""Random Py_buffers, most of them of extreme numbers, under every operation: an exception, or a legal result.

The exporter is hostile_exporter, in C, and says what it is told. What it says of memory that is there is true: whoever
lies about that can read anything, and no consumer knows. All else may be anything: strides and suboffsets without
items, offsets of fields, dimensions whose products overflow, item sizes that no memory has. The calls run in a child
process, whose death by a signal fails the test with the seed. `python test_random_hostile_fields.py MODULE SEED COUNT`
repeats a run.
"""

from __future__ import annotations

import ctypes
import math
import operator
import random
import resource
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
import swiftbuf
from test_random_bad_calls import ADDRESS_SPACE, address_space_in_use

CALLS_EACH = 20_000
SEEDS = [1, 2, 3]
LARGEST = sys.maxsize
# Numbers at which sums and products overflow.
EXTREMES = [
    LARGEST, LARGEST - 1, LARGEST - 7, LARGEST // 2, LARGEST // 2 + 1, LARGEST // 8, -LARGEST - 1,
    -LARGEST, -LARGEST // 2, 2**61, 2**62, -(2**62), 2**32, 2**31, -(2**31), 2**33 + 1,
]  # fmt: skip
SMALL = [0, 1, 2, 3, 4, 7, 8, 16, -1, -2, -8]
# Formats, with the item size that each says; None for those that say none.
FORMATS: list[tuple[bytes | None, int | None]] = [
    (None, None), (b"B", 1), (b"i", 4), (b"<d", 8), (b"4s", 4), (b"3w", 12), (b"T{i:a:d:b:}", 16),
    (b"T{4s:a:(2,3)h:b:}", 16), (b"(2,3)h", 12), (b"T{B:a:T{i:x:}:b:}", 8), (b"Zd", 16), (b"?", 1), (b"O", 8),
    (b"nonsense", None), (b"%ds" % LARGEST, LARGEST), (b"T{%ds:a:B:b:}" % (LARGEST - 1), LARGEST),
    (b"%dx" % (2**40), 2**40), (b"", None),
]  # fmt: skip
MEMORY_SIZE = 1 << 12


class Memory:
    """Bytes that begin with pointers into their middle, for items that are reached through pointers."""

    def __init__(self) -> None:
        self.bytes = ctypes.create_string_buffer(bytes(MEMORY_SIZE), MEMORY_SIZE)
        self.address = ctypes.addressof(self.bytes)

    def point(self) -> None:
        """Write the pointers, over which the last exporter's items may have been written."""
        pointers = (ctypes.c_void_p * 64).from_buffer(self.bytes)
        pointers[:] = [self.address + MEMORY_SIZE // 2] * 64


def random_number(numbers: random.Random) -> int:
    return numbers.choice(EXTREMES if numbers.random() < 0.5 else SMALL)


def fields(numbers: random.Random, memory: Memory) -> dict[str, object]:
    """A Py_buffer: without items and of any numbers, or with a few items in memory that is there."""
    text, item_size = numbers.choice(FORMATS)
    size = item_size if item_size is not None and numbers.random() < 0.9 else random_number(numbers)
    rank = numbers.choice([0, 1, 1, 2, 2, 3, 5, 64])
    said: dict[str, object] = {"format": text, "itemsize": size, "ndim": rank, "readonly": numbers.randrange(2)}
    has_items = numbers.random() < 0.3 and 0 < size <= 16 and rank < 6
    if has_items:
        shape = [numbers.choice([1, 1, 2, 3]) for _ in range(rank)]
        said["strides"] = tuple(numbers.choice([0, 8, 16]) for _ in shape) if numbers.random() < 0.9 else None
        if said["strides"] is not None and rank and numbers.random() < 0.4:
            # One pointer on the way, which is there wherever the dimensions in front of it lead; the rest stays near.
            pointer_axis = numbers.randrange(rank)
            said["suboffsets"] = tuple(numbers.choice([0, 8]) if axis == pointer_axis else -1 for axis in range(rank))
    else:
        wild = numbers.random() < 0.3
        shape = [min(abs(random_number(numbers)), LARGEST) if wild else numbers.choice([1, 2, 3]) for _ in range(rank)]
        if rank and numbers.random() < 0.3:
            shape[numbers.randrange(rank)] = random_number(numbers)
        if rank and numbers.random() < 0.95:
            shape[numbers.randrange(rank)] = 0
        said["strides"] = tuple(random_number(numbers) for _ in shape) if numbers.random() < 0.9 else None
        if numbers.random() < 0.6:
            said["suboffsets"] = tuple(random_number(numbers) for _ in shape)
    product = size
    for count in shape:
        product *= count
    said["shape"] = tuple(shape) if rank or numbers.random() < 0.5 else None
    fits = -LARGEST - 1 <= product <= LARGEST and numbers.random() < 0.95
    said["len"] = product if fits else random_number(numbers)
    if has_items:
        said["buf"] = memory.address
    else:
        said["buf"] = numbers.choice([memory.address, memory.address, 0, 8, 2**64 - 8, 2**63])
        if said["len"] != 0 and said["buf"] is not None:
            said["itemsize"] = 0  # it says that there are items: one contradiction more
    return said


def random_index(numbers: random.Random) -> object:
    kind = numbers.randrange(4)
    if kind == 0:
        return random_number(numbers)
    if kind == 1:
        return slice(*(numbers.choice([None, random_number(numbers)]) for _ in range(3)))
    return [..., None][kind - 2]


def random_key(numbers: random.Random) -> object:
    if numbers.random() < 0.3:
        return numbers.choice(["a", "b", "x"])
    parts = tuple(random_index(numbers) for _ in range(numbers.choice([0, 1, 1, 2, 3, 64])))
    return parts[0] if len(parts) == 1 else parts


def random_shape(numbers: random.Random) -> tuple[int, ...]:
    return tuple(numbers.choice([-1, 0, 1, 2, random_number(numbers)]) for _ in range(numbers.choice([0, 1, 2, 3, 64])))


OPERATIONS: dict[str, Callable[[random.Random, swiftbuf.Buffer], object]] = {
    "subscript": lambda numbers, b: b[random_key(numbers)],
    "assignment": lambda numbers, b: operator.setitem(
        b, random_key(numbers), numbers.choice([b, 0, 1.5, b"x", (1, 2), "x"])
    ),
    "T": lambda numbers, b: b.T,
    "transpose": lambda numbers, b: b.transpose(*numbers.sample(range(b.ndim), b.ndim)),
    "reshape": lambda numbers, b: b.reshape(random_shape(numbers)),
    "cast": lambda numbers, b: b.cast((numbers.choice(FORMATS)[0] or b"B").decode()),
    "cast to a shape": lambda numbers, b: b.cast("B", random_shape(numbers)),
    "broadcast_to": lambda numbers, b: b.broadcast_to(random_shape(numbers)),
    "toreadonly": lambda numbers, b: b.toreadonly(),
    # Lists of lists of nothing take their time, and there is nothing to see in them.
    "tolist": lambda numbers, b: b.tolist() if math.prod(count for count in b.shape if count) < 1000 else None,
    "tobytes": lambda numbers, b: b.tobytes(numbers.choice("CFA")),
    "hex": lambda numbers, b: b.hex(),
    "copy": lambda numbers, b: b.copy(numbers.choice("CFAK")),
    "copy in another order": lambda numbers, b: b.copy("C", numbers.choice([">d", "<d", ">i", "<i", "B"])),
    "fill": lambda numbers, b: b.fill(numbers.choice([0, b"x", (1, 2.0), "x"])),
    "==": lambda numbers, b: b == numbers.choice([b, b.T, memoryview(b"x")]),
    "in": lambda numbers, b: 1 in b,
    "count": lambda numbers, b: b.count(0),
    "index": lambda numbers, b: b.index(0, random_number(numbers), random_number(numbers)),
    "iter": lambda numbers, b: next(iter(b), None),
    "len": lambda numbers, b: len(b),
    "hash": lambda numbers, b: hash(b),
    "repr": lambda numbers, b: repr(b),
    "sizeof": lambda numbers, b: sys.getsizeof(b),
    "attributes": lambda numbers, b: (b.shape, b.strides, b.suboffsets, b.format, b.nbytes, b.contiguous, b.obj),
    "memoryview": lambda numbers, b: memoryview(b).nbytes,
    "copy()": lambda numbers, b: swiftbuf.copy(b),
    "resize": lambda numbers, b: b.resize(random_shape(numbers)),
}


def use(numbers: random.Random, exporter: object) -> tuple[int, int]:
    """Import an exporter, and try operations on what comes of it: how many failed, and how many did not."""
    failed = done = 0
    imported: list = []
    for consume in (
        swiftbuf.Buffer,
        swiftbuf.copy,
        lambda exporter: swiftbuf.frombuffer(exporter, offset=random_number(numbers)),
    ):
        try:
            imported.append(consume(exporter))
            done += 1
        except (ValueError, BufferError, MemoryError):
            failed += 1
        except TypeError as error:  # of frombuffer alone: items of format O hold references to objects
            assert "hold references to objects" in str(error), error
            failed += 1
    for target in (swiftbuf.zeros(3, "i"), swiftbuf.zeros((), "T{i:a:d:b:}")):
        try:
            target[...] = exporter
            done += 1
        except (ValueError, TypeError, BufferError, MemoryError, NotImplementedError):
            failed += 1
        assert (target == exporter) in (True, False)
    for b in imported:
        for _ in range(6):
            name = numbers.choice(list(OPERATIONS))
            try:
                result = OPERATIONS[name](numbers, b)
                done += 1
            except (
                ValueError, TypeError, IndexError, BufferError, MemoryError, NotImplementedError, OverflowError,
            ):  # fmt: skip
                failed += 1
                continue
            if isinstance(result, swiftbuf.Buffer) and len(imported) < 12 and result.nbytes < 2**16:
                imported.append(result)
    return failed, done


def run(module: types.ModuleType, seed: int, count: int) -> tuple[int, int]:
    numbers = random.Random(seed)
    memory = Memory()
    failed = done = 0
    while failed + done < count:
        memory.point()
        said = fields(numbers, memory)
        exporter = module.Exporter(memory=memory, **said)
        try:
            each = use(numbers, exporter)
        except BaseException as error:
            raise AssertionError(f"seed {seed}: {said}") from error
        failed, done = failed + each[0], done + each[1]
        assert exporter.grants == exporter.releases or any(isinstance(value, int) for value in said.values())
    return failed, done


@pytest.mark.parametrize("seed", SEEDS)
def test_random_fields_of_a_py_buffer_end_in_an_exception_or_in_a_legal_result(seed, hostile_exporter):
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-W",
        "error",
        __file__,
        hostile_exporter.__file__,
        str(seed),
        str(CALLS_EACH),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed} ended with {done.returncode}:\n{done.stderr[-3000:]}"
    refused, granted = map(int, done.stdout.split())
    assert refused + granted >= CALLS_EACH and refused > CALLS_EACH // 5 and granted > CALLS_EACH // 5


def main(library: str, seed: int, count: int) -> None:
    limit = address_space_in_use() + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).parent))
    from conftest import import_extension

    print(*run(import_extension("hostile_exporter", Path(library)), seed, count))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
