"""The documents as sentences: what test_promises walks through."""

from __future__ import annotations

import re
from pathlib import Path


def normalised(text: str) -> str:
    """Return a text on one line, with single spaces."""
    return " ".join(text.split())


def blocks(text: str) -> list[tuple[str, str]]:
    """Cut Markdown without its code blocks into (heading, block): a paragraph, an item of a list, or a table."""
    text = re.sub(r"^ *```.*?^ *```$", "\n", text, flags=re.MULTILINE | re.DOTALL)
    found = []
    heading = ""
    for part in re.split(r"\n\s*\n|\n(?=#|- |\d+\. )", text):
        part = part.strip("\n")
        if part.startswith("#"):
            first, _, part = part.partition("\n")
            heading = first.lstrip("# ")
        if part.strip():
            found.append((heading, re.sub(r"^(- |\d+\. )", "", part)))
    return found


def sentences(block: str) -> list[str]:
    """Cut a block into what can be quoted: sentences, or the rows of a table with their columns' names."""
    if block.startswith("|"):
        return rows(block)
    # A sentence ends where another one begins behind a full stop or its like, but not inside of code.
    code: list[str] = []

    def hide(match: re.Match[str]) -> str:
        code.append(match[0])
        return f"\0{len(code) - 1}\0"

    text = re.sub(r"(`+)(?:.+?)\1", hide, normalised(block))
    parts = re.split(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.) (?=[A-Z\0\[\"*])", text)
    return [re.sub(r"\0(\d+)\0", lambda match: code[int(match[1])], part) for part in parts]


def rows(table: str) -> list[str]:
    """Return the rows of a table, each cell behind the name of its column if that has one."""
    lines = [
        [normalised(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in table.splitlines()
    ]
    names, _, *cells = lines
    return [
        "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=True) if cell)
        for row in cells
    ]


def all_sentences(path: Path) -> list[tuple[str, str]]:
    """Return each sentence of a document with the heading above it."""
    text = path.read_text(encoding="utf-8")
    return [(heading, sentence) for heading, block in blocks(text) for sentence in sentences(block)]
