"""What views and copies cost, as it was measured: the picture, and the figures that stand in the guide."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from drawing.picture import WIDTH, Picture

LINES = (
    ("tobytes", "b.tobytes()", "orange", ""),
    ("copy", "swiftbuf.copy(b)", "orange", "6 4"),
    ("asarray", "np.asarray(b)", "violet", ""),
    ("memoryview", "memoryview(b)", "blue", ""),
    ("slice", "b[:]", "grey", ""),
)


def view_or_copy(measured: dict[str, Any]) -> str:
    """Draw the time of views and copies over the size, on two logarithmic axes."""
    sizes, times = measured["sizes"], measured["times"]
    height, left, right, top, bottom = 560, 78, 760, 92, 478
    every = [time for key, *_ in LINES for time in times[key]]
    lowest, highest = 10 ** math.floor(math.log10(min(every))), 10 ** math.ceil(math.log10(max(every)))

    def place(size: float, time: float) -> tuple[float, float]:
        across = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
        up = math.log(time / lowest) / math.log(highest / lowest)
        return left + across * (right - left), bottom - up * (bottom - top)

    picture = Picture(height, "Time to make a view and to make a copy, for sizes from 16 bytes to 16 MiB")
    picture.text(40, 36, "A view costs the same at every size; a copy does not", size=15, bold=True)
    picture.text(40, 58, "time to make one, with its object; each axis logarithmic", "quiet", size=12.5)
    for number in range(round(math.log10(highest / lowest)) + 1):
        time = lowest * 10**number
        y = place(sizes[0], time)[1]
        picture.line([(left, y), (right, y)], "grid")
        picture.text(left - 10, y + 4, _time(time), "quiet", "end", 12)
    for size in sizes:
        if (size.bit_length() - 1) % 2 == 0:
            x = place(size, lowest)[0]
            picture.line([(x, bottom), (x, bottom + 5)], "line")
            picture.text(x, bottom + 21, _bytes(size), "quiet", "middle", 12)
    picture.line([(left, top), (left, bottom), (right, bottom)], "line")

    for key, _, style, dashes in LINES:
        picture.line([place(*point) for point in zip(sizes, times[key], strict=True)], style, 2.2, dashes)
    labels = sorted((place(sizes[-1], times[key][-1])[1], label, style) for key, label, style, _ in LINES)
    previous = -math.inf
    for y, label, style in labels:
        previous = max(y, previous + 17)
        picture.text(right + 12, previous + 4, label, f"mono {style}-fill", size=12.5)

    for key, style, up in (("memoryview", "blue", 58), ("asarray", "violet", 92)):
        size = measured["worth_from"][key]
        x, y = place(size, _between(sizes, times[key], size))
        picture.dot(x, y, 6, style, filled=False)
        picture.line([(x, y - 8), (x, y - up)], style, 1, "2 3")
        picture.text(x + 4, y - up - 22, f"{key}:", f"mono {style}-fill", "end", 12)
        picture.text(x + 4, y - up - 6, f"worth it from {_bytes(size)}", f"{style}-fill", "end", 12)
    ran = measured["environment"]
    says = f"{ran['processor']}, CPython {ran['python']}, NumPy {ran['numpy']}, swiftbuf {ran['swiftbuf']}"
    picture.text(WIDTH / 2, height - 38, f"{says}; least of several rounds", "quiet", "middle", 12)
    picture.text(WIDTH / 2, height - 19, "measured by scripts/bench --views", "mono quiet", "middle", 12)
    return picture.end()


def figures(measured: dict[str, Any]) -> list[str]:
    """Return the lines of the guide's table of measured figures."""
    times, sizes = measured["times"], measured["sizes"]
    chosen = [16, 1 << 10, 1 << 14, 1 << 20, 1 << 24]
    head = ["", *(_bytes(size) for size in chosen)]
    rows = [head, ["---"] + ["---:"] * len(chosen)]
    rows += [[f"`{label}`", *(_time(times[key][sizes.index(size)]) for size in chosen)] for key, label, *_ in LINES]
    column = measured["column"]
    passes = math.ceil(column["copy"] / (column["sum_of_view"] - column["sum_of_copy"]))
    worth = measured["worth_from"]
    return [
        *("| " + " | ".join(row) + " |" for row in rows),
        f"`memoryview(b)` is worth it from {_bytes(worth['memoryview'])} on, "
        f"`np.asarray(b)` from {_bytes(worth['asarray'])} on.",
        f"| `column.sum()` | {_time(column['sum_of_view'])} |",
        f"| `packed.sum()` | {_time(column['sum_of_copy'])} |",
        f"| `packed = column.copy()` | {_time(column['copy'])} |",
        f"The copy has paid for itself after {passes} {'sum' if passes == 1 else 'sums'}.",
        *(
            f"| `{case['statement']}` | {case['says']} "
            f"| {_factor(case['other'] / case['buffer'])} × {case['against']} |"
            for case in measured["bulk"]
        ),
    ]


def _between(sizes: list[int], times: list[float], size: float) -> float:
    """Return the time at a size between two measured ones, on a straight line between them."""
    for (a, one), (b, two) in pairwise(zip(sizes, times, strict=True)):
        if a <= size <= b:
            return one + (two - one) * (size - a) / (b - a)
    return times[0]


def _factor(value: float) -> str:
    return f"{round(value, -1):.0f}" if value >= 100 else f"{value:.2g}"


def _bytes(count: float) -> str:
    for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:.2g} {unit}" if count < 10 * size else f"{count / size:.0f} {unit}"
    return f"{count:.0f} B"


def _time(nanoseconds: float) -> str:
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"
