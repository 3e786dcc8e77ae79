"""Run parts of the proof, keep what they found, and print the table.

prove.py [--bounded] [NAME...] | --list | --table

A part is an executable in scripts/proofs. Two lines of its head are read: `# proof: SENTENCE` and `# inputs: PATHS`,
the files that its result depends on. It runs in the root of the project, adds lines to the table through part.sh or
part.py, and fails by its exit code.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RESULTS = ROOT / "docs" / "proof"
DOCUMENT_FILE = ROOT / "docs" / "proof.md"
DOCUMENT = """# What was tried, and what came of it

`scripts/prove` runs all of it, `scripts/prove NAME` one part, and `scripts/prove --table` says which of these results
no longer speak for the code that is here. `scripts/test proof` runs a short form of each part. This page is made by
`scripts/prove`.

{table}"""


@dataclass(frozen=True)
class Part:
    """A program of scripts/proofs."""

    name: str
    path: Path
    sentence: str
    inputs: tuple[str, ...]


def parts() -> list[Part]:
    """Return all the parts, in the order of their names."""
    return [read(path) for path in sorted((ROOT / "scripts" / "proofs").iterdir()) if os.access(path, os.X_OK)]


def read(path: Path) -> Part:
    """Return a part, as its head describes it."""
    head = path.read_text(encoding="utf-8")[:2000]
    sentence = re.search(r"^# proof: (.+)$", head, re.MULTILINE)
    inputs = re.search(r"^# inputs: (.+)$", head, re.MULTILINE)
    if sentence is None or inputs is None:
        sys.exit(f"prove: {path} does not say in its head `# proof: SENTENCE` and `# inputs: PATHS`.")
    return Part(path.name, path, sentence[1], tuple(inputs[1].split()))


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git in the project."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def run(part: Part, bounded: bool) -> bool:
    """Run a part; keep its result if it is the whole of it. Return whether it held."""
    print(f"\n== prove {part.name}: {part.sentence}", file=sys.stderr, flush=True)
    commit = git("rev-parse", "HEAD").stdout.strip()
    with tempfile.NamedTemporaryFile(suffix=".tsv") as rows:
        environment = os.environ | {
            "PROOF_ROWS": rows.name,
            "PROOF_CACHE": str(ROOT / ".prove"),
            "PROOF_BOUNDED": str(int(bounded)),
        }
        began = time.monotonic()
        code = subprocess.run([str(part.path)], cwd=ROOT, env=environment, check=False).returncode
        seconds = time.monotonic() - began
        lines = [line.split("\t") for line in Path(rows.name).read_text(encoding="utf-8").splitlines()]
    if not lines:
        lines = [[part.sentence, "", "nothing was said"]]
        code = code or 1
    print(
        f"   {'holds' if code == 0 else f'FAILED, exit code {code}'}, after {seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    if not bounded:
        changed = git("status", "--porcelain", "--", *part.inputs).stdout.strip() != ""
        result = {
            "part": part.name,
            "commit": commit,
            "changed": changed,
            "date": datetime.date.today().isoformat(),
            "seconds": round(seconds),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
            "held": code == 0,
            "rows": lines,
        }
        RESULTS.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        (RESULTS / f"{part.name}.json").write_text(text, encoding="utf-8")
    return code == 0


def staleness(part: Part, result: dict[str, object]) -> str:
    """Say why a result no longer speaks for the code that is here; nothing if it does."""
    if result["changed"]:
        return "stale: it ran with changes that were not committed"
    compared = git("diff", "--quiet", str(result["commit"]), "--", *part.inputs).returncode
    if compared == 0:
        return ""
    return "stale: the code has changed since" if compared == 1 else "stale: its commit is not in this clone"


def document() -> str:
    """Return the text of docs/proof.md: the table, without what is stale, which would be stale itself."""
    return DOCUMENT.format(table=table(with_staleness=False))


def table(with_staleness: bool = True) -> str:
    """Return the table of all that was found, in Markdown."""
    lines = ["| Command | What | How much | Result | Commit |", "|---|---|---|---|---|"]
    for part in parts():
        kept = RESULTS / f"{part.name}.json"
        if not kept.exists():
            lines.append(f"| `scripts/prove {part.name}` | {part.sentence} | | not run yet | |")
            continue
        result = json.loads(kept.read_text(encoding="utf-8"))
        note = staleness(part, result) if with_staleness else ""
        when = f"{str(result['commit'])[:7]}, {result['date']}, {duration(result['seconds'])}" + (
            f"; **{note}**" if note else ""
        )
        for number, (what, amount, found) in enumerate(result["rows"]):
            first = f"`scripts/prove {part.name}`" + ("" if result["held"] else " **FAILED**") if number == 0 else ""
            lines.append(f"| {first} | {what} | {amount} | {found} | {when if number == 0 else ''} |")
    return "\n".join(lines) + "\n"


def duration(seconds: int) -> str:
    """Return seconds in the unit that reads best."""
    return f"{seconds} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def main(arguments: list[str]) -> int:
    """Do what the command line asks for."""
    known = {part.name: part for part in parts()}
    if arguments == ["--list"]:
        for part in known.values():
            print(f"{part.name:12} {part.sentence}")
        return 0
    if arguments == ["--table"]:
        print(table(), end="")
        return 0
    bounded = "--bounded" in arguments
    names = [argument for argument in arguments if argument != "--bounded"] or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"scripts/prove knows {', '.join(known)}, but not {unknown[0]!r}.")
    held = [run(known[name], bounded) for name in names]
    if not bounded:
        DOCUMENT_FILE.write_text(document(), encoding="utf-8")
        print(table(), end="")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
