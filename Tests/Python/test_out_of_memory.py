"""Running out of memory: a MemoryError with everything as it was, or success. Never a crash.

Each case runs in a process of its own. The extension's own allocations fail by a library that is loaded before the C
library (c/failing_allocator.c), CPython's by `_testcapi.set_nomemory`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import HERE, compile_shared
from out_of_memory_cases import CASES, CASES_OF_CPYTHON

PROGRAM = HERE / "out_of_memory_cases.py"


@pytest.fixture(scope="session")
def failing_allocator(helpers_folder: Path) -> Path:
    """The allocator that fails on demand."""
    return compile_shared(HERE / "c" / "failing_allocator.c", helpers_folder / "failing_allocator.so", [])


def run(*arguments: object, preload: Path | None = None) -> dict[str, Any]:
    """Run one case in a new process; a crash fails with what it left on its standard error."""
    environment = os.environ | ({"LD_PRELOAD": str(preload)} if preload else {})
    command = [sys.executable, "-X", "faulthandler", str(PROGRAM), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize("case", CASES)
def test_an_allocation_of_the_extension_that_fails_is_a_memory_error_and_changes_nothing(
    case: str, failing_allocator: Path
) -> None:
    result = run("extension", case, failing_allocator, preload=failing_allocator)
    assert not result["wrong"], "\n".join(result["wrong"])
    # Each allocation fails twice: alone, and with all behind it.
    assert result["memory_errors"] >= 2 * CASES[case].allocations, result


@pytest.mark.parametrize("case", CASES_OF_CPYTHON)
def test_an_allocation_of_cpython_that_fails_is_a_memory_error_and_changes_nothing(case: str) -> None:
    if importlib.util.find_spec("_testcapi") is None:
        pytest.fail(
            "The test lets CPython's allocations fail by _testcapi, which is missing: install the interpreter's test "
            "modules (Debian's python3 has them in libpython3-stdlib).",
            pytrace=False,
        )
    result = run("interpreter", case)
    assert not result["wrong"], "\n".join(result["wrong"])
    # Some make no Python object.
    allocates = not case.startswith(("resize", "release", "an assignment", "fill", "==", "!=", "index"))
    assert result["memory_errors"] >= allocates, result
