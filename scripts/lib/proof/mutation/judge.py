"""Who tells whether a mutant is right: a set of tests, and how they are built and run.

Each judge builds the copy in a folder of its own, incrementally, file by file: that takes seconds where a whole module
takes twenty.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from running import Outcome
from tree import FOLDER

ENVIRONMENT = os.environ | {"SWIFT_BACKTRACE": "enable=no", "PYTHONDONTWRITEBYTECODE": "1"}
"""Of the tests: one that crashes shall do so at once."""


class CannotBeBuilt(Exception):
    """The compiler refuses the code, and says why."""


@dataclass(frozen=True)
class Verdict:
    """What a judge says of the code."""

    caught_by: str
    """The test that has failed, and how; nothing if all have passed."""
    seconds: float


class Judge(ABC):
    """A set of tests."""

    name: str

    @abstractmethod
    def build(self) -> str:
        """Build what is tested, and return a hash of it."""

    @abstractmethod
    def everything(self) -> tuple[str, ...]:
        """Return all the tests that are fast enough to be asked about any mutant."""

    @abstractmethod
    def ask(self, tests: tuple[str, ...], limit: float) -> Verdict:
        """Run tests until one fails, no longer than `limit` seconds."""


def swift_build(scratch: str, package: Path, *arguments: str) -> None:
    """Run `swift build`."""
    command = ["swift", "build", "--package-path", str(package), "--scratch-path", str(FOLDER / scratch), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if "error:" in line]
        raise CannotBeBuilt("\n".join(errors[:5]) or done.stdout[-2000:] + done.stderr[-2000:])


def swift_runtime() -> str:
    """Return where the toolchain has its run-time library."""
    done = subprocess.run(["swiftc", "-print-target-info"], capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)["paths"]["runtimeLibraryPaths"][0])


def hash_of(*paths: Path) -> str:
    """Return a hash of files."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def verdict(outcome: Outcome, failed: str, running: str) -> Verdict:
    """Say what became of a run of tests, of which `failed` has failed, or else `running` was running at the end."""
    if failed:
        return Verdict(failed, outcome.seconds)
    if outcome.is_late:
        return Verdict(f"{running}, which hangs", outcome.seconds)
    if outcome.code != 0:
        how = f"signal {-outcome.code}" if outcome.code < 0 else f"exit code {outcome.code}"
        return Verdict(f"{running}, which crashes ({how})", outcome.seconds)
    return Verdict("", outcome.seconds)


def last(pattern: str, text: str, otherwise: str) -> str:
    """Return the group of a pattern where it matches last."""
    found = re.findall(pattern, text, re.MULTILINE)
    return found[-1] if found else otherwise
