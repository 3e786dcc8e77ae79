"""Run the Swift benchmark several times, each in its own process, and print the medians of its ratios.

python benchmarks/swift_borrowing.py PROGRAM [--runs N] [--check]
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys

ROW = re.compile(r"(?P<name>.+?)\s{2,}(?P<ratio>[\d.]+)(?:\s+at most (?P<bar>[\d.]+))?")


def run(program: str) -> dict[str, tuple[float, float | None]]:
    """Run the program once; return each row's ratio and bar."""
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    rows = [ROW.fullmatch(line) for line in said.splitlines()]
    return {row["name"]: (float(row["ratio"]), float(row["bar"]) if row["bar"] else None) for row in rows if row}


def main() -> int:
    """Print the table; 1 if a bar is to be held and is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    runs = []
    for number in range(options.runs):
        print(f"\rrun {number + 1} of {options.runs}", end="", file=sys.stderr, flush=True)
        runs.append(run(options.program))
    print("\r", end="", file=sys.stderr)
    missed = 0
    for name, (_, bar) in runs[0].items():
        ratios = sorted(each[name][0] for each in runs)
        middle = statistics.median(ratios)
        missed += bar is not None and middle > bar
        limit = f"at most {bar:.2f}" if bar is not None else ""
        print(f"{name:66} {middle:7.2f}   {ratios[0]:.2f} to {ratios[-1]:.2f}   {limit}".rstrip())
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
