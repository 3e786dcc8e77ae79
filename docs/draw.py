"""Draws the pictures of the guide (core-concepts.md) as SVG files in images/.

    python3 docs/draw.py [view-or-copy.json]

Plain Python: no packages. The layouts are computed from shape and strides; what a view costs is read from
images/view-or-copy.json. The argument is a new such file (scripts/bench --views measures it): it replaces the old one,
and its figures replace those in the guide. Each picture brings its own ground, and other colours where the reader
prefers dark ones.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

GUIDE = Path(__file__).resolve().with_name("core-concepts.md")
IMAGES = GUIDE.parent / "images"
MEASURED = IMAGES / "view-or-copy.json"

WIDTH = 920

# Class: what it styles, its light colour, its dark colour.
COLOURS = (
    ("ground", "fill", "#ffffff", "#0d1117"),
    ("panel", "fill", "#f6f8fa", "#161b22"),
    ("panel", "stroke", "#d1d9e0", "#30363d"),
    ("text", "fill", "#1f2328", "#e6edf3"),
    ("quiet", "fill", "#59636e", "#9198a1"),
    ("line", "stroke", "#818b98", "#656c76"),
    ("grid", "stroke", "#e3e8ed", "#21262d"),
    ("hollow", "stroke", "#c3cbd3", "#3d444d"),
    ("row0", "fill", "#b6dcff", "#15467a"),
    ("row1", "fill", "#ffdf9e", "#6b4a08"),
    ("row2", "fill", "#bdeac4", "#1c5a2c"),
    ("edge", "stroke", "#59636e", "#9198a1"),
    ("first", "stroke", "#1f2328", "#ffffff"),
    ("axis0", "stroke", "#c4312b", "#ff8f86"),
    ("axis0-text", "fill", "#b3261e", "#ff9d95"),
    ("axis1", "stroke", "#7c45d6", "#cba6ff"),
    ("axis1-text", "fill", "#6f35cf", "#d2b0ff"),
    ("good", "fill", "#dafbe1", "#12361f"),
    ("good", "stroke", "#4aa564", "#3f9a58"),
    ("bad", "fill", "#ffebe9", "#3f1614"),
    ("bad", "stroke", "#d1635c", "#c9534b"),
    ("held", "fill", "#fff1c9", "#3b2e05"),
    ("held", "stroke", "#d4a72c", "#9e7b1c"),
    ("blue", "stroke", "#0969da", "#58a6ff"),
    ("blue-fill", "fill", "#0969da", "#58a6ff"),
    ("orange", "stroke", "#bc4c00", "#f0883e"),
    ("orange-fill", "fill", "#bc4c00", "#f0883e"),
    ("violet", "stroke", "#7c45d6", "#cba6ff"),
    ("violet-fill", "fill", "#7c45d6", "#cba6ff"),
    ("grey", "stroke", "#59636e", "#9198a1"),
    ("grey-fill", "fill", "#59636e", "#9198a1"),
)

MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
SANS = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"


class Picture:
    """An SVG file that grows line by line. Lengths are in pixels, y grows downward."""

    def __init__(self, height: float, title: str) -> None:
        """Open a picture of the common width; `title` is what a screen reader says."""
        light, dark = (
            "".join(f".{name}{{{what}:{colours[mode]}}}" for name, what, *colours in COLOURS) for mode in (0, 1)
        )
        self.lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_number(height)}" role="img">',
            f"<title>{escape(title)}</title>",
            "<style>",
            f"text{{font-family:{SANS};font-size:13px}}",
            f".mono{{font-family:{MONO}}}",
            light,
            f"@media (prefers-color-scheme:dark){{{dark}}}",
            "</style>",
        ]
        self.box(0, 0, WIDTH, height, "ground", radius=10)

    def box(
        self, x: float, y: float, width: float, height: float, style: str, radius: float = 0, stroke: float = 1
    ) -> None:
        """Add a rectangle."""
        fill = ' fill="none"' if style in ("hollow", "first") else ""
        dashes = ' stroke-dasharray="2 3"' if style == "hollow" else ""
        corner = f' rx="{_number(radius)}"' if radius else ""
        self.lines.append(
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"{corner} '
            f'class="{style}" stroke-width="{_number(stroke)}"{fill}{dashes}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        style: str = "text",
        anchor: str = "start",
        size: float = 13,
        bold: bool = False,
    ) -> None:
        """Add one line of text; `y` is its base line. A style that begins with "mono " is in the fixed-width font."""
        weight = ' font-weight="600"' if bold else ""
        self.lines.append(
            f'<text x="{_number(x)}" y="{_number(y)}" class="{style}" text-anchor="{anchor}" '
            f'style="font-size:{_number(size)}px"{weight} xml:space="preserve">{escape(words)}</text>'
        )

    def line(self, points: list[tuple[float, float]], style: str, width: float = 1, dashes: str = "") -> None:
        """Add a line through points."""
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self.lines.append(
            f'<polyline points="{path}" class="{style}" fill="none" stroke-width="{_number(width)}" '
            f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
        )

    def head(self, x: float, y: float, angle: float, style: str) -> None:
        """Add the head of an arrow, its tip at x, y; `angle` in degrees, 0 to the right, 90 downward."""
        wings = [
            (x - 8 * math.cos(math.radians(angle + turn)), y - 8 * math.sin(math.radians(angle + turn)))
            for turn in (-28, 28)
        ]
        self.line([wings[0], (x, y), wings[1]], style, 1.8)

    def arrow(self, x: float, y: float, to: float, style: str, dashes: str = "") -> None:
        """Add an arrow to another x at the same y."""
        self.line([(x, y), (to, y)], style, 1.6, dashes)
        self.head(to, y, 0 if to > x else 180, style)

    def curve(self, x: float, to: float, y: float, height: float, style: str) -> None:
        """Add an arrow from x to `to` at the same y, bent by `height`: upward if positive."""
        top = y - height * 4 / 3
        self.lines.append(
            f'<path d="M{_number(x)} {_number(y)} C{_number(x)} {_number(top)} {_number(to)} {_number(top)} '
            f'{_number(to)} {_number(y)}" class="{style}" fill="none" stroke-width="1.8" stroke-linecap="round"/>'
        )
        self.head(to, y, 90 if height > 0 else -90, style)

    def dot(self, x: float, y: float, radius: float, style: str, filled: bool = True) -> None:
        """Add a circle: filled, or a ring."""
        ring = "" if filled else ' fill="none" stroke-width="1.8"'
        self.lines.append(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" class="{style}"{ring}/>')

    def end(self) -> str:
        """Return the file's text."""
        return "\n".join([*self.lines, "</svg>", ""])


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"


