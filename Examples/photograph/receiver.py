"""The second process: receives bytes into Swift memory and answers with their sha256.

python receiver.py DESCRIPTOR COUNT, where DESCRIPTOR is an inherited stream socket.
"""

from __future__ import annotations

import hashlib
import socket
import sys

import swiftbuf


def main(descriptor: int, count: int) -> int:
    """Receive `count` bytes, send 32 back, and return an exit code."""
    memory = swiftbuf.empty(count)
    with socket.socket(fileno=descriptor) as connection:
        with memoryview(memory) as items:
            filled = 0
            while filled < count:
                received = connection.recv_into(items[filled:])
                if received == 0:
                    print(f"receiver: {count} bytes were announced but {filled} came.", file=sys.stderr)
                    return 1
                filled += received
        connection.sendall(hashlib.sha256(memory).digest())
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
