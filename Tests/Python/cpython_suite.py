"""CPython's own tests of memoryview, run with swiftbuf.Buffer in memoryview's place.

Nothing of CPython's is copied or edited: the source of `test.test_memoryview` and `test.test_buffer` is taken from the
interpreter that runs, and executed in a module whose global name `memoryview` is swiftbuf.Buffer. So every use by name
in these files is a Buffer: what is made, what is compared, what isinstance() asks. (One exception: a class of the suite
that exports by `__buffer__` returns a memoryview from it, as the language demands.) What C makes is still a memoryview
(the results of _testbuffer's get_contiguous() and ndarray.memoryview_from_buffer()), so that the two are compared with
each other. NumPy is hidden while the source is executed, which the suite allows for: it leaves two formats out where it
finds NumPy, and calls functions that NumPy has not any more. Buffers are held against NumPy in
test_random_structures.py and test_random_assignment.py.

Where a Buffer shall do something else than a memoryview, the test says so in a `Difference`. It names the method and,
where that is enough, the one kind of assertion in it that fails: then all others of the method still count.
"""

from __future__ import annotations

import fnmatch
import functools
import importlib.util
import random
import re
import sys
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import swiftbuf


class MemoryviewReplacement(type):
    """The type of what `memoryview` is bound to in the suite: makes Buffers, and knows them."""

    def __call__(cls, *arguments: Any, **names: Any) -> object:
        """Make a Buffer; but what a class of the suite returns from its own __buffer__() has to be a memoryview."""
        is_exporting = sys._getframe(1).f_code.co_name == "__buffer__"
        return (memoryview if is_exporting else swiftbuf.Buffer)(*arguments, **names)

    def __instancecheck__(cls, instance: object) -> bool:
        """Whether something is a Buffer."""
        return isinstance(instance, swiftbuf.Buffer)


class Buffer(metaclass=MemoryviewReplacement):
    """swiftbuf.Buffer in memoryview's place."""


PYTHON = sys.version_info[:2]
MISSING = (
    "CPython's own tests are not installed, and Buffer is tested with them: install this interpreter's package `test` "
    f"(Debian: apt-get install libpython{PYTHON[0]}.{PYTHON[1]}-testsuite)."
)


@dataclass(frozen=True)
class Difference:
    """Something that Buffer does otherwise than memoryview, and where the suite asserts memoryview's way."""

    method: str  # "method" in every class that has it, or "Class.method"; `*` stands for anything
    reason: str
    assertion: str = (
        ""  # what `described` writes begins with a match of this pattern; empty: the method fails as a whole
    )
    times: tuple[int, ...] = ()  # how many such assertions fail, which may depend on the class; any number if empty
    since: tuple[int, int] = (3, 11)
    until: tuple[int, int] = (3, 99)

    @property
    def applies(self) -> bool:
        """Whether this Python's suite has it."""
        return self.since <= PYTHON <= self.until

    def names(self, case: str) -> bool:
        """Whether it is about a test, which is named "Class.method"."""
        return any(fnmatch.fnmatchcase(name, self.method) for name in (case, case.partition(".")[2]))


class Suite:
    """One file of CPython's tests."""

    def __init__(self, name: str) -> None:
        """Execute the file with `memoryview` bound to Buffer."""
        self.module = load(name) if is_there(name) else None

    @functools.cached_property
    def cases(self) -> list[str]:
        """The tests, each as "Class.method"."""
        classes = {} if self.module is None else vars(self.module)
        return [
            f"{name}.{method}"
            for name, value in classes.items()
            if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__name__ == name
            for method in unittest.TestLoader().getTestCaseNames(value)
        ]

    def parametrize(self, function: Callable[..., None]) -> Callable[..., None]:
        """Make one pytest test of each; without the suite, one that fails."""
        return pytest.mark.parametrize("case", self.cases or ["the_suite_is_missing"])(function)

    def run(self, case: str, differences: list[Difference]) -> None:
        """Run one test; raise what it raises, or that a difference is none any more."""
        if self.module is None:
            pytest.fail(MISSING, pytrace=False)
        known = [difference for difference in differences if difference.applies and difference.names(case)]
        class_name, method = case.split(".")
        test = getattr(self.module, class_name)(method)
        random.seed(case)  # the suite draws structures at random, and shall draw the same ones each time
        tolerance = Tolerance(test, [difference for difference in known if difference.assertion])
        whole = [difference for difference in known if not difference.assertion]
        try:
            test.debug()
        except (Exception, unittest.SkipTest):
            if not whole:
                raise
            return
        for difference in whole:
            pytest.fail(f"{case} no longer needs leaving out: {difference.reason}", pytrace=False)
        for sentence in tolerance.wrong():
            pytest.fail(f"{case}: {sentence}", pytrace=False)

    def unknown(self, differences: list[Difference]) -> Iterator[str]:
        """Yield the methods that differences name and that this Python's suite has not."""
        for difference in differences:
            if difference.applies and not any(difference.names(case) for case in self.cases):
                yield difference.method


