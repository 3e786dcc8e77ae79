"""Lives of Buffers, made, exported, cut, resized, released and dropped in any order, against a count of exports.

The model knows of each memory what keeps it: Py_buffers (a memoryview and those made of it share one) and views that
are Buffers. It knows what must be refused, and at the end nothing may be left.
"""

from __future__ import annotations

import gc
import pickle
from dataclasses import dataclass, field
from typing import Any

import swiftbuf
from choices import Choices

MOST = 12  # objects alive at once
# What a refusal may be: anything else ends the fuzzer, as a crash does.
REFUSALS = (ValueError, TypeError, BufferError, IndexError)


@dataclass(eq=False)
class Memory:
    """What several Buffers share."""

    exports: int = 0
    resizable: bool = True
    behind: Export | None = None
    """The export of another memory that this one is: Buffer(memoryview(b))."""
    users: int = 0
    """Buffers that are neither released nor dropped."""


@dataclass(eq=False)
class Life:
    """A Buffer, and what must be so of it."""

    buffer: Any
    memory: Memory
    is_view: bool
    own: int = 0
    """Py_buffers of this very object."""


@dataclass(eq=False)
class Export:
    """A Py_buffer, and the memoryviews that share it."""

    life: Life
    views: list[Any] = field(default_factory=list)
    users: int = 0
    """Memories that rest on it."""


