"""10,000 random calls, most of them absurd: each ends in a Python exception or in a legal result.

They run in a child process, whose death by a signal fails the test with the seed and the stack of the last call. At its
end the counters are at zero and the memory is flat. `python test_random_bad_calls.py SEED COUNT` repeats a run.
"""

import array
import contextlib
import ctypes
import gc
import pickle
import random
import resource
import subprocess
import sys
from _testbuffer import ND_FORTRAN, ND_PIL, ND_WRITABLE, ndarray

import pytest
import swiftbuf

CALLS_EACH = 2_500
SEEDS = [1, 2, 3, 4]
# The address space that a child is given on top of what it has, so that sizes that would really be filled are refused.
ADDRESS_SPACE = 512 << 20

NUMBERS = [
    0,
    1,
    2,
    3,
    7,
    63,
    64,
    65,
    255,
    256,
    4095,
    2**22,
    2**31,
    2**32,
    2**62,
    2**63 - 1,
    2**63,
    2**64,
    2**65,
    10**100,
]
LETTERS = "xcbB?hHiIlLqQnNefdspPgZOwutkT{}&X:()@=<>!^0123456789, \0\t\n\udc80\N{SNOWMAN}\U0001f600aé"
FORMATS = [
    "B",
    "b",
    "i",
    "Q",
    "d",
    "e",
    "f",
    "?",
    "c",
    "4s",
    "5p",
    ">i",
    "<H",
    ">Zd",
    "Zf",
    "g",
    "P",
    "2i",
    "T{i:a:=d:b:}",
]
FORMATS += ["T{<h:a:(2,2)>d:b:T{2s:c:?:d:}:e:}", "iB", "(2,3)h", "0s", "^5s"]
FORMATS += [">i" + " " * 60, "T{" + "h:a member with a long name:" * 40 + "}"]
NAMES = ["shape", "format", "order", "value", "obj", "object", "offset", "sep", "dtype", "\udc80", ""]
REFUSALS = (ArithmeticError, AttributeError, BufferError, LookupError, MemoryError, NotImplementedError, TypeError)
REFUSALS += (ValueError,)


class Deliberate(Exception):
    """What an evil object raises."""


