"""All judges, and which of them runs a test: by the test's name."""

from __future__ import annotations

from core_judge import Core
from judge import Judge
from python_judge import Python
from swift_judge import Swift

JUDGES: tuple[Judge, ...] = (Core(), Python(), Swift())


def judge_of(test: str) -> Judge:
    """Return who runs a test."""
    return JUDGES[0] if test == "core" else JUDGES[1] if test.endswith(".py") else JUDGES[2]


def by_judge(tests: tuple[str, ...]) -> list[tuple[Judge, tuple[str, ...]]]:
    """Return tests with those who run them, in their own order."""
    chosen = [(judge, tuple(test for test in tests if judge_of(test) is judge)) for judge in JUDGES]
    return [(judge, named) for judge, named in chosen if named]
