"""An input read as a row of choices: each takes one byte, and what is behind the end is zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """The choices that an input makes."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self.data = data
        self.position = 0

    def byte(self) -> int:
        """Return the next byte."""
        position = self.position
        if position >= len(self.data):
            return 0
        self.position = position + 1
        return self.data[position]

    def below(self, count: int) -> int:
        """Return a number from 0 up to but without `count`, which is at most 256."""
        return self.byte() % count

    def of(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[self.byte() % len(things)]

    def more(self) -> bool:
        """Whether there are bytes left."""
        return self.position < len(self.data)
