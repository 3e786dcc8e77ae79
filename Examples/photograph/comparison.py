"""Sharing against copying, from 1 KiB to 1 GiB: time, peak of extra memory, and from where on a view is worth it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from claims import Claims, WrongResult
from free_memory import free_bytes
from meter import Cost
from progress import ProgressBar
from units import GIB, KIB, MIB, bytes_text, time_text

METER = Path(__file__).with_name("meter.py")

SMALLEST = KIB
LARGEST = GIB
# Sizes below the smallest, where copying may be the cheaper way.
TINY = [16, 32, 64, 128, 256, 512]

# Peaks below this are no copy; the kernel's count of pages may be off by some hundred KiB.
NO_COPY = MIB
# How much slower a view of the largest size may be than one of the smallest: the noise of a busy machine.
NOISE = 3.0


def sizes_that_fit(largest: int, claims: Claims) -> list[int]:
    """Return the sizes to measure, up to `largest` or, said so, to what fits twice into the memory that is free."""
    free = free_bytes()
    sizes = [size for exponent in range(40) if SMALLEST <= (size := 1 << exponent) <= largest]
    fitting = [size for size in sizes if 2 * size + 256 * MIB <= free] or sizes[:1]
    if fitting[-1] < sizes[-1]:
        claims.show(
            f"Only {bytes_text(free)} of memory are free, so the largest size is {bytes_text(fitting[-1])}, "
            f"not {bytes_text(sizes[-1])}."
        )
    return TINY + fitting


def measure(sizes: list[int], claims: Claims) -> list[Cost]:
    """Measure every size in a process of its own, with a bar and a table that grows."""
    claims.show("times are the least of several rounds; the peak is what VmHWM rises by after a reset (clear_refs)")
    claims.show(f"{'':>8}{'shared:':>14}{'':>26}  {'copied:':>9}")
    shared = f"{'memoryview()':>14}{'np.asarray()':>13}{'extra peak':>13}"
    copied = f"{'tobytes()':>9}{'copy()':>10}{'extra peak':>13}"
    claims.show(f"{'size':>8}{shared}  {copied}")
    bar = ProgressBar(sum(map(_effort, sizes)))
    done = 0.0
    costs = []
    command = [sys.executable, str(METER), *map(str, sizes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as meter:
        assert meter.stdout is not None
        for size in sizes:
            bar.show(done, bytes_text(size))
            line = meter.stdout.readline()
            bar.clear()
            if not line:
                raise WrongResult(
                    f"The measuring process ended at {bytes_text(size)}; was it stopped for want of memory?"
                )
            cost = Cost(**json.loads(line))
            costs.append(cost)
            done += _effort(size)
            if _is_printed(size, sizes):
                claims.show(_row(cost))
    return costs


def check(costs: list[Cost], claims: Claims) -> None:
    """Claim that sharing costs the same at every size, takes no memory, and that the measurement would see a copy."""
    shown = [cost for cost in costs if cost.size >= SMALLEST]
    first, last = shown[0], shown[-1]
    ratio = last.size // first.size
    claims.claim(
        all(cost.same_address for cost in costs),
        "memoryview, NumPy and Swift have one address at every size",
        f"{len(costs)} sizes from {bytes_text(costs[0].size)} to {bytes_text(last.size)}",
    )
    for way in ("memoryview", "asarray"):
        small, large = getattr(first, way), getattr(last, way)
        claims.claim(
            large <= NOISE * small,
            f"sharing {bytes_text(last.size)} by {way} costs what {bytes_text(first.size)} costs",
            f"{time_text(large)} against {time_text(small)}, for {ratio:,} times the bytes",
        )
    claims.claim(
        last.copying >= last.memoryview,
        f"copying {bytes_text(last.size)} does not",
        f"{time_text(last.copying)}, {last.copying / last.memoryview:,.0f} times as long as a memoryview",
    )
    _check_peaks(shown, claims)


def _check_peaks(shown: list[Cost], claims: Claims) -> None:
    last = shown[-1]
    shared = [cost.shared_peak for cost in shown if cost.shared_peak is not None]
    if len(shared) < len(shown) or last.copied_peak is None:
        claims.show("not shown: the peaks of memory, because this system lets no process reset VmHWM")
        return
    most = max(shared)
    claims.claim(
        most < NO_COPY,
        f"sharing takes no memory, at {bytes_text(last.size)} either",
        f"extra peak {bytes_text(last.shared_peak or 0)}, {bytes_text(most)} at most, below {bytes_text(NO_COPY)}",
    )
    claims.claim(
        last.size < 16 * MIB or last.copied_peak >= 0.9 * last.size,
        "the same measurement sees a copy",
        f"extra peak {bytes_text(last.copied_peak)} for {bytes_text(last.size)}",
    )


def worth_from(costs: list[Cost], way: str) -> float | None:
    """Return the size in bytes at which copying begins to cost more than a view; None if it never does.

    0 means that the view is cheaper at every size. Between two sizes the times are taken as straight lines.
    """
    gains: list[float] = [cost.copying - getattr(cost, way) for cost in costs]
    below = [index for index, gain in enumerate(gains) if gain < 0]
    if not below:
        return 0.0
    last = below[-1]
    if last + 1 == len(costs):
        return None
    share = -gains[last] / (gains[last + 1] - gains[last])
    return costs[last].size + share * (costs[last + 1].size - costs[last].size)


def worth_text(costs: list[Cost], way: str, name: str) -> str:
    """Return what `worth_from` says, as a sentence without its full stop."""
    size = worth_from(costs, way)
    if size is None:
        return f"{name} costs more than a copy up to {bytes_text(costs[-1].size)}"
    if size == 0:
        return f"{name} costs less than a copy from {bytes_text(costs[0].size)} on"
    return f"below {bytes_text(size)} a copy costs less than {name}"


def _row(cost: Cost) -> str:
    shared, copied = (bytes_text(peak) if peak is not None else "?" for peak in (cost.shared_peak, cost.copied_peak))
    return (
        f"{bytes_text(cost.size):>8}{time_text(cost.memoryview):>14}{time_text(cost.asarray):>13}{shared:>13}"
        f"  {time_text(cost.tobytes):>9}{time_text(cost.copy):>10}{copied:>13}"
    )


def _is_printed(size: int, sizes: list[int]) -> bool:
    exponent = size.bit_length() - 1
    return size == sizes[-1] or (size >= SMALLEST and exponent % 5 == 0)


def _effort(size: int) -> float:
    """Return how long a size takes to measure, in some unit: so that the bar runs evenly."""
    return 0.15 + 8 * size / GIB
