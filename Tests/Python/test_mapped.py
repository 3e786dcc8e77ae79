"""mapped() and flush(): a file as a Buffer, through the operating system's mmap."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import random
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import swiftbuf
from conftest import HERE, compile_shared
from decision_table import SIMPLE, WRITABLE

PAGE = os.sysconf("SC_PAGESIZE")
CONTENT = random.Random(5).randbytes(3 * PAGE + 128)
MODES = ["r", "r+", "c"]
PROGRAM = HERE / "mapped_cases.py"


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A file of three pages and a bit."""
    file = tmp_path / "data"
    file.write_bytes(CONTENT)
    return str(file)


@pytest.fixture
def empty(tmp_path: Path) -> str:
    """A file without a byte."""
    file = tmp_path / "empty"
    file.touch()
    return str(file)


@pytest.fixture(scope="session")
def slow_system(helpers_folder: Path) -> Path:
    """System calls that take their time or fail."""
    return compile_shared(HERE / "c" / "slow_system.c", helpers_folder / "slow_system.so", [])


def run(case: str, *arguments: object, preload: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run one case of mapped_cases.py."""
    environment = os.environ | ({"LD_PRELOAD": str(preload)} if preload else {})
    command = [sys.executable, "-W", "error", str(PROGRAM), case, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=20)


def lines_of(case: str, *arguments: object, preload: Path | None = None) -> list[str]:
    """Run one case, which must end well, and return what it prints."""
    done = run(case, *arguments, preload=preload)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def mappings(path: str) -> list[str]:
    """Return the lines of the system's list of mappings in this process that name a file."""
    with open("/proc/self/maps") as maps:
        return [line for line in maps if line.rstrip().endswith(path)]


def open_files() -> list[str]:
    """Return what this process has open."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            found.append(f"{descriptor} {os.readlink(f'/proc/self/fd/{descriptor}')}")
    return sorted(each for each in found if not each.endswith("/fd"))


def address(b: swiftbuf.Buffer) -> int:
    return np.asarray(b).ctypes.data


# --- which bytes ---


@pytest.mark.parametrize("mode", MODES)
def test_without_more_arguments_the_items_are_the_bytes_of_the_file(path, mode):
    b = swiftbuf.mapped(path, mode)
    assert (b.shape, b.format, b.strides, b.readonly) == ((len(CONTENT),), "B", (1,), mode == "r")
    assert b.tobytes() == CONTENT and b.c_contiguous and b.f_contiguous


@pytest.mark.parametrize("fmt", ["b", "h", ">I", "<q", "d", "Zd", "3s", "T{i:a:=d:b:}"])
def test_items_of_every_format_are_read_where_they_lie_in_the_file(path, fmt):
    size = swiftbuf.zeros(0, fmt).itemsize
    for offset in [0, 1, 2, 3, 4, 5, 6, 7, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 13]:
        count = (len(CONTENT) - offset) // size
        b = swiftbuf.mapped(path, "r", fmt, count, offset)
        assert (b.shape, b.itemsize, b.format) == ((count,), size, swiftbuf.zeros(0, fmt).format)
        assert b.tobytes() == CONTENT[offset : offset + count * size]
        same = swiftbuf.copy(b)
        assert same.tobytes() == b.tobytes()
        if not fmt.startswith("T"):
            assert repr(b[count - 1]) == repr(same[count - 1])
        assert address(b) % PAGE == offset % PAGE


def test_random_parts_are_those_that_numpy_maps(path):
    generator = random.Random(11)
    for _ in range(500):
        fmt, dtype = generator.choice([("B", "u1"), ("<H", "<u2"), ("<i", "<i4"), (">d", ">f8"), ("5s", "S5")])
        offset = generator.choice([0, 1, PAGE, generator.randrange(len(CONTENT))])
        shape = generator.choice(
            [
                None,
                generator.randrange(1, 2000),
                (generator.randrange(1, 9), 7, 3),
                (2, 1, generator.randrange(1, 50)),
                (),
            ]
        )
        try:
            expected = np.memmap(path, dtype, "r", offset, shape)
        except ValueError:
            with pytest.raises(ValueError, match="mapped: "):
                swiftbuf.mapped(path, "r", fmt, shape, offset)
            continue
        b = swiftbuf.mapped(path, "r", fmt, shape, offset)
        assert b.shape == expected.shape and b.tobytes() == expected.tobytes()


def test_a_shape_is_what_zeros_takes(path):
    class Three:
        def __index__(self) -> int:
            return 3

    for shape in [3, (3,), [3], (2, 5), (), (2, 1, 1, 1, 1, 2), (1,) * 64, True, Three(), (Three(), 2)]:
        b = swiftbuf.mapped(path, shape=shape, format="H", offset=7)
        assert b.shape == swiftbuf.zeros(shape).shape and b.c_contiguous
        assert b.strides == swiftbuf.zeros(shape, "H").strides
        assert b.tobytes() == CONTENT[7 : 7 + b.nbytes]
    for shape, error in [
        ({3}, TypeError),
        (1.5, TypeError),
        ((1,) * 65, ValueError),
        (-1, ValueError),
        (2**63, ValueError),
    ]:
        with pytest.raises(error):
            swiftbuf.zeros(shape)
        with pytest.raises(error):
            swiftbuf.mapped(path, shape=shape)
    with pytest.raises(ValueError, match=r"mapped: the shape takes more than 2\*\*63 - 1 bytes"):
        swiftbuf.mapped(path, shape=(2**62, 4))


def test_bytes_that_make_no_whole_item_are_refused_without_a_shape_and_left_out_with_one(path):
    text = "mapped: items of 8 bytes were asked for but of the 12413 bytes from the offset on 5 are left over"
    assert len(CONTENT) == 12416
    with pytest.raises(ValueError) as raised:
        swiftbuf.mapped(path, format="d", offset=3)
    assert str(raised.value) == text
    assert swiftbuf.mapped(path, format="d", offset=3, shape=1551).nbytes == 12408


@pytest.mark.parametrize("mode", MODES)
def test_a_file_that_is_too_short_is_a_value_error_that_says_both_sizes_and_does_not_grow(path, mode):
    with pytest.raises(ValueError) as raised:
        swiftbuf.mapped(path, mode, "d", (1552,), 1)
    text = "mapped: the shape takes 12416 bytes but from offset 1 on the file has 12415, and no mode makes it longer"
    assert str(raised.value) == text
    with pytest.raises(ValueError, match="takes 9223372036854775807 bytes"):
        swiftbuf.mapped(path, mode, shape=2**63 - 1)
    assert Path(path).read_bytes() == CONTENT


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_file_is_a_buffer_without_items(empty, mode, raw_buffer: ModuleType):
    b = swiftbuf.mapped(empty, mode, "d")
    assert (b.shape, b.nbytes, b.tobytes(), b.readonly) == ((0,), 0, b"", mode == "r")
    assert swiftbuf.mapped(empty, mode, "d", (3, 0, 2)).shape == (3, 0, 2)
    other = swiftbuf.mapped(empty, mode)
    assert 0 != raw_buffer.ask(b, SIMPLE)["buf"] != raw_buffer.ask(other, SIMPLE)["buf"] != 0
    assert b.flush() is None
    b.release()
    with pytest.raises(ValueError, match="but from offset 0 on the file has 0"):
        swiftbuf.mapped(empty, mode, shape=1)


def test_the_end_of_the_file_is_an_offset_and_what_lies_behind_it_is_none(path, empty):
    assert swiftbuf.mapped(path, offset=len(CONTENT)).shape == (0,)
    assert swiftbuf.mapped(path, offset=len(CONTENT), shape=(0, 4)).shape == (0, 4)
    assert swiftbuf.mapped(path, shape=0).shape == (0,) and not mappings(path)
    for file, size in [(path, len(CONTENT)), (empty, 0)]:
        for shape in [None, 0, 1]:
            with pytest.raises(ValueError, match=f"offset {size + 1} was asked for but the file has {size} bytes"):
                swiftbuf.mapped(file, shape=shape, offset=size + 1)


def test_an_offset_is_an_int_that_is_not_negative(path):
    class Five:
        def __index__(self) -> int:
            return 5

    assert swiftbuf.mapped(path, offset=Five()).tobytes() == CONTENT[5:]
    for offset in [-1, -(2**63), -(2**70)]:
        with pytest.raises(ValueError, match=f"offset {offset} was given to mapped.. but it must not be negative"):
            swiftbuf.mapped(path, offset=offset)
    for offset in [2**63 - 1, 2**63, 10**30]:
        with pytest.raises(ValueError, match=f"offset {offset} was given to mapped.. but no memory is so long"):
            swiftbuf.mapped(path, offset=offset)
    with pytest.raises(ValueError, match=f"offset {2**63 - 2} was asked for but the file has"):
        swiftbuf.mapped(path, offset=2**63 - 2)
    for offset in [1.0, "1", None]:
        with pytest.raises(TypeError, match=r"was given to mapped\(\) but it must be an int"):
            swiftbuf.mapped(path, offset=offset)


# --- which file ---


def test_a_path_is_a_str_bytes_or_a_path_object(path, tmp_path):
    class Bytes:
        def __fspath__(self) -> bytes:
            return os.fsencode(path)

    for form in [path, os.fsencode(path), Path(path), Bytes()]:
        assert swiftbuf.mapped(form).tobytes() == CONTENT
    name = os.fsencode(tmp_path) + b"/\xff\xc3"
    with open(name, "wb") as file:
        file.write(b"abc")
    assert swiftbuf.mapped(name).tobytes() == swiftbuf.mapped(os.fsdecode(name)).tobytes() == b"abc"
    with open(path, "rb") as file:
        for other in [file.fileno(), file, None, bytearray(name), memoryview(name)]:
            with pytest.raises(TypeError, match=r"expected str, bytes or os\.PathLike object, not"):
                swiftbuf.mapped(other)
    for form in ["a\0b", b"a\0b", path + "\0"]:
        with pytest.raises(ValueError, match="embedded null byte"):
            swiftbuf.mapped(form)
    with pytest.raises(UnicodeEncodeError):
        swiftbuf.mapped("\ud800")


@pytest.mark.parametrize("mode", MODES)
def test_what_the_system_refuses_is_an_os_error_with_its_number_and_the_file_name(tmp_path, path, mode):
    (tmp_path / "loop").symlink_to("loop")
    cases = [
        (tmp_path / "none", FileNotFoundError, errno.ENOENT),
        (tmp_path, IsADirectoryError, errno.EISDIR),
        (Path("/"), IsADirectoryError, errno.EISDIR),
        (Path("/proc/self"), IsADirectoryError, errno.EISDIR),
        (Path(path) / "below", NotADirectoryError, errno.ENOTDIR),
        (tmp_path / "loop", OSError, errno.ELOOP),
        (tmp_path / ("x" * 300), OSError, errno.ENAMETOOLONG),
    ]
    before = open_files()
    for file, error, number in cases:
        for form in [file, str(file), bytes(file)]:
            with pytest.raises(error) as raised:
                swiftbuf.mapped(form, mode)
            assert (raised.value.errno, raised.value.strerror) == (number, os.strerror(number))
            assert raised.value.filename == os.fspath(form)
    assert open_files() == before


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of root, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_or_written_is_a_permission_error():
    folder = tempfile.mkdtemp()  # pytest's own folders cannot be entered by others
    try:
        os.chmod(folder, 0o755)
        file = os.path.join(folder, "data")
        Path(file).write_bytes(b"abc")
        os.chmod(file, 0o444)
        with as_nobody():
            assert swiftbuf.mapped(file).tobytes() == swiftbuf.mapped(file, "c").tobytes() == b"abc"
            with pytest.raises(PermissionError) as raised:
                swiftbuf.mapped(file, "r+")
            assert raised.value.filename == file
        os.chmod(file, 0)
        for mode in MODES:
            with as_nobody(), pytest.raises(PermissionError):
                swiftbuf.mapped(file, mode)
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("mode", MODES)
def test_a_pipe_is_refused_without_waiting_for_its_other_end(tmp_path, mode):
    os.mkfifo(tmp_path / "pipe")
    assert lines_of("fifo_that_nobody_writes", tmp_path / "pipe", mode) == ["True True"]


@pytest.mark.parametrize("mode", MODES)
def test_devices_terminals_and_sockets_are_os_errors_and_are_not_left_open(tmp_path, mode):
    with contextlib.ExitStack() as cleanup:
        controller, terminal = os.openpty()
        cleanup.callback(os.close, controller)
        cleanup.callback(os.close, terminal)
        listener = cleanup.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(tmp_path / "socket"))
        before = open_files()
        names = [os.ttyname(terminal), str(tmp_path / "socket"), "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom"]
        for name in names:
            for shape in [None, 0, 8]:
                with pytest.raises(OSError) as raised:
                    swiftbuf.mapped(name, mode, shape=shape)
                assert raised.value.errno in (errno.ESPIPE, errno.ENXIO) and raised.value.filename == name
        with pytest.raises(OSError):  # a file whose size nobody knows before it is read
            swiftbuf.mapped("/proc/self/status")
        assert open_files() == before


def test_a_mode_is_one_of_three_texts(path):
    for mode in ["", "w", "w+", "rb", "R", "r\0", "\ud800", "a" * 1000]:
        with pytest.raises(ValueError, match=r"was given to mapped\(\) but it must be 'r', 'r\+' or 'c'") as raised:
            swiftbuf.mapped(path, mode)
        assert repr(mode) in str(raised.value)
    for mode in [None, 3, b"r", ["r"]]:
        with pytest.raises(
            TypeError, match=f"mode of type '{type(mode).__name__}' was given to mapped.. but it must be"
        ):
            swiftbuf.mapped(path, mode)


def test_formats_are_refused_as_zeros_refuses_them(path):
    for fmt in ["", "Y", "O", "&i", "P{", "T{i", "0s", 3, None, b"B", "9" * 30 + "i"]:
        with pytest.raises((TypeError, ValueError)) as by_zeros:
            swiftbuf.zeros(0, fmt)
        with pytest.raises(by_zeros.type) as by_mapped:
            swiftbuf.mapped(path, format=fmt)
        assert str(by_mapped.value).replace("mapped", "zeros") == str(by_zeros.value)


def test_arguments_are_given_by_position_or_by_name(path):
    expected = CONTENT[5:13]
    assert swiftbuf.mapped(path, "c", "H", 4, 5).tobytes() == expected
    assert swiftbuf.mapped(offset=5, shape=4, format="H", mode="c", path=path).tobytes() == expected
    with pytest.raises(TypeError, match="needs the argument 'path'"):
        swiftbuf.mapped()
    with pytest.raises(TypeError, match="takes at most 5 positional arguments but 6"):
        swiftbuf.mapped(path, "r", "B", None, 0, 0)
    with pytest.raises(TypeError, match="'dtype' is no keyword argument of mapped"):
        swiftbuf.mapped(path, dtype="d")


def test_arguments_that_change_the_file_while_they_are_read_decide_what_is_mapped(path, tmp_path):
    class Shrinks:
        def __index__(self) -> int:
            os.truncate(path, 100)
            return 5

    class Renames:
        def __fspath__(self) -> str:
            os.rename(path, tmp_path / "other")
            return str(tmp_path / "other")

    b = swiftbuf.mapped(Renames())
    assert b.tobytes() == CONTENT
    b.release()
    os.rename(tmp_path / "other", path)
    assert swiftbuf.mapped(path, offset=Shrinks()).tobytes() == CONTENT[5:100]


# --- who sees what is written ---


def test_what_is_written_by_r_plus_is_in_the_file_at_once_and_after_flush(path):
    b = swiftbuf.mapped(path, "r+", "<I", (4, 5), 4095)
    other = swiftbuf.mapped(path)
    expected = bytearray(CONTENT)
    for value in [0, 1, 0xDEADBEEF]:
        b[3, 4] = value
        struct.pack_into("<I", expected, 4095 + 76, value)
        assert Path(path).read_bytes() == expected == other.tobytes()
        assert b.flush() is None
        assert Path(path).read_bytes() == expected
    memoryview(b)[0, 0] = 7
    np.asarray(b)[1, 1] = 8
    struct.pack_into("<I", expected, 4095, 7)
    struct.pack_into("<I", expected, 4095 + 24, 8)
    b.release()
    assert Path(path).read_bytes() == expected and other.tobytes() == expected


def test_what_is_written_to_the_file_is_in_its_shared_mappings(path):
    buffers = [swiftbuf.mapped(path, mode, offset=PAGE - 3) for mode in ("r", "r+")]
    with open(path, "r+b") as file:
        file.seek(PAGE)
        file.write(b"new")
    for b in buffers:
        assert b.tobytes()[3:6] == b"new"


def test_what_is_written_by_c_is_seen_by_nobody_else(path):
    b, other = swiftbuf.mapped(path, "c"), swiftbuf.mapped(path, "c")
    for place in [0, PAGE, len(CONTENT) - 1]:
        b[place] = CONTENT[place] ^ 0xFF
    assert b.flush() is None and b[PAGE] == CONTENT[PAGE] ^ 0xFF
    assert other.tobytes() == CONTENT == Path(path).read_bytes()
    b.release()
    assert Path(path).read_bytes() == CONTENT


def test_c_needs_no_right_to_write_the_file(path):
    os.chmod(path, 0o400)
    b = swiftbuf.mapped(path, "c")
    b[0] = 1
    assert b[0] == 1


def test_r_refuses_writers(path, raw_buffer: ModuleType):
    b = swiftbuf.mapped(path)
    assert b.readonly and memoryview(b).readonly and not np.asarray(b).flags.writeable
    with pytest.raises(TypeError):
        b[0] = 1
    with pytest.raises(BufferError, match="writable memory was asked for but this Buffer is read-only"):
        raw_buffer.hold(b, WRITABLE)
    for view in (b.T, b.toreadonly()):
        assert view.readonly
    assert Path(path).read_bytes() == CONTENT


@pytest.mark.parametrize("mode", MODES)
def test_consumers_share_the_mapped_memory(path, mode):
    b = swiftbuf.mapped(path, mode, "<H", (4, 6), 3)
    array = np.asarray(b)
    assert np.shares_memory(array, np.frombuffer(b, "<u2")) and array.dtype == "<u2"
    assert array.tobytes() == memoryview(b).tobytes() == CONTENT[3:51]
    assert array.flags.writeable == (mode != "r") and not array.flags.aligned
    if mode != "r":
        array[2, 3] = 999
        assert b[2, 3] == b.T[3, 2] == memoryview(b)[2, 3] == 999
        io.BytesIO(b"xy").readinto(b)
        assert b.tobytes()[:2] == b"xy"


# --- how long it lives ---


@pytest.mark.parametrize("mode", MODES)
def test_no_file_is_open_while_it_is_mapped(path, mode):
    before = open_files()
    buffers = [swiftbuf.mapped(path, mode, offset=offset) for offset in range(50)]
    assert open_files() == before and len(mappings(path)) == 50
    del buffers
    assert open_files() == before and not mappings(path)


@pytest.mark.parametrize("mode", MODES)
def test_the_file_is_unmapped_when_the_buffer_dies_is_released_or_its_with_ends(path, mode):
    b = swiftbuf.mapped(path, mode, offset=PAGE + 1)
    assert len(mappings(path)) == 1
    del b
    assert not mappings(path)
    b = swiftbuf.mapped(path, mode, offset=PAGE + 1)
    b.release()
    assert not mappings(path)
    b.release()
    with swiftbuf.mapped(path, mode) as b:
        assert b[0] == CONTENT[0] and mappings(path)
    assert not mappings(path)


def test_views_and_their_consumers_keep_the_file_mapped(path):
    b = swiftbuf.mapped(path, "r+", "B", (3, 5), 1)
    view, array = b.T, np.asarray(b)
    with pytest.raises(BufferError, match="release: 1 exports of this Buffer are live"):
        b.release()
    del array
    b.release()
    assert mappings(path) and view[4, 2] == CONTENT[15]
    memory = memoryview(view)
    del view
    gc.collect()
    assert mappings(path) and memory[4, 2] == CONTENT[15]
    memory.release()
    del memory
    assert not mappings(path)


def test_the_last_reference_may_be_dropped_by_another_thread(path):
    for _ in range(20):
        held = [swiftbuf.mapped(path, "r+")]
        thread = threading.Thread(target=held.clear)
        thread.start()
        thread.join()
        assert not mappings(path)


def test_threads_that_map_and_flush_one_file_leave_nothing(path):
    before = open_files()
    seen = []

    def work(seed: int) -> None:
        generator = random.Random(seed)
        for _ in range(200):
            offset = generator.randrange(PAGE)
            with swiftbuf.mapped(path, "r+", shape=100, offset=offset) as b:
                if b.tobytes() != CONTENT[offset : offset + 100]:
                    seen.append(offset)
                b.flush()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not seen and not mappings(path) and open_files() == before


def test_a_removed_file_stays_readable_while_it_is_mapped(path):
    b = swiftbuf.mapped(path)
    os.remove(path)
    assert b.tobytes() == CONTENT


def test_a_mapped_file_keeps_its_size(path):
    for mode, why in [("r", "is read-only"), ("r+", "is a mapped file"), ("c", "is a mapped file")]:
        b = swiftbuf.mapped(path, mode)
        for shape in [0, 5, len(CONTENT), 2 * len(CONTENT)]:
            with pytest.raises(BufferError, match=f"resize: another size was asked for but this .* {why}"):
                b.resize(shape)
        assert b.tobytes() == CONTENT


def test_mapped_files_are_not_counted_as_allocated_bytes(path, empty):
    before = swiftbuf.allocated_bytes()
    buffers = [swiftbuf.mapped(file, mode) for file in (path, empty) for mode in MODES]
    assert swiftbuf.allocated_bytes() == before
    del buffers
    assert swiftbuf.allocated_bytes() == before


def test_a_file_that_is_truncated_under_the_map_ends_the_process_by_sigbus(path):
    done = run("truncated_under_the_map", path)
    assert (done.returncode, done.stdout) == (-signal.SIGBUS, "truncated\n")


def test_a_forked_process_has_the_map_too(path):
    program = (
        "import os, sys, swiftbuf\n"
        "b = swiftbuf.mapped(sys.argv[1], 'r+')\n"
        "if os.fork() == 0:\n"
        "    b[7] = 42\n"
        "    b.release()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(b[7])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


def resident_bytes() -> int:
    """Return what the process has of the machine's memory."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * PAGE


@pytest.mark.alone
def test_a_file_of_4_gib_opens_as_fast_as_one_of_4_kib_and_takes_no_memory(tmp_path, report):
    files = {size: str(tmp_path / str(size)) for size in (4 << 10, 4 << 30)}
    for size, file in files.items():
        with open(file, "wb") as made:
            made.truncate(size)

    def seconds(file: str) -> float:
        start = time.perf_counter()
        for _ in range(50):
            swiftbuf.mapped(file, "r+").release()
        return time.perf_counter() - start

    times: dict[int, list[float]] = {size: [] for size in files}
    for _ in range(9):
        for size, file in files.items():
            times[size].append(seconds(file))
    small, large = (statistics.median(each) for each in times.values())
    report(f"mapped(): 4 KiB in {small / 50 * 1e6:.1f} us, 4 GiB in {large / 50 * 1e6:.1f} us ({large / small:.2f} x)")
    assert large <= 3 * small

    before = resident_bytes()
    b = swiftbuf.mapped(files[4 << 30], "r+", "d", (1 << 14, 1 << 15))
    assert b.nbytes == 4 << 30 and b[0, 0] == b[-1, -1] == 0.0
    assert resident_bytes() - before < 4 << 20


# --- flush() ---


def test_flush_is_for_mapped_files_alone(path):
    text = "flush: a mapped file was asked to be written but this memory is no mapped file"
    for b in [
        swiftbuf.zeros(5),
        swiftbuf.zeros(0),
        swiftbuf.zeros(5).T,
        swiftbuf.copy(swiftbuf.mapped(path)),
        swiftbuf.zeros(5 << 20),
    ]:
        with pytest.raises(ValueError) as raised:
            b.flush()
        assert str(raised.value) == text
    b = swiftbuf.mapped(path, "r+")
    b.release()
    with pytest.raises(ValueError, match="released"):
        b.flush()
    with pytest.raises(TypeError):
        swiftbuf.mapped(path).flush(1)


@pytest.mark.parametrize("mode", MODES)
def test_flush_of_any_view_returns_none_and_leaves_no_export(path, mode):
    b = swiftbuf.mapped(path, mode, "B", (3, 5), 4097)
    for view in (b, b.T, b.toreadonly(), b.transpose(1, 0)):
        before = b.exports
        assert view.flush() is None
        assert b.exports == before
    del view
    assert b.exports == 0


@pytest.mark.alone
def test_other_threads_run_while_the_system_opens_maps_and_writes(path, slow_system):
    for steps in lines_of("other_threads_run", path, slow_system, preload=slow_system):
        assert int(steps) > 20


@pytest.mark.alone
def test_a_buffer_that_is_being_flushed_is_not_released(path, slow_system):
    expected = ["release: 1 exports of this Buffer are live"] * 2
    assert lines_of("release_during_flush", path, slow_system, preload=slow_system) == expected


def test_a_system_call_that_fails_is_its_os_error_and_leaves_nothing_open_or_mapped(path, slow_system):
    named, unnamed = ["OSError True True", "MemoryError False False"], ["OSError True False", "MemoryError False False"]
    assert lines_of("failing_calls", path, slow_system, preload=slow_system) == named * 2 + unnamed + ["True", "1"]


def test_a_system_call_that_a_signal_interrupts_is_made_again_unless_the_handler_raises(path, slow_system):
    expected = ["2", "raised by the handler", "4", "raised by the handler"]
    assert lines_of("interrupted_calls", path, slow_system, preload=slow_system) == expected


def test_mapping_and_failing_to_map_leave_nothing_on_the_heap(path, slow_system):
    (left,) = lines_of("heap_after_many_calls", path, slow_system, preload=slow_system)
    assert int(left) < 2000 * 16  # less than one block for each call


def test_a_program_that_is_started_meanwhile_does_not_inherit_the_open_file(path, slow_system):
    assert lines_of("program_started_meanwhile", path, slow_system, preload=slow_system) == ["True False"]
