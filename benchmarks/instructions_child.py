"""What runs under callgrind: a short and a long loop for each request and each exporter.

Prints, for each pair of loops, the case and the contender.

    python instructions_child.py FOLDER SHORT LONG
"""

from __future__ import annotations

import sys
from pathlib import Path

from cases import CASES, INDEPENDENCE
from contenders import Contenders
from model import CONTROL


def main(folder: Path, short: int, long: int) -> None:
    """Run every pair of loops once."""
    sys.path.insert(0, str(folder))
    contenders = Contenders(folder, numpy=False)
    warm = False
    requests = [(case, contenders.loops(case)) for case in CASES if case.flags]
    requests += [(case, contenders.independence_loops(case)) for case in INDEPENDENCE]
    for case, loops in requests:
        for name, loop in loops.items():
            if name == CONTROL:
                continue  # the same instructions, by definition
            if not warm:
                loop(short)
                warm = True
            loop(short)
            loop(long)
            print(case.key, name, sep="\t")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
