"""What is shipped: the extension's needs and exports, the wheel's tags, and what importing it loads.

Reads the installed extension, and the wheel file that SWIFTBUF_WHEEL names.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import _swiftbuf
import pytest
import swiftbuf
from conftest import FREE_THREADED, tool

PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
PYTHON_TAG = f"{PYTHON}-{PYTHON}t" if FREE_THREADED else "cp311-abi3"
EXTENSION = f"_swiftbuf{sysconfig.get_config_var('EXT_SUFFIX') if FREE_THREADED else '.abi3.so'}"
PLATFORM = f"manylinux_2_17_{platform.machine()}"
OLDEST_GLIBC = (2, 17)
PAGE = 4096
# The sections with addresses that the loader fills in.
FILLED_IN = (".dynamic", ".got", ".got.plt", ".data.rel.ro", ".init_array", ".fini_array")


def output(program: str, package: str, *arguments: object) -> str:
    """Run a program and return what it writes."""
    command = [tool(program, package), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{program} failed:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def dynamic_section_of(library: Path) -> str:
    """Return what the loader reads of a shared library."""
    return output("readelf", "binutils", "--dynamic", "--wide", library)


@dataclass(frozen=True)
class Segment:
    """A row of a shared library's program headers."""

    kind: str
    start: int
    size: int
    flags: str

    def holds(self, start: int, size: int) -> bool:
        """Whether all of these addresses are inside."""
        return self.start <= start and start + size <= self.start + self.size


def segments_of(library: Path) -> list[Segment]:
    """Return what the loader maps, and as what."""
    text = output("readelf", "binutils", "--program-headers", "--wide", library)
    number = r"0x[0-9a-f]+"
    rows = re.findall(rf"^ +([A-Z_]+) +{number} +({number}) +{number} +{number} +({number}) ([RWE ]{{3}}) ", text, re.M)
    return [Segment(kind, int(start, 16), int(size, 16), flags) for kind, start, size, flags in rows]


def sections_of(library: Path) -> dict[str, tuple[int, int]]:
    """Return the address and the size of each section."""
    text = output("readelf", "binutils", "--sections", "--wide", library)
    rows = re.findall(r"\] (\.\S+) +\w+ +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) ", text)
    return {name: (int(start, 16), int(size, 16)) for name, start, size in rows}


def left_writable(library: Path) -> list[str]:
    """Return what of the addresses that the loader fills in it leaves writable, and whether it fills them in late."""
    dynamic = dynamic_section_of(library)
    relro = [segment for segment in segments_of(library) if segment.kind == "GNU_RELRO"]
    # From .got.plt on functions are called: it is filled in at once, or on the first call, and then it stays writable.
    filled_in = {name: place for name, place in sections_of(library).items() if name in FILLED_IN}
    assert {".dynamic", ".got", ".data.rel.ro"} <= set(filled_in)
    wrong = [name for name, place in filled_in.items() if not any(segment.holds(*place) for segment in relro)]
    # What is read-only afterwards is whole pages.
    wrong += ["the end of GNU_RELRO" for segment in relro if (segment.start + segment.size) % PAGE]
    return wrong if re.search(r"\(FLAGS_1\).*\bNOW\b", dynamic) else [*wrong, "symbols are bound when they are used"]


@pytest.fixture(scope="module")
def dynamic_section(extension: Path) -> str:
    """What the loader reads of the extension."""
    return dynamic_section_of(extension)


# --- the extension ---


def test_the_extension_needs_the_c_and_the_mathematics_library_and_nothing_else(dynamic_section: str) -> None:
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic_section))
    assert "libc.so.6" in needed
    assert needed <= {"libc.so.6", "libm.so.6"}


def test_the_extension_names_no_folder_to_search_libraries_in(dynamic_section: str) -> None:
    assert "(SONAME)" in dynamic_section
    assert not re.search(r"\((RUNPATH|RPATH)\)", dynamic_section)


def test_the_extension_exports_its_init_function_alone(extension: Path) -> None:
    symbols = output("nm", "binutils", "--dynamic", "--defined-only", extension).split("\n")
    assert [line.split()[-1] for line in symbols if line] == ["PyInit__swiftbuf"]


def test_no_symbol_that_the_extension_needs_is_newer_than_glibc_217(extension: Path) -> None:
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", output("readelf", "binutils", "--version-info", "--wide", extension))
    assert versions, "readelf shows no version of glibc"
    assert max((int(major), int(minor)) for major, minor in versions) <= OLDEST_GLIBC


def test_the_extension_has_no_swift_runtime_and_no_cpp_inside_or_beside_it(extension: Path) -> None:
    undefined = output("nm", "binutils", "--dynamic", "--undefined-only", extension)
    assert not re.findall(r"\b(?:swift_\w+|_Z\w+|__cxa_throw|\$s\w+)", undefined)


