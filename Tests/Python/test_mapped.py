"""mapped(): which bytes of which file a Buffer shows, through the operating system's mmap, and what is refused."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import swiftbuf
from decision_table import SIMPLE
from mapped_files import CONTENT, MODES, PAGE, lines_of, mappings, open_files
from samples import address

# --- which bytes ---


@pytest.mark.parametrize("mode", MODES)
def test_without_more_arguments_the_items_are_the_bytes_of_the_file(pages, mode):
    b = swiftbuf.mapped(pages, mode)
    assert (b.shape, b.format, b.strides, b.readonly) == ((len(CONTENT),), "B", (1,), mode == "r")
    assert b.tobytes() == CONTENT and b.c_contiguous and b.f_contiguous


@pytest.mark.parametrize("fmt", ["b", "h", ">I", "<q", "d", "Zd", "3s", "T{i:a:=d:b:}"])
def test_items_of_every_format_are_read_where_they_lie_in_the_file(pages, fmt):
    size = swiftbuf.zeros(0, fmt).itemsize
    for offset in [0, 1, 2, 3, 4, 5, 6, 7, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 13]:
        count = (len(CONTENT) - offset) // size
        b = swiftbuf.mapped(pages, "r", fmt, count, offset)
        # What promises no alignment is kept where there is none.
        said = "<q" if fmt == "<q" and offset % 8 else swiftbuf.zeros(0, fmt).format
        assert (b.shape, b.itemsize, b.format) == ((count,), size, said)
        assert b.tobytes() == CONTENT[offset : offset + count * size]
        same = swiftbuf.copy(b)
        assert same.tobytes() == b.tobytes()
        if not fmt.startswith("T"):
            assert repr(b[count - 1]) == repr(same[count - 1])
        assert address(b) % PAGE == offset % PAGE


def test_random_parts_are_those_that_numpy_maps(pages):
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
            expected = np.memmap(pages, dtype, "r", offset, shape)
        except ValueError:
            with pytest.raises(ValueError, match="mapped: "):
                swiftbuf.mapped(pages, "r", fmt, shape, offset)
            continue
        b = swiftbuf.mapped(pages, "r", fmt, shape, offset)
        assert b.shape == expected.shape and b.tobytes() == expected.tobytes()


def test_a_shape_is_what_zeros_takes(pages):
    class Three:
        def __index__(self) -> int:
            return 3

    for shape in [3, (3,), [3], (2, 5), (), (2, 1, 1, 1, 1, 2), (1,) * 64, True, Three(), (Three(), 2)]:
        b = swiftbuf.mapped(pages, shape=shape, format="H", offset=7)
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
            swiftbuf.mapped(pages, shape=shape)
    with pytest.raises(ValueError, match=r"mapped: the shape takes more than 2\*\*63 - 1 bytes"):
        swiftbuf.mapped(pages, shape=(2**62, 4))


def test_bytes_that_make_no_whole_item_are_refused_without_a_shape_and_left_out_with_one(pages):
    text = "mapped: items of 8 bytes were asked for but of the 12413 bytes from the offset on 5 are left over"
    assert len(CONTENT) == 12416
    with pytest.raises(ValueError) as raised:
        swiftbuf.mapped(pages, format="d", offset=3)
    assert str(raised.value) == text
    assert swiftbuf.mapped(pages, format="d", offset=3, shape=1551).nbytes == 12408


@pytest.mark.parametrize("mode", MODES)
def test_a_file_that_is_too_short_is_a_value_error_that_says_both_sizes_and_does_not_grow(pages, mode):
    with pytest.raises(ValueError) as raised:
        swiftbuf.mapped(pages, mode, "d", (1552,), 1)
    text = "mapped: the shape takes 12416 bytes but from offset 1 on the file has 12415, and no mode makes it longer"
    assert str(raised.value) == text
    with pytest.raises(ValueError, match="takes 9223372036854775807 bytes"):
        swiftbuf.mapped(pages, mode, shape=2**63 - 1)
    assert Path(pages).read_bytes() == CONTENT


@pytest.mark.parametrize("mode", MODES)
def test_an_empty_file_is_a_buffer_without_items(empty_file, mode, raw_buffer: ModuleType):
    b = swiftbuf.mapped(empty_file, mode, "d")
    assert (b.shape, b.nbytes, b.tobytes(), b.readonly) == ((0,), 0, b"", mode == "r")
    assert swiftbuf.mapped(empty_file, mode, "d", (3, 0, 2)).shape == (3, 0, 2)
    other = swiftbuf.mapped(empty_file, mode)
    assert 0 != raw_buffer.ask(b, SIMPLE)["buf"] != raw_buffer.ask(other, SIMPLE)["buf"] != 0
    assert b.flush() is None
    b.release()
    with pytest.raises(ValueError, match="but from offset 0 on the file has 0"):
        swiftbuf.mapped(empty_file, mode, shape=1)


def test_the_end_of_the_file_is_an_offset_and_what_lies_behind_it_is_none(pages, empty_file):
    assert swiftbuf.mapped(pages, offset=len(CONTENT)).shape == (0,)
    assert swiftbuf.mapped(pages, offset=len(CONTENT), shape=(0, 4)).shape == (0, 4)
    assert swiftbuf.mapped(pages, shape=0).shape == (0,) and not mappings(pages)
    for file, size in [(pages, len(CONTENT)), (empty_file, 0)]:
        for shape in [None, 0, 1]:
            with pytest.raises(ValueError, match=f"offset {size + 1} was asked for but the file has {size} bytes"):
                swiftbuf.mapped(file, shape=shape, offset=size + 1)


def test_an_offset_is_an_int_that_is_not_negative(pages):
    class Five:
        def __index__(self) -> int:
            return 5

    assert swiftbuf.mapped(pages, offset=Five()).tobytes() == CONTENT[5:]
    for offset in [-1, -(2**63), -(2**70)]:
        with pytest.raises(ValueError, match=f"offset {offset} was given to mapped.. but it must not be negative"):
            swiftbuf.mapped(pages, offset=offset)
    for offset in [2**63 - 1, 2**63, 10**30]:
        with pytest.raises(ValueError, match=f"offset {offset} was given to mapped.. but no memory is so long"):
            swiftbuf.mapped(pages, offset=offset)
    with pytest.raises(ValueError, match=f"offset {2**63 - 2} was asked for but the file has"):
        swiftbuf.mapped(pages, offset=2**63 - 2)
    for offset in [1.0, "1", None]:
        with pytest.raises(TypeError, match=r"was given to mapped\(\) but it must be an int"):
            swiftbuf.mapped(pages, offset=offset)


# --- which file ---


def test_a_path_is_a_str_bytes_or_a_path_object(pages, tmp_path):
    class Bytes:
        def __fspath__(self) -> bytes:
            return os.fsencode(pages)

    for form in [pages, os.fsencode(pages), Path(pages), Bytes()]:
        assert swiftbuf.mapped(form).tobytes() == CONTENT
    name = os.fsencode(tmp_path) + b"/\xff\xc3"
    with open(name, "wb") as file:
        file.write(b"abc")
    assert swiftbuf.mapped(name).tobytes() == swiftbuf.mapped(os.fsdecode(name)).tobytes() == b"abc"
    with open(pages, "rb") as file:
        for other in [file.fileno(), file, None, bytearray(name), memoryview(name)]:
            with pytest.raises(TypeError, match=r"expected str, bytes or os\.PathLike object, not"):
                swiftbuf.mapped(other)
    for form in ["a\0b", b"a\0b", pages + "\0"]:
        with pytest.raises(ValueError, match="embedded null byte"):
            swiftbuf.mapped(form)
    with pytest.raises(UnicodeEncodeError):
        swiftbuf.mapped("\ud800")


@pytest.mark.parametrize("mode", MODES)
def test_what_the_system_refuses_is_an_os_error_with_its_number_and_the_file_name(tmp_path, pages, mode):
    (tmp_path / "loop").symlink_to("loop")
    cases = [
        (tmp_path / "none", FileNotFoundError, errno.ENOENT),
        (tmp_path, IsADirectoryError, errno.EISDIR),
        (Path("/"), IsADirectoryError, errno.EISDIR),
        (Path("/proc/self"), IsADirectoryError, errno.EISDIR),
        (Path(pages) / "below", NotADirectoryError, errno.ENOTDIR),
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
        assert open_files() == before


# The size of the first says 0, of the second nothing, of the third a page, of which it has a few bytes.
MADE_UP = [
    "/proc/self/environ",
    "/proc/self/status",
    "/proc/sys/kernel/ostype",
    "/sys/kernel/mm/transparent_hugepage/enabled",
]


@pytest.mark.parametrize("mode", ["r", "c"])
def test_a_file_whose_bytes_are_made_up_while_it_is_read_is_refused_with_the_way_to_copy_it(mode):
    before = open_files()
    for name in [name for name in MADE_UP if os.path.exists(name)]:
        assert Path(name).read_bytes()
        for how in [{}, {"shape": 3}, {"offset": 1}]:
            with pytest.raises(OSError, match="made up while it is read") as raised:
                swiftbuf.mapped(name, mode, **how)
            assert raised.value.errno == errno.ENODEV and raised.value.filename == name
            assert raised.value.strerror.endswith(": swiftbuf.copy(open(path, 'rb').read())")
        with open(name, "rb") as file:
            assert swiftbuf.copy(file.read()).nbytes > 0
    assert open_files() == before


def test_an_empty_file_is_an_empty_buffer_and_one_that_grew_is_mapped(tmp_path):
    file = tmp_path / "data"
    file.touch()
    for mode in MODES:
        b = swiftbuf.mapped(file, mode)
        assert (b.shape, b.tobytes()) == ((0,), b"") and swiftbuf.mapped(file, mode, shape=(0, 4)).nbytes == 0
        with pytest.raises(ValueError, match="offset 1 was asked for but the file has 0 bytes"):
            swiftbuf.mapped(file, mode, offset=1)
    file.write_bytes(b"abc")
    assert swiftbuf.mapped(file).tobytes() == b"abc" and b.shape == (0,)


def test_a_mode_is_one_of_three_texts(pages):
    for mode in ["", "w", "w+", "rb", "R", "r\0", "\ud800", "a" * 1000]:
        with pytest.raises(ValueError, match=r"was given to mapped\(\) but it must be 'r', 'r\+' or 'c'") as raised:
            swiftbuf.mapped(pages, mode)
        assert repr(mode) in str(raised.value)
    for mode in [None, 3, b"r", ["r"]]:
        with pytest.raises(
            TypeError, match=f"mode of type '{type(mode).__name__}' was given to mapped.. but it must be"
        ):
            swiftbuf.mapped(pages, mode)


def test_formats_are_refused_as_zeros_refuses_them(pages):
    for fmt in ["", "Y", "O", "&i", "P{", "T{i", "0s", 3, None, b"B", "9" * 30 + "i"]:
        with pytest.raises((TypeError, ValueError)) as by_zeros:
            swiftbuf.zeros(0, fmt)
        with pytest.raises(by_zeros.type) as by_mapped:
            swiftbuf.mapped(pages, format=fmt)
        assert str(by_mapped.value).replace("mapped", "zeros") == str(by_zeros.value)


def test_arguments_are_given_by_position_or_by_name(pages):
    expected = CONTENT[5:13]
    assert swiftbuf.mapped(pages, "c", "H", 4, 5).tobytes() == expected
    assert swiftbuf.mapped(offset=5, shape=4, format="H", mode="c", path=pages).tobytes() == expected
    with pytest.raises(TypeError, match="needs the argument 'path'"):
        swiftbuf.mapped()
    with pytest.raises(TypeError, match="takes at most 5 positional arguments but 6"):
        swiftbuf.mapped(pages, "r", "B", None, 0, 0)
    with pytest.raises(TypeError, match="'dtype' is no keyword argument of mapped"):
        swiftbuf.mapped(pages, dtype="d")


def test_arguments_that_change_the_file_while_they_are_read_decide_what_is_mapped(pages, tmp_path):
    class Shrinks:
        def __index__(self) -> int:
            os.truncate(pages, 100)
            return 5

    class Renames:
        def __fspath__(self) -> str:
            os.rename(pages, tmp_path / "other")
            return str(tmp_path / "other")

    b = swiftbuf.mapped(Renames())
    assert b.tobytes() == CONTENT
    b.release()
    os.rename(tmp_path / "other", pages)
    assert swiftbuf.mapped(pages, offset=Shrinks()).tobytes() == CONTENT[5:100]