class Calls:
    """A stream of calls that a seed decides, on a few Buffers that they share."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.buffers: list[swiftbuf.Buffer] = [swiftbuf.zeros(3)]
        self.views: list[memoryview] = []
        self.depth = 0

    def evil(self) -> object:
        """An object whose conversions do something else first, to a Buffer that may be in use."""
        calls = self

        class Evil:
            def __index__(self) -> object:
                kind = calls.random.randrange(6)
                if kind == 0:
                    raise Deliberate
                if kind < 4 and calls.depth < 3:
                    calls.one()
                return calls.number() if kind < 5 else "no int"

            __float__ = __complex__ = __bool__ = __index__

        return Evil()

    def number(self) -> int:
        value = self.random.choice(NUMBERS) + self.random.choice([0, 0, 0, -1, 1])
        return self.random.choice([value, value, -value])

    def thing(self) -> object:
        """Anything at all."""
        oddities = [
            float("nan"),
            float("inf"),
            1j,
            True,
            None,
            ...,
            slice(None),
            int,
            [],
            {},
            set(),
            b"",
            memoryview(b"ab")[::-1],
        ]
        choices = [
            self.number,
            self.evil,
            self.format,
            self.shape,
            lambda: self.random.uniform(-1e40, 1e40),
            lambda: self.random.randbytes(self.random.randrange(9)),
            lambda: self.random.choice(self.buffers),
            lambda: self.random.choice(self.views or [b"no view"]),
            self.exporter,
            self.key,
            lambda: self.random.choice(oddities),
        ]
        return self.random.choice(choices)()

    def exporter(self) -> object:
        """Something with a buffer, of any layout: also behind pointers."""
        kind = self.random.randrange(5)
        if kind == 0:
            return self.random.randbytes(self.random.choice([0, 1, 4, 24]))
        if kind == 1:
            return bytearray(self.random.choice([0, 1, 4, 24]))
        if kind == 2:
            return array.array(self.random.choice("bHifd"), range(self.random.choice([0, 1, 6])))
        if kind == 3:
            flags = self.random.choice([0, ND_WRITABLE, ND_FORTRAN, ND_PIL | ND_WRITABLE])
            return ndarray(list(range(24)), shape=[2, 3, 4], format=self.random.choice("BhiqQd"), flags=flags)
        return memoryview(self.random.randbytes(24)).cast("B", (2, 3, 4))[:: self.random.choice([-1, 1, 2])]

    def end(self) -> object:
        """An end or the step of a slice."""
        return self.random.choice([None, self.random.randrange(-4, 5), self.number(), self.evil()])

    def key(self) -> object:
        """A subscript: any tuple of ints, slices, `...` and None, or the name of a field."""
        makers = [lambda: slice(self.end(), self.end(), self.end()), lambda: self.random.randrange(-3, 3)]
        makers += [lambda: slice(None, None, self.random.choice([-1, 1, 2])), lambda: ..., lambda: None]
        makers += [self.evil, lambda: self.random.choice("abcde\udc80")]
        parts = [self.random.choice(makers)() for _ in range(self.random.choice([0, 1, 1, 2, 2, 3, 4, 8, 9, 130]))]
        return parts[0] if len(parts) == 1 else tuple(parts)

    def format(self) -> str:
        if self.random.random() < 0.6:
            return self.random.choice(FORMATS)
        return "".join(self.random.choices(LETTERS, k=self.random.choice([0, 1, 2, 3, 8, 40, 1000])))

    def shape(self) -> object:
        count = self.random.choice([0, 1, 2, 3, 5, 30, 64, 65, 1000])

        def small() -> int:
            return self.random.choice([0, 1, 1, 2, 3, 7])

        if self.random.random() < 0.7:
            return tuple(small() for _ in range(min(count, 9))) if count else small()
        return tuple(
            self.random.choice([small, small, small, self.number, self.evil, self.thing])() for _ in range(count)
        )

    def arguments(self, *likely: object) -> tuple[list[object], dict[str, object]]:
        """Mostly the likely arguments; sometimes others, more, fewer, or by name."""
        values = [maker() if self.random.random() < 0.85 else self.thing() for maker in likely]
        names: dict[str, object] = {}
        while self.random.random() < 0.1:
            values.append(self.thing())
        if self.random.random() < 0.1 and values:
            values.pop()
        if self.random.random() < 0.1:
            names[self.random.choice(NAMES)] = self.thing()
        return values, names

    def order(self) -> object:
        return self.random.choice(["C", "F", "C", "F", "A", "", "\0"])

    @staticmethod
    def matched(b: swiftbuf.Buffer) -> int:
        match b:
            case [_, _]:
                return 2
            case [_, *rest] if b.nbytes < 2**16:
                return len(rest)
        return -1

    def one(self) -> None:
        """One call; keeps the Buffer that it makes, if it is small."""
        b = self.random.choice(self.buffers)
        attributes = sorted({*dir(b)} - {"__class__", "__init_subclass__", "__subclasshook__", "__dir__"})
        rank = self.random.choice([0, 1, 1, 2, 2, 3, 5, 65])
        key = tuple(self.random.choice([self.number, self.evil])() for _ in range(rank))
        key = self.random.choice([key, key, key[0] if key else 0, self.thing(), self.key(), self.key()])
        calls = {
            "zeros": (swiftbuf.zeros, [self.shape, self.format, self.order]),
            "empty": (swiftbuf.empty, [self.shape, self.format, self.order]),
            "full": (swiftbuf.full, [self.shape, self.thing, self.format, self.order]),
            "copy": (swiftbuf.copy, [self.thing]),
            "read": (lambda: b[key], []),
            "write": (lambda value: b.__setitem__(key, value), [self.thing]),
            "slice": (lambda: b[self.key()], []),
            "assign": (b.__setitem__, [self.key, lambda: self.random.choice([self.thing(), self.exporter()])]),
            "move": (lambda: b.__setitem__(self.key(), b[self.key()]), []),
            "import": (swiftbuf.Buffer, [self.exporter]),
            "from": (swiftbuf.frombuffer, [self.exporter, self.format, self.shape, self.number]),
            "reshape": (b.reshape, [self.shape]),
            "flatten": (lambda: b.reshape(-1), []),
            "cast": (b.cast, [self.format, lambda: self.random.choice([None, self.shape()])]),
            "reread": (lambda: b.cast(self.random.choice("bBhHiqdf")), []),
            "broadcast": (b.broadcast_to, [self.shape]),
            "repeat": (lambda: b.broadcast_to((self.random.choice([1, 2, 2**40]), *b.shape)), []),
            "duplicate": (lambda *most: b.copy(*most) if b.nbytes < 2**24 else None, [self.order, lambda: None]),
            "fill": (lambda value: b.fill(value) if b.nbytes < 2**24 else None, [self.thing]),
            "compare": (lambda other: (b == other, b != other), [self.thing]),
            "order": (lambda other: b < other, [self.thing]),
            "hash": (lambda: hash(b) if b.nbytes < 2**24 else None, []),
            "find": (lambda *most: b.index(*most) if b.nbytes < 2**16 else None, [self.thing, self.number, self.end]),
            "count": (lambda value: b.count(value) if b.nbytes < 2**16 else None, [self.thing]),
            "contains": (lambda value: value in b if len(b) < 2**12 else None, [self.thing]),
            "iterate": (lambda: len([*zip(b, range(9), strict=False)]), []),
            "backwards": (lambda: len([*zip(reversed(b), range(9), strict=False)]), []),
            "bytes": (lambda order: len(b.tobytes(order)) if b.nbytes < 2**24 else None, [self.order]),
            "hex": (lambda *most: len(b.hex(*most)) if b.nbytes < 2**16 else None, [lambda: ":", self.number]),
            "match": (lambda: self.matched(b), []),
            "pickle": (lambda: pickle.loads(pickle.dumps(b, 5)) if b.nbytes < 2**16 else None, []),
            "generic": (lambda item: swiftbuf.Buffer[item], [self.thing]),
            "delete": (lambda: b.__delitem__(key), []),
            "resize": (b.resize, [self.shape]),
            "transpose": (b.transpose, [self.number] * self.random.choice([0, 1, 2, 3, 66])),
            "permute": (b.transpose, [lambda: tuple(self.random.sample(range(-3, 3), 3))]),
            "view": (lambda: self.random.choice([b.T, b.toreadonly()]), []),
            "export": (lambda: self.views.append(memoryview(b)), []),
            "unexport": (lambda: self.views.pop().release(), []),
            "pack": (lambda: (len(b.tobytes()), repr(b)) if b.nbytes < 2**24 else None, []),
            "list": (lambda: len(b.tolist()) if b.nbytes < 2**16 else None, []),
            "release": (lambda: self.random.random() < 0.3 and b.release(), []),
            "attribute": (lambda: getattr(b, self.random.choice(attributes)), []),
            "set": (lambda: setattr(b, self.random.choice([*attributes, "x"]), self.thing()), []),
            "buffer": (
                lambda flags: b.__buffer__(flags).release(),
                [lambda: self.random.choice([self.number(), -1, -4096])],
            ),
            "method": (
                lambda *arguments, **names: getattr(b, self.random.choice(attributes))(*arguments, **names),
                [self.thing],
            ),
        }
        name = self.random.choice(list(calls))
        call, likely = calls[name]
        values, names = self.arguments(*likely)
        self.depth += 1
        try:
            result = call(*values, **names)
        finally:
            self.depth -= 1
        if isinstance(result, swiftbuf.Buffer) and result.nbytes < 2**25:
            assert result.nbytes == memoryview(result).nbytes and 0 <= result.ndim <= 64
            self.buffers.append(result)

    def tidy(self) -> None:
        while len(self.buffers) > 12:
            self.buffers.pop(self.random.randrange(len(self.buffers)))
        del self.views[8:]
        if not self.buffers:
            self.buffers.append(swiftbuf.zeros((2, 3), "d"))


class HeapState(ctypes.Structure):
    """The fields of glibc's struct mallinfo2, each a size_t."""

    _fields_ = [
        ("arena", ctypes.c_size_t),
        ("ordblks", ctypes.c_size_t),
        ("smblks", ctypes.c_size_t),
        ("hblks", ctypes.c_size_t),
        ("hblkhd", ctypes.c_size_t),
        ("usmblks", ctypes.c_size_t),
        ("fsmblks", ctypes.c_size_t),
        ("uordblks", ctypes.c_size_t),
        ("fordblks", ctypes.c_size_t),
        ("keepcost", ctypes.c_size_t),
    ]


