"""The timed lines: runs worker.py a number of times and puts the runs side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bulk_cases import BULK_CASES
from cases import CASES, INDEPENDENCE, Case
from model import Line, Section
from progress import Progress

WORKER = Path(__file__).with_name("worker.py")
BULK_WORKER = Path(__file__).with_name("bulk_worker.py")


def measure(folder: Path, runs: int, sweeps: int, nanoseconds: int, progress: Progress) -> list[Section]:
    """Make two sections: the contenders, and what the subject's export must not depend on.

    Raises CalledProcessError if a run fails; what it says stands on stderr.
    """
    found = []
    for run in range(1, runs + 1):
        progress.step(f"times, run {run} of {runs}")
        found.append(_run([str(WORKER), str(folder), str(sweeps), str(nanoseconds)], progress))
    return [
        Section(
            "Time",
            f"median of {runs} runs' ratios, minimum of {sweeps} interleaved sweeps a run",
            [_line(case, found) for case in CASES],
        ),
        Section(
            "Time of an export does not depend on size or ndim",
            "the same exporter with other memory",
            [_line(case, found) for case in INDEPENDENCE],
        ),
    ]


def measure_bulk(runs: int, rounds: int, nanoseconds: int, progress: Progress) -> Section:
    """Make the section of views and of many items: each line is held against one other contender.

    Raises CalledProcessError if a run fails; what it says stands on stderr.
    """
    found = []
    for run in range(1, runs + 1):
        progress.step(f"many items, run {run} of {runs}")
        found.append(_run([str(BULK_WORKER), str(rounds), str(nanoseconds)], progress))
    lines = [
        Line(case.key, case.title, "ns", case.bars, {name: [run[case.key][name] for run in found] for name in names})
        for case in BULK_CASES
        for names in [found[0][case.key]]
    ]
    note = f"median of {runs} runs' ratios, minimum of {rounds} interleaved rounds a run"
    return Section("Views and many items", note, lines)


def _run(arguments: list[str], progress: Progress) -> dict[str, dict[str, float]]:
    command = [sys.executable, "-E", "-s", *arguments]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None and worker.stdout is not None
        for line in worker.stderr:
            said.append(line)
            progress.detail(line.rstrip())
        output = worker.stdout.read()
    if worker.returncode != 0:
        progress.close()
        sys.stderr.writelines(said)
        raise subprocess.CalledProcessError(worker.returncode, command)
    found: dict[str, dict[str, float]] = json.loads(output)
    return found


def _line(case: Case, found: list[dict[str, dict[str, float]]]) -> Line:
    names = found[0][case.key]
    return Line(case.key, case.title, "ns", case.bars, {name: [run[case.key][name] for run in found] for name in names})
