"""The Python tests, with the extension and the package in an environment where a wheel would put them.

The extension is ordinary Swift here, with the toolchain's run-time library: Embedded Swift, as in the wheel, is built
by whole modules only. It is the same source, and the tests pass on it as they do on the wheel's.
"""

from __future__ import annotations

import os
import shutil

from judge import ENVIRONMENT, Judge, Verdict, hash_of, last, swift_build, swift_runtime, verdict
from running import run
from tree import COPY, FOLDER

VENV = FOLDER / "venv"

LEFT_OUT = {
    "test_wheel.py",
    "test_slot_symbols.py",
    "test_probe_extension.py",
    "test_typing.py",
    "test_out_of_memory.py",
}
"""Tests of what is around the extension: the wheel file, its symbols, another extension, the stubs, those that look
for functions in what the linker made."""


class Python(Judge):
    """The Python tests."""

    name = "python"

    def build(self) -> str:
        """Build the extension, and put it and the package into the environment."""
        rpath = ("-Xlinker", "-rpath", "-Xlinker", swift_runtime())
        swift_build("extension", COPY, "--product", "_swiftbuf", "-Xswiftc", "-O", *rpath)
        (packages,) = (VENV / "lib").glob("python3.*/site-packages")
        extension, package = packages / "_swiftbuf.abi3.so", packages / "swiftbuf"
        # Not written over: a program may still have it loaded.
        extension.unlink(missing_ok=True)
        shutil.copyfile(FOLDER / "extension" / "debug" / "lib_swiftbuf.so", extension)
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(COPY / "python" / "swiftbuf", package)
        return hash_of(extension, *sorted(package.glob("*.py")))

    def everything(self) -> tuple[str, ...]:
        """Return the files of tests, but for those that need more than the extension."""
        return tuple(sorted({path.name for path in (COPY / "Tests" / "Python").glob("test_*.py")} - LEFT_OUT))

    def ask(self, tests: tuple[str, ...], limit: float) -> Verdict:
        """Run files of tests until one test fails; not those that measure time, which others disturb."""
        command = [str(VENV / "bin" / "python"), "-m", "pytest", "-xvp", "no:cacheprovider"]
        command += [f"Tests/Python/{test}" for test in tests]
        path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
        outcome = run(command, COPY, ENVIRONMENT | {"PATH": path}, limit)
        failed = last(r"^(?:FAILED|ERROR) Tests/Python/(\S+)", outcome.text, "")
        running = last(r"^Tests/Python/(\S+::\S+)", outcome.text, "pytest")
        return verdict(outcome, failed, running)
