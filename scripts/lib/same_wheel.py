"""Tell whether two wheels hold the same files, byte for byte. Exit code 1 and one line for each that differs."""

import sys
import zipfile
from pathlib import Path


def contents(wheel: str) -> dict[str, bytes]:
    """Return the files of a wheel by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main(first: str, second: str) -> int:
    """Compare two wheels."""
    one, other = contents(first), contents(second)
    different = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    for name in different:
        print(f"{name} differs", file=sys.stderr)
    if Path(first).name != Path(second).name:
        print(f"{Path(first).name} and {Path(second).name} are two names", file=sys.stderr)
        return 1
    print(f"{len(one) - len(different)} passed, {len(different)} failed")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
