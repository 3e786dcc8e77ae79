"""A hundred thousand views of one Buffer, of every kind, that go in random order."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf
from measuring import HELD, assert_nothing_left, memory_now, say

# Each has the item of its place first, and counts as one export; the last one as two, a view's and a memoryview's.
KINDS: list[Callable[[swiftbuf.Buffer, int], Any]] = [
    lambda b, place: b[place:],
    lambda b, place: b[place:][:1].T.reshape(1),
    lambda b, place: b[place::-1],
    lambda b, place: b[place:].toreadonly(),
    lambda b, place: b[place:][None].transpose(1, 0)[:, 0],
    lambda b, place: memoryview(b)[place:],
    lambda b, place: np.asarray(b)[place:],
    lambda b, place: memoryview(b[place:]),
]


def exports_of(views: list[tuple[int, Any]]) -> int:
    """Return how many exports these views are."""
    return len(views) + sum(place % len(KINDS) == len(KINDS) - 1 for place, _ in views)


def main(count: int) -> None:
    """Make, check and drop them, three times over."""
    before = swiftbuf.allocated_bytes()
    generator = random.Random(count)
    kept = []
    for turn in range(3):
        b = swiftbuf.copy(np.arange(count, dtype="q") * 3 + turn)
        views = []
        for place in range(count):
            views.append((place, KINDS[place % len(KINDS)](b, place)))
        most = b.exports
        assert most == exports_of(views)
        np.asarray(b)[:] += 1
        assert all(view[0] == 3 * place + turn + 1 for place, view in views)
        generator.shuffle(views)
        while views:
            del views[-(1 + len(views) // 3) :]
            assert b.exports == exports_of(views)
            if views:
                try:
                    b.resize(1)
                except BufferError:
                    continue
                raise AssertionError("memory that is exported has moved")
        assert b.exports == 0
        b.resize(2 * count)
        assert (b[count - 1], b[count]) == (3 * (count - 1) + turn + 1, 0)
        b.release()
        kept.append(memory_now())
        assert_nothing_left(before)
    assert kept[2].heap - kept[1].heap <= 64 << 10, kept
    assert "resident" not in HELD or kept[2].resident - kept[1].resident <= 16 << 20, kept
    say(count=count, exports=most)


if __name__ == "__main__":
    main(int(sys.argv[1]))
