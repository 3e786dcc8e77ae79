"""Draws the pictures of the guide (core-concepts.md) as SVG files in images/.

    python3 docs/draw.py [view-or-copy.json]

Plain Python: no packages. The layouts are computed from shape and strides; what a view costs is read from
images/view-or-copy.json. The argument is a new such file (scripts/bench --views measures it): it replaces the old one,
and its figures replace those in the guide. Each picture brings its own ground, and other colours where the reader
prefers dark ones.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drawing.layouts import layouts
from drawing.life import life
from drawing.view_or_copy import figures, view_or_copy

GUIDE = Path(__file__).resolve().with_name("core-concepts.md")
IMAGES = GUIDE.parent / "images"
MEASURED = IMAGES / "view-or-copy.json"


def measured() -> dict[str, Any]:
    """Return what views and copies cost."""
    return json.loads(MEASURED.read_text())


PICTURES: dict[str, Callable[[], str]] = {
    "layouts.svg": layouts,
    "life.svg": life,
    "view-or-copy.svg": lambda: view_or_copy(measured()),
}


def main() -> None:
    """Draw every picture; take over the measured file that is named, and put its figures into the guide."""
    if len(sys.argv) > 1:
        before = figures(measured())
        MEASURED.write_text(Path(sys.argv[1]).read_text())
        text = GUIDE.read_text()
        for old, new in zip(before, figures(measured()), strict=True):
            text = text.replace(old, new)
        GUIDE.write_text(text)
    for name, draw in PICTURES.items():
        (IMAGES / name).write_text(draw())


if __name__ == "__main__":
    main()
