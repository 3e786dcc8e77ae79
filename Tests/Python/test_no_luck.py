"""No test and no script hangs on luck: on speed, scheduling, the times of files, or what else the machine does.

A search of the sources for what such outcomes are made of. What may stay is listed with the reason why no outcome hangs
on it; an entry whose text is gone is an error.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import REPOSITORY

KINDS = {
    "sleeping": r"\bu?sleep\(|\bsleep [0-9.$]|nanosleep",
    "a clock": r"perf_counter|monotonic|process_time|time\.time\(|ContinuousClock|gettimeofday|clock_gettime",
    "a timer": r"setitimer|\balarm\(",
    "the time of a file": r"getmtime|st_mtime|\bos\.utime|[\[ ]-[no]t [\"$A-Z]|-newer|%[yY] ",
    "a time-out": r"timeout *= *\d|settimeout|\btimeout \d|TimeLimit|timeLimit",
    "the machine's memory": r"statm|VmRSS|VmSize|loadavg|/proc/meminfo|disk_usage|statvfs",
    "waiting busily": r"while !\w+(\.\w+)*\.isRaised *\{\}",
}

# File, a part of the line, and why no outcome hangs on it.
ALLOWED = [
    ("Tests/Python/c/slow_system.c", "clock_gettime(CLOCK_REALTIME, &end)", "ends what would hang"),
    ("Tests/SwiftBufEmbedTests/CThreads/flags.c", "clock_gettime(CLOCK_REALTIME, &end)", "ends what would hang"),
    ("Tests/SwiftBufEmbedTests/CThreads/children.c", "alarm(seconds)", "ends what would hang, after ten minutes"),
    ("Tests/Python/fork_cases.py", "signal.alarm(PATIENCE)", "ends what would hang"),
    ("Tests/Faults/full_disk.py", "signal.alarm(PATIENCE)", "ends what would hang"),
    ("Tests/Python/test_concurrent_use.py", "monotonic", "how long scripts/prove goes on; the acts are counted"),
    ("Tests/Python/c/ledger_threads.c", "alarm(900)", "ends what would hang"),
    ("Tests/Python/oracle.py", "monotonic", "how long a search took, for its report; the cases are counted"),
    ("Tests/Reentrancy/fuzz.py", "time.monotonic() - since > PATIENCE", "ends a program that hangs, which is a fault"),
    ("Tests/Reentrancy/fuzz.py", "since = ", "when a program was seen to begin, for the limit that ends what hangs"),
    ("Tests/Reentrancy/fuzz.py", "began", "how long a search took, for its report; the cases are counted"),
    ("Tests/Python/test_random_bad_calls.py", "statm", "the limit for addresses is this process's own size and more"),
    (
        "Tests/Python/test_shutdown.py",
        "time.sleep({delay})",
        "where the end comes; it has to be right wherever it comes",
    ),
    ("Tests/Load/", "", "programs of scripts/prove load, which measure and say so"),
    ("scripts/lib/proof/", "", "how long a part of scripts/prove took, and limits that end what hangs"),
]


def sources() -> list[Path]:
    """Return the tests and the scripts, but for this file."""
    found = []
    for folder in ("Tests", "scripts", ".ci"):
        for path in sorted((REPOSITORY / folder).rglob("*")):
            is_text = path.suffix in (".py", ".swift", ".c", ".h", ".sh", "") and "Corpus" not in path.parts
            if is_text and path.is_file() and "__pycache__" not in path.parts and ".build" not in str(path):
                found.append(path)
    return [path for path in found if path != Path(__file__).resolve()]


def suspicious(kind: str) -> list[tuple[str, str]]:
    """Return each line of a kind: its file and its text, without what stands in comments of Python and shell."""
    found = []
    for path in sources():
        for line in path.read_text(encoding="utf-8").splitlines():
            code = re.sub(r"^\s*(#|//|/\*|\* ).*", "", line)
            if re.search(KINDS[kind], code):
                found.append((str(path.relative_to(REPOSITORY)), code.strip()))
    return found


def allows(entry: tuple[str, str, str], file: str, line: str) -> bool:
    """Whether an entry of the list is about this line."""
    return file.startswith(entry[0]) and entry[1] in line


@pytest.mark.parametrize("kind", KINDS)
def test_no_outcome_hangs_on(kind: str) -> None:
    found = [where for where in suspicious(kind) if not any(allows(entry, *where) for entry in ALLOWED)]
    assert not found, f"{kind}: let threads meet, count instead, or move it to scripts/bench"


def test_every_exception_is_needed() -> None:
    lines = [where for kind in KINDS for where in suspicious(kind)]
    assert not [entry for entry in ALLOWED if not any(allows(entry, *where) for where in lines)]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("sleeping", "time.sleep(0.1)"),
        ("sleeping", "sleep 1"),
        ("a clock", "began = time.perf_counter()"),
        ("a timer", "signal.setitimer(signal.ITIMER_REAL, 0.05)"),
        ("the time of a file", 'if [ "$stamp" -nt "$requirements" ]; then return; fi'),
        ("the time of a file", "os.stat(path).st_mtime"),
        ("a time-out", "subprocess.run(command, timeout=60)"),
        ("the machine's memory", 'open("/proc/self/statm")'),
        ("waiting busily", "while !entered.isRaised {}"),
    ],
)
def test_the_search_finds(kind: str, line: str) -> None:
    assert re.search(KINDS[kind], line)
