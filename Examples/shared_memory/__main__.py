"""Hand a Buffer to another process through shared memory: pickled out of band, rebuilt there without a copy.

    python -m Examples.shared_memory [MiB]

The first process pickles a Buffer by protocol 5; its bytes are not in the pickle but in a PickleBuffer, which is
written into shared memory once. The second process rebuilds the Buffer over that memory: it copies nothing, and what
it writes the first process sees.
"""

from __future__ import annotations

import ctypes
import pickle
import subprocess
import sys
from multiprocessing import shared_memory

import swiftbuf

SECOND_PROCESS = "Examples.shared_memory.second_process"


def address(exporter: object) -> int:
    """Return where writable memory starts."""
    return ctypes.addressof(ctypes.c_char.from_buffer(exporter))  # type: ignore[arg-type]


def main(mebibytes: int) -> None:
    """Show it."""
    rows = mebibytes * 2**20 // 4096
    samples = swiftbuf.zeros((rows, 512), "d")
    samples[0, 0], samples[-1, -1] = 1.5, 2.5
    before = swiftbuf.allocated_bytes()

    parts: list[pickle.PickleBuffer] = []
    message = pickle.dumps(samples.T, protocol=5, buffer_callback=parts.append)
    [part] = parts
    raw = part.raw()
    print(f"{mebibytes} MiB, pickled in {'less than 300 bytes' if len(message) < 300 else 'many bytes'}")
    print("the PickleBuffer is the Buffer's own memory:", address(raw) == address(samples))

    shared = shared_memory.SharedMemory(create=True, size=raw.nbytes)
    try:
        shared.buf[: raw.nbytes] = raw  # the one copy: into the shared memory
        print("bytes copied by swiftbuf in the first process:", swiftbuf.allocated_bytes() - before)
        command = [sys.executable, "-m", SECOND_PROCESS, shared.name, str(raw.nbytes)]
        done = subprocess.run(command, input=message, capture_output=True, check=True)
        print(done.stdout.decode(), end="")
        with swiftbuf.frombuffer(shared.buf, "d", (rows, 512)) as seen:
            print("the first process sees what the second wrote:", seen[1, 2] == 7.0)
        # Every Buffer over the shared memory is released by now; otherwise close() would be a BufferError.
    finally:
        shared.close()
        shared.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 256)
