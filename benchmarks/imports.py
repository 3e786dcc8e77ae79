"""Import times, each in a fresh process, and sizes of the extensions.

What is imported stands side by side in one folder, so that every import searches the same path, and the interpreter
is started with -I -S, so that nothing but the module and what it needs itself is loaded; and `os`, because every
interpreter that is started without -S has it.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from model import SUBJECT, YARDSTICK, Bar, Line, Section
from progress import Progress

EMPTY = "empty C extension"
MODULES = {"_swiftbuf": "_swiftbuf", "c_exporter": "c_exporter", "swiftbuf": "swiftbuf", EMPTY: "empty_extension"}

CHILD = """
import os, sys, time  # os: what site imports in every interpreter that is not started with -S
sys.path.insert(0, sys.argv[1])
start = time.perf_counter_ns()
__import__(sys.argv[2])
print(time.perf_counter_ns() - start)
"""


def measure(folder: Path, runs: int, rounds: int, progress: Progress) -> Section:
    """Measure import times, in milliseconds. Raises CalledProcessError if an import fails."""
    stage = _stage(folder)
    for module in MODULES.values():
        _import(stage, module)  # writes the byte code, fills the page cache
    found: dict[str, list[float]] = {name: [] for name in MODULES}
    for run in range(1, runs + 1):
        progress.step(f"imports, run {run} of {runs}")
        best = dict.fromkeys(MODULES, float("inf"))
        for k in range(rounds):
            progress.detail(f"round {k + 1} of {rounds}")
            for name, module in MODULES.items():
                best[name] = min(best[name], _import(stage, module))
        for name, took in best.items():
            found[name].append(took)
    empty = found[EMPTY]
    return Section(
        "Import",
        f"fresh processes, minimum of {rounds} interleaved rounds a run, median of {runs} runs",
        [
            Line(
                "import_extension",
                "import _swiftbuf",
                "ms",
                (Bar("difference", 0.3, EMPTY),),
                {SUBJECT: found["_swiftbuf"], YARDSTICK: found["c_exporter"], EMPTY: empty},
            ),
            Line(
                "import_package",
                "import swiftbuf",
                "ms",
                (Bar("value", 1.0),),
                {SUBJECT: found["swiftbuf"], YARDSTICK: found["c_exporter"], EMPTY: empty},
            ),
        ],
    )


def sizes(folder: Path) -> Section:
    """Measure the extensions' files, in bytes, all stripped."""
    sizes = {
        SUBJECT: _extension().stat().st_size,
        YARDSTICK: (folder / "c_exporter.abi3.so").stat().st_size,
        EMPTY: (folder / "empty_extension.abi3.so").stat().st_size,
    }
    return Section(
        "Size",
        "the extension's file, stripped",
        [
            Line(
                "size",
                "extension module",
                "bytes",
                (Bar("value", 400_000),),
                {name: [float(size)] for name, size in sizes.items()},
            ),
        ],
    )


def _extension() -> Path:
    """Find the installed _swiftbuf's file."""
    spec = importlib.util.find_spec("_swiftbuf")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin)


def _stage(folder: Path) -> Path:
    """Make a folder with copies of the modules."""
    stage = folder / "import"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    for name in ("c_exporter", "empty_extension"):
        shutil.copy2(folder / f"{name}.abi3.so", stage)
    shutil.copy2(_extension(), stage)
    spec = importlib.util.find_spec("swiftbuf")
    assert spec is not None and spec.origin is not None
    shutil.copytree(Path(spec.origin).parent, stage / "swiftbuf", ignore=shutil.ignore_patterns("__pycache__"))
    return stage


def _import(stage: Path, module: str) -> float:
    """Measure the milliseconds that importing a module takes in a new process."""
    command = [sys.executable, "-I", "-S", "-c", CHILD, str(stage), module]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout) / 1e6