class Tolerance:
    """Lets named kinds of assertions of one test fail, and counts how many did."""

    def __init__(self, test: unittest.TestCase, differences: list[Difference]) -> None:
        """Stand in front of every assertion of the test that may fail."""
        self.met = dict.fromkeys(differences, 0)
        for name in {difference.assertion.partition("\\(")[0] for difference in differences}:
            setattr(test, name, functools.partial(self.check, name, getattr(test, name)))

    def check(self, name: str, original: Callable[..., object], *arguments: object, **names: object) -> object:
        """Make an assertion; a failure that is expected ends here."""
        description = described(name, arguments, names)
        known = [difference for difference in self.met if re.match(difference.assertion, description)]
        if not known:
            return original(*arguments, **names)
        try:
            result = original(*arguments, **names)
        except Exception:
            self.count(known)
            return None
        return TolerantContext(result, self, known) if hasattr(result, "__exit__") else result

    def count(self, differences: list[Difference]) -> None:
        """Note that an assertion has failed, as differences say."""
        for difference in differences:
            self.met[difference] += 1

    def wrong(self) -> Iterator[str]:
        """Yield what is not as the differences say."""
        for difference, times in self.met.items():
            if times == 0:
                yield f"no longer needs leaving out: {difference.reason}"
            elif difference.times and times not in difference.times:
                yield f"{times} assertions fail, not {difference.times}: {difference.reason}"


class TolerantContext:
    """`with self.assertRaises(...)`, where a failure is expected."""

    def __init__(self, original: Any, tolerance: Tolerance, differences: list[Difference]) -> None:
        """Stand in front of unittest's own context."""
        self.original, self.tolerance, self.differences = original, tolerance, differences

    def __enter__(self) -> object:
        """Enter what unittest made."""
        return self.original.__enter__()

    def __exit__(self, *exception: Any) -> bool:
        """End a failure here: no exception, or another one."""
        try:
            as_asserted = self.original.__exit__(*exception)
        except AssertionError:
            as_asserted = False
        if not as_asserted:
            self.tolerance.count(self.differences)
        return True


def described(name: str, arguments: tuple[object, ...], names: dict[str, object]) -> str:
    """Name an assertion: "assertRaises(TypeError, getitem, 3", "assertRaises(ValueError, cast, 'B', shape=[-1]"."""
    words = [getattr(argument, "__name__", None) or repr(argument) for argument in arguments]
    words += [f"{key}={value!r}" for key, value in sorted(names.items())]
    return f"{name}({', '.join(words)}"


def is_there(name: str) -> bool:
    """Whether this interpreter has its tests."""
    return importlib.util.find_spec("test") is not None and importlib.util.find_spec(name) is not None


def load(name: str) -> ModuleType:
    """Execute the source of a module anew, with `memoryview` bound to Buffer; sys.modules does not see the result."""
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    module = ModuleType(f"{name}_with_Buffer")
    vars(module).update(memoryview=Buffer, __file__=spec.origin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numpy", None)  # importing it is an ImportError; all else that is imported stays
        exec(compile(Path(spec.origin).read_bytes(), spec.origin, "exec"), vars(module))
    return module
