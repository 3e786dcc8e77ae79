"""Make a package in which the fixtures of Tests/MustNotCompile are compiled as Embedded Swift.

embedded_fixtures.py CHECKOUT PACKAGE

A fixture borrows through SwiftBufEmbed, which is ordinary Swift alone. Here Tests/MustNotCompile/Embedded stands in
for it: the same functions, over what a module for Python has. Embedded Swift has no errors of unknown type, so that
`throws` becomes `throws(BufferError)`, on the same line. A fixture that says in its second line "Ordinary Swift only"
is left out.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

MANIFEST = """// swift-tools-version: 6.2
import PackageDescription

let embedded: [SwiftSetting] = [.enableExperimentalFeature("Embedded")]
let swiftbuf: Target.Dependency = .product(name: "SwiftBuf", package: "swiftbuf")

let package = Package(
    name: "fixtures",
    dependencies: [.package(name: "swiftbuf", path: CHECKOUT, traits: ["Embedded"])],
    targets: [
        .target(
            name: "Doors", dependencies: [swiftbuf],
            swiftSettings: embedded + [.enableExperimentalFeature("Lifetimes")]),
FIXTURES    ])
"""

ORDINARY = "\n// Ordinary Swift only"

THROWS = re.compile(r"\bthrows(?= ->| \{)")
LENDING = re.compile(r"(with\w*(?:Buffer\([^{]*|Span|View) \{|with\w*Buffer\([^{]*\{) (\w+) in\b")


def embedded(source: str) -> str:
    """Return a fixture as Embedded Swift; each line stays where it is."""
    source = source.replace("import SwiftBufEmbed\n", "import SwiftBuf; import Doors\n")
    return LENDING.sub(r"\1 (\2) throws(BufferError) in", THROWS.sub("throws(BufferError)", source))


def main(checkout: Path, package: Path) -> None:
    """Write the package."""
    folder = checkout / "Tests" / "MustNotCompile"
    doors = package / "Sources" / "Doors"
    doors.mkdir(parents=True)
    shutil.copy(folder / "Embedded" / "SwiftBufEmbed.swift", doors)
    targets = ""
    for fixture in sorted(folder.glob("*.swift")):
        source = fixture.read_text(encoding="utf-8")
        if ORDINARY in source:
            continue
        own = package / "Fixtures" / fixture.stem
        own.mkdir(parents=True)
        (own / fixture.name).write_text(embedded(source), encoding="utf-8")
        targets += f"""        .target(
            name: "{fixture.stem}", dependencies: [swiftbuf, "Doors"], path: "Fixtures/{fixture.stem}",
            swiftSettings: embedded),
"""
    manifest = MANIFEST.replace("CHECKOUT", json.dumps(str(checkout), ensure_ascii=False)).replace("FIXTURES", targets)
    (package / "Package.swift").write_text(manifest, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
