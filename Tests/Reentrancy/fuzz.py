"""Looks for Python code that breaks the call in which it runs: every call, every hook, everything that a hook does.

fuzz.py                      every triple of target, call and hook with every action, in a fixed order
    --seed N --count N       as many random programs as said, which compose several hooks
    --targets NAME...        these Buffers alone
    --called NAME...         these methods, attributes and functions alone
    --actions NAME...        what the hooks do
    --every N                one case in N, the same ones each time
    --parts N                in as many processes at once
    --stop-after N           stop after as many faults of different kinds (20)
    --kept FOLDER            write a program for each fault there

A process that dies names the program that it ran, and another one goes on behind it. Prints each fault with a program
of its own, and a line of JSON at the end. Ends with 1 if there is any fault.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import itertools
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from actions import ACTIONS, BY_NAME, Action  # noqa: E402
from composed import composed  # noqa: E402
from programs import IMPORTS, Case, cases  # noqa: E402
from targets import FORMATS  # noqa: E402

PLACE = struct.Struct("=8q")
CONTENT = bytes(range(251)) * 100
# A sanitizer has a better stack to show.
SHOW_STACK = [] if "ASAN_OPTIONS" in os.environ else ["-X", "faulthandler"]
PATIENCE = 900  # seconds: ends a process that comes to no other program; a right one needs a fraction of one
LOOK_EVERY = 0.2  # seconds between two looks at how far a process has come
# Where no sanitizer is preloaded: what is freed is overwritten.
ENVIRONMENT = {"PYTHONMALLOC": "debug", "MALLOC_PERTURB_": "165"}


@dataclass
class Fault:
    """What went wrong, in which program."""

    name: str
    what: str
    program: str
    signature: tuple[str, ...]


@dataclass
class Part:
    """What one of several processes, and those that took its place, ran and found."""

    calls: int = 0
    back: int = 0
    reached: int = 0
    number: int = 0
    faults: list[Fault] = field(default_factory=list)
    deaths: int = 0


class Search:
    """One search, in several processes at once."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        """Prepare it."""
        self.options = options
        self.folder = folder
        self.signatures: Counter[tuple[str, ...]] = Counter()
        self.lock = threading.Lock()
        self.actions = [BY_NAME[name] for name in options.actions] if options.actions else ACTIONS

    def run_part(self, part: int) -> Part:
        """Run one part to its end, in as many processes as it takes."""
        found = Part()
        progress = self.folder / f"progress-{part}"
        progress.write_bytes(bytes(PLACE.size))
        path = self.folder / f"data-{part}"
        path.write_bytes(CONTENT)
        begin = [-1, 0, 0]
        while True:
            order = {
                "progress": str(progress),
                "path": str(path),
                "part": part,
                "parts": self.options.parts,
                "begin": begin,
                "skip": [list(each) for each in self.skipped()],
                "targets": self.options.targets,
                "called": self.options.called,
                "actions": self.options.actions,
                "every": self.options.every,
                "seed": self.options.seed,
                "count": self.options.count,
            }
            errors = self.folder / f"errors-{part}"
            with errors.open("wb") as err:
                child = subprocess.Popen(
                    [sys.executable, *SHOW_STACK, str(HERE / "child.py"), json.dumps(order)],
                    stdout=subprocess.PIPE,
                    stderr=err,
                    env=ENVIRONMENT | os.environ | {"PYTHONHASHSEED": "0"},
                )
                watcher = threading.Thread(target=self.watch, args=(child, progress))
                watcher.start()
                assert child.stdout is not None
                for line in child.stdout:
                    said = json.loads(line)
                    self.report(found, said["place"], said["turn"], said["moment"], said["what"])
                    if self.is_enough():
                        child.kill()
                        break
                code = child.wait()
                watcher.join()
            place, turn, moment, found.calls, found.back, found.reached, found.number, done = PLACE.unpack(
                progress.read_bytes()
            )
            if done or self.is_enough():
                return found
            found.deaths += 1
            last = errors.read_text(encoding="utf-8", errors="replace")
            if place == 0 == found.calls:
                raise SystemExit(f"the process did not begin: {last[-2000:]}")
            self.report(found, place, turn, moment, f"{self.ending(code)}; {self.stack(last, child.pid)}")
            if self.is_enough():
                return found
            begin = [place, turn, moment]

    def watch(self, child: subprocess.Popen[bytes], progress: Path) -> None:
        """End a process that does not come to another program."""
        last, since = b"", time.monotonic()
        while child.poll() is None:
            now = progress.read_bytes()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                child.send_signal(signal.SIGABRT)
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(LOOK_EVERY)

    @staticmethod
    def ending(code: int) -> str:
        """Say how a process ended."""
        return f"died by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"

    def stack(self, errors: str, process: int) -> str:
        """Return the head of a sanitizer's report, or of the last words of a process."""
        report = errors
        for option in os.environ.get("ASAN_OPTIONS", "").split(":"):
            if option.startswith("log_path="):
                written = Path(f"{option[9:]}.{process}")
                report = written.read_text(encoding="utf-8", errors="replace") if written.exists() else errors
        lines = [line.strip() for line in report.splitlines() if line.strip().strip("=")]
        return " / ".join(lines[:8])[:1500]

    def skipped(self) -> list[tuple[str, ...]]:
        """Return what is not tried any more, because it has failed before."""
        with self.lock:
            return list(self.signatures)

    def is_enough(self) -> bool:
        """Whether there are as many faults as were asked for."""
        with self.lock:
            return len(self.signatures) >= self.options.stop_after

    def report(self, found: Part, place: int, turn: int, moment: int, what: str) -> None:
        """Print a fault, if it is the first of its kind."""
        if self.options.seed is not None:
            name, pieces = composed(self.options.seed, place)
            program = (
                IMPORTS
                + FORMATS
                + "PATH, moment, add_audit_hook = '/tmp/data', 0, sys.addaudithook\n"
                + "\n".join(pieces)
                + "\nprint(call())\n"
            )
            signature: tuple[str, ...] = (name,)
        else:
            case = self.case_at(place)
            action = Action("look", ()) if turn < 0 else self.actions[turn]
            name = f"{case.name} | {action.name} | moment {moment}"
            program, signature = case.program(action, moment), case.signature
        with self.lock:
            self.signatures[signature] += 1
            if self.signatures[signature] > 1:
                return
            number = len(self.signatures)
        found.faults.append(Fault(name, what, program, signature))
        print(f"FAULT {number}: {name}\n  {what}", flush=True)
        if self.options.kept:
            Path(self.options.kept).mkdir(parents=True, exist_ok=True)
            kept = Path(self.options.kept) / f"fault-{number}.py"
            kept.write_text(f"# {name}\n# {what}\n{program}", encoding="utf-8")
        else:
            print("".join(f"    {line}\n" for line in program.splitlines()), flush=True)

    def case_at(self, place: int) -> Case:
        """Return a case by its place."""
        return next(itertools.islice(cases(self.options.targets, self.options.called), place, None))


def main() -> int:
    """Search, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--targets", nargs="+")
    parser.add_argument("--called", nargs="+")
    parser.add_argument("--actions", nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--parts", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--stop-after", type=int, default=20)
    parser.add_argument("--kept")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        search = Search(options, Path(folder))
        with concurrent.futures.ThreadPoolExecutor(options.parts) as pool:
            parts = list(pool.map(search.run_part, range(options.parts)))
    faults = [dataclasses.asdict(fault) for part in parts for fault in part.faults]
    summary = {
        "python": sys.version.split()[0],
        "cases": sum(part.number for part in parts),
        "calls": sum(part.calls for part in parts),
        "reached": sum(part.reached for part in parts),
        "calls_back": sum(part.back for part in parts),
        "seconds": round(time.monotonic() - began, 1),
        "faults": len(faults),
        "kinds": [fault["name"] for fault in faults],
    }
    print(json.dumps(summary))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
