"""An SVG file, its colours and letters."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

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
