"""Check that what must not compile does not, and that the compiler says why.

must_not_compile.py [--embedded] PACKAGE SCRATCH [FIXTURE...]

PACKAGE has a target for each fixture, of its name, with the one source Fixtures/NAME/NAME.swift (client_package.py
makes them; embedded_fixtures.py makes those of Embedded Swift); SCRATCH is where it is built. The lines `// error:
TEXT` say which errors the compiler has to report: one on that line whose text contains TEXT; a line may ask for
several. `// ordinary error: TEXT` and `// embedded error: TEXT` ask for it in one mode alone. Any other error fails
the check, and so does an error that does not come. A fixture without such a line must compile. What an earlier run
made of a fixture is deleted first, and the build has to say that it compiles it: no result hangs on the times of
files. FIXTURE is a name, such as TokenEscapes; without it, all of PACKAGE are checked. Exit code 1: one fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

EXPECTED = re.compile(r"// (?:(ordinary|embedded) )?error: (.+?)\s*(?=$|// (?:ordinary |embedded )?error: )")
REPORTED = re.compile(r"^(?P<file>/.+?):(?P<line>\d+):\d+: error: (?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Error:
    """An error on a line of a fixture, the first being 1; on line 0 if it is in another file."""

    line: int
    text: str

    def __str__(self) -> str:
        """Return the line and the text."""
        return f"line {self.line}: {self.text}" if self.line else self.text


def expected_errors(source: str, mode: str) -> list[Error]:
    """Return the errors that a fixture asks for in a mode, "ordinary" or "embedded"."""
    lines = enumerate(source.splitlines(), 1)
    return [
        Error(number, text) for number, line in lines for only, text in EXPECTED.findall(line) if only in ("", mode)
    ]


def reported_errors(output: str, file: Path) -> set[Error]:
    """Return the errors that the compiler reported, each once, as the compiler's jobs repeat each other."""
    found = set()
    for match in REPORTED.finditer(output):
        if Path(match["file"]).resolve() == file.resolve():
            found.add(Error(int(match["line"]), match["text"]))
        else:
            found.add(Error(0, f"{match['file']}:{match['line']}: {match['text']}"))
    return found


def was_compiled(output: str, name: str) -> bool:
    """Whether a build says that it compiles the fixture, and does not take it for up to date."""
    return f" Compiling {name} {name}.swift" in output


def complaints(expected: list[Error], reported: set[Error], succeeded: bool) -> list[str]:
    """Return what is wrong, a sentence each; nothing if the errors are those that were asked for."""
    wrong = []
    unasked = set(reported)
    for error in expected:
        fitting = {other for other in reported if other.line == error.line and error.text in other.text}
        unasked -= fitting
        if not fitting:
            wrong.append(f"no such error on {error}")
    wrong += [f"an error that was not asked for, {error}" for error in sorted(unasked)]
    if succeeded and expected:
        wrong.append("it compiles")
    if not succeeded and not reported:
        wrong.append("the build failed without an error of the compiler: see below")
    return wrong


def check(name: str, mode: str, package: Path, scratch: Path) -> bool:
    """Build one fixture, print how it went, and return whether that is as it should be."""
    file = package / "Fixtures" / name / f"{name}.swift"
    expected = expected_errors(file.read_text(encoding="utf-8"), mode)
    for made in [*scratch.glob(f"*/debug/{name}.build/{name}.*"), *scratch.glob(f"*/debug/Modules/{name}.*")]:
        made.unlink()
    build = subprocess.run(
        ["swift", "build", "--package-path", package, "--scratch-path", scratch, "--target", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    wrong = complaints(expected, reported_errors(build.stdout, file), build.returncode == 0)
    if not was_compiled(build.stdout, name):
        wrong.append("the build has not compiled it")
    if not wrong:
        print(f"ok    {name}: {'; '.join(error.text for error in expected) or 'it compiles'}", flush=True)
        return True
    print(f"FAIL  {name}:", *wrong, sep="\n      ")
    print(build.stdout, flush=True)
    return False


def main(arguments: list[str]) -> int:
    """Check all fixtures and return an exit code."""
    mode = "embedded" if arguments[:1] == ["--embedded"] else "ordinary"
    package, scratch, *names = arguments[mode == "embedded" :]
    names = names or sorted(fixture.name for fixture in (Path(package) / "Fixtures").iterdir())
    if not names:
        print(f"must_not_compile: there are no fixtures in {package}", file=sys.stderr)
        return 1
    results = [check(name, mode, Path(package), Path(scratch)) for name in names]
    print(f"{sum(results)} of {len(results)} fixtures are as they should be in {mode} Swift.")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
