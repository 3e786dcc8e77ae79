"""Runs programs, one after another, in a process that a fault may end; `fuzz.py` starts it and starts it again.

child.py JSON: what to run (see `Order`). Before each program its place is written to a file that both processes map, so
that the parent knows which one ended this process. What is wrong without an end is printed, one JSON object a line.
"""

from __future__ import annotations

import gc
import json
import mmap
import resource
import signal
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from actions import ACTIONS, BY_NAME, ENDLESS, Action
from composed import composed
from programs import Case, cases
from runner import Runner, Wrong

PLACE = struct.Struct("=8q")  # case, action, moment, calls, calls back, programs whose hook was called, cases, done
PROBE = Action("look", ())
# How many calls back of one call are tried, each by itself: the first ones, and the last.
MOMENTS = 2
# The Buffer on which no way of calling back is left out that there is little of.
CLOSELY = "a pair with a long format"
# What is done where the same hook has been called as often, in the same call, and the call has ended the same way.
FEW = ("release and reuse", "drop all", "export", "release and interrupt")


@dataclass
class Order:
    """What a process is told to run."""

    progress: str
    path: str
    part: int = 0
    parts: int = 1
    begin: tuple[int, int, int] = (-1, 0, 0)
    skip: list[tuple[str, str]] = field(default_factory=list)
    targets: list[str] | None = None
    called: list[str] | None = None
    actions: list[str] | None = None
    every: int = 1
    seed: int | None = None
    count: int = 0


def chosen_cases(order: Order) -> Iterator[tuple[int, Case]]:
    """Yield the cases of an order, with their places."""
    for place, case in enumerate(cases(order.targets, order.called)):
        is_kept = case.target.name == CLOSELY and case.argument.is_rare
        if order.every > 1 and not is_kept and zlib.crc32(case.name.encode()) % order.every:
            continue
        if place % order.parts == order.part:
            yield place, case
            # What the tables have made of hooks since is no garbage: the collector need not look at it.
            gc.freeze()


def main(order: Order) -> None:
    """Run what is ordered."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGUSR1, lambda number, frame: None)
    with open(order.progress, "r+b") as file:
        progress = mmap.mmap(file.fileno(), PLACE.size)
    runner = Runner(order.path)
    actions = ACTIONS if order.actions is None else [BY_NAME[name] for name in order.actions]
    skip: set[tuple[str, ...]] = {tuple(each) for each in order.skip}
    _, _, _, calls, back, reached, number, _ = PLACE.unpack(progress)
    runner.restore()
    gc.collect()
    gc.freeze()

    def attempt(place: int, turn: int, moment: int, signature: tuple[str, ...], pieces: list[str], raises: str) -> int:
        nonlocal calls, back, reached
        calls += 1
        PLACE.pack_into(progress, 0, place, turn, moment, calls, back, reached, number, 0)
        try:
            called_back = runner.run(pieces, moment, raises)
        except Wrong as wrong:
            skip.add(signature)
            print(json.dumps({"place": place, "turn": turn, "moment": moment, "what": str(wrong)}), flush=True)
            called_back = 0
        # What went wrong may have left a traceback, and that a cycle.
        if not called_back:
            gc.collect()
        back += called_back
        reached += called_back > 0
        return called_back

    if order.seed is not None:
        for place in range(order.part, order.count, order.parts):
            if place <= order.begin[0]:
                continue
            number += 1
            name, pieces = composed(order.seed, place)
            attempt(place, 0, 0, (name,), pieces, "")
    else:
        kinds: set[tuple[object, ...]] = set()
        for place, case in chosen_cases(order):
            # `begin` is what ran last, and ended another process.
            last_place, last_turn, last_moment = order.begin
            if place < last_place or (place == last_place and last_turn < 0) or case.signature in skip:
                continue
            number += 1
            called_back = attempt(place, -1, 0, case.signature, case.pieces(PROBE), "")
            if not called_back:
                continue
            moments = sorted({*range(1, min(called_back, MOMENTS) + 1), called_back})
            kind = (*case.signature, case.target.name, called_back, runner.ended)
            is_known = kind in kinds
            kinds.add(kind)
            for turn, action in enumerate(actions):
                if is_known and action.name not in FEW:
                    continue
                if action.name == ENDLESS and "exporter in C" in case.name:
                    continue  # the slots of that exporter could not even be called
                for moment in moments:
                    if case.signature in skip:
                        break
                    if place > last_place or (turn, moment) > (last_turn, last_moment):
                        attempt(
                            place, turn, moment, case.signature, case.pieces(action), action.raises.partition("(")[0]
                        )
    PLACE.pack_into(progress, 0, 0, 0, 0, calls, back, reached, number, 1)


if __name__ == "__main__":
    main(Order(**json.loads(sys.argv[1])))
