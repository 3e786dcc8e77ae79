"""Run the programs of Tests/Load one after another, and make a row of the proof's table of what each found."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

from part import BOUNDED, CACHE, ROOT, row

PROGRAMS = ROOT / "Tests" / "Load"
FOLDER = CACHE / "load"
HOUR = 60
# Blocks that a thread keeps for itself count as given out: without them, what malloc has given out is exact.
WITHOUT_CACHES = "glibc.malloc.tcache_count=0"


def found_by(program: str, *arguments: object, limit: float) -> dict[str, Any] | None:
    """Run a program, for so many seconds at most; return what it printed, or nothing if it failed."""
    command = [sys.executable, str(PROGRAMS / f"{program}.py"), *map(str, arguments)]
    environment = os.environ | {"GLIBC_TUNABLES": WITHOUT_CACHES}
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=limit, env=environment)
    except subprocess.TimeoutExpired:
        row(program, "", f"FAILED: not at its end after {limit:.0f} s")
        return None
    if done.returncode != 0:
        row(program, "", f"FAILED: exit code {done.returncode}")
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def many_buffers() -> bool:
    """Have a million Buffers."""
    found = found_by("many_buffers", 100_000 if BOUNDED else 1_000_000, limit=600)
    if found:
        row(
            "live Buffers",
            f"{found['count']:,}",
            f"each kept its number, all memory came back; {found['bytes_each']} bytes each",
        )
    return found is not None


def many_views() -> bool:
    """Have a hundred thousand views."""
    found = found_by("many_views", 10_000 if BOUNDED else 100_000, limit=600)
    if found:
        row("live views of one Buffer", f"{found['count']:,}", f"{found['exports']:,} exports counted, 0 at the end")
    return found is not None


def many_threads() -> bool:
    """Have 64 threads."""
    found = found_by("many_threads", 64, 5 if BOUNDED else 60, limit=600)
    if found:
        row("threads on shared Buffers", f"{found['threads']} threads, {found['turns']:,} turns", "all checksums right")
    return found is not None


def eight_gibibytes() -> bool:
    """Have one Buffer of 8 GiB, and one over a file."""
    held = True
    for what, arguments in (("8 GiB of zeros()", []), ("8 GiB of mapped()", [FOLDER / "sparse"])):
        found = found_by("eight_gibibytes", *arguments, limit=600)
        held &= found is not None
        if found and "refused" in found:
            row(what, "", f"not run: {found['refused']}")
        elif found:
            amount = f"{found['touched_places']} places, {found['past_4_gib']} of them past 4 GiB"
            row(what, amount, f"each found through every view; {found['resident'] >> 20} MiB resident")
    return held


def mixed_work() -> bool:
    """Work for an hour, or go on with it."""
    record = FOLDER / f"mixed-{'bounded' if BOUNDED else state_of_sources()}.json"
    done = json.loads(record.read_text("utf-8"))["seconds"] if record.exists() and not BOUNDED else 0
    if BOUNDED:
        record.unlink(missing_ok=True)
        seconds, window = 45.0, 1.5
    else:
        minutes = os.environ.get("LOAD_MINUTES")
        # A run that is too short for windows to be compared would say nothing.
        seconds, window = max(120.0, float(minutes) * 60 if minutes else HOUR * 60 - done), 10.0
    found = found_by("mixed_work", seconds, window, record, limit=2 * seconds + 300)
    if not found:
        return False
    time = f"{found['seconds']} s" if BOUNDED else f"{found['seconds'] / 60:.0f} of {HOUR} minutes"
    grown = found["grown"]
    # Resident memory takes longer to settle than the bounded form runs: that holds only what was given out.
    memory = (
        f"malloc {grown['heap']:+,} bytes, CPython {grown['blocks']:+,} blocks"
        if BOUNDED
        else f"resident memory {grown['resident'] / 1024:+,.0f} KiB"
    )
    row(
        f"mixed work of {found['threads']} threads",
        f"{time}, {found['operations']:,} operations",
        f"nothing lost, counters at 0 after each window; {memory}",
    )
    ratios = [own / other for own, other in zip(found["own"], found["bytes"], strict=True)]
    row(
        "time of an export under that load",
        f"{found['exports']:,} exports",
        "p50 {:.2f} x, p99 {:.2f} x, p99.9 {:.2f} x that of a bytes object".format(*ratios),
    )
    return True


def state_of_sources() -> str:
    """Return a name for what is under load: other sources, another hour."""
    digest = hashlib.sha256()
    for folder in ("Sources", "python", "Tests/Load"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def main() -> int:
    """Run all of them, also behind one that failed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for left in FOLDER.glob("sparse"):  # of a run that was ended
        left.unlink()
    return 0 if all([part() for part in (many_buffers, many_views, many_threads, eight_gibibytes, mixed_work)]) else 1


if __name__ == "__main__":
    sys.exit(main())
