"""The table of ratios. A time or a count stands in it only beside its ratio to the yardstick's."""

from __future__ import annotations

from model import CONTROL, SUBJECT, YARDSTICK, Bar, Line, Section, Unit


def table(sections: list[Section]) -> str:
    """Write all sections, then how many bars are met, and each that is missed."""
    parts = [_section(section) for section in sections]
    bars = [(section, line, bar) for section in sections for line in section.lines for bar in line.bars]
    missed = [
        f"  {section.title}: {line.title}: {_bar(bar, line.unit)}, measured {_measured(line, bar)}"
        for section, line, bar in bars
        if not line.meets(bar)
    ]
    parts.append("\n".join([f"{len(bars) - len(missed)} of {len(bars)} bars are met", *missed]))
    return "\n\n".join(parts)


def _section(section: Section) -> str:
    others = list(dict.fromkeys(name for line in section.lines for name in line.others() if name != CONTROL))
    control = any(CONTROL in line.runs for line in section.lines)
    head = ["", SUBJECT, *(f"÷ {name}" for name in others)]
    if control:
        head.append("C ÷ C")
    rows = [[*head, "bar", "met"]]
    for line in section.lines:
        row = [line.title, amount(line.value(SUBJECT), line.unit)]
        row += [f"{line.ratio(name):.2f}" if name in line.runs else "-" for name in others]
        if control:
            row.append(f"{line.ratio(YARDSTICK, CONTROL):.2f}" if CONTROL in line.runs else "-")
        row.append(_bars(line))
        row.append(("yes" if all(line.meets(bar) for bar in line.bars) else "NO") if line.bars else "")
        rows.append(row)
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "  ".join(
            _cell(text, width, k, len(row)) for k, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join([f"{section.title} ({section.note})", *lines])


def _cell(text: str, width: int, column: int, columns: int) -> str:
    return text.ljust(width) if column in (0, columns - 2, columns - 1) else text.rjust(width)


def _bars(line: Line) -> str:
    """Write the bars of a line, such as `÷ C ≤ 1.15; < ndarray, memoryview`."""
    strict = [bar.against for bar in line.bars if bar.strict and bar.against in line.runs]
    texts = [_bar(bar, line.unit) for bar in line.bars if not bar.strict]
    if strict:
        texts.append("< " + ", ".join(strict))
    return "; ".join(texts)


def _bar(bar: Bar, unit: Unit) -> str:
    sign = "<" if bar.strict else "≤"
    if bar.kind == "ratio":
        return f"÷ {bar.against} {sign} {bar.limit:.2f}"
    if bar.kind == "difference":
        return f"- {bar.against} {sign} {amount(bar.limit, unit)}"
    return f"{sign} {amount(bar.limit, unit)}"


def _measured(line: Line, bar: Bar) -> str:
    value = line.measured(bar)
    return f"{value:.3f}" if bar.kind == "ratio" else amount(value, line.unit)


def amount(value: float, unit: Unit) -> str:
    """Write a value with its unit."""
    if unit == "ns":
        return f"{value / 1000:.1f} µs" if value >= 1000 else f"{value:.1f} ns"
    if unit == "ms":
        return f"{value:.2f} ms"
    if unit == "bytes":
        return f"{value:,.0f} bytes"
    return f"{value:.0f} instr"
