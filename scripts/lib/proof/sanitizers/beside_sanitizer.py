"""What a Python under a sanitizer does before anything else; a .pth file of its environment imports it.

Leaks that are not ours are left out here, and nowhere else. Both are there without swiftbuf:

- NumPy 2 never drops the tuples of types that it registers its string functions with, when it is imported.
- CPython 3.11 forgets a few of its traces when tracemalloc stops.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from typing import Any

runtime = ctypes.CDLL(None)


def unseen(function: Callable[..., object]) -> Callable[..., object]:
    """Return the function, which the leak detector does not look at."""

    def call(*arguments: object) -> object:
        runtime["__lsan_disable"]()
        try:
            return function(*arguments)
        finally:
            runtime["__lsan_enable"]()

    return call


def leave_out_traces(tracemalloc: Any) -> None:
    """Let the leak detector look away from tracemalloc.start() until tracemalloc.stop()."""
    start, stop = tracemalloc.start, tracemalloc.stop

    def start_unseen(frames: int = 1) -> None:
        if not tracemalloc.is_tracing():
            runtime["__lsan_disable"]()
        start(frames)

    def stop_and_look() -> None:
        traced = tracemalloc.is_tracing()
        stop()
        if traced:
            runtime["__lsan_enable"]()

    tracemalloc.start, tracemalloc.stop = start_unseen, stop_and_look


class LeakFinder:
    """Finds the two modules, and changes how they are run."""

    def find_spec(self, name: str, path: object, target: object = None) -> object:
        """Return the spec that the path gives."""
        spec = PathFinder.find_spec(name) if name in ("numpy", "tracemalloc") else None
        if spec is None or spec.loader is None:
            return None
        loader: Any = spec.loader
        run = loader.exec_module
        loader.exec_module = unseen(run) if name == "numpy" else lambda module: (run(module), leave_out_traces(module))
        return spec


# What this Python starts gets the sanitizer's runtime only if it is Python too: bin/python-under-… adds it.
if "libclang_rt.asan" in os.environ.pop("LD_PRELOAD", ""):
    sys.meta_path.insert(0, LeakFinder())
