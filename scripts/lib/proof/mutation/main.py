"""Mutation of the project's own code: puts faults in, one at a time, and sees which test catches each.

main.py [--check | --list]; MUTANTS chooses some. A part of scripts/prove: see scripts/proofs/mutants.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tree
from fault import Fault, read_faults
from judge import CannotBeBuilt, Judge, Verdict
from judges import JUDGES, by_judge
from part import BOUNDED, ROOT, row
from results import Results

SHOWN_IN_SHORT_FORM = "a dimension of no items makes the packed length that of the others"
"""The fault that the short form puts in: one of the core, which is built and judged within a minute."""


Asked = list[tuple[Judge, tuple[str, ...]]]
"""Tests, with those who run them."""

TestsFor = Callable[[Fault], Asked]

LONGEST = 1800
"""Seconds that all tests of a judge may take on the code as it is."""


class Wrong(Exception):
    """Why nothing can be said of a mutant."""


class Mutation:
    """One run over some faults."""

    def __init__(self, faults: list[Fault]) -> None:
        """Make the copy what the checkout is."""
        self.faults = faults
        tree.update()
        self.results = Results()
        self.built: dict[str, set[str]] = {judge.name: set() for judge in JUDGES}

    def run(self) -> bool:
        """Find out what becomes of each fault; return whether something can be said of all."""
        unseen = self.go_through(self.faults, lambda fault: by_judge(fault.tests), named=True)
        if unseen:
            say(f"   {len(unseen)} were not seen by the tests that they name: asking all tests")
            self.go_through(unseen, self.all_tests, named=False)
        return all(self.results.of(fault) for fault in self.faults)

    def go_through(self, faults: list[Fault], tests_for: TestsFor, named: bool) -> list[Fault]:
        """Ask tests about faults, and return those of which nothing is known yet: that named tests pass says little."""
        unseen = []
        for number, fault in enumerate(faults, start=1):
            what = f"{number}/{len(faults)} {fault.topic}: {fault.name}"
            kept = self.results.of(fault)
            if kept:
                say(f"{what}: {'caught by ' + str(kept['caught_by']) if kept['caught_by'] else 'SURVIVES'} (kept)")
                continue
            try:
                found = self.with_fault(fault, tests_for(fault))
            except Wrong as error:
                say(f"{what}: {error}")
                continue
            if named and not found.caught_by:
                say(f"{what}: not seen by {', '.join(fault.tests)}")
                unseen.append(fault)
                continue
            self.results.keep(fault, found.caught_by, named, found.seconds)
            say(f"{what}: {'caught by ' + found.caught_by if found.caught_by else 'SURVIVES'} ({found.seconds:.0f} s)")
        return unseen

    def with_fault(self, fault: Fault, asked: Asked) -> Verdict:
        """Put a fault into the copy while tests are asked, one judge after another until a test fails."""
        for judge, tests in asked:
            self.pass_without_fault(judge, tests)
        right = (tree.COPY / fault.file).read_text(encoding="utf-8")
        began = time.monotonic()
        tree.put(fault.file, fault.applied(right).encode())
        try:
            found = Verdict("", 0)
            for judge, tests in asked:
                if not found.caught_by:
                    found = self.ask(fault, judge, tests)
        finally:
            tree.put(fault.file, right.encode())
        return replace(found, seconds=time.monotonic() - began)

    def all_tests(self, fault: Fault) -> Asked:
        """Return all tests that run the code that a fault is in."""
        return [(judge, judge.everything()) for judge in JUDGES if self.concerns(judge, fault)]

    @staticmethod
    def concerns(judge: Judge, fault: Fault) -> bool:
        """Tell whether a judge's tests run the code that a fault is in."""
        core = fault.file.startswith(("Sources/SwiftBufCore/", "Sources/CSwiftBufStorage/"))
        if judge.name == "core":
            return core
        swift_alone = fault.file.startswith(("Sources/SwiftBuf/", "Sources/SwiftBufEmbed/", "Sources/CSwiftBufEmbed/"))
        return not swift_alone if judge.name == "python" else not fault.file.startswith("python/")

    def ask(self, fault: Fault, judge: Judge, tests: tuple[str, ...]) -> Verdict:
        """Build a mutant and run tests on it."""
        try:
            built = judge.build()
        except CannotBeBuilt as error:
            raise Wrong(f"it does not compile: {error}") from None
        if built in self.built[judge.name]:
            if fault.equivalent:
                return Verdict("", 0)
            raise Wrong("what is built with it is what was built before")
        usual = self.results.seconds_without_fault(tests)
        found = judge.ask(tests, limit=60 + 5 * usual if usual is not None else LONGEST)
        if found.caught_by:
            self.built[judge.name].add(built)
        return found

    def pass_without_fault(self, judge: Judge, tests: tuple[str, ...]) -> None:
        """See tests pass on the code as it is, once: what fails without a fault catches nothing."""
        if not self.built[judge.name]:
            say(f"   building for {judge.name}")
            self.built[judge.name].add(judge.build())
        if self.results.seconds_without_fault(tests) is not None:
            return
        self.built[judge.name].add(judge.build())
        found = judge.ask(tests, limit=LONGEST)
        if found.caught_by:
            raise Wrong(f"without any fault a test fails: {found.caught_by}")
        self.results.keep_without_fault(tests, found.seconds)


