"""Runs one program, and looks at what came of it and at what it left: here is what counts as wrong.

- a SystemError, anywhere in the chain of exceptions, or shown because nobody caught it
- a text with bytes in it that nobody put there, or with a format that there is not
- a KeyboardInterrupt or MemoryError of a hook that was lost
- a target whose exports are not what they were, whose description is not coherent, or that is released and has bytes
- memory of Swift's that is left when everything is dropped

What ends the process is seen by its parent.
"""

from __future__ import annotations

import codecs
import gc
import os
import re
import sys
import warnings
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from types import CodeType, ModuleType
from typing import Any

import _swiftbuf
import swiftbuf
from programs import IMPORTS
from targets import FORMATS

# Of what nobody put into a text: bytes that are no UTF-8, and what debug allocators leave in freed memory.
STRAY = "\ufffd\xdb\xdd\xcd\xfd\xee\xcb"
# A format as an error names it: the target's, or one that the program has.
FORMAT_IN_TEXT = re.compile(r"format '([^']*)")
# What a hook raises and no call may take for an answer.
MUST_GO_ON = ("KeyboardInterrupt", "MemoryError")
# Of CPython, memory_richcompare (Objects/memoryobject.c) clears whatever the other operand's `__buffer__` raises. What
# bytearray's comparison clears is told by the operand itself (FORGETFUL in hooks.py).
ASKED_BY_MEMORYVIEW = "memoryview(b) == argument"


class Wrong(Exception):
    """A program did what no program may."""


class Runner:
    """Runs programs, and looks at what they leave."""

    def __init__(self, path: str) -> None:
        """Prepare what every program begins with; `path` is a file for it."""
        self.compiled: dict[str, CodeType] = {}
        self.imported: dict[str, Any] = {}
        exec(IMPORTS + FORMATS, self.imported)
        self.imported |= {"PATH": path, "add_audit_hook": self.add_audit_hook}
        if "ABI_PROBE" in os.environ:
            self.imported["abi_probe"] = imported("abi_probe", os.environ["ABI_PROBE"])
        self.audit_hook: Any = None
        sys.addaudithook(self.audit)
        self.ended = ""  # how the last program did
        self.formats = ""
        self.unraisable: list[BaseException | None] = []
        self.filters = warnings.filters[:]
        self.showwarning = warnings.showwarning
        self.recursion_limit = sys.getrecursionlimit()
        self.threshold = gc.get_threshold()

    def add_audit_hook(self, hook: Any) -> None:
        """Take the place of sys.addaudithook for one program."""
        self.audit_hook = hook

    def audit(self, event: str, arguments: tuple[object, ...]) -> None:
        """Call the hook of the program that runs."""
        hook = self.audit_hook
        if hook is not None:
            hook(event, arguments)

    def see_unraisable(self, unraisable: Any) -> None:
        """Keep what nobody caught."""
        self.unraisable.append(unraisable.exc_value)

    def check_unraisable(self) -> None:
        """See that nothing that nobody caught is a SystemError."""
        for error in self.unraisable:
            if isinstance(error, SystemError):
                raise Wrong(f"an exception that nobody catches: {error!r}")

    def restore(self) -> None:
        """Undo what programs change of the interpreter."""
        self.audit_hook = None
        sys.settrace(None)
        sys.setprofile(None)
        gc.callbacks.clear()
        gc.enable()
        gc.set_threshold(*self.threshold)
        sys.setrecursionlimit(self.recursion_limit)
        codecs.register_error("strict", codecs.strict_errors)
        codecs.register_error("surrogateescape", self.escape)
        if warnings.showwarning is not self.showwarning:
            warnings.showwarning = self.showwarning
            warnings.filters[:] = self.filters  # type: ignore[index]
            warnings._filters_mutated()  # type: ignore[attr-defined]
        sys.modules["_swiftbuf"] = _swiftbuf
        sys.unraisablehook = self.see_unraisable

    escape = staticmethod(codecs.lookup_error("surrogateescape"))

    def run(self, pieces: list[str], moment: int, raises: str = "") -> int:
        """Run one program; return how many calls back there were.

        Raises
        ------
        Wrong
            If what it did, or left, is wrong.

        """
        self.unraisable.clear()
        before = swiftbuf.allocated_bytes()
        world = {**self.imported, "moment": moment}
        outcome: object = None
        kept: list[object] = []
        forever: list[object] = []  # what C holds by a bare pointer: until the target is gone
        exports = calls_back = 0
        try:
            try:
                for piece in pieces[:2]:
                    exec(self.code(piece), world)
                target, kept, forever = world["b"], world["kept"], world["forever"]
                exports = exports_of(target)
                self.formats = "\n".join([*pieces, format_of(target)])
                del target
                for piece in pieces[2:]:
                    exec(self.code(piece), world)
                try:
                    outcome = world["call"]()
                finally:
                    # Nothing acts from here on, also under a trace function.
                    calls_back = world["calls_back"]
                    world["moment"], world["always"] = -1, False
            except BaseException as error:
                world["moment"], world["always"] = -1, False
                outcome = error.with_traceback(None)
            self.restore()
            self.ended = (
                f"{type(outcome).__name__}: {outcome}"[:80]
                if isinstance(outcome, BaseException)
                else type(outcome).__name__
            )
            check_outcome(outcome, self.formats)
            self.check_unraisable()
            is_lost = raises in MUST_GO_ON and 0 < moment <= calls_back
            is_lost = is_lost and not isinstance(outcome, BaseException) and not self.unraisable
            is_forgotten = world["forgotten"] or (ASKED_BY_MEMORYVIEW in pieces[4] and "def __buffer__" in pieces[3])
            if is_lost and not is_forgotten:
                raise Wrong(f"the {raises} of a hook was lost")
            # A traceback would hold what its frames do.
            self.unraisable.clear()
            outcome = None
            kept.clear()
            target = world.get("b")
            for name in list(world):
                if name not in ("hook", "calls_back", "moment", "always"):
                    del world[name]
            gc.collect()
            if target is not None:
                check_target(target, exports)
                del target
            if swiftbuf.allocated_bytes() != before:
                gc.collect()
            left = swiftbuf.allocated_bytes() - before
            if left:
                raise Wrong(f"{left} bytes are left")
            return calls_back
        finally:
            outcome = None
            world.clear()
            self.restore()
            forever.clear()

    def code(self, text: str) -> CodeType:
        """Return the compiled text."""
        code = self.compiled.get(text)
        if code is None:
            code = self.compiled[text] = compile(text, "<program>", "exec")
            if len(self.compiled) > 5000:
                self.compiled.clear()
        return code


