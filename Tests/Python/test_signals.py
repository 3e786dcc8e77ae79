"""A signal in the middle of a long operation: it is done or interrupted, and nothing is half counted.

The operations are those of signal_cases.py, each in a process of its own.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import HERE
from mapped_files import PATIENCE
from signal_cases import CASES, ROUNDS

PROGRAM = HERE / "signal_cases.py"


@pytest.mark.parametrize("case", CASES)
def test_an_operation_that_a_signal_interrupts_is_done_or_has_changed_and_counted_nothing(
    case: str, tmp_path: Path, gate_library: Path, points: Callable[[str, int], None]
) -> None:
    command = [sys.executable, "-X", "faulthandler", str(PROGRAM), case, str(tmp_path), str(gate_library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert not result["wrong"], "\n".join(result["wrong"])
    assert result["signals"] == ROUNDS
    assert result["interrupted"] > 0 or not CASES[case].of_python, "it cannot be interrupted"
    points("signals in the middle of an operation", result["signals"])


HANDLER = """
import signal, sys, swiftbuf
from page_gate import PageGate
gate = PageGate(sys.argv[1])
b = swiftbuf.zeros(1 << 23)
seen = []
class Number(int):  # is looked for item by item
    pass
value = Number(255)
def handler(number, frame):
    view = memoryview(b)
    for refused in (b.release, lambda: b.resize(5)):
        try:
            refused()
        except BufferError as error:
            seen.append(str(error))
    b[-1] = 1
signal.signal(signal.SIGALRM, handler)
with gate.closed(b, signal.SIGALRM):
    found = value in b
assert gate.touches == 1
print(len(seen), b[-1], b.exports, found)
b.resize(5)
"""


def test_a_handler_uses_the_buffer_that_is_being_looked_through_and_cannot_move_it(gate_library: Path) -> None:
    command = [sys.executable, "-c", HANDLER, str(gate_library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=HERE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 1 0 False\n", "")


COPYING = """
import sys, swiftbuf
b, other = swiftbuf.zeros(1 << 26), swiftbuf.zeros(1 << 26)
print("begun", flush=True)
while True:
    b[...] = other
    b == other
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_process_that_a_signal_ends_while_it_copies_ends_by_that_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COPYING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == -number, errors
    assert errors == "" or (number == signal.SIGINT and errors.endswith("KeyboardInterrupt\n")), errors
