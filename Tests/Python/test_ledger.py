"""The ledger of borrowed memory (swiftbuf_ledger.h), used by several threads without a GIL: in C, as modules use it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import C_WARNINGS, HERE, REPOSITORY, c_compiler
from mapped_files import PATIENCE


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of c/ledger_threads.c, which has the ledger's own source inside."""
    target = tmp_path_factory.mktemp("ledger") / "ledger_threads"
    headers = f"-I{REPOSITORY / 'Sources' / 'CSwiftBufStorage' / 'include'}"
    source = str(HERE / "c" / "ledger_threads.c")
    subprocess.run(
        [c_compiler(), "-std=gnu11", "-O2", "-pthread", *C_WARNINGS, headers, source, "-o", target], check=True
    )
    return target


def wrong_rounds(program: Path, case: str, number: int) -> int:
    """Return how many rounds of a case did not end as every order of the threads must."""
    done = subprocess.run([program, case, str(number)], capture_output=True, text=True, check=True, timeout=PATIENCE)
    return int(done.stdout)


def test_who_waits_for_the_lock_of_a_ledger_that_is_handed_over_meanwhile_uses_the_new_one(program: Path) -> None:
    assert wrong_rounds(program, "stale_ledger", 0) == 0


def test_a_block_that_is_listed_while_the_ledger_is_handed_over_is_found_and_counted_once(program: Path) -> None:
    assert wrong_rounds(program, "listing_races_handover", 20_000) == 0


def test_of_threads_that_borrow_the_same_bytes_to_write_one_does_at_a_time_whatever_ledger_they_find(
    program: Path,
) -> None:
    assert wrong_rounds(program, "loans_of_threads", 500_000) == 0


def test_a_handover_that_would_hide_a_conflict_is_refused_and_changes_nothing(program: Path) -> None:
    assert wrong_rounds(program, "refused_handover", 0) == 0


@pytest.mark.parametrize("seed", range(5))
def test_each_of_thousands_of_blocks_is_found_by_its_bytes_alone(program: Path, seed: int) -> None:
    assert wrong_rounds(program, "many_blocks", seed) == 0


def test_a_child_that_is_forked_while_a_thread_uses_the_ledger_can_use_it(program: Path) -> None:
    assert wrong_rounds(program, "forks", 200) == 0
