"""Running a program that may hang, crash, or want all memory: a mutant does."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEMORY = 8 << 30
"""Addresses that a test may have, in bytes."""


@dataclass(frozen=True)
class Outcome:
    """How a program has ended."""

    code: int
    """Its exit code, or minus a signal's number."""
    is_late: bool
    """Whether it was ended for its time."""
    text: str
    """All that it has said."""
    seconds: float


def run(command: list[str], folder: Path, environment: Mapping[str, str], limit: float, stop_at: str = "\0") -> Outcome:
    """Run a program, no longer than `limit` seconds; end it and all that it has started when it says `stop_at`."""
    began = time.monotonic()
    reading, writing = os.pipe()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=writing,
        start_new_session=True,
        preexec_fn=restrict,
    ) as process:
        os.close(writing)
        os.set_blocking(reading, False)
        said = bytearray()
        is_late = False
        try:
            while process.poll() is None:
                collect(reading, said)
                is_late = time.monotonic() - began > limit
                if is_late or stop_at.encode() in said:
                    break
                time.sleep(0.02)
        finally:
            # Also when this program is interrupted: what has a session of its own would go on.
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            collect(reading, said)
            os.close(reading)
    return Outcome(process.returncode, is_late, said.decode(errors="replace"), time.monotonic() - began)


def collect(reading: int, said: bytearray) -> None:
    """Add what can be read now."""
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(reading, 1 << 16):
            said += chunk


def restrict() -> None:
    """Leave room for the rest of the machine, and write no core files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
