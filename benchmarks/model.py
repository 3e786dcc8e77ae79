"""What the benchmark's parts tell each other: lines of measurements, and the bars that they are held against.

A line keeps, for each contender, one number for each run: the minimum of that run's rounds. A ratio is taken within
each run, between numbers measured side by side, and the median of the runs' ratios is what is reported.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any, Literal

SUBJECT = "swiftbuf"
YARDSTICK = "C"
# A second copy of the yardstick, loaded from another file. Its ratio to the first is the error of the method.
CONTROL = "C again"

Unit = Literal["ns", "ms", "instructions", "bytes"]


@dataclass(frozen=True)
class Bar:
    """A bound on the subject: its ratio to `against`, its difference to it, or its value.

    limit: in the line's unit, but for ratios. strict: the bound itself is too much.
    """

    kind: Literal["ratio", "difference", "value"]
    limit: float
    against: str = ""
    strict: bool = False


def ratio(limit: float, against: str = YARDSTICK) -> Bar:
    """Bound the ratio to another contender."""
    return Bar("ratio", limit, against)


def below(against: str) -> Bar:
    """Demand less than another contender takes."""
    return Bar("ratio", 1.0, against, strict=True)


@dataclass
class Line:
    """One operation. `runs` is {contender: [a number for each run]}; every contender has as many."""

    key: str
    title: str
    unit: Unit
    bars: tuple[Bar, ...] = ()
    runs: dict[str, list[float]] = field(default_factory=dict)

    def value(self, contender: str) -> float:
        """Return the median of a contender's runs, in the line's unit."""
        return statistics.median(self.runs[contender])

    def ratio(self, other: str, contender: str = SUBJECT) -> float:
        """Return the median of the runs' ratios of a contender to another."""
        pairs = zip(self.runs[contender], self.runs[other], strict=True)
        return statistics.median(mine / its for mine, its in pairs)

    def difference(self, other: str) -> float:
        """Return the median of the runs' differences of the subject to another, in the line's unit."""
        pairs = zip(self.runs[SUBJECT], self.runs[other], strict=True)
        return statistics.median(mine - its for mine, its in pairs)

    def others(self) -> list[str]:
        """Return every contender but the subject."""
        return [name for name in self.runs if name != SUBJECT]

    def measured(self, bar: Bar) -> float:
        """Return what is held against a bar."""
        if bar.kind == "ratio":
            return self.ratio(bar.against)
        if bar.kind == "difference":
            return self.difference(bar.against)
        return self.value(SUBJECT)

    def meets(self, bar: Bar) -> bool:
        """Tell whether a bar is met."""
        measured = self.measured(bar)
        return measured < bar.limit if bar.strict else measured <= bar.limit

    def as_json(self) -> dict[str, Any]:
        """Return the line as JSON's types: every run, the ratios, the bars and whether they are met."""
        return {
            "key": self.key,
            "title": self.title,
            "unit": self.unit,
            "runs": self.runs,
            "ratios": {other: self.ratio(other) for other in self.others()},
            "control": self.ratio(YARDSTICK, CONTROL) if CONTROL in self.runs else None,
            "bars": [{**vars(bar), "measured": self.measured(bar), "met": self.meets(bar)} for bar in self.bars],
        }


@dataclass
class Section:
    """Lines that share their contenders, under one heading."""

    title: str
    note: str
    lines: list[Line]
