"""What the parts of scripts/prove that are Python programs share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
"""The project."""

CACHE = Path(os.environ.get("PROOF_CACHE", ROOT / ".prove"))
"""Where a part keeps what it built or has learnt; nothing else looks at it."""

BOUNDED = os.environ.get("PROOF_BOUNDED") == "1"
"""Whether the short form was asked for."""


def row(what: str, amount: str, result: str) -> None:
    """Add one line to the table: `row("fuzz: Format", "10,000,000 executions", "0 crashes")`."""
    print(f"   {what} · {amount} · {result}", file=sys.stderr, flush=True)
    if "PROOF_ROWS" in os.environ:
        with open(os.environ["PROOF_ROWS"], "a", encoding="utf-8") as rows:
            rows.write(f"{what}\t{amount}\t{result}\n")
