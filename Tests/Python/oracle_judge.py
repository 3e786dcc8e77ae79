"""The judge of the oracle tests: what was read, written and refused, and whether a refusal is one that may come.

A refusal is an exception of a known class with a known sentence, and it has a reason. Each sentence of the table is
either never true of what the oracle asks (it asks for fields that exist, and assigns items of one format), or true, and
then it is counted by its reason. What is in no row is a fault. So a library that refuses all it is asked is seen in the
counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """A sentence that may come, and why."""

    reason: str
    classes: tuple[type[Exception], ...]
    pattern: re.Pattern[str]
    is_false: bool = False  # whatever the oracle asks, this sentence is not true of it


def row(
    reason: str, classes: type[Exception] | tuple[type[Exception], ...], pattern: str, is_false: bool = False
) -> Refusal:
    classes = classes if isinstance(classes, tuple) else (classes,)
    return Refusal(reason, classes, re.compile(pattern, re.DOTALL), is_false)


NO_FIELD = "a field that exists is denied"
NO_FIELDS = "fields that exist are denied"
OTHER_FORMAT = "the same items are called another format"
INCOHERENT = "the exporter is called incoherent"
NOT_READABLE = "items cannot be read or written one by one"
NO_BYTES = "items of no bytes"
TEXT = "a text is called none"
VALUE = "a value that fits is refused"
NOT_PICKLED = "a format that pickles cannot have"
NOT_KNOWN = "what the text alone does not say"
REFERENCES = "references or pointers"
READ_ONLY = "read-only"

REFUSALS = [
    row(NO_FIELD, ValueError, r"there is no field .* in format", is_false=True),
    row(NO_FIELDS, TypeError, r"field .* was asked for but format .* has no fields", is_false=True),
    row(
        OTHER_FORMAT, ValueError, r"assignment: the items have another format than those of this Buffer", is_false=True
    ),
    row(NO_BYTES, ValueError, r"the exporter is not coherent: len 0, itemsize 0, "),
    row(NO_BYTES, ValueError, r"an item of 0 bytes at byte"),
    row(INCOHERENT, ValueError, r"the exporter is not coherent", is_false=True),
    row(NOT_KNOWN, NotImplementedError, r"field .* cannot be understood for items of this size"),
    row(NOT_KNOWN, NotImplementedError, r"where field .* stands cannot be known from format .*, which leaves pads out"),
    row(NOT_KNOWN, ValueError, r"assignment: where the fields of these items stand cannot be known from a format"),
    row(NOT_READABLE, NotImplementedError, r"items of format .* cannot be read or written one by one"),
    row(REFERENCES, ValueError, r"format .* holds references (or pointers|to objects)"),
    row(TEXT, UnicodeDecodeError, r"codec can't decode", is_false=True),
    row(VALUE, (TypeError, ValueError), r"invalid (type|value) for format", is_false=True),
    row(NOT_PICKLED, TypeError, r"cannot pickle a Buffer of format"),
    row(READ_ONLY, TypeError, r"this Buffer is read-only"),
]


class Where:
    """A place in a case, put into words if it is asked for: to write down a dtype takes longer than to judge it."""

    def __init__(self, *words: object) -> None:
        self.words = words

    def __str__(self) -> str:
        return " ".join(map(str, self.words))


@dataclass
class Fault:
    """Something that is never right: its kind, which is one for all inputs of one cause, and this input."""

    kind: str
    detail: str


class Refused:
    """What an attempt gives that was refused."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


@dataclass
class Judge:
    """What one case, or many of them, did."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, kind: str, detail: object) -> None:
        self.faults.append(Fault(kind, str(detail)))

    def attempt(
        self,
        what: str,
        call: Callable[[], Any],
        where: Where,
        expected: tuple[str, ...] | None = None,
        is_said: bool = True,
    ) -> Any:
        """Call, and judge the exception, if one comes.

        `what` names the operation, `where` the place. `expected` are the reasons that are right here; None stands for
        all true ones. `is_said` is whether the format says what is asked for: where it does not, it is true that the
        format has no such field.
        """
        try:
            return call()
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            return self.judge(what, error, where, expected, is_said)

    def judge(
        self, what: str, error: Exception, where: Where, expected: tuple[str, ...] | None, is_said: bool
    ) -> Refused:
        said = f"{type(error).__name__}: {str(error)[:300]}"
        for refusal in REFUSALS:
            if refusal.pattern.search(str(error)) and type(error) in refusal.classes:
                break
        else:
            self.fault(f"{what}: an exception that is in no row of the table: {template(said)}", f"{where}: {said}")
            return Refused("unknown")
        self.refused[f"{what}: {refusal.reason}"] += 1
        if refusal.is_false and (is_said or refusal.reason not in (NO_FIELD, NO_FIELDS)):
            self.fault(f"{what}: a false sentence: {refusal.reason}", f"{where}: {said}")
        elif expected is not None and refusal.reason not in expected:
            self.fault(f"{what}: refused although the owner says all: {refusal.reason}", f"{where}: {said}")
        return Refused(refusal.reason)

    def same(self, what: str, got: object, right: object, where: Where) -> bool:
        """See that two values are one; else note a fault."""
        if got == right:
            return True
        self.fault(what, f"{where}: got {str(got)[:300]}, right is {str(right)[:300]}")
        return False


def template(text: str) -> str:
    """Return a sentence without what differs from input to input."""
    return re.sub(r"\d+", "N", re.sub(r"'[^']*'", "'…'", text))[:120]
