"""A program for each choice of target, call, hook, action and moment: its text runs, and is printed of a fault.

A program sets `b`, defines what the hook does (`act`), makes the argument, and calls. `hook()` counts each call back,
and acts at the one that `moment` names.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from actions import Action
from calls import ALL_CALLS, NOTHING, Call
from hooks import SURROUNDINGS, Argument, arguments_of
from targets import FORMATS, TARGETS, Target

IMPORTS = (
    "import codecs, contextlib, copy, copyreg, ctypes, functools, gc, pickle, signal, sys, warnings, weakref\n"
    "import swiftbuf\n"
)
# What a program begins with. `always` makes every call back act, 2,000 times at most. A finalizer whose act makes the
# next object of its kind is a program without end: what dies deep inside of other deaths waits for the outermost one,
# with nested lists as with chains of Buffers, so that no recursion limit ends it (test_owner_chains.py shows both).
# `forgotten` is set by hooks that see CPython, and not swiftbuf, drop what the hook raised.
# CPython 3.11 raises no RecursionError while it makes an exception, and ends the process 50 frames beyond the limit
# (test_reentrancy.py shows it of the collector's callbacks). So there a hook that always acts asks itself: to set the
# limit is refused where the depth is beyond it.
HARNESS = """\
kept, forever, calls_back, always, argument, twin, forgotten = [], [], 0, False, None, None, False
def hook(result=None):
    global calls_back
    calls_back += 1
    if always and sys.version_info < (3, 12): sys.setrecursionlimit(sys.getrecursionlimit())
    if calls_back == moment or (always and calls_back < 2000): act()
    return result
def refused(error):
    if isinstance(error, SystemError): raise error
def depth():
    frame, frames = sys._getframe(), 0
    while frame: frame, frames = frame.f_back, frames + 1
    return frames
def import_anew():
    old = sys.modules.pop('_swiftbuf')
    try: __import__('_swiftbuf').zeros(3)
    finally: sys.modules['_swiftbuf'] = old
"""


@dataclass(frozen=True)
class Case:
    """A target, a call and a hook; the argument is one of `Argument`, or surrounds a call without one."""

    target: Target
    call: Call
    argument: Argument

    @property
    def name(self) -> str:
        """Say what it is."""
        return f"{self.call.text} | {self.argument.name} | {self.target.name}"

    @property
    def signature(self) -> tuple[str, str]:
        """What faults are told apart by."""
        return self.call.text, re.split(
            r" of a subclass| of the| of bytes| of one| of itself| in [^C]", self.argument.name
        )[0]

    def pieces(self, action: Action) -> list[str]:
        """Return the program's parts: its beginning, the target, the action, the hook, the call."""
        is_statement = self.call.text.startswith("del ") or _assigns(self.call.text)
        body = self.call.text if is_statement else f"return {self.call.text}"
        return [HARNESS, self.target.text, action.text(), self.argument.text, f"def call():\n    {body}"]

    def program(self, action: Action, moment: int) -> str:
        """Return a program of its own that does the same."""
        beginning, target, act, argument, call = self.pieces(action)
        needed = (
            "PATH = '/tmp/data'\nopen(PATH, 'wb').write(bytes(range(251)) * 100)\n"
            if "PATH" in target + argument + call
            else ""
        )
        if self.target.needs:
            needed += "import abi_probe  # Tests/Python/c/abi_probe.c\n"
        return (
            f"{IMPORTS}{FORMATS}{needed}moment, add_audit_hook = {moment}, sys.addaudithook\n"
            f"{beginning}{target}\n{act}{argument}\n{call}\n"
            "try:\n    result = call()\nexcept BaseException as error:\n    result = error\n"
            "print(repr(result), kept)\n"
        )


def _assigns(text: str) -> bool:
    return any(text.startswith(f"b{between} = ") for between in (".shape", ".__class__")) or (
        text.startswith("b[") and "] = " in text
    )


@functools.cache
def known_arguments(kind: str, parts: int) -> tuple[Argument, ...]:
    """Return the hooks for a kind of argument that this Python has."""
    return tuple(each for each in arguments_of(kind, parts) if each.since <= sys.version_info[:2])


@functools.cache
def surroundings() -> tuple[Argument, ...]:
    """Return the hooks around a call that this Python has."""
    return tuple(each for each in SURROUNDINGS if each.since <= sys.version_info[:2])


def targets(names: list[str] | None = None) -> list[Target]:
    """Return the targets that this Python can have, or those of them that are named."""
    return [
        each
        for each in TARGETS
        if each.since <= sys.version_info[:2]
        and (not each.needs or each.needs in os.environ)
        and (names is None or each.name in names)
    ]


# Values that fit, for calls whose arguments are no hooks while something around them is.
PLAIN = {
    "index": "0",
    "number": "2",
    "shape": "(1, 1)",
    "key": "slice(None)",
    "format": "'B'",
    "order": "'C'",
    "mode": "'c'",
    "name": "'a'",
    "attribute": "'shape'",
    "keyword": "'format'",
    "separator": "':'",
    "path": "PATH",
    "value": "parts[0] if len(parts) == 1 else tuple(parts)",
    "exporter": "twin",
    "memo": "{}",
    "function": "lambda each: False",
    "anything": "int",
}


def cases(names: list[str] | None = None, called: list[str] | None = None) -> Iterator[Case]:
    """Yield all of them, in a fixed order; those of some targets and of some names of the table alone."""
    first = TARGETS[0]
    for target in targets(names):
        for call in ALL_CALLS:
            if called is not None and call.name not in called:
                continue
            # What has nothing to do with the target is looked at once.
            if target is not first and not re.search(r"\bb\b|twin|root", call.text):
                continue
            if call.kind != NOTHING:
                for argument in known_arguments(call.kind, target.parts):
                    yield Case(target, call, argument)
                plain = f"argument = {PLAIN[call.kind]}\n"
            else:
                plain = ""
            if target.hooked or "hook(" in call.text:
                yield Case(target, call, Argument("what the target or the call itself calls back", plain))
            for around in surroundings():
                yield Case(target, call, Argument(f"{around.name}, around", plain + around.text, around.since))
