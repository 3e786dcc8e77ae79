"""What a hook does when its moment has come: Python text that becomes the body of `act()`.

Each line is tried by itself: what it is refused (`BufferError`, `ValueError`) is no matter, but for a SystemError. The
texts of `RAISING` raise, and what they raise leaves the hook.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One thing to do; the lines are statements."""

    name: str
    lines: tuple[str, ...]
    raises: str = ""  # the exception that leaves the hook then

    def text(self) -> str:
        """Return the definition of act()."""
        body = "".join(f"    try: {line}\n    except Exception as error: refused(error)\n" for line in self.lines)
        return "def act():\n" + body + (f"    raise {self.raises}\n" if self.raises else "" if body else "    pass\n")


EACH = "for name in ('b', 'twin', 'root', 'source', 'argument', 'other')"
# What takes the place of what was freed: no text, as UTF-8.
REUSE = (
    "kept.extend([b'\\xee' * n for n in (17, 33, 100, 400, 1000, 5000, 9000, 100000)])",
    "kept.extend([swiftbuf.full(n, 0xee) for n in (24, 64, 300, 5000, 9000)])",
)

ACTIONS = [
    Action("release", ("b.release()",)),
    Action("release and reuse", ("b.release()", *REUSE)),
    Action(
        "release all", (f"exec('''{EACH}:\n    try: globals()[name].release()\n    except Exception: pass''')", *REUSE)
    ),
    Action("shrink", ("b.resize(0)", *REUSE)),
    Action("grow", ("b.resize(1000)", *REUSE)),
    Action("another rank", ("b.resize((1,) * 7)", "b.resize(())")),
    Action("release the argument", ("argument.release()", "argument.clear()", *REUSE)),
    Action("release the twin", ("twin.release()", *REUSE)),
    Action("empty the list", ("argument.clear()", *REUSE)),
    Action("lengthen the list", ("argument.extend([1] * 1000)",)),
    Action(
        "change the memory's owner",
        ("source.extend(bytes(5000))", "source.clear()", "root.resize(1)", "root.release()"),
    ),
    Action("export", ("kept.append(memoryview(b))", "b.release()", "b.resize(1)")),
    Action("view", ("kept.append(b[...])", "kept.append(b.T)", "b.release()", *REUSE)),
    Action("write", ("swiftbuf.frombuffer(b).fill(0xee)", "memoryview(source).cast('B')[:] = bytes(len(source))")),
    Action("fill", ("b.fill(b.tolist()[0])", "b[...] = twin", "twin[...] = b")),
    Action("drop the target", ("globals().pop('b')", *REUSE)),
    Action("drop all", (f"[globals().pop(name, None) {EACH}]", "gc.collect()", *REUSE)),
    Action("collect", ("gc.collect()",)),
    Action("again", ("call()",)),
    Action(
        "again, without end",
        ("sys.setrecursionlimit(depth() + 40)", "globals().update(act=call, always=True)", "call()"),
    ),
    Action("import anew", ("import_anew()", "b.release()")),
    Action("raise", (), "ValueError('raised on purpose')"),
    Action("interrupt", (), "KeyboardInterrupt('raised on purpose')"),
    Action("no memory", (), "MemoryError('raised on purpose')"),
    Action("stop the iteration", (), "StopIteration"),
    Action("no such item", (), "IndexError('raised on purpose')"),
    Action("no such attribute", (), "AttributeError('raised on purpose')"),
    Action("release and interrupt", ("b.release()", *REUSE), "KeyboardInterrupt('raised on purpose')"),
    Action("release and raise", ("b.release()", *REUSE), "BufferError('raised on purpose')"),
]
ENDLESS = "again, without end"
BY_NAME = {action.name: action for action in ACTIONS}
