"""What the tests of mapped files share: a file's content, what the process has mapped and open, and mapped_cases.py."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

PAGE = os.sysconf("SC_PAGESIZE")
CONTENT = random.Random(5).randbytes(3 * PAGE + 128)
MODES = ["r", "r+", "c"]
PATIENCE = 900  # seconds: ends a child that hangs; however busy the machine is, a right one takes a fraction of it
PROGRAM = Path(__file__).parent / "mapped_cases.py"


def run(case: str, *arguments: object, preload: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run one case of mapped_cases.py."""
    environment = os.environ | ({"LD_PRELOAD": str(preload)} if preload else {})
    command = [sys.executable, "-W", "error", str(PROGRAM), case, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=PATIENCE)


def lines_of(case: str, *arguments: object, preload: Path | None = None) -> list[str]:
    """Run one case, which must end well, and return what it prints."""
    done = run(case, *arguments, preload=preload)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def mappings(path: str) -> list[str]:
    """Return the lines of the system's list of mappings in this process that name a file."""
    with open("/proc/self/maps") as maps:
        return [line for line in maps if line.rstrip().endswith(path)]


def open_files() -> list[str]:
    """Return what this process has open."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            found.append(f"{descriptor} {os.readlink(f'/proc/self/fd/{descriptor}')}")
    return sorted(each for each in found if not each.endswith("/fd"))
