"""Chains of owners: a program that builds them at random, and drops them on threads with small stacks.

`python owner_chains.py SEED CHAINS LONGEST` runs in a process of its own, since what it looks for ends the process.
Each link keeps the one before it. Chains of other types' objects alone are CPython's and NumPy's own matter: behind at
most `OTHERS` links of theirs comes one of ours. It prints how many links it made.
"""

from __future__ import annotations

import array
import ctypes
import gc
import pickle
import random
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import swiftbuf

STACK = 64 * 1024
OTHERS = 3
BYTES = 8


def ends(chance: random.Random) -> Any:
    """Return what a chain begins with: eight bytes that somebody owns."""
    return chance.choice(
        [
            lambda: bytes(range(BYTES)),
            lambda: bytearray(BYTES),
            lambda: array.array("d", [1.5]),
            lambda: np.zeros(BYTES, "u1"),
            lambda: (ctypes.c_uint8 * BYTES)(),
            lambda: swiftbuf.zeros(BYTES),
            lambda: swiftbuf.zeros(BYTES).toreadonly(),
        ]
    )()


def flat(exporter: Any) -> Any:
    """Return a memoryview's bytes as bytes, whatever the items of its exporter are."""
    view = memoryview(exporter)
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")


def out_of_band(exporter: Any) -> Any:
    """Send a Buffer through pickle, without a copy."""
    parts: list[pickle.PickleBuffer] = []
    message = pickle.dumps(swiftbuf.frombuffer(exporter), protocol=5, buffer_callback=parts.append)
    return pickle.loads(message, buffers=parts)


OURS: list[Callable[[Any], Any]] = [
    swiftbuf.frombuffer,
    swiftbuf.Buffer,
    out_of_band,
    lambda exporter: swiftbuf.frombuffer(exporter)[:],
    lambda exporter: swiftbuf.frombuffer(exporter).cast("d").cast("B"),
    lambda exporter: swiftbuf.frombuffer(exporter).toreadonly(),
    lambda exporter: swiftbuf.frombuffer(exporter, shape=(2, 4)).T.T.reshape(BYTES),
]


def foreign_array(exporter: Any) -> Any:
    """Return an array of ctypes over an exporter that can be written to, else a memoryview."""
    view = flat(exporter)
    return view if view.readonly else (ctypes.c_uint8 * BYTES).from_buffer(view)


THEIRS: list[Callable[[Any], Any]] = [
    flat,
    lambda exporter: flat(exporter)[:],
    # A PickleBuffer of an object of a Python class with a buffer lends none.
    lambda exporter: pickle.PickleBuffer(exporter if type(exporter).__module__ != __name__ else flat(exporter)),
    lambda exporter: np.asarray(flat(exporter)),
    lambda exporter: np.frombuffer(exporter, "u1"),
    foreign_array,
]

if sys.version_info >= (3, 12):

    class Exporter:
        """A class of Python's with a buffer."""

        def __init__(self, exporter: Any) -> None:
            """Keep the exporter."""
            self.exporter = exporter

        def __buffer__(self, flags: int) -> memoryview:
            """Lend its bytes."""
            return memoryview(self.exporter)

    THEIRS.append(Exporter)


def chain(chance: random.Random, length: int) -> Any:
    """Return the newest link of a chain."""
    link, others = ends(chance), 0
    for _ in range(length):
        ours = others == OTHERS or chance.random() < 0.6
        others = 0 if ours else others + 1
        link = chance.choice(OURS if ours else THEIRS)(link)
    return link


def on_a_small_stack(work: Callable[[], None]) -> None:
    """Call it on a thread of its own."""
    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    threading.stack_size(STACK)
    thread = threading.Thread(target=attempt)
    thread.start()
    threading.stack_size(0)
    thread.join()
    if failures:
        raise failures[0]


# Before 3.12.7 CPython's collector crashes over any cycle with a memoryview that has exports (python/cpython#77894).
CYCLES = 0.3 if sys.version_info >= (3, 12, 7) else 0


def drop(chance: random.Random, kept: list[Any]) -> None:
    """Drop some chains in any order, some of them as cycles that the garbage collector finds."""
    chance.shuffle(kept)
    while kept:
        cycle: list[Any] = [kept.pop()]
        if chance.random() < CYCLES:
            cycle.append(cycle)
    del cycle
    gc.collect()


def main(seed: int, chains: int, longest: int) -> None:
    """Build, drop, count."""
    before, links = swiftbuf.allocated_bytes(), 0
    for number in range(chains):
        chance = random.Random(f"{seed} {number}")
        lengths = [int(longest ** chance.random()) for _ in range(3)]
        kept = [chain(chance, length) for length in lengths]
        kept += [chain(chance, 3) for _ in range(3)]
        links += sum(lengths)
        on_a_small_stack(lambda chance=chance, kept=kept: drop(chance, kept))
        assert not kept and swiftbuf.allocated_bytes() == before, (seed, number)
    print(links)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
