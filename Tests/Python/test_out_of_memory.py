"""Running out of memory: a MemoryError with everything as it was, or success. Never a crash.

Each case runs in a process of its own, and each of its allocations fails once alone and once with all behind it. Those
of Swift and C fail by a library that is loaded before the C library (c/failing_allocator.c), CPython's by hooks around
its allocators (c/failing_memory.c).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import HERE, compile_extension, compile_shared
from mapped_files import PATIENCE
from out_of_memory_cases import CASES, CASES_OF_CPYTHON

PROGRAM = HERE / "out_of_memory_cases.py"


@pytest.fixture(scope="session")
def failing_allocator(helpers_folder: Path) -> Path:
    """The allocator that fails on demand."""
    return compile_shared(HERE / "c" / "failing_allocator.c", helpers_folder / "failing_allocator.so", [])


@pytest.fixture(scope="session")
def helpers(failing_allocator: Path, failing_memory: ModuleType, abi_probe: ModuleType, probe: ModuleType) -> list[str]:
    """What a case may need, by path."""
    return [str(failing_allocator), *(str(module.__file__) for module in (failing_memory, abi_probe, probe))]


@pytest.fixture(scope="session")
def failing_memory(helpers_folder: Path) -> ModuleType:
    """The hooks around CPython's allocators."""
    return compile_extension("failing_memory", helpers_folder, [])


def run(kind: str, case: str, helpers: list[str]) -> dict[str, Any]:
    """Run one case in a new process; a crash fails with what it left on its standard error."""
    environment = os.environ | {"LD_PRELOAD": helpers[0]}
    command = [sys.executable, "-X", "faulthandler", str(PROGRAM), kind, case, *helpers]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=PATIENCE)
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize("case", CASES)
def test_an_allocation_of_the_extension_that_fails_is_a_memory_error_and_changes_nothing(
    case: str, helpers: list[str], points: Callable[[str, int], None]
) -> None:
    result = run("extension", case, helpers)
    assert not result["wrong"], "\n".join(result["wrong"])
    # Each allocation fails twice: alone, and with all behind it.
    assert result["memory_errors"] >= 2 * CASES[case].allocations, result
    points("allocations of Swift and C that failed", result["tried"])


@pytest.mark.parametrize("case", CASES_OF_CPYTHON)
def test_an_allocation_of_cpython_that_fails_is_a_memory_error_and_changes_nothing(
    case: str, helpers: list[str], points: Callable[[str, int], None]
) -> None:
    result = run("interpreter", case, helpers)
    assert not result["wrong"], "\n".join(result["wrong"])
    # Some make no Python object.
    no_object = ("resize", "release", "an assignment", "fill", "==", "!=", "index", "flush", "a borrow that writes")
    allocates = not case.startswith(no_object)
    assert result["memory_errors"] >= allocates, result
    points("allocations of CPython that failed", result["tried"])


@pytest.mark.parametrize("case", ["a borrow of a program", "a borrow of a program from another exporter"])
def test_a_borrow_that_finds_no_memory_to_look_for_the_type_of_buffers_borrows_nothing(
    case: str, helpers: list[str]
) -> None:
    # One allocation looks for it, another one makes the result: both fail, alone and with all behind them.
    result = run("interpreter", case, helpers)
    assert (result["memory_errors"], result["successes"], result["wrong"]) == (4, 0, [])
