"""Puts a mistake of mutants/reentrancy.toml into a copy of the code.

plant.py --list         the name of each mistake, and behind a tab the names whose calls show it
plant.py NAME FOLDER    makes FOLDER a copy of the code with that mistake in it, and in it alone
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutation.fault import LIST, read_topic
from mutation.tree import files
from part import ROOT

TOPIC = LIST / "reentrancy.toml"
CODE = ("Sources/", "python/", "Package.swift", "Tests/CFiles/", "Tests/SwiftBuf")  # what Package.swift names


def main(arguments: list[str]) -> None:
    """Do what the command line asks for."""
    faults = {fault.name: fault for fault in read_topic(TOPIC)}
    if arguments == ["--list"]:
        called = tomllib.loads(TOPIC.read_text(encoding="utf-8"))["called"]
        for name in faults:
            print(f"{name}\t{' '.join(called[name])}")
        return
    fault, folder = faults[arguments[0]], Path(arguments[1])
    problem = fault.problem(ROOT)
    if problem:
        sys.exit(f"reentrancy: the mistake {fault.name!r} cannot be made: {problem}")
    wanted = [name for name in files() if name.startswith(CODE)]
    for name in wanted:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            if not target.is_symlink():
                target.symlink_to(source.readlink())
            continue
        content = source.read_bytes()
        if name == fault.file:
            content = fault.applied(content.decode()).encode()
        # What is the same keeps its time, so that it is not built again.
        if not target.is_file() or target.read_bytes() != content:
            target.write_bytes(content)
    for path in (folder / "Sources").rglob("*"):
        if (path.is_file() or path.is_symlink()) and str(path.relative_to(folder)) not in wanted:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
