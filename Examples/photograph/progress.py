"""A bar on a terminal's stderr; nothing elsewhere."""

from __future__ import annotations

import sys

WIDTH = 32


class ProgressBar:
    """Shows how many of `total` steps are done. Nothing is measured while it is drawn."""

    def __init__(self, total: float) -> None:
        self._total = total
        self._terminal = sys.stderr.isatty()

    def show(self, done: float, text: str) -> None:
        """Draw the bar in place of the last one."""
        if self._terminal:
            filled = round(WIDTH * done / self._total)
            bar = "#" * filled + "." * (WIDTH - filled)
            print(f"\r\033[K   [{bar}] {done / self._total:4.0%}  {text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the bar away, so that a line can be printed."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
