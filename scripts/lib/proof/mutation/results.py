"""What is known already, so that a run that was stopped goes on: what became of each mutant, and on which code.

A test that fails on a mutant fails still when tests beside it change. So what the tests that a fault names have caught
depends on the code and on those tests; what all the others have said depends on all tests.
"""

from __future__ import annotations

import hashlib
import json

from fault import Fault
from judges import JUDGES
from tree import CODE, FOLDER, TESTS, digest

PATH = FOLDER / "results.json"


class Results:
    """The results that are kept."""

    def __init__(self) -> None:
        """Read them."""
        self.all: dict[str, dict[str, object]] = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
        self.code = digest(*CODE)
        self.every_test = digest(*TESTS) + " ".join(test for judge in JUDGES for test in judge.everything())
        self.some_tests: dict[str, str] = {}

    def of(self, fault: Fault) -> dict[str, object] | None:
        """Return the result of a fault, if what it rests on is still the same."""
        result = self.all.get(f"fault: {fault.name}")
        if result is None:
            return None
        key = self.key(fault, named=bool(result["by_named_test"]))
        return result if result["key"] == key else None

    def keep(self, fault: Fault, caught_by: str, by_named_test: bool, seconds: float) -> None:
        """Keep a result at once: the next one may take long."""
        result = {
            "caught_by": caught_by,
            "by_named_test": by_named_test,
            "seconds": round(seconds, 1),
            "key": self.key(fault, named=by_named_test),
        }
        self.put(f"fault: {fault.name}", result)

    def seconds_without_fault(self, tests: tuple[str, ...]) -> float | None:
        """Return how long tests took on the code as it is, on which they passed; None if that is not known."""
        result = self.all.get(f"no fault: {' '.join(tests)}")
        known = result is not None and result["key"] == self.code + self.tests(tests)
        return float(str(result["seconds"])) if result is not None and known else None

    def keep_without_fault(self, tests: tuple[str, ...], seconds: float) -> None:
        """Keep that tests pass on the code as it is."""
        self.put(f"no fault: {' '.join(tests)}", {"seconds": seconds, "key": self.code + self.tests(tests)})

    def put(self, name: str, result: dict[str, object]) -> None:
        """Write one result to the file."""
        self.all[name] = result
        whole = PATH.with_suffix(".new")
        whole.write_text(json.dumps(self.all, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        whole.replace(PATH)

    def key(self, fault: Fault, named: bool) -> str:
        """Return a hash of the mutated code and of the tests that have judged it."""
        tests = self.tests(fault.tests) if named else self.every_test
        words = (self.code, fault.file, fault.text, fault.replacement, *fault.tests, tests)
        return hashlib.sha256("\0".join(words).encode()).hexdigest()

    def tests(self, names: tuple[str, ...]) -> str:
        """Return a hash of tests and of what all of their kind share."""
        prefixes = [prefix for name in names for prefix in prefixes_of(name)]
        together = "\0".join(prefixes)
        if together not in self.some_tests:
            self.some_tests[together] = digest(*prefixes)
        return self.some_tests[together]


def prefixes_of(test: str) -> list[str]:
    """Return how the names of the files begin on which a test rests."""
    if test == "core":
        return ["Tests/SwiftBufCore", "Tests/CFiles/", "Tests/CoreAlone/"]
    if test.endswith(".py"):
        # A test's file, and the helpers, whose names do not begin with `test_`.
        return [f"Tests/Python/{test}", "Tests/Python/c/", "Tests/Python/conftest.py"]
    return ["Tests/SwiftBufEmbedTests/", "Tests/CFiles/"]
