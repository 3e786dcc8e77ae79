"""The peak of resident memory while something runs, as the kernel counts it.

Writing 5 to /proc/self/clear_refs sets the high-water mark VmHWM back to what is resident now; what it has risen by
afterwards is the peak of extra memory, also of what was freed meanwhile. `ru_maxrss` would not do: it cannot be set
back, and a new process inherits its parent's. Linux alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def peak_extra_bytes(action: Callable[[], object]) -> int | None:
    """Run `action` and return by how much it raised the peak, in bytes; None where the kernel does not tell."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    before = _high_water_mark()
    action()
    after = _high_water_mark()
    return after - before if before is not None and after is not None else None


def _high_water_mark() -> int | None:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
