"""A million live Buffers, each with a number of its own, that go in random order."""

from __future__ import annotations

import random
import sys

import swiftbuf
from measuring import HELD, assert_nothing_left, memory_now, say


def main(count: int) -> None:
    """Make, check and drop them twice: the second time must need no more memory than the first."""
    before = swiftbuf.allocated_bytes()
    generator = random.Random(count)
    kept = []
    for _ in range(2):
        empty = memory_now().resident
        buffers = [swiftbuf.full(1, number, "q") for number in range(count)]
        assert swiftbuf.allocated_bytes() - before == 8 * count
        each = (memory_now().resident - empty) / count
        assert all(b[0] == number for number, b in enumerate(buffers))
        generator.shuffle(buffers)
        for half in range(2):
            del buffers[len(buffers) // 2 * (1 - half) :]
            assert swiftbuf.allocated_bytes() - before == 8 * len(buffers)
            assert len({b[0] for b in buffers}) == len(buffers)
        kept.append(memory_now())
        assert_nothing_left(before)
    assert kept[1].heap - kept[0].heap <= 64 << 10, kept
    assert "resident" not in HELD or kept[1].resident - kept[0].resident <= 16 << 20, kept
    say(count=count, bytes_each=round(each))


if __name__ == "__main__":
    main(int(sys.argv[1]))
