"""The second process of this example: rebuilds the Buffer over shared memory, and writes into it."""

from __future__ import annotations

import ctypes
import pickle
import sys
from multiprocessing import resource_tracker, shared_memory

import swiftbuf


def main(name: str, size: int) -> None:
    """Rebuild, show, write, release."""
    shared = shared_memory.SharedMemory(name)
    # The first process unlinks it; before Python 3.13 the second one's tracker would do so too.
    resource_tracker.unregister(shared._name, "shared_memory")  # type: ignore[attr-defined]
    before = swiftbuf.allocated_bytes()
    transposed = pickle.load(sys.stdin.buffer, buffers=[shared.buf[:size]])
    samples = transposed.T
    start = ctypes.addressof(ctypes.c_char.from_buffer(shared.buf))
    mine = ctypes.addressof(ctypes.c_char.from_buffer(samples))
    print("the second process's Buffer starts where the shared memory does:", mine == start)
    print("it is", samples, "of", (samples[0, 0], samples[-1, -1]))
    print("bytes copied by swiftbuf in the second process:", swiftbuf.allocated_bytes() - before)
    samples[1, 2] = 7.0
    samples.release()
    transposed.release()
    shared.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
