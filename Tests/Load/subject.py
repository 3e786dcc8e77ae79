"""A Buffer under load, with what it must hold and the views of it that are held: each operation checks the rest."""

from __future__ import annotations

import mmap
import pickle
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import swiftbuf

View = Any  # a Buffer, a memoryview or an ndarray, of single bytes in one dimension


@dataclass
class Held:
    """A view, which of the bytes it shows, and what it counts as."""

    view: View
    shows: slice
    exports: int = 1
    keeps_object: bool = False
    """Whether it holds a Py_buffer of the Buffer itself, which then cannot be released."""
    writable: bool = True


class Subject:
    """What one Buffer must be like."""

    def __init__(self, buffer: swiftbuf.Buffer, content: bytes | bytearray, can_resize: bool = True) -> None:
        """Take over a Buffer of these bytes."""
        self.buffer: swiftbuf.Buffer | None = buffer
        self.content = bytearray(content)
        self.can_resize = can_resize
        self.writable = not buffer.readonly
        self.exports = buffer.exports  # of one that is a view itself, as what is unpickled
        self.held: list[Held] = []

    def check_exports(self) -> None:
        """Hold the count of exports against the views that are held."""
        if self.buffer is not None:
            wanted = self.exports + sum(each.exports for each in self.held)
            assert self.buffer.exports == wanted, f"{self.buffer.exports} exports are counted, and {wanted} are live"

    def check_content(self, generator: random.Random) -> None:
        """Read everything through one view, chosen at random."""
        way = generator.randrange(len(self.held) + 1)
        if way < len(self.held):
            held = self.held[way]
            assert held.view.tobytes() == self.content[held.shows], "a view shows other bytes than were written"
        elif self.buffer is not None:
            read = generator.choice(READING)
            assert read(self.buffer) == self.content, "the Buffer has other bytes than were written"

    def write(self, generator: random.Random) -> None:
        """Write through one view, chosen at random."""
        ways = [(each.view, each.shows) for each in self.held if each.writable]
        if self.buffer is not None and self.writable:
            ways.append((self.buffer, slice(None)))
        if not ways:
            return
        view, shows = generator.choice(ways)
        count = len(range(len(self.content))[shows])
        if count == 0:
            return
        first = generator.randrange(count)
        written = generator.randbytes(min(count - first, generator.choice((1, 7, 4096))))
        if isinstance(view, np.ndarray):
            view[first : first + len(written)] = np.frombuffer(written, "u1")
        else:
            view[first : first + len(written)] = written
        places = range(len(self.content))[shows][first : first + len(written)]
        if places.step < 0 and places.stop < 0:
            self.content[places.start :: places.step] = written
        else:
            self.content[places.start : places.stop : places.step] = written

    def export(self, generator: random.Random) -> None:
        """Make a view and hold it."""
        if self.buffer is not None:
            self.held.append(generator.choice(EXPORTING)(self.buffer, generator))
            self.held[-1].writable &= self.writable

    def let_go(self, generator: random.Random) -> None:
        """Give one view back."""
        if self.held:
            view = self.held.pop(generator.randrange(len(self.held))).view
            if not isinstance(view, np.ndarray) and generator.random() < 0.3:
                view.release()
            del view
        self.check_exports()

    def resize(self, generator: random.Random) -> None:
        """Resize, which is refused while anything is exported."""
        if self.buffer is None:
            return
        size = byte_count(generator)
        refused = bool(self.held) or not self.can_resize
        assert is_refused(lambda buffer: buffer.resize(size), self.buffer) == refused
        if not refused:
            self.content = self.content[:size] + bytes(max(0, size - len(self.content)))

    def release(self) -> None:
        """Release, which is refused while a Py_buffer of this object is live."""
        if self.buffer is not None:
            refused = any(each.keeps_object for each in self.held)
            assert is_refused(lambda buffer: buffer.release(), self.buffer) == refused
            if not refused:
                self.buffer = None


def is_refused(call: Callable[[swiftbuf.Buffer], object], buffer: swiftbuf.Buffer) -> bool:
    """Whether a call is a BufferError."""
    try:
        call(buffer)
    except BufferError:
        return True
    return False


def byte_count(generator: random.Random) -> int:
    """Return a size: mostly small, sometimes on the heap by itself, rarely mapped."""
    chance = generator.random()
    if chance < 0.002:
        return (4 << 20) + generator.randrange(1 << 20)
    return int(2 ** generator.uniform(0, 16 if chance < 0.2 else 12)) - 1


