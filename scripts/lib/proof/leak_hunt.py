"""A pytest plugin that runs each test many times in a debug build of CPython and looks at what grows.

As CPython's own `regrtest -R` does: after some warm-ups, all references (`sys.gettotalrefcount()`), all blocks of
Python's allocator (`sys.getallocatedblocks()`) and all file descriptors are counted after each round. What grows in
most rounds leaks. Caches and the like grow now and then; and what a thread of pytest-xdist's holds for a moment would
hide a leak, if that had to be seen in every round. The bytes that Swift has are held against those before the first
test.

    PYTHONPATH=scripts/lib/proof python3.14-dbg -m pytest -p leak_hunt [--rounds 10] [--warm-ups 3]

Every extension has to be compiled for the debug build: what others do with references is not in its count. The tests
may be divided among processes (pytest-xdist), each of which counts what is its own.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import os
import statistics
import sys
import warnings
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import swiftbuf
from _pytest.fixtures import FixtureDef
from _pytest.runner import runtestprotocol
from test.libregrtest.utils import clear_caches

# As it is called from 3.13 on, where the older name is deprecated.
clear_internal_caches = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache
COUNTERS: dict[str, Callable[[], int]] = {
    "references": lambda: sys.gettotalrefcount(),  # type: ignore[attr-defined]
    "blocks": sys.getallocatedblocks,
    "file descriptors": lambda: len(os.listdir("/proc/self/fd")),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the hunt can be told."""
    group = parser.getgroup("leaks")
    group.addoption("--rounds", type=int, default=10, help="how often each test is run and looked at")
    group.addoption("--warm-ups", type=int, default=3, help="how often each test is run before")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the hunt."""
    if not hasattr(sys, "gettotalrefcount"):
        raise pytest.UsageError(
            "References are counted by debug builds of CPython alone: use one, such as python3-dbg."
        )
    config.pluginmanager.register(Hunt(config.option.rounds, config.option.warm_ups), "hunt")


class Hunt:
    """What was run, and what was found."""

    def __init__(self, rounds: int, warm_ups: int) -> None:
        """Begin with nothing."""
        self.rounds, self.warm_ups = rounds, warm_ups
        self.hunted = 0
        self.left_out: Counter[str] = Counter()
        self.leaks: list[str] = []
        self.failed: list[str] = []
        self.swift_bytes = 0
        self.printed_at_the_end: list[str] = []
        self.processes = 0
        # They have no room of their own for numbers to be made in: a measurement shall not be in what it measures.
        self.counts = {name: array("q", [0] * (rounds + 1)) for name in COUNTERS}
        sys.addaudithook(self.notice)

    def notice(self, event: str, arguments: object) -> None:
        """Count the processes that are started: what they do is not in this one's counts."""
        if event in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
            self.processes += 1

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember what Swift has before the first test, and let nothing that comes later escape the collector."""
        with contextlib.suppress(ImportError):  # pytest has loaded it by now, if the tests have one
            from conftest import SUMMARY

            self.printed_at_the_end = session.config.stash[SUMMARY]
        self.swift_bytes = swiftbuf.allocated_bytes()
        # Part of what conftest.py hides from it after a test is pytest's, which drops that in a cycle.
        gc.freeze = gc.unfreeze = lambda: None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run one test in rounds, and judge it."""
        reason = self.hunt(item)
        if reason:
            self.left_out[reason] += 1
        else:
            self.hunted += 1
        # Once more, as pytest would have: with its report, and with the end of the fixtures that no other test uses.
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        runtestprotocol(item, nextitem=nextitem) if reason is None else end_fixtures(item, nextitem)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def hunt(self, item: pytest.Item) -> str | None:
        """Run a test in rounds and note what leaks; or return why it is not hunted."""
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            return "draws other values each time"
        processes = self.processes
        for _ in range(self.warm_ups):
            if not self.run_once(item):
                return "fails"
            if self.processes != processes:
                return "is about a process of its own"
        self.measure(0)
        for number in range(1, self.rounds + 1):
            if not self.run_once(item):
                return "fails"
            self.measure(number)
        self.judge(item.nodeid)
        return None

    def run_once(self, item: pytest.Item) -> bool:
        """Run a test with its own fixtures; those of its file and of the session stay. Return whether it passed."""
        passed = True
        lines = len(self.printed_at_the_end)
        for report in runtestprotocol(item, log=False, nextitem=item.parent):
            if report.failed:
                passed = False
                self.failed.append(f"{item.nodeid}\n{report.longreprtext}")
        del self.printed_at_the_end[lines:]
        forget_run(item)
        return passed

    def measure(self, number: int) -> None:
        """Count, after everything is gone that can go."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clear_caches()
        clear_internal_caches()
        gc.collect()
        for name, counter in COUNTERS.items():
            self.counts[name][number] = counter()

    def judge(self, test: str) -> None:
        """Note what has grown in most rounds."""
        growth = {
            name: [after - before for before, after in itertools.pairwise(counts)]
            for name, counts in self.counts.items()
        }
        leaked = [f"{name} {each}" for name, each in growth.items() if statistics.median(each) > 0]
        if leaked:
            self.leaks.append(f"{test} leaks {', '.join(leaked)}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail if anything was found; a process that has a part of the tests hands over what it found."""
        gc.collect()
        grown = swiftbuf.allocated_bytes() - self.swift_bytes
        if grown > 0:
            self.leaks.append(f"after all tests Swift has {grown} bytes more than before")
        if self.leaks or self.failed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["hunt"] = [self.hunted, dict(self.left_out), self.leaks, self.failed]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take what a process found that had a part of the tests; of one that crashed nothing is known."""
        if "hunt" not in getattr(node, "workeroutput", {}):
            self.failed.append(f"{node.gateway.id}: it did not come to its end: {error}")
            return
        hunted, left_out, leaks, failed = node.workeroutput["hunt"]
        self.hunted += hunted
        self.left_out.update(left_out)
        self.leaks += leaks
        self.failed += failed

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        for line in self.summary():
            terminalreporter.write_line(line)

    def summary(self) -> Iterator[str]:
        """Yield the lines of the result; the last one is what a script reads."""
        for failure in self.failed:
            yield f"FAILED {failure}"
        for reason, count in self.left_out.items():
            yield f"not hunted, because the test {reason}: {count}"
        yield from (f"LEAK {leak}" for leak in self.leaks)
        yield f"hunted {self.hunted} tests, {self.rounds} rounds each: {len(self.leaks)} leaks"


def forget_run(item: pytest.Item) -> None:
    """Drop what pytest and the tests themselves keep of each run, so that it does not look like a leak."""
    # A fixture of the session remembers each fixture that took it, to end that one first, also when it has long ended.
    for fixture in itertools.chain.from_iterable(item._fixtureinfo.name2fixturedefs.values()):
        fixture._finalizers[:] = itertools.filterfalse(is_of_ended_fixture, fixture._finalizers)
    # An exception that is an argument of the test gathers the frames that it was raised through.
    for argument in getattr(getattr(item, "callspec", None), "params", {}).values():
        if isinstance(argument, BaseException):
            argument.__traceback__ = None


def is_of_ended_fixture(finalizer: Callable[[], object]) -> bool:
    """Tell whether a finalizer of pytest's would end a fixture that has ended, which does nothing."""
    fixture = getattr(finalizer.func, "__self__", None) if isinstance(finalizer, functools.partial) else None
    return isinstance(fixture, FixtureDef) and fixture.cached_result is None


def end_fixtures(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the fixtures that no other test uses, after a test that was not run to its end."""
    with contextlib.suppress(Exception):
        item.session._setupstate.teardown_exact(nextitem)
