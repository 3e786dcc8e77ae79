"""Check the public symbols of the Swift modules: each has documentation, and none is of the inside.

public_symbols.py FOLDER

FOLDER has the symbol graphs that scripts/docs makes. What other modules of the package need is `package`, and what
generated code of other packages needs is `@_spi(SwiftBufKit)`: neither is in a symbol graph. A requirement of a
protocol whose name has an underscore is left out by the compiler. Prints each symbol that is wrong; exit code 1 if
there is one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

MODULES = ("SwiftBuf", "SwiftBufEmbed", "SwiftBufFoundation")

# What no author should see, in no declaration.
INSIDE = {"BorrowedItems", "BorrowRequest", "ElementFormat", "KitBorrow", "Lease", "OwnedLease", "TextWriter"}


def symbols(folder: Path) -> Iterator[tuple[str, dict]]:
    """Yield the module's name with each of its symbols, those of its extensions of other modules' types too."""
    for module in MODULES:
        graphs = [folder / f"{module}.symbols.json", *sorted(folder.glob(f"{module}@*.symbols.json"))]
        for graph in graphs:
            for symbol in json.loads(graph.read_text(encoding="utf-8"))["symbols"]:
                yield module, symbol


def complaints(symbol: dict) -> list[str]:
    """Return what is wrong with a symbol, a sentence each."""
    wrong = []
    path = symbol["pathComponents"]
    words = {part["spelling"] for part in symbol["declarationFragments"]} | set(path)
    # Nobody writes the initialiser that an enum with a raw type has.
    documented = (
        symbol.get("docComment") or symbol["kind"]["identifier"] == "swift.extension" or path[-1] == "init(rawValue:)"
    )
    if not documented:
        wrong.append("has no documentation")
    if any(name.startswith("_") for name in path):
        wrong.append("has a name with an underscore")
    if words & INSIDE:
        wrong.append(f"shows {', '.join(sorted(words & INSIDE))}")
    return wrong


def main(folder: Path) -> int:
    """Check all symbols and return an exit code."""
    count = bad = 0
    for module, symbol in symbols(folder):
        count += 1
        for wrong in complaints(symbol):
            bad += 1
            print(f"public_symbols: {module}: {'.'.join(symbol['pathComponents'])} {wrong}.", file=sys.stderr)
    if count == 0:
        print(f"public_symbols: there are no symbols in {folder}.", file=sys.stderr)
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
