"""The stubs: what type checkers accept, reveal and refuse, and that they say what the run time says."""

import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

RIGHT = """\
import swiftbuf
from pathlib import Path
from typing import Any, SupportsIndex
from typing_extensions import Buffer, assert_type

def index() -> SupportsIndex:
    return 2

b = swiftbuf.zeros((2, 3), "d")
assert_type(b, swiftbuf.Buffer)
assert_type(swiftbuf.empty(3, order="F"), swiftbuf.Buffer)
assert_type(swiftbuf.full((index(), 3), 1.5, format="f", order="C"), swiftbuf.Buffer)
assert_type(swiftbuf.copy(b"bytes"), swiftbuf.Buffer)
assert_type(swiftbuf.copy(b), swiftbuf.Buffer)
assert_type(swiftbuf.mapped(swiftbuf.__file__), swiftbuf.Buffer)
assert_type(swiftbuf.mapped(Path(swiftbuf.__file__), "c", shape=(index(), 2), offset=index()), swiftbuf.Buffer)
assert_type(swiftbuf.mapped(swiftbuf.__file__.encode(), mode="r", format="B", shape=None).flush(), None)
assert_type(swiftbuf.allocated_bytes(), int)
assert_type(swiftbuf.__version__, str)

for number in (b.nbytes, b.itemsize, b.ndim, b.exports, len(b)):
    assert_type(number, int)
for numbers in (b.shape, b.strides, b.suboffsets):
    assert_type(numbers, tuple[int, ...])
for fact in (b.readonly, b.c_contiguous, b.f_contiguous, b.contiguous):
    assert_type(fact, bool)
assert_type(b.format, str)
assert_type(b.T, swiftbuf.Buffer)
assert_type(b.transpose(), swiftbuf.Buffer)
assert_type(b.transpose(True, 0), swiftbuf.Buffer)
assert_type(b.transpose((1, 0)), swiftbuf.Buffer)
assert_type(b.toreadonly(), swiftbuf.Buffer)
assert_type(b.tobytes(), bytes)
assert_type(b.tolist(), Any)
assert_type(b[1, 2], Any)
b[0, 1] = 2
assert_type(b[0:1], swiftbuf.Buffer)
assert_type(b[...], swiftbuf.Buffer)
b[:, ::-1] = b
b[0, None, ...] = 1.5
assert_type(b.reshape(3, -1), swiftbuf.Buffer)
assert_type(b.reshape([6]), swiftbuf.Buffer)
assert_type(b.cast("B", shape=48), swiftbuf.Buffer)
assert_type(b.broadcast_to((2, 2, 3)), swiftbuf.Buffer)
assert_type(b.copy("K", format=">d"), swiftbuf.Buffer)
assert_type(b.tobytes(order="A") + b.tobytes(None), bytes)
assert_type(b.hex(":", 2), str)
assert_type(b == b, bool)
assert_type(swiftbuf.Buffer(b"bytes"), swiftbuf.Buffer)
assert_type(swiftbuf.Buffer(object=b), swiftbuf.Buffer)
assert_type(swiftbuf.frombuffer(b"bytes", "<h", (2,), offset=1), swiftbuf.Buffer)
assert_type(hash(swiftbuf.Buffer(b"bytes")), int)
b.fill(0)
fields = swiftbuf.zeros(2, "T{d:x:d:y:}")
assert_type(fields["x"], swiftbuf.Buffer)
fields["x"] = 1.5
annotation: "swiftbuf.Buffer"
for item in b:
    assert_type(item, Any)
line = swiftbuf.zeros(3)
assert_type(line[index()], Any)
line[index()] = 1
assert_type(line.index(1), int)
assert_type(line.count(1), int)
line.resize((3, 4))
line.resize(index())
with swiftbuf.zeros(()) as scalar:
    assert_type(scalar, swiftbuf.Buffer)

def consume(exporter: Buffer) -> memoryview:
    return memoryview(exporter)

consume(b).release()
bytes(b)
b.release()
"""

