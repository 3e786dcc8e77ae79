"""The build hook: `swift build`, and what makes its product a wheel's extension module.

hatchling does everything else. The extension is Embedded Swift: it needs libc alone, loads in every CPython from
3.11 on, and exports one symbol. A free-threaded CPython, which has another object layout and no stable ABI, gets a
build of its own, for its minor version alone. What is missing for a build is said in one sentence.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_SWIFT = (6, 3)
OLDEST_GLIBC = (2, 17)
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
EXTENSION = "_swiftbuf" + (str(sysconfig.get_config_var("EXT_SUFFIX")) if FREE_THREADED else ".abi3.so")


class ExtensionBuildHook(BuildHookInterface):
    """Builds `_swiftbuf` and adds it to the wheel, at top level."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension and set the wheel's tag; called by hatchling before it collects files."""
        root = Path(self.root)
        scratch = root / (f".build-wheel-{sys.implementation.cache_tag}t" if FREE_THREADED else ".build-wheel")
        swift = self.find_swift()
        with tempfile.TemporaryDirectory() as folder:
            environment = self.environment_with_headers(Path(folder))
            product = self.swift_build(swift, root, scratch, environment)
        extension = self.strip(swift, product, scratch / EXTENSION)
        build_data["pure_python"] = False
        build_data["tag"] = f"{python_tag()}-{platform_tag(extension)}"
        target = "force_include_editable" if version == "editable" else "force_include"
        build_data[target][str(extension)] = EXTENSION

    def find_swift(self) -> str:
        """Return the path of a `swift` that is new enough."""
        needed = ".".join(map(str, OLDEST_SWIFT))
        swift = shutil.which("swift")
        if swift is None:
            self.app.abort(
                f"swiftbuf is built by Swift, and there is none: install Swift {needed} or newer from swift.org."
            )
        text = subprocess.run([swift, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"Swift version (\d+)\.(\d+)", text)
        if found is None or tuple(map(int, found.groups())) < OLDEST_SWIFT:
            have = found.group(0) if found else "a swift without a version"
            self.app.abort(f"swiftbuf needs Swift {needed} or newer, and this is {have}: install one from swift.org.")
        return str(swift)

    def environment_with_headers(self, folder: Path) -> dict[str, str]:
        """Return an environment in which pkg-config's `python3` names the headers of the Python that runs this."""
        environment = dict(os.environ)
        paths = sysconfig.get_paths()
        includes = [path for path in dict.fromkeys([paths["include"], paths["platinclude"]]) if Path(path).is_dir()]
        if any((Path(path) / "Python.h").is_file() for path in includes):
            flags = " ".join(f'-I"{path}"' if " " in path else f"-I{path}" for path in includes)
            text = f"Name: Python\nDescription: headers\nVersion: {platform.python_version()}\nCflags: {flags}\n"
            (folder / "python3.pc").write_text(text)
            environment["PKG_CONFIG_PATH"] = os.pathsep.join(
                filter(None, [str(folder), os.environ.get("PKG_CONFIG_PATH")])
            )
            return environment
        if FREE_THREADED:
            self.app.abort(
                "swiftbuf needs this free-threaded Python's own Python.h, and there is none: install its headers."
            )
        # This Python came without headers; any of the same kind will do, because the limited API is used.
        command = ["pkg-config", "--cflags-only-I", "python3"]
        try:
            flags = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        except (OSError, subprocess.CalledProcessError):
            flags = []
        if not any((Path(flag.removeprefix("-I")) / "Python.h").is_file() for flag in flags):
            self.app.abort(
                "swiftbuf needs Python.h, and there is none: install libpython3-dev (Debian) or python3-devel."
            )
        return environment

    def swift_build(self, swift: str, root: Path, scratch: Path, environment: dict[str, str]) -> Path:
        """Run `swift build` and return the shared library that it made."""
        command = [swift, "build", "--package-path", str(root), "--scratch-path", str(scratch)]
        # As C compilers do: a frame pointer would be a third of the instructions of the shortest slots.
        command += ["-c", "release", "--traits", "Embedded", "--product", "_swiftbuf", "--omit-frame-pointers"]
        if sys.platform == "darwin":  # untested
            linker = ["-exported_symbol", "_PyInit__swiftbuf", "-dead_strip", "-undefined", "dynamic_lookup"]
            name = "lib_swiftbuf.dylib"
        else:
            script = root / "Sources" / "CSwiftBuf" / "_swiftbuf.version"
            # A soname, because else the linker writes the path of the build folder into the file; no build id, because
            # it is a hash of such paths.
            linker = [f"--version-script={script}", f"-soname={EXTENSION}", "--build-id=none"]
            linker += ["--gc-sections", "-z", "now", "-z", "relro"]
            name = "lib_swiftbuf.so"
        # Nor a folder to search libraries in: it needs none but the system's.
        command += ["--disable-local-rpath"]
        # The compiler keeps hashes of its inputs in the object files, which depend on the build folder too.
        command += ["-Xswiftc", "-Xfrontend", "-Xswiftc", "-disable-incremental-llvm-codegen"]
        # Each function in a section of its own, so that the linker leaves out what nobody calls.
        command += ["-Xswiftc", "-Xfrontend", "-Xswiftc", "-function-sections"]
        for argument in linker:
            command += ["-Xlinker", argument]
        self.app.display_info(" ".join(command))
        done = subprocess.run(command, env=environment, check=False)
        if done.returncode != 0:
            self.app.abort(f"swift build failed with exit code {done.returncode}: its own words are above.")
        where = subprocess.run(
            [*command, "--show-bin-path"], env=environment, capture_output=True, text=True, check=True
        )
        return Path(where.stdout.strip()) / name

    def strip(self, swift: str, product: Path, extension: Path) -> Path:
        """Copy the library without its symbol table; the unstripped one stays where it was built."""
        beside_swift = Path(os.path.realpath(swift)).parent / "llvm-strip"
        strip = shutil.which("strip") or (str(beside_swift) if beside_swift.exists() else None)
        if strip is None:
            self.app.abort("swiftbuf's build needs strip, and there is none: install binutils.")
        extension.unlink(missing_ok=True)
        shutil.copyfile(product, extension)
        extension.chmod(0o755)
        subprocess.run([strip, "-x" if sys.platform == "darwin" else "--strip-all", str(extension)], check=True)
        return extension


def python_tag() -> str:
    """Return the wheel's tags for Python and its ABI."""
    if FREE_THREADED:
        version = f"cp{sys.version_info.major}{sys.version_info.minor}"
        return f"{version}-{version}t"
    return "cp311-abi3"


def platform_tag(extension: Path) -> str:
    """Return the wheel's platform tag: on Linux the oldest manylinux whose glibc has every symbol that is needed."""
    if sys.platform != "linux":
        return sysconfig.get_platform().replace("-", "_").replace(".", "_")
    highest = max([OLDEST_GLIBC, *needed_glibc_versions(extension)])
    return f"manylinux_{highest[0]}_{highest[1]}_{platform.machine()}"


def needed_glibc_versions(extension: Path) -> list[tuple[int, int]]:
    """Return the versions of glibc that a shared library's symbols name."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.gnuversions import GNUVerNeedSection

    versions = []
    with extension.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            if isinstance(section, GNUVerNeedSection):
                for _, auxiliaries in section.iter_versions():
                    names = [re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", each.name) for each in auxiliaries]
                    versions += [(int(name[1]), int(name[2])) for name in names if name]
    return versions
