"""What is being done, on stderr: one line that is rewritten on a terminal, one line a step elsewhere."""

from __future__ import annotations

import shutil
import sys


class Progress:
    """The line of progress; nothing is measured while it is written."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._step = ""

    def step(self, text: str) -> None:
        """Begin something."""
        self._step = text
        if self._terminal:
            self._rewrite(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def detail(self, text: str) -> None:
        """Say how far it is; on a terminal only."""
        if self._terminal:
            self._rewrite(f"{self._step}: {text}")

    def close(self) -> None:
        """Leave a clean line."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _rewrite(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)
