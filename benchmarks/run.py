"""Measure swiftbuf against the yardstick, bytearray, NumPy and memoryview; print the table, write JSON and the plot.

scripts/bench prepares the environment and calls this; see its --help.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import subprocess
import sys
from pathlib import Path

import build
import imports
import instructions
import report
import timings
from model import Section
from progress import Progress


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="the compiled extensions")
    parser.add_argument("--output", type=Path, required=True, help="where the JSON file and the plot go")
    parser.add_argument("--quick", action="store_true", help="5 short runs instead of 9 long ones")
    parser.add_argument("--runs", type=int, help="how many runs, at least 1")
    parser.add_argument(
        "--callgrind", action=argparse.BooleanOptionalAction, help="count instructions (default: if valgrind is there)"
    )
    parser.add_argument("--views", action="store_true", help="measure only what a view costs against a copy")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
    chosen = parser.parse_args()
    if chosen.runs is None:
        chosen.runs = 5 if chosen.quick else 9
    if chosen.runs < 1:
        parser.error("--runs: at least one run is needed")
    return chosen


def main() -> int:
    """Measure, report, write; the exit status."""
    chosen = arguments()
    if chosen.views:
        return views(chosen.output)
    sweeps, nanoseconds, starts = (6, 100_000, 10) if chosen.quick else (30, 200_000, 25)
    if chosen.callgrind and not instructions.available():
        print("valgrind is missing: install the package valgrind, or leave out --callgrind.", file=sys.stderr)
        return 1
    progress = Progress()
    try:
        sections = timings.measure(chosen.folder, chosen.runs, sweeps, nanoseconds, progress)
        bulk_runs, rounds, length = (3, 7, 2_000_000) if chosen.quick else (5, 15, 5_000_000)
        sections.append(timings.measure_bulk(min(bulk_runs, chosen.runs), rounds, length, progress))
        if instructions.available() and chosen.callgrind is not False:
            sections += instructions.measure(chosen.folder, progress)
        sections.append(imports.measure(chosen.folder, chosen.runs, starts, progress))
        sections.append(imports.sizes(chosen.folder))
    except (subprocess.CalledProcessError, instructions.CallgrindError) as error:
        progress.close()
        print(error, file=sys.stderr)
        return 1
    progress.close()

    print(report.table(sections))
    if not instructions.available():
        print("Instructions were not counted: install the package valgrind.")
    write(sections, chosen.output, chosen.runs)
    missed = any(not line.meets(bar) for section in sections for line in section.lines for bar in line.bars)
    return 1 if chosen.check and missed else 0


def views(folder: Path) -> int:
    """Measure views against copies; write what docs/draw.py draws."""
    command = [sys.executable, str(Path(__file__).with_name("view_or_copy.py"))]
    measured = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    file = folder / "view-or-copy.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"environment": machine(), **measured}, indent=1) + "\n")
    print(f"Written: {folder.name}/{file.name}; python3 docs/draw.py {folder.name}/{file.name} draws it")
    return 0


def machine() -> dict[str, str]:
    """Return what was measured where."""
    return {
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("swiftbuf", "numpy")},
    }


def write(sections: list[Section], folder: Path, runs: int) -> None:
    """Write bench.json and bench.png into `folder`."""
    import plot  # takes a second: not before the measurements

    folder.mkdir(parents=True, exist_ok=True)
    environment = {**machine(), "compiler": build.compiler_version(build.compiler())}
    content = {
        "environment": environment,
        "runs": runs,
        "sections": [
            {"title": section.title, "note": section.note, "lines": [line.as_json() for line in section.lines]}
            for section in sections
        ],
    }
    (folder / "bench.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    caption = (
        f"{sections[0].note}; {environment['processor']}, CPython {environment['python']}, NumPy {environment['numpy']}"
    )
    plot.draw(sections[0], folder / "bench.png", caption)
    print(f"\nWritten: {folder.name}/bench.json, {folder.name}/bench.png")


def processor() -> str:
    """Return the processor's name, as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
