"""How much memory this process may still take: the machine's, and what a container leaves of it."""

from __future__ import annotations

import os
from pathlib import Path


def free_bytes() -> int:
    """Return the bytes that can be taken without swapping or being stopped."""
    limits = [_machine_bytes()]
    for folder in _control_groups():
        limits += _left_in(folder / "memory.max", folder / "memory.current", folder / "memory.stat")
    old = Path("/sys/fs/cgroup/memory")
    limits += _left_in(old / "memory.limit_in_bytes", old / "memory.usage_in_bytes", old / "memory.stat")
    return min(limits)


def _machine_bytes() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):  # not Linux: half of what is built in
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _control_groups() -> list[Path]:
    """Return the folders of this process's control group and of those above it (version 2)."""
    top = Path("/sys/fs/cgroup")
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    folder = top / own
    return [folder, *(above for above in folder.parents if above.is_relative_to(top))]


def _left_in(limit: Path, used: Path, statistics: Path) -> list[int]:
    """Return what a control group leaves, as a list of one, or of none if it has no limit."""
    try:
        allowed = limit.read_text().strip()
        if allowed == "max":
            return []
        counts = dict(line.split() for line in statistics.read_text().splitlines())
        cached = int(counts.get("inactive_file", 0))  # given back when memory is short
        return [max(0, int(allowed) - int(used.read_text()) + cached)]
    except (OSError, ValueError):
        return []
