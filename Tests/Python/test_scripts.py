"""The scripts: each says what there is, at once, and refuses in one sentence what it does not know."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import REPOSITORY
from mapped_files import PATIENCE

FOLDERS = [REPOSITORY / "scripts", REPOSITORY / "scripts" / "proofs"]
SCRIPTS = [
    path for folder in FOLDERS for path in sorted(folder.iterdir()) if path.is_file() and os.access(path, os.X_OK)
]


def name(path: Path) -> str:
    """Return a script's path in the project."""
    return str(path.relative_to(REPOSITORY))


def run(path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script, without Swift and whatever else it builds with on PATH."""
    kept = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return subprocess.run(
        [str(path), *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE, env=kept | environment
    )


def test_the_scripts_are_found() -> None:
    assert {"scripts/test", "scripts/demo", "scripts/lint", "scripts/proofs/faults"} <= set(map(name, SCRIPTS))


@pytest.mark.parametrize("option", ["--help", "-h"])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_every_script_says_what_there_is_and_makes_nothing(path: Path, option: str, tmp_path: Path) -> None:
    # With the few programs that print a text: what builds or installs something would not be found.
    for program in ("env", "bash", "dirname", "sed", "cat", "mkdir"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    done = run(path, option, PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert name(path) in done.stdout or f"scripts/{path.name}" in done.stdout or len(done.stdout.split()) > 10


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_every_script_refuses_an_option_that_it_does_not_know_in_one_sentence(path: Path) -> None:
    done = run(path, "--no-such-option")
    assert done.returncode != 0 and done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert "--no-such-option" in sentence and sentence.endswith(".")
