"""Many threads that work on the same Buffers: each has its own rows, and everybody's checksum is right at the end."""

from __future__ import annotations

import random
import sys
import threading
import time
import zlib

import numpy as np
import swiftbuf
from measuring import say

ROW = 1 << 20  # bytes from which copies and comparisons run without the GIL


def assert_refused(b: swiftbuf.Buffer) -> None:
    """Try to move memory that is exported."""
    try:
        b.resize(5)
    except BufferError:
        return
    raise AssertionError("memory that is exported has moved")


def main(thread_count: int, seconds: float) -> None:
    """Let them work for a while."""
    shared = [swiftbuf.zeros((thread_count, ROW)) for _ in range(2)]
    small = swiftbuf.zeros(thread_count, "Q")
    begin, end = threading.Barrier(thread_count), time.monotonic() + seconds
    sums: dict[int, list[int]] = {}
    wrong: list[BaseException] = []
    turns = [0] * thread_count

    def work(number: int) -> None:
        generator = random.Random(number)
        rows = [b[number] for b in shared]
        begin.wait()
        while time.monotonic() < end:
            content = generator.randbytes(1 << 10) * (ROW >> 10)
            written, read = generator.sample(rows, 2)
            written[...] = content
            assert written == content and memoryview(shared[rows.index(written)])[number, -1] == content[-1]
            read[...] = written[::-1]
            assert read.tobytes() == content[::-1] and read[::-1].copy() == written
            np.asarray(read)[:] ^= 0xFF
            small[number] += 1
            turns[number] += 1
            for b in (*shared, small):
                assert_refused(b)
        sums[number] = [zlib.crc32(row.toreadonly()) for row in rows]

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            wrong.append(error)

    views = [memoryview(small), *(memoryview(b) for b in shared)]
    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(thread_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, repr(wrong[0])
    for number in range(thread_count):
        assert sums[number] == [zlib.crc32(bytes(view[number])) for view in map(np.asarray, shared)], number
        assert small[number] == turns[number]
    assert len(views) == 3 and [b.exports for b in (*shared, small)] == [1, 1, 1]
    say(threads=thread_count, turns=sum(turns))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