def say(line: str) -> None:
    """Print progress."""
    print(line, file=sys.stderr, flush=True)


def check(faults: list[Fault]) -> bool:
    """See that each fault can be put into the code, and say which cannot."""
    problems = [(fault, problem) for fault in faults if (problem := fault.problem(ROOT))]
    for fault, problem in problems:
        say(f"mutants: {fault.topic}: {fault.name}: {problem}")
    return not problems


def report(faults: list[Fault], results: Results) -> bool:
    """Add the rows, and tell whether all mutants were caught."""
    held = True
    for topic in dict.fromkeys(fault.topic for fault in faults):
        planted = [fault for fault in faults if fault.topic == topic]
        caught = [fault for fault in planted if (result := results.of(fault)) and result["caught_by"]]
        equivalent = [fault for fault in planted if fault.equivalent]
        survivors = [fault for fault in planted if fault not in caught and fault not in equivalent]
        found = f"{len(caught)} caught, {len(equivalent)} equivalent, {len(survivors)} survivors"
        row(f"mutants: {topic}", f"{len(planted)} planted", found)
        for fault in survivors:
            say(f"mutants: survives: {fault.topic}: {fault.name}")
        for fault in equivalent:
            row(f"mutants: {topic}: {fault.name}", "equivalent", fault.equivalent)
            if fault in caught:
                say(f"mutants: {fault.name} is said to be equivalent, and is caught")
        held = held and not survivors and not set(equivalent) & set(caught)
    return held


def main(arguments: list[str]) -> int:
    """Do what the command line asks for."""
    chosen = "" if BOUNDED else os.environ.get("MUTANTS", "")
    faults = read_faults(chosen)
    if not faults:
        sys.exit(f"mutants: there is no topic {chosen!r}, and no fault with this in its name.")
    if arguments == ["--list"]:
        for fault in faults:
            print(f"{fault.topic:10} {fault.name}")
        return 0
    if not check(faults):
        return 1
    if arguments == ["--check"]:
        say(f"mutants: all {len(faults)} faults can be put in")
        return 0
    if arguments:
        sys.exit("mutants: --check and --list are all that it knows; MUTANTS chooses some.")
    if BOUNDED:
        row("mutants", f"{len(faults)} listed", "each can be put in: its text stands in its file once")
        faults = [fault for fault in faults if fault.name == SHOWN_IN_SHORT_FORM]
    mutation = Mutation(faults)
    try:
        is_right = mutation.run()
    except KeyboardInterrupt:
        say("mutants: stopped; the next run goes on from here")
        return 130
    caught = [result for fault in faults if (result := mutation.results.of(fault)) and result["caught_by"]]
    row("mutants", f"{len(faults)} planted", f"{len(caught)} caught")
    if caught:
        say(f"mutants: the median took {statistics.median(float(str(each['seconds'])) for each in caught):.0f} s")
    return 0 if report(faults, mutation.results) and is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
