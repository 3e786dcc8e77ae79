"""One Buffer of 8 GiB, of zero pages or over a sparse file, touched here and there: places past 4 GiB are found."""

from __future__ import annotations

import itertools
import os
import random
import sys
from pathlib import Path

import numpy as np
import swiftbuf
from measuring import assert_nothing_left, resident_bytes, say

SIZE = 8 << 30
ITEMS = SIZE // 8
# The last and first items at each border of 1 GiB, and others.
PLACES = sorted(
    {border // 8 + step for border in range(1 << 30, SIZE, 1 << 30) for step in (-1, 0)}
    | {0, 1, ITEMS - 1, *random.Random(8).sample(range(ITEMS), 40)}
)
PAST_4_GIB = [place for place in PLACES if place * 8 >= 4 << 30]


def value_at(place: int) -> int:
    """Return a number that tells its place."""
    return place * 0x9E3779B97F4A7C15 & 0x7FFFFFFFFFFFFFFF


def check(b: swiftbuf.Buffer) -> None:
    """Read each value through another way, and what stands beside it."""
    view, array = memoryview(b), np.asarray(b)
    grid, backwards, as_bytes = b.reshape(1 << 15, -1), b[::-1], b.cast("B")
    rows = grid.shape[1]
    for place in PLACES:
        wanted = value_at(place)
        found = [b[place], b[place - ITEMS], view[place], int(array[place]), grid[place // rows, place % rows]]
        found += [backwards[ITEMS - 1 - place], b[place : place + 1].tolist()[0]]
        found += [grid.T[place % rows, place // rows], b[place:][0]]
        assert found == [wanted] * len(found), (place, wanted, found)
        assert as_bytes[8 * place : 8 * place + 8].tobytes() == wanted.to_bytes(8, sys.byteorder)
        for beside in {place - 1, place + 1} - set(PLACES):
            assert not 0 <= beside < ITEMS or b[beside] == 0
    assert [b[:: 1 << 27][i] for i in range(8)] == [value_at(i << 27) if i << 27 in PLACES else 0 for i in range(8)]


def work(b: swiftbuf.Buffer) -> None:
    """Write through several ways, then check and copy parts."""
    assert (b.nbytes, len(b), b.strides) == (SIZE, ITEMS, (8,))
    ways = itertools.cycle(
        [
            lambda place, value: b.__setitem__(place, value),
            lambda place, value: memoryview(b).__setitem__(place, value),
            lambda place, value: np.asarray(b).__setitem__(place, value),
            lambda place, value: b[place:].__setitem__(0, value),
            lambda place, value: b[::-1].__setitem__(ITEMS - 1 - place, value),
            lambda place, value: b[place : place + 1].fill(value),
        ]
    )
    for place, way in zip(PLACES, ways, strict=False):
        way(place, value_at(place))
    check(b)
    for place in PAST_4_GIB[:4]:
        part = b[place - 1000 : place + 1000] if place + 1000 < ITEMS else b[-2000:]
        assert value_at(place) in part and part.copy() == part and part.index(value_at(place)) < 2000


def zero_pages() -> None:
    """Work on 8 GiB of zeros(), and let them grow."""
    before, resident = swiftbuf.allocated_bytes(), resident_bytes()
    b = swiftbuf.zeros(ITEMS, "q")
    work(b)
    touched = resident_bytes() - resident
    # A touched page is 2 MiB where the system grants huge ones.
    assert touched <= 2 * len(PLACES) * (2 << 20) + (64 << 20), f"{touched:,} bytes are resident"
    b.resize(ITEMS + (1 << 27))
    assert b[ITEMS] == 0 and b[-1] == 0 and all(b[place] == value_at(place) for place in PLACES)
    b.resize(ITEMS)
    check(b)
    b.release()
    assert_nothing_left(before)
    say(touched_places=len(PLACES), past_4_gib=len(PAST_4_GIB), resident=touched)


def sparse_file(path: str) -> None:
    """Work on a file of 8 GiB, and find in it what was written."""
    resident = resident_bytes()
    with open(path, "wb") as file:
        file.truncate(SIZE)
    try:
        with swiftbuf.mapped(path, "r+", "q") as b:
            work(b)
            b.flush()
            touched = resident_bytes() - resident
        assert touched <= 256 << 20, f"{touched:,} bytes are resident"
        with open(path, "rb") as file:
            for place in PLACES:
                assert int.from_bytes(os.pread(file.fileno(), 8, 8 * place), sys.byteorder) == value_at(place)
        for place in PAST_4_GIB:
            with swiftbuf.mapped(path, "r", "q", 1, 8 * place) as b:
                assert b[0] == value_at(place)
        on_disk = os.stat(path).st_blocks * 512
        assert on_disk <= 64 << 20, f"{on_disk:,} bytes are on the disk"
    finally:
        Path(path).unlink()
    say(touched_places=len(PLACES), past_4_gib=len(PAST_4_GIB), resident=touched)


if __name__ == "__main__":
    try:
        sparse_file(sys.argv[1]) if len(sys.argv) > 1 else zero_pages()
    except (MemoryError, OSError) as error:
        say(refused=f"the system grants no 8 GiB: {type(error).__name__} {error}")