# Layouts ------------------------------------------------------------------------------------------------------------

SHAPE = (3, 4)
ITEMSIZE = 8
ITEMS = math.prod(SHAPE)


@dataclass(frozen=True)
class Layout:
    """A view of `b`, an array of doubles of SHAPE: `offset` is that of its first item, in bytes, as are the strides."""

    code: str
    says: str
    shape: tuple[int, int]
    strides: tuple[int, int]
    offset: int
    order: str
    readonly: bool = False

    def cell(self, *index: int) -> int:
        """Return which item of the memory an item of the view is."""
        return (self.offset + sum(i * stride for i, stride in zip(index, self.strides, strict=True))) // ITEMSIZE


LAYOUTS = (
    Layout("b", "as it was made: the last index is the fastest", (3, 4), (32, 8), 0, "C-contiguous"),
    Layout("b.T", "transposed: the strides change places", (4, 3), (8, 32), 0, "Fortran-contiguous"),
    Layout("b[::2, ::-1]", "every other row, backwards: a stride is negative", (2, 4), (64, -8), 24, "not contiguous"),
    Layout(
        "b[0].broadcast_to((3, 4))", "one row three times: a stride is zero", (3, 4), (0, 8), 0, "not contiguous", True
    ),
)


def layouts() -> str:
    """Draw the memory of `b`, and each layout of it."""
    picture = Picture(846, "Memory, shape and strides of an array of 3 by 4 doubles and of three views of it")
    picture.text(40, 36, "One memory: b = swiftbuf.zeros((3, 4), 'd'), filled with 0 to 11", size=15, bold=True)
    cell = 70.0
    for number in range(ITEMS):
        x = 40 + number * cell
        picture.box(x, 52, cell, 34, f"row{number // SHAPE[1]} edge")
        picture.text(x + cell / 2, 74, str(number), "mono text", "middle", 14)
        picture.text(x + cell / 2, 103, f"+{number * ITEMSIZE}", "mono quiet", "middle", 11.5)
    for row in range(SHAPE[0]):
        left, right = 40 + row * 4 * cell + 6, 40 + (row + 1) * 4 * cell - 6
        picture.line([(left, 112), (left, 117), (right, 117), (right, 112)], "line")
        picture.text((left + right) / 2, 133, f"b[{row}]: 4 items of 8 bytes", "quiet", "middle", 12)
    for number, layout in enumerate(LAYOUTS):
        _panel(picture, layout, 30 + number % 2 * 435, 154 + number // 2 * 322)
    picture.text(
        WIDTH / 2, 822, "item [i, j]  is at  buf + i · strides[0] + j · strides[1]", "mono text", "middle", 14, True
    )
    return picture.end()


def _panel(picture: Picture, layout: Layout, x: float, y: float) -> None:
    picture.box(x, y, 425, 310, "panel", radius=8)
    picture.text(x + 18, y + 27, layout.code, "mono text", size=15, bold=True)
    picture.text(x + 18, y + 47, layout.says, "quiet", size=12.5)

    # The memory, with a step along each dimension: the first above, the second below.
    cell, left, top, height = 32.4, x + 18, y + 102, 24
    reached = {layout.cell(*index) for index in product(*map(range, layout.shape))}
    for number in range(ITEMS):
        style = f"row{number // SHAPE[1]} edge" if number in reached else "hollow"
        picture.box(left + number * cell, top, cell, height, style)
        text = "mono text" if number in reached else "mono quiet"
        picture.text(left + (number + 0.5) * cell, top + 16.5, str(number), text, "middle", 12)
    first = layout.cell(0, 0)
    picture.box(left + first * cell, top, cell, height, "first", stroke=2.6)
    start = left + (first + 0.5) * cell
    for axis, (stride, edge, side) in enumerate(zip(layout.strides, (top - 4, top + height + 4), (1, -1), strict=True)):
        style = f"axis{axis}"
        words = f"strides[{axis}] = {stride}"
        if stride == 0:
            picture.curve(start - 7, start + 7, edge, side * 20, style)
            picture.text(start + 17, edge - 8 if axis == 0 else edge + 17, words, f"mono {style}-text", size=12)
            continue
        end = start + stride / ITEMSIZE * cell
        picture.curve(start, end, edge, side * (13 if abs(stride) == ITEMSIZE else 21), style)
        if abs(stride) == ITEMSIZE:  # a small arrow: its words stand beside it
            picture.text(
                max(start, end) + 10, edge - 7 if axis == 0 else edge + 14, words, f"mono {style}-text", size=12
            )
        else:
            middle = (start + end) / 2
            picture.text(middle, edge - 27 if axis == 0 else edge + 35, words, f"mono {style}-text", "middle", 12)

    # The items as indices show them, and the fields.
    wide, high, left, top = 42, 25, x + 44, y + 194
    for j in range(layout.shape[1]):
        picture.text(left + (j + 0.5) * wide, top - 7, f"j={j}", "mono axis1-text", "middle", 11.5)
    for i in range(layout.shape[0]):
        picture.text(left - 7, top + i * high + 17, f"i={i}", "mono axis0-text", "end", 11.5)
        for j in range(layout.shape[1]):
            number = layout.cell(i, j)
            picture.box(left + j * wide, top + i * high, wide, high, f"row{number // SHAPE[1]} edge")
            picture.text(left + (j + 0.5) * wide, top + i * high + 17, str(number), "mono text", "middle", 12.5)
    fields = [
        ("buf", f"+{layout.offset}"),
        ("shape", str(layout.shape)),
        ("strides", str(layout.strides)),
        ("len", str(math.prod(layout.shape) * ITEMSIZE)),
    ]
    for number, (name, value) in enumerate(fields):
        picture.text(x + 240, top + 14 + number * 20, name, "mono quiet", size=12.5)
        picture.text(x + 306, top + 14 + number * 20, value, "mono text", size=12.5)
    order = layout.order + (", read-only" if layout.readonly else "")
    picture.text(x + 240, top + 14 + len(fields) * 20, order, "text", size=12.5)


# The life of a Py_buffer --------------------------------------------------------------------------------------------

CONSUMER, CPYTHON, EXPORTER = 125.0, 385.0, 612.0
EXPORTS, REFERENCES = 778.0, 866.0


def life() -> str:
    """Draw who calls whom between a request and its release, and what is counted meanwhile."""
    bottom = 596
    picture = Picture(bottom + 46, "The life of a Py_buffer: request, grant or refusal, use, release; with the counts")
    for x, name, what in (
        (CONSUMER, "consumer", "memoryview, NumPy, socket …"),
        (CPYTHON, "CPython", "Objects/abstract.c"),
        (EXPORTER, "exporter b", "its type's two slots"),
    ):
        picture.line([(x, 78), (x, bottom)], "line", 1, "3 4")
        picture.box(x - 100, 24, 200, 50, "panel", radius=8)
        picture.text(x, 46, name, "text", "middle", 14.5, True)
        picture.text(x, 64, what, "quiet", "middle", 12)
    for x, name, below in ((EXPORTS, "exports", "of b"), (REFERENCES, "references", "to b")):
        picture.text(x, 46, name, "text", "middle", 13, True)
        picture.text(x, 64, below, "quiet", "middle", 12)

    _message(picture, 112, CONSUMER, CPYTHON, "PyObject_GetBuffer(b, &view, flags)")
    _message(picture, 148, CPYTHON, EXPORTER, "bf_getbuffer(b, &view, flags)")

    picture.box(EXPORTER - 118, 168, 236, 74, "bad", radius=6)
    picture.text(EXPORTER, 188, "cannot: refuse", "text", "middle", 12.5, True)
    picture.text(EXPORTER, 208, "BufferError, view.obj = NULL", "mono text", "middle", 12)
    picture.text(EXPORTER, 229, "nothing is counted", "quiet", "middle", 12)
    _answer(picture, 205, "-1", "the exception reaches the caller")

    picture.box(EXPORTER - 118, 258, 236, 74, "good", radius=6)
    picture.text(EXPORTER, 278, "can: grant", "text", "middle", 12.5, True)
    picture.text(EXPORTER, 298, "fill view, count it,", "text", "middle", 12)
    picture.text(EXPORTER, 319, "view.obj = new reference to b", "mono text", "middle", 12)
    _answer(picture, 295, "0", "the view is filled")

    picture.box(30, 352, EXPORTER + 118 - 30, 70, "held", radius=6)
    picture.text(CONSUMER, 382, "reads and writes", "text", "middle", 13, True)
    picture.text(CONSUMER, 402, "at view.buf, without a call", "text", "middle", 12)
    picture.text(CPYTHON, 382, "b cannot die:", "text", "middle", 13, True)
    picture.text(CPYTHON, 402, "the view owns a reference", "text", "middle", 12)
    picture.text(EXPORTER, 382, "the memory cannot move:", "text", "middle", 13, True)
    picture.text(EXPORTER, 402, "resize, release: BufferError", "text", "middle", 12)

    _message(picture, 460, CONSUMER, CPYTHON, "PyBuffer_Release(&view)")
    _message(picture, 496, CPYTHON, EXPORTER, "bf_releasebuffer(b, &view)")
    _step(picture, EXPORTER, 510, 150, "uncounts it; cannot fail")
    _step(picture, CPYTHON, 546, 200, "drops view.obj, sets it to NULL")

    for x, least, start, stop in ((EXPORTS, 0, 295, 523), (REFERENCES, 1, 295, 559)):
        for count, top, end in ((least, 92, start), (least + 1, start, stop), (least, stop, bottom)):
            style = "held" if count > least else "panel"
            picture.box(x - 24, top, 48, end - top, style, radius=5)
            picture.text(x, (top + end) / 2 + 5, str(count), "mono text", "middle", 15, True)
    picture.text(
        WIDTH / 2,
        bottom + 28,
        "Two requests are two Py_buffers: each is counted, each is released once.",
        "quiet",
        "middle",
    )
    return picture.end()


def _message(picture: Picture, y: float, start: float, end: float, call: str) -> None:
    picture.arrow(start, y, end - 3, "edge")
    picture.text((start + end) / 2, y - 8, call, "mono text", "middle", 11.5)


def _step(picture: Picture, x: float, y: float, width: float, words: str) -> None:
    picture.box(x - width / 2, y, width, 26, "panel", radius=6)
    picture.text(x, y + 17, words, "text", "middle", 12)


def _answer(picture: Picture, y: float, value: str, says: str) -> None:
    picture.arrow(EXPORTER - 118, y, CONSUMER + 3, "edge", "5 4")
    picture.text(CONSUMER + 14, y - 8, f"{value}: {says}", "text", size=12)


# What a view costs --------------------------------------------------------------------------------------------------

LINES = (
    ("tobytes", "b.tobytes()", "orange", ""),
    ("copy", "swiftbuf.copy(b)", "orange", "6 4"),
    ("asarray", "np.asarray(b)", "violet", ""),
    ("memoryview", "memoryview(b)", "blue", ""),
    ("slice", "b[:]", "grey", ""),
)


def view_or_copy(measured: dict[str, Any] | None = None) -> str:
    """Draw the time of views and copies over the size, on two logarithmic axes."""
    measured = measured or json.loads(MEASURED.read_text())
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


PICTURES: dict[str, Callable[[], str]] = {"layouts.svg": layouts, "life.svg": life, "view-or-copy.svg": view_or_copy}


def main() -> None:
    """Draw every picture; take over the measured file that is named, and put its figures into the guide."""
    if len(sys.argv) > 1:
        before = figures(json.loads(MEASURED.read_text()))
        MEASURED.write_text(Path(sys.argv[1]).read_text())
        text = GUIDE.read_text()
        for old, new in zip(before, figures(json.loads(MEASURED.read_text())), strict=True):
            text = text.replace(old, new)
        GUIDE.write_text(text)
    for name, draw in PICTURES.items():
        (IMAGES / name).write_text(draw())


if __name__ == "__main__":
    main()
