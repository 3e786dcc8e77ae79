"""The picture of one memory and what four views see of it. It is computed from shape and strides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

from drawing.picture import WIDTH, Picture

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
