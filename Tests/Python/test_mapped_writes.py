"""mapped() and flush(): who sees what is written, when it stands in the file, and system calls that fail."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import swiftbuf
from decision_table import WRITABLE
from mapped_files import CONTENT, MODES, PAGE, lines_of

# --- who sees what is written ---


def test_what_is_written_by_r_plus_is_in_the_file_at_once_and_after_flush(pages):
    b = swiftbuf.mapped(pages, "r+", "<I", (4, 5), 4092)
    other = swiftbuf.mapped(pages)
    expected = bytearray(CONTENT)
    for value in [0, 1, 0xDEADBEEF]:
        b[3, 4] = value
        struct.pack_into("<I", expected, 4092 + 76, value)
        assert Path(pages).read_bytes() == expected == other.tobytes()
        assert b.flush() is None
        assert Path(pages).read_bytes() == expected
    memoryview(b)[0, 0] = 7
    np.asarray(b)[1, 1] = 8
    struct.pack_into("<I", expected, 4092, 7)
    struct.pack_into("<I", expected, 4092 + 24, 8)
    b.release()
    assert Path(pages).read_bytes() == expected and other.tobytes() == expected


def test_what_is_written_at_an_offset_that_is_no_multiple_is_in_the_file_and_the_format_stays_as_it_was_written(pages):
    b = swiftbuf.mapped(pages, "r+", "<I", (4, 5), 4095)
    assert b.format == memoryview(b).format == "<I" and np.asarray(b).dtype == "<u4"
    expected = bytearray(CONTENT)
    b[3, 4] = 0xDEADBEEF
    np.asarray(b)[1, 1] = 8
    struct.pack_into("<I", expected, 4095 + 76, 0xDEADBEEF)
    struct.pack_into("<I", expected, 4095 + 24, 8)
    assert Path(pages).read_bytes() == expected


def test_what_is_written_to_the_file_is_in_its_shared_mappings(pages):
    buffers = [swiftbuf.mapped(pages, mode, offset=PAGE - 3) for mode in ("r", "r+")]
    with open(pages, "r+b") as file:
        file.seek(PAGE)
        file.write(b"new")
    for b in buffers:
        assert b.tobytes()[3:6] == b"new"


def test_what_is_written_by_c_is_seen_by_nobody_else(pages):
    b, other = swiftbuf.mapped(pages, "c"), swiftbuf.mapped(pages, "c")
    for place in [0, PAGE, len(CONTENT) - 1]:
        b[place] = CONTENT[place] ^ 0xFF
    assert b.flush() is None and b[PAGE] == CONTENT[PAGE] ^ 0xFF
    assert other.tobytes() == CONTENT == Path(pages).read_bytes()
    b.release()
    assert Path(pages).read_bytes() == CONTENT


def test_c_needs_no_right_to_write_the_file(pages):
    os.chmod(pages, 0o400)
    b = swiftbuf.mapped(pages, "c")
    b[0] = 1
    assert b[0] == 1


def test_r_refuses_writers(pages, raw_buffer: ModuleType):
    b = swiftbuf.mapped(pages)
    assert b.readonly and memoryview(b).readonly and not np.asarray(b).flags.writeable
    with pytest.raises(TypeError):
        b[0] = 1
    with pytest.raises(BufferError, match="writable memory was asked for but this Buffer is read-only"):
        raw_buffer.hold(b, WRITABLE)
    for view in (b.T, b.toreadonly()):
        assert view.readonly
    assert Path(pages).read_bytes() == CONTENT


@pytest.mark.parametrize("mode", MODES)
def test_consumers_share_the_mapped_memory(pages, mode):
    b = swiftbuf.mapped(pages, mode, "<H", (4, 6), 3)
    array = np.asarray(b)
    assert np.shares_memory(array, np.frombuffer(b, "<u2")) and array.dtype == "<u2"
    assert array.tobytes() == memoryview(b).tobytes() == CONTENT[3:51]
    assert array.flags.writeable == (mode != "r") and not array.flags.aligned
    if mode != "r":
        array[2, 3] = 999
        assert b[2, 3] == b.T[3, 2] == np.asarray(b)[2, 3] == swiftbuf.Buffer(memoryview(b))[2, 3] == 999
        io.BytesIO(b"xy").readinto(b)
        assert b.tobytes()[:2] == b"xy"


# --- flush() ---


def test_flush_is_for_mapped_files_alone(pages):
    text = "flush: a mapped file was asked to be written but this memory is no mapped file"
    for b in [
        swiftbuf.zeros(5),
        swiftbuf.zeros(0),
        swiftbuf.zeros(5).T,
        swiftbuf.copy(swiftbuf.mapped(pages)),
        swiftbuf.zeros(5 << 20),
    ]:
        with pytest.raises(ValueError) as raised:
            b.flush()
        assert str(raised.value) == text
    b = swiftbuf.mapped(pages, "r+")
    b.release()
    with pytest.raises(ValueError, match="released"):
        b.flush()
    with pytest.raises(TypeError):
        swiftbuf.mapped(pages).flush(1)


@pytest.mark.parametrize("mode", MODES)
def test_flush_of_any_view_returns_none_and_leaves_no_export(pages, mode):
    b = swiftbuf.mapped(pages, mode, "B", (3, 5), 4097)
    for view in (b, b.T, b.toreadonly(), b.transpose(1, 0)):
        before = b.exports
        assert view.flush() is None
        assert b.exports == before
    del view
    assert b.exports == 0


def test_other_threads_run_while_the_system_opens_maps_and_writes(pages, slow_system):
    assert lines_of("other_threads_run", pages, slow_system, preload=slow_system) == ["ran"] * 3


def test_a_buffer_that_is_being_flushed_is_not_released(pages, slow_system):
    expected = ["release: 1 exports of this Buffer are live"] * 2
    assert lines_of("release_during_flush", pages, slow_system, preload=slow_system) == expected


def test_a_system_call_that_fails_is_its_os_error_and_leaves_nothing_open_or_mapped(pages, slow_system):
    named, unnamed = ["OSError True True", "MemoryError False False"], ["OSError True False", "MemoryError False False"]
    assert lines_of("failing_calls", pages, slow_system, preload=slow_system) == named * 2 + unnamed + ["True", "1"]


def test_a_system_call_that_a_signal_interrupts_is_made_again_unless_the_handler_raises(pages, slow_system):
    expected = ["2", "raised by the handler", "4", "raised by the handler"]
    assert lines_of("interrupted_calls", pages, slow_system, preload=slow_system) == expected


def test_mapping_and_failing_to_map_leave_nothing_on_the_heap(pages, slow_system):
    (left,) = lines_of("heap_after_many_calls", pages, slow_system, preload=slow_system)
    assert int(left) < 2000 * 16  # less than one block for each call


def test_a_program_that_is_started_meanwhile_does_not_inherit_the_open_file(pages, slow_system):
    assert lines_of("program_started_meanwhile", pages, slow_system, preload=slow_system) == ["True False"]
