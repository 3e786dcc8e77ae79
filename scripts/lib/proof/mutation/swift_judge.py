"""The Swift tests, which embed the interpreter."""

from __future__ import annotations

from judge import ENVIRONMENT, Judge, Verdict, hash_of, last, swift_build, verdict
from running import run
from tree import COPY, FOLDER

LEFT_OUT = {"EmbedTests", "WheelExtensionTests"}
"""The suite that has all others in it, and the tests of the wheel's extension."""


class Swift(Judge):
    """The Swift tests with an interpreter; the core's tables are the core's."""

    name = "swift"

    def build(self) -> str:
        """Build the tests."""
        swift_build("swift", COPY, "--build-tests")
        return hash_of(*(FOLDER / "swift" / "debug").glob("*.xctest"))

    def everything(self) -> tuple[str, ...]:
        """Return the suites."""
        files = (COPY / "Tests" / "SwiftBufEmbedTests").glob("*Tests.swift")
        return tuple(sorted({path.stem for path in files} - LEFT_OUT))

    def ask(self, tests: tuple[str, ...], limit: float) -> Verdict:
        """Run suites until a test fails."""
        command = ["swift", "test", "--skip-build", "--package-path", str(COPY)]
        command += ["--scratch-path", str(FOLDER / "swift")]
        command += ["--filter", rf"SwiftBufEmbedTests\..*({'|'.join(tests)})"]
        outcome = run(command, COPY, ENVIRONMENT, limit, stop_at="\u2718 Test ")
        failed = last(r"\u2718 Test (?!run with)(.*?) (?:recorded|failed)", outcome.text, "")
        running = last(r"Test (.*?) started", outcome.text, "swift test")
        return verdict(outcome, failed, running)
