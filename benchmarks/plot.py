"""The picture: every timed operation, the subject's ratio to each contender, on one logarithmic axis."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from model import CONTROL, SUBJECT, YARDSTICK, Section

# Colours and marks that differ for the colour-blind and in print.
STYLES = {
    YARDSTICK: ("o", "#0072B2"),
    "bytearray": ("s", "#E69F00"),
    "ndarray": ("D", "#009E73"),
    "memoryview": ("^", "#CC79A7"),
}
TICKS = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2, 3, 5, 10, 20, 50]


def draw(section: Section, file: Path, caption: str) -> None:
    """Write `section` to a PNG file. `caption` says what ran where."""
    lines = section.lines
    figure = Figure(figsize=(11, 1.8 + 0.42 * len(lines)), layout="constrained")
    axes = figure.subplots()
    seen: list[float] = [1.0]
    for row, line in enumerate(lines):
        axes.axhline(row, color="#eeeeee", zorder=0)
        control = line.ratio(YARDSTICK, CONTROL) if CONTROL in line.runs else None
        if control is not None:
            axes.plot(
                control,
                row,
                "|",
                color="#0072B2",
                markersize=12,
                alpha=0.5,
                zorder=2,
                label="C ÷ C: error of the method" if row == 0 else None,
            )
        for bar in line.bars:
            if bar.kind == "ratio" and not bar.strict:
                axes.plot(
                    [bar.limit] * 2,
                    [row - 0.32, row + 0.32],
                    color="#d62728",
                    linewidth=2,
                    zorder=1,
                    label="bar for ÷ C" if row == 0 else None,
                )
        for name, (mark, colour) in STYLES.items():
            if name in line.runs:
                value = line.ratio(name)
                seen.append(value)
                axes.plot(value, row, mark, color=colour, markersize=8, zorder=3)
        axes.annotate(
            f"{line.ratio(YARDSTICK):.2f}",
            (1.005, row),
            xycoords=("axes fraction", "data"),
            va="center",
            color="#0072B2",
            fontsize=9,
        )
    for name, (mark, colour) in STYLES.items():
        axes.plot([], [], mark, color=colour, markersize=8, label=f"÷ {name}")
    axes.axvline(1.0, color="black", linewidth=1.2, zorder=1)
    axes.annotate("÷ C", (1.005, 1.0), xycoords="axes fraction", va="bottom", color="#0072B2", fontsize=9)

    axes.set_xscale("log")
    axes.set_xlim(min(seen) / 1.15, max(seen) * 1.15)
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.grid(axis="x", color="#dddddd", zorder=0)
    axes.set_yticks(range(len(lines)), [line.title for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlabel(f"time of {SUBJECT} ÷ time of the other (left of 1×: {SUBJECT} is faster)")
    axes.set_title(f"What {SUBJECT} costs, against C by hand, bytearray, NumPy and memoryview\n", fontsize=13)
    axes.text(0.5, 1.01, caption, transform=axes.transAxes, ha="center", va="bottom", fontsize=8.5, color="#555555")
    figure.legend(loc="outside lower center", ncols=6, frameon=False)
    figure.savefig(file, dpi=130)