def test_the_extension_has_at_most_400_kilobytes_and_no_symbol_table(extension: Path) -> None:
    assert extension.stat().st_size <= 400 * 1024
    assert ".symtab" not in output("readelf", "binutils", "--sections", "--wide", extension)


def test_the_addresses_in_the_extension_are_filled_in_when_it_is_loaded_and_are_read_only_then(extension: Path) -> None:
    assert left_writable(extension) == []


def test_the_stack_of_who_loads_the_extension_does_not_become_executable(extension: Path) -> None:
    assert [segment.flags for segment in segments_of(extension) if segment.kind == "GNU_STACK"] == ["RW "]


def test_nothing_that_is_loaded_of_the_extension_is_writable_and_executable(extension: Path) -> None:
    loaded = [segment.flags for segment in segments_of(extension) if segment.kind == "LOAD"]
    assert any("E" in flags for flags in loaded) and any("W" in flags for flags in loaded)
    assert not [flags for flags in loaded if "W" in flags and "E" in flags]


def test_the_code_of_the_extension_is_not_changed_by_the_loader(dynamic_section: str) -> None:
    assert "(RELA)" in dynamic_section
    assert "TEXTREL" not in dynamic_section


# --- the wheel ---


def test_the_wheel_is_tagged_for_every_cpython_from_311_on_and_every_linux_with_glibc_217(wheel: Path) -> None:
    # Without a GIL there is no stable ABI: that wheel is for one version.
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/WHEEL")]
        tags = re.findall(r"^Tag: (.+)$", archive.read(name).decode(), re.MULTILINE)
    assert tags == [f"{PYTHON_TAG}-{PLATFORM}"]
    assert wheel.name == f"swiftbuf-{swiftbuf.__version__}-{tags[0]}.whl"


def test_the_installed_extension_is_the_one_in_the_wheel(wheel: Path, extension: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(EXTENSION) == extension.read_bytes(), "another wheel is installed than SWIFTBUF_WHEEL names"


def test_the_wheel_carries_the_package_its_types_and_its_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
    package = {f"swiftbuf/{name}" for name in ("__init__.py", "__init__.pyi", "_pickling.py", "py.typed")}
    assert names == {EXTENSION, *package}
    assert len(licences) == 1


def test_auditwheel_accepts_the_wheels_platform_and_leaves_the_extension_as_it_is(
    wheel: Path, extension: Path, tmp_path: Path
) -> None:
    output(
        "auditwheel", "auditwheel (pip)", "repair", "--only-plat", "--plat", PLATFORM, "--wheel-dir", tmp_path, wheel
    )
    (repaired,) = tmp_path.glob("*.whl")
    assert PLATFORM in repaired.stem.split("-")[-1].split("."), "auditwheel adds the older name of the same platform"
    with zipfile.ZipFile(repaired) as archive:
        assert archive.read(EXTENSION) == extension.read_bytes()


def test_abi3audit_finds_nothing(wheel: Path) -> None:
    if FREE_THREADED:
        assert "abi3" not in wheel.name, "a build without the stable ABI says that it has it"
        return
    said = output("abi3audit", "abi3audit (pip)", "--strict", "--summary", wheel)
    assert "1 extensions scanned; 0 ABI version mismatches and 0 ABI violations found" in " ".join(said.split())


# --- versions ---


def test_the_package_its_metadata_and_its_extension_are_of_one_version() -> None:
    assert swiftbuf.__version__ == metadata.version("swiftbuf") == _swiftbuf.__version__


def test_python_files_of_another_version_are_refused_by_one_import_error_that_names_both(tmp_path: Path) -> None:
    installed = Path(swiftbuf.__file__)
    other = tmp_path / "swiftbuf"
    other.mkdir()
    text = installed.read_text()
    assert f'__version__ = "{swiftbuf.__version__}"' in text
    (other / "__init__.py").write_text(text.replace(f'"{swiftbuf.__version__}"', '"99.9"'))
    program = "import sys\nsys.path.insert(0, sys.argv[1])\ntry: import swiftbuf\nexcept ImportError as e: print(e)"
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "99.9" in done.stdout and swiftbuf.__version__ in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert "install" in done.stdout


# --- what importing loads ---


def test_importing_loads_the_package_and_the_extension_and_nothing_else() -> None:
    # What it takes in milliseconds, beside an empty extension, `scripts/bench --check` holds.
    # os: what site imports in every interpreter that is not started with -S, which keeps site-packages out of the way.
    program = (
        "import os, sys\n"
        "sys.path[:0] = sys.argv[1:]\n"
        "before = set(sys.modules)\n"
        "import swiftbuf\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    folders = {str(Path(swiftbuf.__file__).parent.parent), str(Path(_swiftbuf.__file__).parent)}
    command = [sys.executable, "-S", "-c", program, *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "_swiftbuf swiftbuf\n"