def imported(name: str, path: str) -> ModuleType:
    """Import an extension module by its path."""
    spec = spec_from_file_location(name, path, loader=ExtensionFileLoader(name, path))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exports_of(buffer: Any) -> int:
    """Return the count of exports, -1 of a released Buffer."""
    try:
        return int(buffer.exports)
    except ValueError:
        return -1


def format_of(buffer: Any) -> str:
    """Return the format, nothing of a released Buffer."""
    try:
        return str(buffer.format)
    except ValueError:
        return ""


def check_outcome(outcome: object, formats: str) -> None:
    """See that an exception or a result is a legal one."""
    if isinstance(outcome, BaseException):
        error: BaseException | None = outcome
        seen = 0
        while error is not None and seen < 50:
            if isinstance(error, SystemError):
                raise Wrong(f"SystemError: {error}")
            text = str(error)
            check_text(text)
            for quoted in FORMAT_IN_TEXT.findall(text):
                if not quoted or (len(quoted.strip()) > 12 and quoted[:100] not in formats):
                    raise Wrong(f"a format that there is not: {text[:300]!r}")
            error = error.__cause__ or error.__context__
            seen += 1
    elif isinstance(outcome, swiftbuf.Buffer):
        check_text(repr(outcome) if exports_of(outcome) >= 0 else "")
    elif isinstance(outcome, str) and len(outcome) < 100_000:
        check_text(outcome)
    elif type(outcome) in (list, tuple, bytes, bytearray, memoryview):
        repr(outcome)


def check_text(text: str) -> None:
    """See that a text has nothing in it that nobody put there."""
    for each in STRAY:
        if each in text:
            raise Wrong(f"a text with stray bytes: {text[:300]!r}")


def check_target(buffer: Any, exports: int) -> None:
    """See that a Buffer can be used, or says that it is released."""
    now = exports_of(buffer)
    if now == -1:
        check_text(repr(buffer))
        try:
            buffer.tobytes()
        except ValueError:
            return
        raise Wrong("a Buffer is released and has bytes")
    if now != exports:
        raise Wrong(f"{now} exports where there were {exports}")
    check_text(buffer.format)
    if buffer.ndim != len(buffer.shape) or buffer.ndim != len(buffer.strides):
        raise Wrong("shape and strides are of another number of dimensions")
    if buffer.nbytes < 100_000 and len(buffer.tobytes()) != buffer.nbytes:
        raise Wrong("the bytes are not as many as it says")
