"""Compile the benchmark's three C extensions into a folder.

They are compiled with -O2 by the clang that belongs to the Swift toolchain, so that both sides have the same LLVM
behind them and a ratio speaks of the languages and the code, not of two vendors' optimisers. CC overrides that.

    python build.py FOLDER
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXTENSIONS = ("c_exporter", "empty_extension", "measure")


class BuildError(Exception):
    """Something is missing or does not compile; the text is one sentence for a person."""


def compiler() -> list[str]:
    """Find the command that compiles C: $CC, else the Swift toolchain's clang, else cc.

    Raises BuildError if there is none.
    """
    if chosen := os.environ.get("CC"):
        return shlex.split(chosen)
    if swift := shutil.which("swiftc"):
        clang = Path(swift).parent / "clang"
        if clang.exists():
            return [str(clang)]
    if found := shutil.which("cc"):
        return [found]
    raise BuildError("A C compiler is missing: install Swift's toolchain or clang, or set CC.")


def compiler_version(command: list[str]) -> str:
    """Return the first line of what the compiler says of itself."""
    said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.partition("\n")[0]


def headers() -> Path:
    """Find the folder of the running interpreter's Python.h. Raises BuildError if it is not there."""
    folder = Path(sysconfig.get_path("include"))
    if not (folder / "Python.h").exists():
        version = ".".join(map(str, sys.version_info[:2]))
        raise BuildError(f"Python.h of Python {version} is missing: install python{version}-dev.")
    return folder


def build(folder: Path) -> None:
    """Compile every extension into `folder`. Raises BuildError if one does not compile.

    A copy of c_exporter goes into `folder`/control: another file, so another module in the same process.
    """
    command = compiler()
    include = headers()
    folder.mkdir(parents=True, exist_ok=True)
    for name in EXTENSIONS:
        flags = ["-O2", "-g0", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra"]
        flags += ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]
        # The wheel's extension is stripped. `measure` keeps its symbols: callgrind looks for a function in it.
        if name != "measure" and sys.platform != "darwin":
            flags.append("-Wl,-s")
        source = HERE / name / f"{name}.c"
        output = folder / f"{name}.abi3.so"
        # A file in place of a loaded one would change under a running process; another file does not.
        output.unlink(missing_ok=True)
        done = subprocess.run([*command, *flags, f"-I{include}", str(source), "-o", str(output)], check=False)
        if done.returncode != 0:
            raise BuildError(f"{source.relative_to(HERE.parent)} does not compile with {shlex.join(command)}.")
    control = folder / "control"
    control.mkdir(exist_ok=True)
    shutil.copy2(folder / "c_exporter.abi3.so", control)


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]))
    except BuildError as error:
        sys.exit(str(error))
