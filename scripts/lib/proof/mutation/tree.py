"""The copy of the project into which faults are put; the checkout itself stays as it is."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from part import CACHE, ROOT

FOLDER = CACHE / "mutants"
"""Of all that mutation keeps."""

COPY = FOLDER / "tree"

CODE = ("Sources/", "python/", "Package.swift", "scripts/hatch_build.py")
"""What is built, or says how."""

TESTS = ("Tests/CFiles/", "Tests/CoreAlone/", "Tests/Python/", "Tests/Reentrancy/", "Tests/SwiftBuf")
"""What judges it."""


def files() -> list[str]:
    """Return the files that git knows of, or would."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()})


def update() -> None:
    """Make the copy what the checkout is; what is the same already keeps its time, so that nothing is built twice."""
    wanted = files()
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if source.is_symlink():
            # A link into the copy, since it is relative.
            if not target.is_symlink():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(source.readlink())
            continue
        content = source.read_bytes()
        if not target.is_file() or target.read_bytes() != content:
            put(name, content)
            target.chmod(source.stat().st_mode)
    known = set(wanted)
    for path in [path for folder in ("Sources", "Tests", "python") for path in (COPY / folder).rglob("*")]:
        if (path.is_file() or path.is_symlink()) and str(path.relative_to(COPY)) not in known:
            path.unlink()


def put(name: str, content: bytes) -> None:
    """Write a file of the copy, and let everything be built again that may have parts of it inside."""
    path = COPY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if b"@inlinable" in content:
        # An incremental build looks at what a module declares, not at the bodies that others have taken over from it.
        for folder in ("Sources", "Tests"):
            for user in (COPY / folder).rglob("*.swift"):
                user.touch()


def digest(*prefixes: str, root: Path = COPY) -> str:
    """Return a hash of all files of the copy whose names begin so."""
    total = hashlib.sha256()
    for name in files():
        if name.startswith(prefixes):
            content = (root / name).read_bytes()
            total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()
