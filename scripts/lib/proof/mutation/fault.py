"""A fault: one text of one file, and what stands there instead. And the list of them, which is data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from part import ROOT

LIST = ROOT / "scripts" / "lib" / "proof" / "mutants"
"""One file for each topic."""

FIELDS = {"name", "file", "text", "replacement", "tests", "equivalent"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a mutant."""

    topic: str
    """The name of the file that lists it."""
    name: str
    """A sentence that says what the code does wrong."""
    file: str
    text: str
    """Stands in the file once."""
    replacement: str
    tests: tuple[str, ...]
    """Which are asked first: `core` for the core's tables, a file of Tests/Python, or a suite of SwiftBufEmbedTests."""
    equivalent: str
    """Why the code does the same all the same; nothing for most, which a test has to catch."""

    def problem(self, root: Path) -> str:
        """Say why it cannot be put into the code; nothing if it can."""
        path = root / self.file
        if not path.is_file():
            return f"there is no file {self.file}"
        found = path.read_text(encoding="utf-8").count(self.text)
        if found != 1:
            return f"its text stands in {self.file} {found} times, not once: {self.text!r}"
        if self.text == self.replacement:
            return "its replacement is its text"
        if not self.tests:
            return "it names no test"
        missing = [test for test in self.tests if not exists(test, root)]
        return f"there is no test {missing[0]}" if missing else ""

    def applied(self, text: str) -> str:
        """Return a file's text with the fault in it."""
        return text.replace(self.text, self.replacement)


def exists(test: str, root: Path) -> bool:
    """Tell whether there is such a test."""
    if test == "core":
        return True
    if test.endswith(".py"):
        return (root / "Tests" / "Python" / test).is_file()
    return (root / "Tests" / "SwiftBufEmbedTests" / f"{test}.swift").is_file()


def read_faults(chosen: str) -> list[Fault]:
    """Return the faults of some topics, or those whose name has `chosen` in it; all for nothing."""
    faults = [fault for path in sorted(LIST.glob("*.toml")) for fault in read_topic(path)]
    names = [fault.name for fault in faults]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise SystemExit(f"mutants: two faults have one name: {min(twice)}")
    topics = chosen.split()
    if topics and {fault.topic for fault in faults}.issuperset(topics):
        return [fault for fault in faults if fault.topic in topics]
    return [fault for fault in faults if chosen in fault.name]


def read_topic(path: Path) -> list[Fault]:
    """Return the faults of a file, which may name the tests of all of them."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    faults = []
    for entry in listed["fault"]:
        unknown = set(entry) - FIELDS
        if unknown:
            raise SystemExit(f"mutants: {path.name} has a field that no fault has: {min(unknown)}")
        faults.append(
            Fault(
                topic=path.stem,
                name=entry["name"],
                file=entry["file"],
                text=entry["text"],
                replacement=entry["replacement"],
                tests=tuple(entry.get("tests", listed.get("tests", ()))),
                equivalent=entry.get("equivalent", ""),
            )
        )
    return faults