def part(generator: random.Random, count: int) -> slice:
    """Return some of so many bytes, in either direction."""
    first, last = sorted(generator.randrange(count + 1) for _ in range(2))
    step = generator.choice((1, 1, 2, 5))
    if generator.random() < 0.3:
        return slice(last, first if first < last else None, -step) if first > 0 else slice(last, None, -step)
    return slice(first, last, step)


def sliced(buffer: swiftbuf.Buffer, generator: random.Random) -> Held:
    """Hold a slice."""
    shows = part(generator, len(buffer))
    return Held(buffer[shows], shows)


def memory_of_slice(buffer: swiftbuf.Buffer, generator: random.Random) -> Held:
    """Hold a memoryview of a slice."""
    shows = part(generator, len(buffer))
    return Held(memoryview(buffer[shows]), shows, exports=2)


EVERYTHING = slice(None)
EXPORTING: list[Callable[[swiftbuf.Buffer, random.Random], Held]] = [
    sliced,
    memory_of_slice,
    lambda buffer, _: Held(memoryview(buffer), EVERYTHING, keeps_object=True),
    lambda buffer, _: Held(np.asarray(buffer), EVERYTHING, keeps_object=True),
    lambda buffer, _: Held(buffer.T, EVERYTHING),
    lambda buffer, _: Held(buffer.toreadonly(), EVERYTHING, writable=False),
    lambda buffer, _: Held(buffer.reshape(1, -1)[0] if len(buffer) else buffer[:], EVERYTHING),
    lambda buffer, _: Held(np.asarray(buffer[::-1]), slice(None, None, -1), exports=2),
]


def through_pickle(buffer: swiftbuf.Buffer) -> bytes:
    """Read by way of a pickle, its bytes beside it."""
    beside: list[pickle.PickleBuffer] = []
    text = pickle.dumps(buffer, 5, buffer_callback=beside.append)
    loaded: swiftbuf.Buffer = pickle.loads(text, buffers=beside)
    return loaded.tobytes()


READING: list[Callable[[swiftbuf.Buffer], bytes]] = [
    bytes,
    lambda buffer: buffer.tobytes(),
    lambda buffer: memoryview(buffer).tobytes(),
    lambda buffer: np.asarray(buffer).tobytes(),
    lambda buffer: buffer[::-1].copy()[::-1].tobytes(),
    lambda buffer: bytes(bytearray.fromhex(buffer.hex())),
    lambda buffer: bytes(swiftbuf.copy(buffer.toreadonly())),
    lambda buffer: swiftbuf.Buffer(memoryview(buffer)).tobytes(),
    through_pickle,
]


def made(generator: random.Random) -> Subject:
    """Make a new Buffer."""
    size = byte_count(generator)
    content = generator.randbytes(size)
    way = generator.randrange(6)
    if way == 0:
        return Subject(swiftbuf.zeros(size), bytes(size))
    if way == 1:
        return Subject(swiftbuf.full(size, 7), b"\7" * size)
    if way == 2:
        buffer = swiftbuf.empty(size)
        buffer[:] = content
        return Subject(buffer, content)
    if way == 3:
        return Subject(swiftbuf.Buffer(bytearray(content)), content, can_resize=False)
    if way == 4 and size > 0:
        return Subject(swiftbuf.frombuffer(mapped_memory(content)), content, can_resize=False)
    return Subject(swiftbuf.copy(content), content)


def mapped_memory(content: bytes) -> mmap.mmap:
    """Return another exporter that must be closed after its last export."""
    memory = mmap.mmap(-1, len(content))
    memory[:] = content
    return memory


def copied(subject: Subject, generator: random.Random) -> Subject | None:
    """Make a copy, in one of several ways."""
    if subject.buffer is None:
        return None
    way = generator.randrange(4)
    if way == 0:
        return Subject(pickle.loads(pickle.dumps(subject.buffer)), subject.content, can_resize=False)
    if way == 1:
        return Subject(swiftbuf.copy(memoryview(subject.buffer)[::-1]), subject.content[::-1])
    if way == 2:
        return Subject(subject.buffer.copy(), subject.content)
    if way == 3 and subject.held:
        held = generator.choice(subject.held)
        return Subject(swiftbuf.copy(held.view), subject.content[held.shows])
    return None
