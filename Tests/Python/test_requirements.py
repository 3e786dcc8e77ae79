"""What the scripts install by pip: pinned, by hashes, and made by scripts/lock."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from conftest import REPOSITORY
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SOURCES = sorted(
    path
    for folder in ("scripts", "Tests", "Examples", "benchmarks", "docs")
    for path in (REPOSITORY / folder).rglob("*.in")
    if path.parent.name == "requirements" or path.name == "requirements.in"
)
PINNED = [path.with_suffix(".txt") for path in SOURCES]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def name(path: Path) -> str:
    """Return a file's path in the project."""
    return str(path.relative_to(REPOSITORY))


def wanted(path: Path) -> list[Requirement]:
    """Return what a .in file asks for."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def entries(path: Path) -> list[tuple[Requirement, list[str]]]:
    """Return what a .txt file installs, each with its options."""
    text = re.sub(r"^ *#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    parts = [line.split(" --") for line in text.splitlines() if line.strip()]
    return [(Requirement(first), [f"--{option.strip()}" for option in options]) for first, *options in parts]


def scripts() -> list[Path]:
    """Return the project's scripts, in whatever language."""
    files = [path for path in (REPOSITORY / "scripts").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return [path for path in [*files, REPOSITORY / ".ci" / "run"] if path.parent.name != "requirements"]


def test_the_requirement_files_are_found() -> None:
    found = {name(path) for path in SOURCES}
    assert {"scripts/requirements/build.in", "Tests/Python/requirements.in", "benchmarks/requirements.in"} <= found


@pytest.mark.parametrize("path", PINNED, ids=name)
def test_every_requirement_is_of_one_version_with_the_hashes_of_its_files(path: Path) -> None:
    assert entries(path)
    for requirement, options in entries(path):
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert options, f"{requirement} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options), requirement


@pytest.mark.parametrize("path", PINNED, ids=name)
def test_no_requirement_file_names_an_address(path: Path) -> None:
    assert not re.search(r"://|--(index-url|extra-index-url|find-links|trusted-host)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_what_is_asked_for_is_pinned_once_for_every_python(path: Path, version: str) -> None:
    marks = {"python_version": version, "python_full_version": f"{version}.1", "sys_platform": "linux"}
    pinned: dict[str, list[str]] = {}
    for requirement, _ in entries(path.with_suffix(".txt")):
        if requirement.marker is None or requirement.marker.evaluate(marks):
            pinned.setdefault(canonicalize_name(requirement.name), []).append(next(iter(requirement.specifier)).version)
    assert not {package: versions for package, versions in pinned.items() if len(versions) > 1}
    for requirement in wanted(path):
        (version_pinned,) = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version_pinned), requirement


def test_the_pinned_build_tools_are_those_that_the_package_names() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    named = [Requirement(line) for line in project["build-system"]["requires"]]
    assert wanted(REPOSITORY / "scripts" / "requirements" / "build.in") == named


def test_no_script_lets_pip_choose_what_it_installs() -> None:
    commands = [
        (name(path), line.strip())
        for path in scripts()
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bpip3?[\"', ]+(install|wheel|download)\b", line) and not line.lstrip().startswith("#")
    ]
    assert len(commands) > 4
    # By hashes; or the wheel that was built here, alone; or with the tools that an environment has by hashes.
    right = r"--require-hashes|install .*--no-deps \"\$(SWIFTBUF_WHEEL|wheel)\"|wheel .*--no-deps --no-build-isolation"
    assert not [command for command in commands if not re.search(right, command[1])]
