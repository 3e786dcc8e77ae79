"""Instructions of GetBuffer+Release, counted by callgrind: the same on every run, whatever else the machine does.

Callgrind counts inside PyObject_GetBuffer and PyBuffer_Release alone, the slots below them included, and writes a dump
whenever the measuring loop returns. Two loops of different length are subtracted, and the rest is divided by the
difference, so that what happens once cancels. NumPy is left out: it starts slowly under callgrind.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import BASE, CASES, INDEPENDENCE, Case
from model import Bar, Line, Section, ratio
from progress import Progress

CHILD = Path(__file__).with_name("instructions_child.py")
SHORT, LONG = 100, 1100
REQUESTS = [case for case in CASES if case.flags]
# Not one instruction more.
SAME = Bar("ratio", 1.0, BASE)


class CallgrindError(Exception):
    """Callgrind ran but did not give what was asked; the text is one sentence."""


def available() -> bool:
    """Tell whether valgrind is there."""
    return shutil.which("valgrind") is not None


def measure(folder: Path, progress: Progress) -> list[Section]:
    """Make two sections, as the timed requests have. Raises CallgrindError."""
    progress.step("instructions, under callgrind")
    with tempfile.TemporaryDirectory() as scratch:
        order, counts = _run(folder, Path(scratch))
    found: dict[tuple[str, str], float] = {}
    for k, (key, name) in enumerate(order):
        short, long = counts[2 * k], counts[2 * k + 1]
        found[key, name] = (long - short) / (LONG - SHORT)
    return [
        Section(
            "Instructions",
            "callgrind, inside the two calls and below",
            [_line(case, (ratio(1.15),), found) for case in REQUESTS],
        ),
        Section(
            "Instructions of an export do not depend on size or ndim",
            "callgrind, the same exporter",
            [_line(case, (SAME,), found) for case in INDEPENDENCE],
        ),
    ]


def _line(case: Case, bars: tuple[Bar, ...], found: dict[tuple[str, str], float]) -> Line:
    runs = {name: [count] for (key, name), count in found.items() if key == case.key}
    return Line(f"instructions_{case.key}", case.title, "instructions", bars, runs)


def _run(folder: Path, scratch: Path) -> tuple[list[tuple[str, str]], list[int]]:
    """Return what was measured, in order, and the counts: two for each."""
    command = [
        "valgrind",
        "--tool=callgrind",
        f"--callgrind-out-file={scratch / 'out'}",
        "--toggle-collect=PyObject_GetBuffer",
        "--toggle-collect=PyBuffer_Release",
        "--dump-after=measured_loop",
        sys.executable,
        "-E",
        "-s",
        str(CHILD),
        str(folder),
        str(SHORT),
        str(LONG),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CallgrindError(f"callgrind ended with {done.returncode}: {_complaint(done.stderr)}")
    order = [(key, name) for key, name in (line.split("\t") for line in done.stdout.splitlines())]
    # out.1 belongs to a first loop that warms up; the counts of each begin where the one before ended.
    parts = sorted(scratch.glob("out.*"), key=lambda file: int(file.suffix[1:]))
    counts = [_total(part.read_text()) for part in parts[1:]]
    if len(counts) < 2 * len(order) or 0 in counts[: 2 * len(order)]:
        raise CallgrindError("callgrind does not find GetBuffer, Release or the measuring loop by their names.")
    return order, counts


def _complaint(said: str) -> str:
    """Return the last two lines that say something, without valgrind's prefix."""
    lines = [re.sub(r"^==\d+== *", "", line).strip() for line in said.splitlines()]
    return " ".join([line for line in lines if line][-2:])


def _total(dump: str) -> int:
    found = re.search(r"^(?:totals|summary): (\d+)", dump, re.MULTILINE)
    return int(found[1]) if found else 0