def heap_bytes_in_use() -> int:
    """Return the bytes that malloc has handed out and not got back; resident memory has the heap's scraps in it."""
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = HeapState
    state = mallinfo2()
    return state.uordblks + state.hblkhd


def address_space_in_use() -> int:
    """Return the bytes that the process has mapped; under an address sanitizer terabytes, which it never fills."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def run(seed: int, count: int) -> tuple[int, int]:
    """Make the calls of one seed; how many ended in an exception, and in a result."""
    calls, refused, granted = Calls(seed), 0, 0
    for _ in range(count):
        calls.tidy()
        try:
            calls.one()
            granted += 1
        except (Deliberate, *REFUSALS):
            refused += 1
    calls.views.clear()
    while calls.buffers:
        b = calls.buffers.pop()
        # What is left of the exports are views among the Buffers; a released one says nothing.
        with contextlib.suppress(ValueError):
            assert b.exports <= len(calls.buffers) + 1
        del b
    gc.collect()
    assert swiftbuf.allocated_bytes() == 0, f"{swiftbuf.allocated_bytes()} bytes are left"
    return refused, granted


def main(seed: int, count: int) -> None:
    limit = address_space_in_use() + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    refused, granted = run(seed, count)
    in_use, blocks = [], []
    for _ in range(6):
        run(seed, count)
        in_use.append(heap_bytes_in_use())
        blocks.append(sys.getallocatedblocks())
    # CPython's own caches come and go by more than a leak of one round. A leak grows with each: then even the least of
    # the later rounds is above the most of the earlier ones.
    growth = min(in_use[3:]) - max(in_use[:3])
    assert growth < 2**16, f"three rounds have left {growth} bytes of the heap in use: {in_use}"
    assert min(blocks[3:]) - max(blocks[:3]) < count // 10, f"three rounds have left Python objects behind: {blocks}"
    print(refused, granted)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_bad_calls_end_in_an_exception_or_in_a_legal_result(seed):
    command = [sys.executable, "-X", "faulthandler", "-W", "error", __file__, str(seed), str(CALLS_EACH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed} ended with {done.returncode}:\n{done.stderr[-3000:]}"
    refused, granted = map(int, done.stdout.split())
    assert refused + granted == CALLS_EACH and refused > CALLS_EACH // 4 and granted > CALLS_EACH // 10


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
