"""Mapped files on a file system without room. A program, for a folder on a small file system of its own.

    python full_disk.py FOLDER

A page of a file that has no room on the disk yet is found one when it is touched first: there is no call that could
fail, so the process gets SIGBUS. Pages that have their room stay usable.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import swiftbuf

PAGE = os.sysconf("SC_PAGESIZE")
PAGES = 16
PATIENCE = 900  # seconds: ends a child that hangs


def ending_of(body: Callable[[], object]) -> int:
    """Run something in a forked child, and return its exit code, or the signal that ended it below zero."""
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
        try:
            body()
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fill_up(folder: Path) -> None:
    """Leave no room."""
    with open(folder / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(PAGE))


def main(folder: Path) -> None:
    """Touch each page of a file of which only the first has room."""
    sparse, whole = folder / "sparse", folder / "whole"
    sparse.write_bytes(b"x" * PAGE)
    os.truncate(sparse, PAGES * PAGE)
    whole.write_bytes(b"w" * PAGES * PAGE)
    fill_up(folder)

    points = 0
    allocated = swiftbuf.allocated_bytes()
    with swiftbuf.mapped(sparse, "r+") as b, swiftbuf.mapped(whole, "r+") as full:
        touches: list[Callable[[int], object]] = [
            lambda place: b.__setitem__(place, 1),
            lambda place: b[place : place + 9].fill(1),
            lambda place: b.__setitem__(slice(place, place + 9), b"123456789"),
            lambda place: memoryview(b).__setitem__(place, 1),
            lambda place: b[PAGE - 100 : place + 1].__setitem__(..., 5),
        ]
        for touch in touches:
            for page in range(1, PAGES):
                found = ending_of(lambda touch=touch, page=page: touch(page * PAGE + 7))
                assert found == -signal.SIGBUS, f"page {page}: {found}"
                points += 1
        b[:PAGE] = full[:PAGE]
        full[::2] = 1
        b.flush()
        full.flush()
        assert b[:PAGE].tobytes() == b"w" * PAGE and full[-1] == ord("w") and full[-2] == 1
    # Pages of its own are memory, not disk.
    with swiftbuf.mapped(sparse, "c") as private:
        private[: PAGE // 2].fill(9)
        assert private[0] == 9 and sparse.read_bytes()[0] == ord("w")
    try:
        (folder / "more").write_bytes(bytes(PAGE))
        raise AssertionError("there is still room")
    except OSError as error:
        assert error.errno == errno.ENOSPC
    (folder / "filler").unlink()
    with swiftbuf.mapped(sparse, "r+") as b:
        b.fill(3)
        assert b.tobytes() == b"\3" * len(b)
    assert swiftbuf.allocated_bytes() == allocated
    print(points)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
