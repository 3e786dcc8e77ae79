"""What the tests of mapped files run in processes of their own. Run as a program: one case by its name, with arguments.

With c/slow_system.c loaded before the C library, whose system calls stand still or fail.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import swiftbuf
from test_random_bad_calls import heap_bytes_in_use

OPEN, MMAP, MSYNC = range(3)


def truncated_under_the_map(path: str) -> None:
    """Touch a page that the file has lost."""
    b = swiftbuf.mapped(path, offset=5)
    os.truncate(path, 0)
    print("truncated", flush=True)
    print(b[8000])


def fifo_that_nobody_writes(path: str, mode: str) -> None:
    """Map a pipe: refused, and without waiting for a writer."""
    try:
        swiftbuf.mapped(path, mode)
    except OSError as error:
        print(error.errno == errno.ESPIPE, error.filename == path)


@contextlib.contextmanager
def stands_still(library: ctypes.CDLL, call: int, function: Callable[[], object]) -> Iterator[None]:
    """Let another thread call something, and hold it in a system call meanwhile."""
    library.slow_system_hold(call)
    thread = threading.Thread(target=function)
    thread.start()
    if not library.slow_system_wait():
        raise AssertionError("there was no such system call")
    yield
    if not library.slow_system_go():
        raise AssertionError("this thread did not run while the other one was in the system call")
    thread.join()


def other_threads_run(path: str, library: str) -> None:
    """Run while another thread is in open, mmap and msync; it keeps no GIL there, or nobody would let it go on."""
    system = ctypes.CDLL(library)
    sys.setswitchinterval(1000)
    b = swiftbuf.mapped(path, "r+")
    for call, function in (
        (OPEN, lambda: swiftbuf.mapped(path)),
        (MMAP, lambda: swiftbuf.mapped(path)),
        (MSYNC, b.flush),
    ):
        with stands_still(system, call, function):
            print("ran")


def release_during_flush(path: str, library: str) -> None:
    """Try to release a Buffer, and its view, while another thread flushes them."""
    system = ctypes.CDLL(library)
    b = swiftbuf.mapped(path, "r+")
    for each in (b, b.T):
        with stands_still(system, MSYNC, each.flush):
            try:
                each.release()
                print("released")
            except BufferError as error:
                print(error)
        each.release()


def failing_calls(path: str, library: str) -> None:
    """Let each system call fail once; nothing stays open or mapped."""
    system = ctypes.CDLL(library)
    b = swiftbuf.mapped(path, "r+")
    before = os.listdir("/proc/self/fd")
    for call, function in ((OPEN, swiftbuf.mapped), (MMAP, swiftbuf.mapped), (MSYNC, lambda _: b.flush())):
        for error in (errno.EIO, errno.ENOMEM):
            system.slow_system_fail(call, error, 1, 0)
            try:
                function(path)
                print("succeeded")
            except (OSError, MemoryError) as raised:
                print(
                    type(raised).__name__,
                    getattr(raised, "errno", None) == error,
                    getattr(raised, "filename", None) == path,
                )
    print(os.listdir("/proc/self/fd") == before)
    with open("/proc/self/maps") as maps:
        print(sum(path in line for line in maps))


def heap_after_many_calls(path: str, library: str) -> None:
    """Map a file and fail to map it, many times; how many bytes of the heap stay in use."""
    system = ctypes.CDLL(library)

    def rounds() -> None:
        for _ in range(2000):
            swiftbuf.mapped(path).release()
            system.slow_system_fail(MMAP, errno.ENODEV, 1, 0)
            with contextlib.suppress(OSError):
                swiftbuf.mapped(path)
            with contextlib.suppress(ValueError):
                swiftbuf.mapped(path, shape=2**62)
            with contextlib.suppress(FileNotFoundError):
                swiftbuf.mapped(path + "x")

    rounds()
    before = heap_bytes_in_use()
    rounds()
    print(heap_bytes_in_use() - before)


def program_started_meanwhile(path: str, library: str) -> None:
    """Start another program while the file is open to be mapped; what that has open."""
    system = ctypes.CDLL(library)
    with stands_still(system, MMAP, lambda: swiftbuf.mapped(path)):
        here = []
        for each in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):  # that of the listing itself
                here.append(os.readlink(f"/proc/self/fd/{each}"))
        there = subprocess.run(
            ["ls", "-l", "/proc/self/fd"], stdout=subprocess.PIPE, text=True, check=True, close_fds=False
        )
    print(path in here, path in there.stdout)


def interrupted_calls(path: str, library: str) -> None:
    """Let a signal interrupt each system call: with a handler that returns, and with one that raises."""
    system = ctypes.CDLL(library)
    b = swiftbuf.mapped(path, "r+")
    handled = []

    def returns(number: int, frame: object) -> None:
        handled.append(number)

    def raises(number: int, frame: object) -> None:
        raise KeyError("raised by the handler")

    for call, function in ((OPEN, swiftbuf.mapped), (MSYNC, lambda _: b.flush())):
        signal.signal(signal.SIGUSR1, returns)
        system.slow_system_fail(call, errno.EINTR, 2, signal.SIGUSR1)
        function(path)
        print(len(handled))
        signal.signal(signal.SIGUSR1, raises)
        system.slow_system_fail(call, errno.EINTR, 1, signal.SIGUSR1)
        try:
            function(path)
            print("succeeded")
        except KeyError as error:
            print(error.args[0])
    b.release()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
