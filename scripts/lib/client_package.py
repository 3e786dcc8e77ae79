"""Make a copy of an example a package outside of the checkout, with more targets.

client_package.py CHECKOUT PACKAGE

The dependency of PACKAGE, `../..`, becomes CHECKOUT. "ReadmeProgram" is the first Swift block of CHECKOUT's README.md;
what it is to print, by its comments `print(…) // VALUE: why`, is in ReadmeProgram/expected.txt. Each file of
Tests/MustNotCompile is the one source of a library of its own name, which must_not_compile.py builds: no two of them
share a file, a module or a folder.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

# SwiftPM takes unsafe flags from a package at a path, as here, but refuses them in one that comes by its version.
NOT_IN_CHECKOUT = ("unsafeFlags",)
NOT_IN_CLIENT = ("unsafeFlags", "enableExperimentalFeature", "enableUpcomingFeature", "traits")

DEPENDENCY = 'path: "../.."'
TARGETS = "targets: ["


def main(checkout: Path, package: Path) -> None:
    """Change the copy in PACKAGE."""
    manifest = package / "Package.swift"
    text = manifest.read_text(encoding="utf-8")
    _refuse(NOT_IN_CHECKOUT, checkout / "Package.swift")
    _refuse(NOT_IN_CLIENT, manifest)
    for part in (DEPENDENCY, TARGETS):
        if text.count(part) != 1:
            sys.exit(f"client_package: {manifest} has not one `{part}`.")
    products = '[.product(name: "SwiftBuf", package: "swiftbuf"), .product(name: "SwiftBufEmbed", package: "swiftbuf")]'
    more = f"""
        .executableTarget(
            name: "ReadmeProgram", dependencies: {products},
            path: "ReadmeProgram", exclude: ["expected.txt"]),"""
    for fixture in sorted((checkout / "Tests" / "MustNotCompile").glob("*.swift")):
        more += f"""
        .target(name: "{fixture.stem}", dependencies: {products}, path: "Fixtures/{fixture.stem}"),"""
        own = package / "Fixtures" / fixture.stem
        own.mkdir(parents=True)
        shutil.copy(fixture, own)
    text = text.replace(DEPENDENCY, f"path: {json.dumps(str(checkout), ensure_ascii=False)}")
    manifest.write_text(text.replace(TARGETS, TARGETS + more), encoding="utf-8")

    program = _first_swift_block((checkout / "README.md").read_text(encoding="utf-8"))
    printed = [match[1] for match in re.finditer(r"print\(.*?\).*?// ([^:\n]+):", program)]
    if not printed:
        sys.exit("client_package: the README's Swift program says nowhere what it prints.")
    folder = package / "ReadmeProgram"
    folder.mkdir()
    (folder / "main.swift").write_text(program, encoding="utf-8")
    (folder / "expected.txt").write_text("".join(line + "\n" for line in printed), encoding="utf-8")


def _refuse(words: tuple[str, ...], manifest: Path) -> None:
    text = manifest.read_text(encoding="utf-8")
    for word in words:
        if word in text:
            sys.exit(f"client_package: {manifest} has `{word}`, and a client shall need no flags.")


def _first_swift_block(text: str) -> str:
    match = re.search(r"^```swift\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if not match:
        sys.exit("client_package: the README has no Swift program.")
    return match[1]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
