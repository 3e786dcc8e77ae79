"""What every test here rests on: the installed wheel, a C compiler for the helpers, and memory that is given back.

No test is skipped. What one needs and does not find is an error, with one sentence on what to install.
"""

from __future__ import annotations

import functools
import gc
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import swiftbuf
from hostile_room import Room
from mapped_files import CONTENT
from page_gate import PageGate

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
# PyErr_Fetch is deprecated in 3.12, and its successor is not in the limited API of 3.11.
C_WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-deprecated-declarations"]

A_TEST_FAILED = pytest.StashKey[bool]()
SUMMARY = pytest.StashKey[list[str]]()
POINTS = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to test the checkout: what people install is tested, or nothing. Let tests interrupt their children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As in what a shell starts in the background; the children that tests interrupt would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[SUMMARY] = []
    config.stash[POINTS] = Counter()
    config.stash[A_TEST_FAILED] = False
    package = Path(swiftbuf.__file__).resolve()
    if package.is_relative_to(REPOSITORY / "python"):
        raise pytest.UsageError(f"{package} is the checkout: install the wheel (pip install .) and unset PYTHONPATH.")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Take what was imported out of the collector's sight: it collects after each test, and that shall be quick."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker's tests counted to the process that prints it, where the tests are divided among several."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["summary"] = session.config.stash[SUMMARY]
        session.config.workeroutput["points"] = dict(session.config.stash[POINTS])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker's tests counted; one that crashed says nothing."""
    counted = getattr(node, "workeroutput", {})
    node.config.stash[SUMMARY] += counted.get("summary", [])
    node.config.stash[POINTS].update(counted.get("points", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the tests counted."""
    for line in config.stash[SUMMARY]:
        terminalreporter.write_line(line)
    for what, number in config.stash[POINTS].items():
        terminalreporter.write_line(f"{what}: {number:,} points")


@pytest.fixture(scope="session")
def report(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Add a line to what is printed at the end of the run."""
    return pytestconfig.stash[SUMMARY].append


@pytest.fixture(scope="session")
def points(pytestconfig: pytest.Config) -> Callable[[str, int], None]:
    """Add to how often something was made to happen; the sums are printed at the end of the run."""

    def add(what: str, number: int) -> None:
        pytestconfig.stash[POINTS][what] += number

    return add


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember that a test failed: its traceback keeps Buffers alive for a while, which is no leak."""
    result = yield
    if call.excinfo is not None:
        item.config.stash[A_TEST_FAILED] = True
    return result


@pytest.fixture(autouse=True, scope="module")
def what_a_module_leaves_is_collected() -> Iterator[None]:
    """Collect also what was taken out of the collector's sight after each test of a module."""
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def every_test_gives_its_memory_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold the bytes that Swift has after a test against those it had before."""
    gc.collect()
    before = swiftbuf.allocated_bytes()
    yield
    if not request.config.stash[A_TEST_FAILED]:
        gc.collect()
        assert swiftbuf.allocated_bytes() == before, "the test has leaked memory that Swift owns"
        # What is left belongs to no test. Looking at it again for each one took most of the time of all the tests.
        gc.freeze()


def c_compiler() -> str:
    """Return the system's C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.fail(
            "The tests compile C helpers, and there is no cc: install gcc (Debian: apt-get install gcc).", pytrace=False
        )
    return compiler


def python_headers() -> list[str]:
    """Return the flags that find the Python.h of the interpreter that runs the tests."""
    paths = sysconfig.get_paths()
    folders = [folder for folder in dict.fromkeys([paths["include"], paths["platinclude"]]) if Path(folder).is_dir()]
    if not any((Path(folder) / "Python.h").is_file() for folder in folders):
        pytest.fail(
            "The tests compile C helpers, and this Python has no Python.h: install its headers (Debian: apt-get "
            "install libpython3-dev).",
            pytrace=False,
        )
    return [f"-I{folder}" for folder in folders] + ["-DFREE_THREADED"] * FREE_THREADED


def compile_shared(source: Path, target: Path, flags: list[str]) -> Path:
    """Compile one C file to a shared library."""
    options = ["-std=gnu11", "-O1", "-g", "-fPIC", "-shared", *C_WARNINGS, *flags]
    command = [c_compiler(), *options, str(source), "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{source.name} does not compile:\n{done.stderr}", pytrace=False)
    return target


def compile_extension(name: str, folder: Path, flags: list[str]) -> ModuleType:
    """Compile c/<name>.c to an extension module, of the limited API where there is one, and import it."""
    library = compile_shared(HERE / "c" / f"{name}.c", folder / f"{name}.abi3.so", [*python_headers(), *flags])
    return import_extension(name, library)


def import_extension(name: str, library: Path) -> ModuleType:
    """Import an extension module by its path."""
    loader = importlib.machinery.ExtensionFileLoader(name, str(library))
    spec = importlib.util.spec_from_file_location(name, library, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def helpers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where compiled helpers stand."""
    return tmp_path_factory.mktemp("helpers")


@pytest.fixture(scope="session")
def raw_buffer(helpers_folder: Path) -> ModuleType:
    """The consumer in C that shows every field of a Py_buffer."""
    return compile_extension("raw_buffer", helpers_folder, [])


@pytest.fixture(scope="session")
def hostile_exporter(helpers_folder: Path) -> ModuleType:
    """The exporter in C whose every field is set from Python, right or wrong."""
    return compile_extension("hostile_exporter", helpers_folder, [])


@pytest.fixture
def room(hostile_exporter: ModuleType) -> Iterator[Room]:
    """Memory between two fences; at the end every grant was given back once, and no byte was written."""
    room = Room(hostile_exporter)
    yield room
    room.check()
    room.exporters.clear()  # pytest holds the room a while, and an exception in it would hold what its traceback shows


@pytest.fixture(scope="session")
def make_root(hostile_exporter: ModuleType, raw_buffer: ModuleType) -> Callable[..., Any]:
    """What makes a Root of one of random_views.root_recipes()."""
    from random_views import Root  # hypothesis takes half a second, which most runs can do without

    def make(recipe: tuple[Any, int, str]) -> Root:
        structure, seed, owned = recipe
        return Root(structure, seed, hostile_exporter, raw_buffer, owned)

    return make


@pytest.fixture
def pages(tmp_path: Path) -> str:
    """The path of a file of three pages and a bit: mapped_files.CONTENT."""
    file = tmp_path / "data"
    file.write_bytes(CONTENT)
    return str(file)


@pytest.fixture
def empty_file(tmp_path: Path) -> str:
    """The path of a file without a byte."""
    file = tmp_path / "empty"
    file.touch()
    return str(file)


@pytest.fixture(scope="session")
def slow_system(helpers_folder: Path) -> Path:
    """System calls that stand still or fail, to be preloaded."""
    return compile_shared(HERE / "c" / "slow_system.c", helpers_folder / "slow_system.so", ["-pthread"])


@pytest.fixture(scope="session")
def gate_library(helpers_folder: Path) -> Path:
    """What page_gate.PageGate loads."""
    return compile_shared(HERE / "c" / "page_gate.c", helpers_folder / "page_gate.so", [])


@pytest.fixture(scope="session")
def gate(gate_library: Path) -> PageGate:
    """The gate in the middle of memory at which operations stand still."""
    return PageGate(gate_library)


def fails_silently(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test whose exporter fails without an exception.

    A debug build of CPython ends the process over it (`_Py_CheckSlotResult`) before swiftbuf learns of it. There the
    test runs in a process of its own, and that CPython ends it is what is asserted.
    """
    if not hasattr(sys, "gettotalrefcount"):
        return test

    @functools.wraps(test)
    def is_ended_by_cpython(**fixtures: object) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of other threads, which the child does without
            child = os.fork()
        if child == 0:
            try:
                test(**fixtures)
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGABRT

    return is_ended_by_cpython


SWIFTBUF_HEADERS = [
    f"-I{REPOSITORY / 'Sources' / target / 'include'}" for target in ("CSwiftBufABI", "CSwiftBufStorage")
]


@pytest.fixture(scope="session")
def abi_probe(helpers_folder: Path) -> ModuleType:
    """The extension in C that makes and recognises Buffers by the capsule."""
    return compile_extension("abi_probe", helpers_folder, SWIFTBUF_HEADERS)


@pytest.fixture(scope="session")
def probe() -> ModuleType:
    """The extension in Embedded Swift on top of SwiftBuf: Tests/ProbeExtension."""
    library = path_from_environment("SWIFTBUF_PROBE", "the path of the probe extension", "scripts/test builds it")
    return import_extension("swiftbuf_probe", library)


@pytest.fixture(scope="session")
def judge() -> ModuleType:
    """CPython's own tester of exporters, `_testbuffer`."""
    try:
        import _testbuffer
    except ImportError:
        pytest.fail(
            "The judge of the buffer protocol, CPython's _testbuffer, is missing: install the interpreter's test "
            "modules (Debian's python3 has them in libpython3-stdlib).",
            pytrace=False,
        )
    return _testbuffer


def path_from_environment(name: str, what: str, how: str = "build the wheel first (pip wheel . --no-deps)") -> Path:
    """Return the file that an environment variable names."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: set it to {what} (scripts/test does).", pytrace=False)
    path = Path(value)
    if not path.is_file():
        pytest.fail(f"{name} names no file: {how}.", pytrace=False)
    return path


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The wheel file that is installed."""
    return path_from_environment("SWIFTBUF_WHEEL", "the path of the wheel that is installed")


@pytest.fixture(scope="session")
def unstripped() -> Path:
    """The extension as the linker made it, with its symbol table."""
    return path_from_environment("SWIFTBUF_UNSTRIPPED", "the path of lib_swiftbuf.so, which the wheel's build leaves")


@pytest.fixture(scope="session")
def extension() -> Path:
    """The installed extension module."""
    import _swiftbuf

    return Path(_swiftbuf.__file__)


def tool(name: str, package: str) -> str:
    """Return the path of a program that a test runs."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"The test runs {name}, and there is none: install {package}.", pytrace=False)
    return path
