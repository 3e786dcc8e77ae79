"""The photograph goes over a socket to a second process, straight out of Swift memory, and its hash comes back."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
from pathlib import Path

from claims import Claims, WrongResult
from decoding import Photograph
from swiftbuf import Buffer

RECEIVER = Path(__file__).with_name("receiver.py")
PATIENCE_SECONDS = 120.0


def send(photograph: Photograph, claims: Claims) -> None:
    """Send every byte to a new process and compare hashes."""
    memory = photograph.memory
    exports = memory.exports
    expected = hashlib.sha256(memory).digest()
    here, there = socket.socketpair()
    with here:
        here.settimeout(PATIENCE_SECONDS)  # with a timeout, send() returns as soon as the socket is full
        with there:
            command = [sys.executable, str(RECEIVER), str(there.fileno()), str(memory.nbytes)]
            receiver = subprocess.Popen(command, pass_fds=[there.fileno()])
        try:
            sends = _send_all(here, memory)
            answer = _receive_exactly(here, len(expected))
            code = receiver.wait(PATIENCE_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WrongResult(f"The second process did not take the photograph: {error}.") from None
        finally:
            receiver.kill()
            receiver.wait()
    claims.claim(
        sends >= 1 and memory.exports == exports,
        "a memoryview loop sends it from where it lies",
        f"{memory.nbytes:,} bytes in {sends} calls of send(), each as much as the socket had room for",
    )
    claims.claim(
        code == 0 and answer == expected,
        "the second process received it by recv_into() into Swift memory of its own",
        f"process {receiver.pid} returns sha256 {answer.hex()[:16]}..., here {expected.hex()[:16]}...",
    )


def _send_all(connection: socket.socket, memory: Buffer) -> int:
    """Send every byte and return in how many calls."""
    calls = 0
    with memoryview(memory) as items, items.cast("B") as flat:
        sent = 0
        while sent < len(flat):
            with flat[sent:] as rest:
                sent += connection.send(rest)
            calls += 1
    return calls


def _receive_exactly(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        part = connection.recv(count - len(received))
        if not part:
            raise ConnectionError("it went away before it answered")
        received += part
    return received