class World:
    """All that is alive."""

    def __init__(self, choices: Choices) -> None:
        """Begin with nothing."""
        self.choices = choices
        self.lives: list[Life] = []
        self.exports: list[Export] = []
        self.late: list[Life] = []
        """Those that were dropped, and live on for a Py_buffer."""

    # What is made and goes.

    def add(self, buffer: Any, memory: Memory, is_view: bool) -> None:
        memory.users += 1
        if is_view:
            memory.exports += 1
        self.lives.append(Life(buffer, memory, is_view))

    def leave(self, life: Life) -> None:
        """A Buffer is released or dead."""
        memory = life.memory
        memory.users -= 1
        if life.is_view:
            memory.exports -= 1
        self.settle(memory)

    def settle(self, memory: Memory) -> None:
        """See whether nobody needs an imported memory any more."""
        if memory.users == 0 and memory.exports == 0 and memory.behind is not None:
            export, memory.behind = memory.behind, None
            export.users -= 1
            self.end(export)

    def end(self, export: Export) -> None:
        """See whether a Py_buffer is given back."""
        if not export.views and not export.users and export in self.exports:
            self.exports.remove(export)
            export.life.own -= 1
            export.life.memory.exports -= 1
            self.settle(export.life.memory)

    def check(self) -> None:
        """Compare every count."""
        for life in self.lives:
            if life.buffer is not None:
                found, expected = life.buffer.exports, life.memory.exports
                assert found == expected, f"{found} exports, not {expected}"

    # Operations.

    def life(self) -> Life | None:
        return self.choices.of(self.lives) if self.lives else None

    def create(self) -> None:
        shape = tuple(self.choices.of([1, 2, 3, 0, 4]) for _ in range(self.choices.below(4)))
        self.add(swiftbuf.zeros(shape, self.choices.of(["B", "h", "d"]), self.choices.of("CF")), Memory(), False)

    def export(self) -> None:
        if (life := self.life()) is None:
            return
        try:
            view = memoryview(life.buffer)
        except ValueError:
            raise AssertionError("a live Buffer refuses a memoryview") from None
        life.own += 1
        life.memory.exports += 1
        self.exports.append(Export(life, [view]))

    def cut_memoryview(self) -> None:
        if self.exports and (export := self.choices.of(self.exports)).views:
            export.views.append(memoryview(self.choices.of(export.views)))

    def unexport(self) -> None:
        if self.exports and (export := self.choices.of(self.exports)).views:
            view = export.views.pop(self.choices.below(len(export.views)))
            if self.choices.below(2):
                try:
                    view.release()
                except BufferError:
                    # A Buffer rests on this memoryview, which goes on by its reference.
                    assert export.users, "a memoryview is exported, and nobody knows to whom"
            del view
            self.end(export)

    def wrap(self) -> None:
        """Import a memoryview of our own memory."""
        if self.exports and (export := self.choices.of(self.exports)).views:
            export.users += 1
            memory = Memory(resizable=False, behind=export)
            self.add(swiftbuf.Buffer(export.views[-1]), memory, False)

    def derive(self) -> None:
        if (life := self.life()) is None:
            return
        b = life.buffer
        ways = [lambda: b[...], lambda: b[::-1], lambda: b.T, b.toreadonly, lambda: b.cast("B"), lambda: b.reshape(-1)]
        ways += [
            lambda: b[None],
            lambda: b.broadcast_to((2, *b.shape)),
            lambda: b[1:],
            lambda: b[0],
            lambda: swiftbuf.Buffer(b),
        ]
        try:
            view = self.choices.of(ways)()
        except REFUSALS:
            return
        if isinstance(view, swiftbuf.Buffer):
            self.add(view, life.memory, True)

    def duplicate(self) -> None:
        if (life := self.life()) is not None:
            self.add(life.buffer.copy(), Memory(), False)

    def pickle(self) -> None:
        if (life := self.life()) is None:
            return
        loaded = pickle.loads(pickle.dumps(life.buffer, self.choices.of([2, 4, 5])))
        assert loaded.tobytes() == life.buffer.tobytes() and loaded.shape == life.buffer.shape
        # It may be a view of the one that was made first, over the bytes of the pickle.
        assert loaded.exports <= 1
        self.add(loaded, Memory(resizable=False), loaded.exports == 1)

    def resize(self) -> None:
        if (life := self.life()) is None:
            return
        shape = tuple(self.choices.of([1, 2, 3, 0, 5]) for _ in range(self.choices.below(4)))
        must_refuse = bool(life.memory.exports) or not life.memory.resizable or life.is_view
        try:
            life.buffer.resize(shape)
        except BufferError as refusal:
            assert must_refuse, f"nothing is exported, and resize() is refused: {refusal}"
            return
        assert not must_refuse, "resize() has moved memory that is in use"
        assert life.buffer.shape == shape

    def release(self) -> None:
        if (life := self.life()) is None:
            return
        try:
            life.buffer.release()
        except BufferError as refusal:
            assert life.own, f"no Py_buffer is live, and release() is refused: {refusal}"
            return
        assert not life.own, "release() has taken memory from under a Py_buffer"
        self.drop(life)

    def drop(self, life: Life | None = None) -> None:
        """Let a Buffer go; its exports keep the object alive."""
        life = life or self.life()
        if life is None:
            return
        self.lives.remove(life)
        if life.own:
            self.late.append(life)
            return
        life.buffer = None
        self.leave(life)

    def use(self) -> None:
        """Read and write."""
        if (life := self.life()) is None or life.buffer.readonly:
            return
        life.buffer[...] = life.buffer
        assert len(life.buffer.tobytes()) == life.buffer.nbytes

    def collect(self) -> None:
        gc.collect()

    def bury(self) -> None:
        """A Buffer whose name is gone dies with its last Py_buffer, which may end another one."""
        while dead := [life for life in self.late if not life.own]:
            for life in dead:
                self.late.remove(life)
                life.buffer = None
                self.leave(life)


# Those that stand here twice are done twice as often.
OPERATIONS = [
    *[World.create, World.export, World.export, World.cut_memoryview, World.unexport, World.unexport, World.wrap],
    *[World.derive, World.derive, World.duplicate, World.pickle, World.resize, World.release, World.drop, World.drop],
    *[World.use, World.collect],
]


def one(data: bytes) -> None:
    """Live the lives of an input."""
    before = swiftbuf.allocated_bytes()
    live(Choices(data))
    after = swiftbuf.allocated_bytes()
    assert after == before, f"{after - before} bytes are left"


def live(choices: Choices) -> None:
    """Do what an input says, and let everything go."""
    world = World(choices)
    for _ in range(40):
        if not choices.more():
            break
        if len(world.lives) + len(world.exports) > MOST:
            world.drop()
            world.unexport()
        OPERATIONS[choices.below(len(OPERATIONS))](world)
        world.bury()
        world.check()


gc.collect()
gc.freeze()
gc.disable()
