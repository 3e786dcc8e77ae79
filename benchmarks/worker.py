"""One run, in a process of its own: the minimum, for each case and contender, of many interleaved rounds.

The table is swept many times, with a few rounds of each case in a sweep, so that the rounds of a case lie all over
the run: on a shared machine, whose speed changes from one moment to the next, every minimum has met a fast one. A new
process for each run means new addresses for code and memory, so that no lucky alignment is measured again and again.

Prints {case: {contender: nanoseconds for one operation}} as JSON; progress goes to stderr.

    python worker.py FOLDER SWEEPS NANOSECONDS
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from cases import CASES, INDEPENDENCE, Case
from contenders import Contenders, Loop


def calibrate(loop: Loop, nanoseconds: int) -> int:
    """Find a count for which the loop takes at least so long."""
    count = 1
    while (took := loop(count)) < nanoseconds:
        # A first guess may be far off: the first calls fill caches.
        count = max(count * 2, min(count * 100, count * nanoseconds // max(took, 1)))
    return count


class Contest:
    """The loops of one case, calibrated, and the least time of one operation that each has shown."""

    def __init__(self, case: Case, loops: dict[str, Loop], nanoseconds: int) -> None:
        self.case = case
        self.best = dict.fromkeys(loops, float("inf"))
        self._loops = loops
        self._counts = {name: calibrate(loop, nanoseconds) for name, loop in loops.items()}

    def rounds(self) -> None:
        """Run as many rounds as there are contenders; each begins one."""
        names = list(self._loops)
        for turn in range(len(names)):
            for name in names[turn:] + names[:turn]:
                count = self._counts[name]
                took = self._loops[name](count) / (count * self.case.operations)
                self.best[name] = min(self.best[name], took)


def main(folder: Path, sweeps: int, nanoseconds: int) -> None:
    """Sweep the table, print the minima."""
    sys.path.insert(0, str(folder))
    contenders = Contenders(folder, numpy=True)
    gc.disable()
    contests = [Contest(case, contenders.loops(case), nanoseconds) for case in CASES]
    contests += [Contest(case, contenders.independence_loops(case), nanoseconds) for case in INDEPENDENCE]
    for sweep in range(1, sweeps + 1):
        print(f"sweep {sweep} of {sweeps}", file=sys.stderr, flush=True)
        for contest in contests:
            contest.rounds()
    json.dump({contest.case.key: contest.best for contest in contests}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
