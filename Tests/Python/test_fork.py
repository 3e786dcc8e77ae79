"""A forked child has the Buffers of its parent, with all that is counted, and memory of its own.

Each case of fork_cases.py forks in a process of its own. Files mapped with "r+", which both share, are in
test_mapped_lifetime.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import HERE
from fork_cases import MAPPED_SIZE
from mapped_files import PATIENCE

PROGRAM = HERE / "fork_cases.py"
SIZES = [1000, 100_000, MAPPED_SIZE]


def output_of(case: str, *arguments: object) -> str:
    """Run one case, which must end well, and return what it prints."""
    # From 3.12 on a fork with threads is a DeprecationWarning: they do not exist in the child.
    command = [sys.executable, "-X", "faulthandler", "-W", "ignore::DeprecationWarning", str(PROGRAM), case]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("size", SIZES)
def test_a_child_writes_its_own_copy_and_gives_back_the_exports_that_were_live(size: int) -> None:
    output_of("live_exports", size)


@pytest.mark.parametrize("size", SIZES)
def test_a_child_ends_as_programs_do_with_exports_alive(size: int) -> None:
    output_of("normal_end", size)


def test_children_of_children_count_on() -> None:
    output_of("many_generations")


def test_a_child_of_a_process_that_copies_on_another_thread_uses_the_buffers_and_cannot_move_them(
    gate_library: Path,
) -> None:
    output_of("during_a_copy", gate_library)


def test_a_file_that_is_mapped_copy_on_write_has_pages_of_its_own_in_the_child(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * 100)
    output_of("private_map", path)
    assert path.read_bytes() == bytes(range(256)) * 100
