"""Run the fuzzers of Tests/Fuzz until each has had the executions that it is to have.

fuzz.py [TARGET...], called by scripts/proofs/fuzz, which has built the programs. A run is cut into slices; after each
the executions are written down, so that stopping it loses one slice at most.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from part import BOUNDED, CACHE, ROOT, row

FOLDER = CACHE / "fuzz"
SEEDS = ROOT / "Tests" / "Fuzz" / "Corpus"
WORDS = ROOT / "Tests" / "Fuzz" / "format.dict"
SLICE_SECONDS = 60
BOUNDED_SECONDS = 4

CORE = ["Sources/CSwiftBufStorage", "Sources/SwiftBufCore", "Tests/Fuzz/Package.swift"]
PYTHON = [*CORE, "Sources/SwiftBufPython", "Sources/CSwiftBuf", "Sources/CSwiftBufABI", "Sources/CPython"]
PYTHON += ["python/swiftbuf", "Tests/Fuzz/PythonMain", "Tests/Fuzz/Python/choices.py"]


@dataclass(frozen=True)
class Target:
    """A fuzzer: what it asks, how many executions it is to have, and how long an input may be."""

    name: str
    what: str
    goal: int
    most_bytes: int
    inputs: list[str]
    in_python: bool = False

    @property
    def reads_formats(self) -> bool:
        """Whether an input is the text of a format."""
        return self.name in ("format", "struct")

    @property
    def folder(self) -> Path:
        """Where it keeps what it has learnt."""
        return FOLDER / self.name

    def tree(self) -> str:
        """Return a hash of the sources that its executions speak for."""
        total = hashlib.sha256()
        for name in self.inputs:
            path = ROOT / name
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file() and "__pycache__" not in file.parts:
                    total.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
        return total.hexdigest()


def core(name: str, what: str, most_bytes: int) -> Target:
    """Return a target in Swift alone."""
    return Target(name, what, 10_000_000, most_bytes, [*CORE, "Tests/Fuzz/Core", "Tests/Fuzz/CoreMain"])


def python(name: str, what: str, goal: int, most_bytes: int, *more: str) -> Target:
    """Return a target in Python."""
    return Target(name, what, goal, most_bytes, [*PYTHON, f"Tests/Fuzz/Python/fuzz_{name}.py", *more], in_python=True)


TARGETS = [
    core("format", "a format is read or refused, and what is said of it fits together", 200),
    core("layout", "layouts and grants are those of the enumerated items", 200),
    core("bulk", "copies, moves, fills and comparisons are those of byte loops", 400),
    python("struct", "a format has the size and the values that struct and NumPy give it", 1_000_000, 100),
    python("index", "programs of subscripts and shapes do what NumPy does", 1_000_000, 200),
    python(
        "exporter",
        "an exporter is believed exactly if it is coherent",
        1_000_000,
        100,
        "Tests/Python/c/hostile_exporter.c",
    ),
    python("lifetime", "exports are counted, and nothing is moved or freed under one", 100_000, 200),
]


@dataclass
class Progress:
    """What is written down of a target."""

    tree: str
    executions: int = 0
    seconds: float = 0
    seeds: int = 0
    """Slice n ran with the seed n, from 1 on."""
    crashes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, target: Target) -> Progress:
        """Return what was written down, if it is of the sources that are here."""
        tree = target.tree()
        path = target.folder / "progress.json"
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["tree"] == tree:
                return cls(**kept)
        return cls(tree)

    def keep(self, target: Target) -> None:
        """Write it down."""
        text = json.dumps(asdict(self), indent=1) + "\n"
        (target.folder / "progress.json").write_text(text, encoding="utf-8")

    def add(self, target: Target) -> None:
        """Add the row of the table."""
        rate = f"{self.executions / max(self.seconds, 1):,.0f} a second"
        seeds = "seed 1" if self.seeds <= 1 else f"seeds 1 to {self.seeds}"
        amount = f"{self.executions:,} executions, {rate}, {seeds}"
        row(f"fuzz {target.name}: {target.what}", amount, f"{len(self.crashes)} crashes")


def environment(target: Target) -> dict[str, str]:
    """Return the environment of a target's program."""
    result = os.environ | {
        "FUZZ_TARGET": target.name,
        # Swift's own report of a trap would come between libFuzzer and the input.
        "SWIFT_BACKTRACE": "enable=no",
        # CPython keeps memory at its end; what swiftbuf keeps, the targets count. For huge sizes there is no room.
        "ASAN_OPTIONS": f"detect_leaks={int(not target.in_python)}:allocator_may_return_null=1",
    }
    if target.in_python:
        result["FUZZ_PATH"] = os.pathsep.join([str(ROOT / "Tests" / "Fuzz" / "Python"), str(ROOT / "python")])
        result["PYTHONDONTWRITEBYTECODE"] = "1"
    return result


def program(target: Target, seed: int) -> Path:
    """Return the program of a slice: the first of every four has the address sanitizer inside."""
    kind = "checked" if BOUNDED or seed % 4 == 1 else "quick"
    return Path(os.environ["FUZZ_PROGRAMS"]) / kind / "release" / ("fuzz-python" if target.in_python else "fuzz-core")


def run_slice(target: Target, progress: Progress, corpus: Path, seconds: int) -> None:
    """Run a target for a while and add to its progress."""
    progress.seeds += 1
    command = [
        program(target, progress.seeds),
        f"-seed={progress.seeds}",
        f"-max_total_time={seconds}",
        f"-max_len={target.most_bytes}",
        f"-artifact_prefix={target.folder}/",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-reload=0",
        "-print_final_stats=1",
        *([f"-dict={WORDS}"] if target.reads_formats else []),
        corpus,
        SEEDS / target.name,
    ]
    done = subprocess.run(
        command, env=environment(target), capture_output=True, text=True, errors="replace", check=False
    )
    executions = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    rate = re.search(r"stat::average_exec_per_sec: *(\d+)", done.stderr)
    if done.returncode != 0 or executions is None or rate is None:
        kept = re.search(r"Test unit written to (\S+)", done.stderr)
        progress.crashes.append(kept[1] if kept else f"exit code {done.returncode}")
        print(done.stderr[-6000:], file=sys.stderr)
        return
    progress.executions += int(executions[1])
    progress.seconds += int(executions[1]) / max(int(rate[1]), 1)


def run(target: Target) -> bool:
    """Run a target to its goal, or shortly; add its row. Return whether nothing has crashed."""
    target.folder.mkdir(parents=True, exist_ok=True)
    if BOUNDED:
        progress = Progress(target.tree())
        with tempfile.TemporaryDirectory() as corpus:
            run_slice(target, progress, Path(corpus), BOUNDED_SECONDS)
        progress.add(target)
        return not progress.crashes
    corpus = target.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    progress = Progress.of(target)
    while progress.executions < target.goal and not progress.crashes:
        run_slice(target, progress, corpus, SLICE_SECONDS)
        if not progress.crashes:
            progress.keep(target)
        print(f"   {target.name}: {progress.executions:,} of {target.goal:,} executions", file=sys.stderr, flush=True)
    progress.add(target)
    return not progress.crashes


def main(names: list[str]) -> int:
    """Run the targets of these names, or all."""
    known = {target.name: target for target in TARGETS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"fuzz knows the targets {', '.join(known)}, but not {unknown[0]!r}.")
    held = [run(known[name]) for name in names or known]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
