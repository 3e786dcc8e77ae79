"""Random structures held against their owners, as many as one likes.

    python Tests/Python/oracle.py numpy --count 100000 --seed 1

    oracle.py numpy         random dtypes of NumPy
    oracle.py ctypes        random structures of ctypes
    oracle.py scalars       array.array, memoryview.cast and formats of struct
    oracle.py liars         arrays whose dtype attribute lies
    oracle.py nothing       items of no bytes: the first cases are a table, which begins again behind its end

The cases run in child processes, which are started anew behind a case that ends one; its number is printed. `--only 17`
runs one case here. Exit status 1 if there is a fault; `--json` prints the figures for a program."""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import swiftbuf
from oracle_judge import Judge, template

KINDS = {
    "numpy": "oracle_numpy",
    "ctypes": "oracle_ctypes",
    "scalars": "oracle_scalars",
    "nothing": "oracle_nothing",
    "liars": "oracle_liars",
}


@dataclass
class Result:
    """What many cases did."""

    cases: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    shortest: dict[str, str] = field(default_factory=dict)  # of each kind of fault

    def add(self, kind: str, detail: str) -> None:
        self.faults[kind] += 1
        if kind not in self.shortest or len(detail) < len(self.shortest[kind]):
            self.shortest[kind] = detail

    def merge(self, other: Result) -> None:
        self.cases += other.cases
        self.counts += other.counts
        self.refused += other.refused
        for kind, number in other.faults.items():
            self.add(kind, other.shortest[kind])
            self.faults[kind] += number - 1

    def text(self) -> str:
        lines = [f"{self.cases:,} cases in {self.seconds:.0f} seconds", ""]
        lines += [f"{number:>12,}  {what}" for what, number in sorted(self.counts.items())]
        lines += ["", "refused:"]
        lines += [f"{number:>12,}  {what}" for what, number in sorted(self.refused.items())]
        lines += ["", f"faults: {sum(self.faults.values()):,} of {len(self.faults)} kinds"]
        for kind, number in self.faults.most_common():
            lines += [f"{number:>12,}  {kind}", f"              {self.shortest[kind]}"]
        return "\n".join(lines)


def case_of(kind: str) -> Callable[[str, Judge], str]:
    """Return the function that runs one case of a kind, by its seed."""
    return importlib.import_module(KINDS[kind]).run  # type: ignore[no-any-return]


def run_case(run: Callable[[str, Judge], str], seed: str) -> Judge:
    """Run one case; what the oracle itself did not foresee is a fault too."""
    judge = Judge()
    try:
        with warnings.catch_warnings():
            run(seed, judge)
    except Exception as error:
        where = traceback.format_exc(limit=-3).replace("\n", " | ")
        judge.fault(
            f"an exception that the oracle did not expect: {template(f'{type(error).__name__}: {error}')}",
            f"[{seed}] {where}",
        )
    return judge


def child(kind: str, seed: str, first: int, end: int) -> None:
    """Run cases, and say what each did, in a line of JSON."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run = case_of(kind)
    out = sys.stdout
    before = swiftbuf.allocated_bytes()
    for number in range(first, end):
        out.write(f"{number}\n")
        out.flush()
        judge = run_case(run, f"{seed}:{number}")
        json.dump([judge.counts, judge.refused, [[each.kind, each.detail] for each in judge.faults]], out)
        out.write("\n")
    gc.collect()
    out.write(f"left {swiftbuf.allocated_bytes() - before}\nend\n")
    out.flush()


def search(kind: str, seed: str, count: int, first: int = 0, jobs: int = 1) -> Result:
    """Run so many cases in child processes, `jobs` of them at a time."""
    result = Result()
    begin = time.monotonic()
    cuts = [first + count * i // jobs for i in range(jobs + 1)]
    with ThreadPoolExecutor(jobs) as pool:
        for part in pool.map(lambda i: search_part(kind, seed, cuts[i], cuts[i + 1]), range(jobs)):
            result.merge(part)
    result.seconds = time.monotonic() - begin
    return result


def search_part(kind: str, seed: str, first: int, end: int) -> Result:
    """Run the cases of a range one after another; start anew behind one that ends the process."""
    result = Result()
    while first < end:
        arguments = [sys.executable, __file__, kind, "--seed", seed, "--child", str(first), str(end)]
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONFAULTHANDLER": ""}
        ) as process:
            assert process.stdout is not None
            done = read_child(process.stdout, result, seed)
        if done is None:
            break
        status = process.returncode
        if done < first:
            raise RuntimeError(f"the child process does not come to its first case: exit status {status}")
        name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        result.add(f"the process ends: {name}", f"[{seed}:{done}] run it: oracle.py {kind} --seed {seed} --only {done}")
        result.cases += 1
        first = done + 1
    return result


def read_child(lines: Any, result: Result, seed: str) -> int | None:
    """Take what a child says; return the case that ended it, or None if it came to its end."""
    current = -1
    for line in lines:
        if line == "end\n":
            return None
        if line.startswith("left "):
            if line != "left 0\n":
                result.add("memory is left", f"[{seed}] {line.split()[1]} bytes behind case {current}")
            continue
        if not line.startswith("["):
            current = int(line)
            continue
        counts, refused, faults = json.loads(line)
        result.counts.update(counts)
        result.refused.update(refused)
        for kind, detail in faults:
            result.add(kind, detail)
        result.cases += 1
    return current


def amount(figures: dict[str, Any]) -> str:
    """Return in one line how much was judged."""
    counts = figures["counts"]
    said = [f"{figures['cases']:,} cases in {figures['seconds']:.0f} s"]
    said += [
        f"{counts[each]:,} {each}"
        for each in ("fields", "leaves read", "leaves written", "items read", "items written", "results")
        if each in counts
    ]
    refused = Counter[str]()
    for what, number in figures["refused"].items():
        refused[
            what.split(": ")[-1] if not what.startswith(("NumPy itself", "np.asarray")) else what.split(":")[0]
        ] += number
    if refused:
        said.append("refused: " + ", ".join(f"{number:,} {why}" for why, number in refused.most_common()))
    return "; ".join(said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS, nargs="?")
    parser.add_argument("--amount", type=Path, help="say in one line how much is in figures that --json has written")
    parser.add_argument("--count", type=int, default=1000, help="how many cases")
    parser.add_argument("--seed", default="1", help="any text")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many child processes at a time")
    parser.add_argument("--only", type=int, help="run this case alone, in this process")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--child", type=int, nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.amount:
        print(amount(json.loads(arguments.amount.read_text())))
        return 0
    if arguments.kind is None:
        parser.error("a kind is needed")
    if arguments.child:
        child(arguments.kind, arguments.seed, *arguments.child)
        return 0
    if arguments.only is not None:
        seed = f"{arguments.seed}:{arguments.only}"
        judge = run_case(case_of(arguments.kind), seed)
        print(
            *judge.counts.items(),
            *judge.refused.items(),
            *(f"{each.kind}\n    {each.detail}" for each in judge.faults),
            sep="\n",
        )
        return 1 if judge.faults else 0
    result = search(arguments.kind, arguments.seed, arguments.count, arguments.first, arguments.jobs)
    print(result.text())
    if arguments.json:
        arguments.json.write_text(json.dumps(vars(result)))
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
