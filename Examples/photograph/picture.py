"""The picture: what the photograph looked like after each step, and what sharing and copying cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import comparison
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from meter import Cost
from numpy.typing import NDArray
from units import GIB, KIB, MIB, bytes_text, time_text

# Colours and marks that differ for the colour-blind and in print.
MEMORYVIEW, ASARRAY, TOBYTES, COPY = "#0072B2", "#009E73", "#D55E00", "#CC79A7"
GREY = "#666666"

TITLE: dict[str, Any] = {"fontsize": 12.5, "fontweight": "bold", "loc": "left"}

LONGEST_SIDE = 900
# From this largest size on the lines lie far enough apart for labels beside them.
ROOM_FOR_LABELS = 64 * MIB
# A peak of less than one page is drawn as one page, because a logarithm has no zero.
PAGE = 4 * KIB


@dataclass(frozen=True)
class Panel:
    """A photograph with its title and one line of proof. pixels: (height, width, 3)."""

    title: str
    note: str
    pixels: NDArray[np.uint8]


def thinned(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a copy with as many rows and columns left out as the picture cannot show."""
    step = -(-max(pixels.shape[:2]) // LONGEST_SIDE)
    return pixels[::step, ::step].copy()


def draw(panels: list[Panel], costs: list[Cost], caption: str, file: Path) -> None:
    """Write the picture to a PNG file. `caption` says what ran."""
    figure = Figure(figsize=(15, 10.8), facecolor="white")
    figure.set_layout_engine("constrained", h_pad=0.08, w_pad=0.08)
    figure.suptitle("One photograph in Swift memory, shared without a copy", fontsize=19, fontweight="bold")
    parts: Any = figure.subfigures(2, 1, height_ratios=[1.0, 1.1])
    upper, lower = parts
    _draw_panels(upper, panels)
    times, peaks = lower.subplots(1, 2, width_ratios=[1.8, 1.0])
    _draw_times(times, costs)
    _draw_peaks(peaks, costs)
    lower.supxlabel(caption, fontsize=9, color=GREY, parse_math=False)
    figure.savefig(file, dpi=130)


def _draw_panels(area: SubFigure, panels: list[Panel]) -> None:
    ratios = [min(2.0, max(0.7, panel.pixels.shape[1] / panel.pixels.shape[0])) for panel in panels]
    every = area.subplots(1, len(panels), width_ratios=ratios)
    for number, (panel, axes) in enumerate(zip(panels, every, strict=True), 1):
        axes.imshow(panel.pixels, interpolation="antialiased")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#bbbbbb")
        axes.set_title(f"{number}  {panel.title}", **TITLE)
        axes.set_xlabel(panel.note, fontsize=10, color=GREY, loc="left")


def _draw_times(axes: Axes, costs: list[Cost]) -> None:
    sizes = [cost.size for cost in costs]
    for way, colour, mark, label, beside, offset in (
        ("tobytes", TOBYTES, "^", "copied by b.tobytes()", -6, (-10, 8)),
        ("copy", COPY, "s", "copied by swiftbuf.copy(b)", -8, (10, -12)),
        ("asarray", ASARRAY, "D", "shared by np.asarray(b)", -6, (0, 9)),
        ("memoryview", MEMORYVIEW, "o", "shared by memoryview(b)", -6, (0, -17)),
    ):
        times = [getattr(cost, way) for cost in costs]
        axes.plot(sizes, times, color=colour, marker=mark, markersize=5, label=label)
        if sizes[-1] < ROOM_FOR_LABELS:
            axes.legend(loc="upper left", frameon=False)
            continue
        axes.annotate(
            label,
            (sizes[beside], times[beside]),
            xytext=offset,
            textcoords="offset points",
            ha={-10: "right", 10: "left", 0: "center"}[offset[0]],
            color=colour,
            fontsize=11,
            fontweight="bold",
        )
    _mark_worth(axes, costs, "memoryview", "a memoryview", MEMORYVIEW, height=0.52)
    _mark_worth(axes, costs, "asarray", "NumPy's view", ASARRAY, height=0.70)
    _logarithmic(axes, sizes, time_text)
    axes.yaxis.set_major_locator(LogLocator(numticks=20))
    axes.set_ylim(min(cost.tobytes for cost in costs) / 4, max(cost.tobytes for cost in costs) * 4)
    axes.set_ylabel("time of one call")
    last = costs[-1]
    shared, copied = time_text(last.memoryview), time_text(last.copying)
    axes.set_title(f"Time: {bytes_text(last.size)} is shared in {shared}, and copied in {copied}", **TITLE)


def _mark_worth(axes: Axes, costs: list[Cost], way: str, name: str, colour: str, height: float) -> None:
    """Ring the point where copying begins to cost more than a view. height: of the text, as a share of the axes'."""
    size = comparison.worth_from(costs, way)
    if not size:
        return
    time = getattr(min(costs, key=lambda cost: abs(cost.size - size)), way)
    axes.plot(size, time, "o", markersize=15, markerfacecolor="none", markeredgecolor=colour, markeredgewidth=2)
    axes.annotate(
        f"below {bytes_text(size)}\na copy costs less\nthan {name}",
        (size, time),
        xytext=(size, height),
        textcoords=("data", "axes fraction"),
        ha="center",
        color=colour,
        fontsize=11,
        arrowprops={"arrowstyle": "-", "color": colour, "shrinkB": 8, "linestyle": ":"},
    )


def _draw_peaks(axes: Axes, costs: list[Cost]) -> None:
    known = [(cost.size, cost.shared_peak, cost.copied_peak) for cost in costs]
    sizes = [size for size, shared, copied in known if shared is not None and copied is not None]
    if not sizes:
        axes.set_title("Memory", **TITLE)
        axes.text(0.5, 0.5, "not measured on this system", ha="center", color=GREY, transform=axes.transAxes)
        axes.set(xticks=[], yticks=[])
        return
    for column, colour, mark, label, offset in (
        (2, COPY, "s", "copied", (-10, 4)),
        (1, MEMORYVIEW, "o", "shared", (-10, 9)),
    ):
        peaks = [max(PAGE, row[column] or 0) for row in known]
        axes.plot(sizes, peaks, color=colour, marker=mark, markersize=5)
        axes.annotate(
            label,
            (sizes[-5], peaks[-5]),
            xytext=offset,
            textcoords="offset points",
            ha="right",
            color=colour,
            fontsize=11,
            fontweight="bold",
        )
    axes.axhline(MIB, color=GREY, linewidth=1, linestyle=":")
    axes.annotate("the bar for sharing: 1 MiB", (sizes[0], MIB), xytext=(0, 5), textcoords="offset points", color=GREY)
    axes.annotate(
        "nothing, or less than a page", (sizes[0], PAGE), xytext=(0, -17), textcoords="offset points", color=GREY
    )
    _logarithmic(axes, sizes, bytes_text)
    axes.set_ylim(PAGE / 4, max(4 * GIB, sizes[-1] * 4))
    axes.set_yticks([PAGE, 64 * KIB, MIB, 16 * MIB, 256 * MIB, 4 * GIB])
    axes.set_ylabel("peak of extra memory")
    axes.set_title(f"Memory: sharing {bytes_text(sizes[-1])} takes {bytes_text(known[-1][1] or 0)} extra", **TITLE)


def _logarithmic(axes: Axes, sizes: list[int], text: Callable[[float], str]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks([tick for exponent in range(5, 40, 5) if (tick := 1 << exponent) <= sizes[-1]])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: bytes_text(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.tick_params(labelsize=9.5)
    axes.grid(color="#e6e6e6")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("size of the memory")
