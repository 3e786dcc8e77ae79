"""The core's tables, in a package that knows no Python; optimised, because they run ten times as fast then."""

from __future__ import annotations

import shutil

from judge import ENVIRONMENT, Judge, Verdict, hash_of, last, swift_build, verdict
from running import run
from tree import COPY, FOLDER

PACKAGE = FOLDER / "core-package"
PROGRAM = FOLDER / "core" / "debug" / "swiftbuf-core-check"


class Core(Judge):
    """The core's tables."""

    name = "core"

    def build(self) -> str:
        """Build the program that states everything."""
        PACKAGE.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(COPY / "Tests" / "CoreAlone" / "Package.swift", PACKAGE / "Package.swift")
        for folder in ("Sources", "Tests"):
            if not (PACKAGE / folder).is_symlink():
                (PACKAGE / folder).symlink_to(COPY / folder)
        swift_build("core", PACKAGE, "-Xswiftc", "-O", "--product", "swiftbuf-core-check")
        return hash_of(PROGRAM)

    def everything(self) -> tuple[str, ...]:
        """Return the one name that all tables have."""
        return ("core",)

    def ask(self, tests: tuple[str, ...], limit: float) -> Verdict:
        """Run the tables until a fact does not hold."""
        # By lines, so that what was printed before a trap is there.
        outcome = run(["stdbuf", "-oL", str(PROGRAM)], FOLDER, ENVIRONMENT, limit, stop_at="failed: ")
        failed = last(r"^failed: (.*?)(?: -?\d+)?$", outcome.text, "")
        return verdict(outcome, f"core: {failed}" if failed else "", "core: the tables")