WRONG = {
    "swiftbuf.Buffer()": "call-arg",
    "swiftbuf.Buffer(3)": "arg-type",
    "class Sub(swiftbuf.Buffer): ...": "misc",
    "swiftbuf.zeros()": "call-arg",
    "swiftbuf.zeros(1.5)": "arg-type",
    "swiftbuf.zeros({2, 3})": "arg-type",
    "swiftbuf.zeros(3, b'd')": "arg-type",
    "swiftbuf.zeros(3, dtype='d')": "call-arg",
    "swiftbuf.zeros(3, order='A')": "arg-type",
    "swiftbuf.full(3)": "call-arg",
    "swiftbuf.copy('text')": "arg-type",
    "swiftbuf.copy([1, 2])": "arg-type",
    "swiftbuf.copy(obj=b'')": "call-arg",
    "b[1.0]": "call-overload",
    "b[[0]]": "call-overload",
    "swiftbuf.frombuffer('text')": "arg-type",
    "b.copy(order='X')": "arg-type",
    "b.cast(8)": "arg-type",
    "b.fill()": "call-arg",
    "swiftbuf.mapped(3)": "arg-type",
    "swiftbuf.mapped('file', 'w')": "arg-type",
    "swiftbuf.mapped('file', offset=1.5)": "arg-type",
    "del b[0]": "arg-type",
    "b.shape = (1,)": "misc",
    "b.readonly = True": "misc",
    "b.other": "attr-defined",
    "b.transpose('x')": "call-overload",
    "b.transpose({1, 0})": "call-overload",
    "b.resize()": "call-arg",
    "b.resize(shape=3)": "call-arg",
    "b.resize({3})": "arg-type",
    "b + b": "operator",
    "b()": "operator",
    "x: bytes = b.T": "assignment",
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy keeps what it has read, for all programs here."""
    return tmp_path_factory.mktemp("mypy")


def mypy(folder: Path, cache: Path, program: str, *options: str) -> list[str]:
    """Return mypy's lines on a program, checked strictly in a folder of its own."""
    (folder / "program.py").write_text(program)
    (folder / "mypy.ini").write_text("[mypy]\n")
    options = ("--strict", "--no-error-summary", "--cache-dir", str(cache), *options)
    command = [sys.executable, "-m", "mypy", *options, "program.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_a_program_that_uses_every_public_name_is_accepted(tmp_path, cache, version):
    assert mypy(tmp_path, cache, RIGHT, "--python-version", version) == []


def test_that_program_runs():
    done = subprocess.run([sys.executable, "-W", "error", "-c", RIGHT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_types_are_revealed_as_they_are_written(tmp_path, cache):
    program = "import swiftbuf\nreveal_type(swiftbuf.zeros(3).T)\nreveal_type(swiftbuf.zeros)\n"
    shape = "SupportsIndex | tuple[SupportsIndex, ...]"
    buffer, signature = (line.partition('"')[2].rstrip('"') for line in mypy(tmp_path, cache, program))
    assert buffer == "swiftbuf.Buffer"
    for part in [shape, "format: str =", "order: Literal['C'", "-> swiftbuf.Buffer"]:
        assert part in signature.replace("typing.", ""), signature


def test_each_wrong_use_is_an_error_of_its_own_kind(tmp_path, cache):
    program = "import swiftbuf\nb = swiftbuf.zeros(3)\n" + "\n".join(WRONG) + "\n"
    lines = [line for line in mypy(tmp_path, cache, program) if ": error: " in line]
    found = {int(line.split(":")[1]): line.rsplit("[", 1)[1].rstrip("]") for line in lines}
    assert {use: found.get(number) for number, use in enumerate(WRONG, 3)} == WRONG
    assert len(lines) == len(WRONG), lines


def test_the_stubs_say_what_the_run_time_says(tmp_path):
    command = [sys.executable, "-m", "mypy.stubtest", "swiftbuf"]
    if sys.version_info < (3, 12):
        # Type checkers know an exporter by these two methods in every version; Python itself has them from 3.12 on.
        (tmp_path / "allowed").write_text("swiftbuf.Buffer.__buffer__\nswiftbuf.Buffer.__release_buffer__\n")
        command += ["--allowlist", "allowed"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_that_it_is_typed():
    package = resources.files("swiftbuf")
    assert package.joinpath("py.typed").is_file() and package.joinpath("__init__.pyi").is_file()
    assert "typing_extensions" not in package.joinpath("__init__.py").read_text()
