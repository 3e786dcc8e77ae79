"""An extension in Embedded Swift on top of SwiftBuf, beside _swiftbuf: what it needs, borrows and refuses."""

from __future__ import annotations

import array
import ctypes
import gc
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import swiftbuf
from conftest import fails_silently
from hostile_room import Room
from test_random_bad_calls import heap_bytes_in_use
from test_wheel import left_writable, output

PARTICLE = np.dtype([("position", "f4", 3), ("fixed", "?"), ("mass", "f8")], align=True)


def doubles(room: Room, **fields):
    """An exporter of three doubles that are zero, but for what is said otherwise."""
    ctypes.memset(room.address, 0, room.SIZE)
    room.content = room.memory.raw
    return room.exporter(
        **{"itemsize": 8, "shape": (3,), "strides": (8,), "format": b"d", "keep": room.memory, **fields}
    )


# --- what it is ---


def test_it_needs_libc_alone_and_exports_its_init_function_alone(probe) -> None:
    dynamic = output("readelf", "binutils", "--dynamic", "--wide", probe.__file__)
    assert re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic) == ["libc.so.6"]
    symbols = output("nm", "binutils", "--dynamic", "--defined-only", "--extern-only", probe.__file__).split("\n")
    assert [line.split()[-1] for line in symbols if line] == ["PyInit_swiftbuf_probe"]


def test_it_has_at_most_300_kilobytes(probe) -> None:
    assert Path(probe.__file__).stat().st_size <= 300 * 1024


def test_no_symbol_that_it_needs_is_newer_than_glibc_217(probe) -> None:
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", output("readelf", "binutils", "--version-info", probe.__file__))
    assert max((int(major), int(minor)) for major, minor in versions) <= (2, 17)


def test_its_addresses_are_filled_in_when_it_is_loaded_and_are_read_only_then(probe) -> None:
    assert left_writable(Path(probe.__file__)) == []


# --- borrowing ---


def test_an_ndarray_and_a_buffer_are_borrowed_where_they_are(probe) -> None:
    a = np.arange(12.0).reshape(3, 4)
    b = swiftbuf.Buffer(a)
    c = swiftbuf.copy(a)
    assert probe.address(a) == probe.address(b) == a.ctypes.data
    assert probe.address(c) == np.asarray(c).ctypes.data
    assert probe.total(a) == probe.total(b) == probe.total(c) == 66.0


def test_what_swift_writes_python_sees(probe) -> None:
    a = np.arange(4.0)
    b = swiftbuf.full((2, 2), 1.5, "d")
    probe.double_in_place(a)
    probe.double_in_place(b)
    assert a.tolist() == [0, 2, 4, 6] and b.tolist() == [[3.0, 3.0], [3.0, 3.0]]


def test_other_exporters_of_doubles_are_borrowed(probe) -> None:
    for exporter in (
        array.array("d", [1, 2, 3]),
        (ctypes.c_double * 3)(1, 2, 3),
        memoryview(array.array("d", [1, 2, 3])),
    ):
        assert probe.total(exporter) == 6.0


def test_no_items_and_no_dimensions_are_borrowed(probe) -> None:
    assert probe.total(np.empty((0, 3))) == probe.total(swiftbuf.zeros((2, 0), "d")) == 0.0
    assert probe.total(np.array(5.0)) == probe.total(swiftbuf.full((), 5.0, "d")) == 5.0


def test_items_at_any_strides_are_read_and_written_in_place(probe) -> None:
    a = np.arange(24.0).reshape(4, 6)
    for view in (a.T, a[::-2, 1::2], a[:, 3], np.broadcast_to(a[0], (3, 6)), swiftbuf.Buffer(a)[::2].T, a[1:1]):
        assert probe.total_of_strides(view) == np.asarray(view).sum()
    expected = a.copy()
    expected[::-2, 1::2] *= 2
    probe.double_strides(a[::-2, 1::2])
    assert a.tolist() == expected.tolist()
    probe.double_strides(swiftbuf.Buffer(a)[0].cast("d"))
    assert a[0].tolist() == (expected[0] * 2).tolist()
    assert probe.trace(np.arange(9.0).reshape(3, 3).T) == 12.0


def test_a_copy_is_made_only_where_it_is_allowed(probe) -> None:
    a = np.arange(24.0).reshape(4, 6)
    misaligned = np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view("f8")
    foreign = [a.T, a[:, ::2], a.astype(">f8"), misaligned, swiftbuf.Buffer(a).T, swiftbuf.Buffer(a.astype(">f8"))]
    for view in foreign:
        assert probe.total_of_copy(view) == float(np.asarray(view).sum())
        with pytest.raises((BufferError, TypeError), match="expected float64, C-contiguous"):
            probe.total(view)
    for other in (a.astype("i8"), a.astype("f4"), np.zeros(3, "c8")):
        with pytest.raises(TypeError):
            probe.total_of_copy(other)


def test_items_behind_pointers_are_copied_where_it_is_allowed(probe, judge) -> None:
    indirect = judge.ndarray([1.0, 2.0, 3.0, 4.0], shape=[2, 2], format="d", flags=judge.ND_PIL)
    assert probe.total_of_copy(indirect) == 10.0
    with pytest.raises(BufferError, match="got float64, behind pointers"):
        probe.total(swiftbuf.Buffer(indirect))


# --- refusals ---


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        ("x", TypeError, "type 'str' has none: encode it first"),
        ([1.0], TypeError, "type 'list' has none: make it an array first"),
        (3, TypeError, "type 'int' has none"),
        (np.arange(3), TypeError, "expected float64, C-contiguous; got int64, C-contiguous, 1-D"),
        (np.arange(10.0)[::2], BufferError, "expected float64, C-contiguous; got float64, strided, 1-D"),
        (np.zeros((3, 4)).T, BufferError, "expected float64, C-contiguous; got float64, Fortran-contiguous, 2-D"),
        (np.zeros(3).astype(">f8"), TypeError, "got float64 in foreign byte order, C-contiguous, 1-D"),
        (np.array([None]), TypeError, "got format 'O', C-contiguous, 1-D"),
        (swiftbuf.zeros((2, 3), "q"), TypeError, "got int64, C-contiguous, 2-D"),
        (np.frombuffer(b"\0" * 17, "u1")[1:].view("f8"), BufferError, "C-contiguous, 1-D, misaligned"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_with_both_sides_named(probe, value, error, text) -> None:
    with pytest.raises(error, match=re.escape(text) if "(" not in text else text):
        probe.total(value)


def test_read_only_memory_is_not_written(probe) -> None:
    for readonly in (np.frombuffer(b"\0" * 16), swiftbuf.zeros(2, "d").toreadonly()):
        with pytest.raises(BufferError, match=r"expected float64, C-contiguous, writable; got float64.*, read-only"):
            probe.double_in_place(readonly)
        assert probe.total(readonly) == 0.0


def test_a_wrong_shape_is_a_value_error(probe) -> None:
    with pytest.raises(ValueError, match="expected float64, 2-D; got float64, C-contiguous, 1-D"):
        probe.trace(np.zeros(3))


def test_a_released_buffer_is_a_value_error(probe) -> None:
    b = swiftbuf.zeros(3, "d")
    b.release()
    with pytest.raises(ValueError, match="released"):
        probe.total(b)


def test_a_wrong_number_of_arguments_is_a_type_error(probe) -> None:
    with pytest.raises(TypeError, match="1 argument was asked for but 0 were given"):
        probe.total()
    with pytest.raises(TypeError, match="1 argument was asked for but 2 were given"):
        probe.total(1, 2)


def test_an_argument_that_is_missing_is_a_type_error_also_where_nobody_counted(probe) -> None:
    with pytest.raises(TypeError, match="argument 0 was asked for but 0 were given"):
        probe.total_of_strides()


# --- exporters that break the rules ---


@pytest.mark.parametrize(
    "fields",
    [
        {"len": 25},
        {"len": 16},
        {"itemsize": 0},
        {"itemsize": -8},
        {"ndim": -1},
        {"ndim": 65},
        {"shape": (-3,)},
        {"shape": (2**62,), "len": 2**62},
        {"strides": (2**62,)},
        {"buf": 0},
        {"ndim": 2, "shape": None},
    ],
    ids=str,
)
def test_an_exporter_that_contradicts_itself_is_refused(probe, room, fields) -> None:
    for borrow in (
        probe.total,
        probe.total_of_copy,
        probe.total_of_strides,
        probe.double_in_place,
        probe.double_strides,
    ):
        with pytest.raises((ValueError, BufferError, TypeError)):
            borrow(doubles(room, **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"strides": None},
        {"shape": None, "strides": None},
        {"format": b"=d"},
        {"format": b"@d"},
        {"strides": "itemsize"},
        {"suboffsets": (-1,)},
    ],
    ids=str,
)
def test_fields_that_need_not_be_there_are_done_without(probe, room, fields) -> None:
    for borrow in (probe.total, probe.total_of_copy, probe.total_of_strides):
        assert borrow(doubles(room, **fields)) == 0.0


@pytest.mark.parametrize(
    "fields",
    [{"strides": (-8,)}, {"strides": (16,), "shape": (3,)}, {"suboffsets": (0,)}, {"readonly": 1}],
    ids=str,
)
def test_what_was_granted_but_is_not_held_is_refused(probe, room, fields) -> None:
    with pytest.raises(BufferError):
        probe.double_in_place(doubles(room, **fields))


@pytest.mark.parametrize(
    "error", [BufferError("b"), ValueError("v"), TypeError("t"), KeyError("k"), KeyboardInterrupt()]
)
def test_what_an_exporter_raises_passes(probe, room, error) -> None:
    with pytest.raises(type(error)):
        probe.total(room.exporter(refusal=error))


@fails_silently
def test_an_exporter_that_fails_without_a_word_is_a_value_error_or_system_error(probe, room) -> None:
    with pytest.raises((ValueError, SystemError)):
        probe.total(room.exporter(refusal=True))


# --- records ---


def test_a_swift_struct_is_a_structured_dtype(probe) -> None:
    a = np.asarray(probe.particles())
    assert a.dtype == PARTICLE and a.dtype.isalignedstruct is False
    assert a["mass"].tolist() == [0.25, 1.25, 2.25] and a["fixed"].tolist() == [False, True, False]
    assert a["position"].tolist() == [[0, 0, 0.5], [1, 0, 0.5], [2, 0, 0.5]]


def test_a_structured_dtype_is_read_as_a_swift_struct(probe) -> None:
    for exporter in (
        np.ones(4, PARTICLE),
        swiftbuf.Buffer(np.ones(4, PARTICLE)),
        np.ones(4, np.asarray(probe.particles()).dtype),
    ):
        assert probe.mass(exporter) == 4.0
    assert probe.mass(probe.particles()) == 3.75


@pytest.mark.parametrize(
    "dtype",
    [
        np.dtype([("position", "f4", 3), ("fixed", "?"), ("mass", "f8")]),
        np.dtype([("position", "f4", 3), ("fixed", "?"), ("masses", "f8")], align=True),
        np.dtype([("position", "f4", 3), ("fixed", "?"), ("mass", ">f8")], align=True),
        np.dtype([("position", "f4", 3), ("fixed", "?"), ("mass", "i8")], align=True),
        np.dtype([("position", "f4", 3), ("fixed", "?"), ("more", "u1"), ("mass", "f8")], align=True),
        np.dtype([("position", "f4", (1, 3)), ("fixed", "?"), ("mass", "f8")], align=True),
        np.dtype([("x", "f4"), ("y", "f4"), ("z", "f4"), ("fixed", "?"), ("mass", "f8")], align=True),
        np.dtype("V24"),
    ],
    ids=str,
)
def test_a_record_of_other_fields_is_refused(probe, dtype) -> None:
    with pytest.raises(TypeError, match=r"expected format .T\{"):
        probe.mass(np.zeros(2, dtype))


def test_a_read_only_structured_array_that_is_borrowed_to_write_is_a_buffer_error(probe) -> None:
    a = np.ones(4, PARTICLE)
    a["fixed"].view("u1")[:] = [0, 1, 2, 255]
    assert probe.halve_masses(a) == 3 and a["mass"].tolist() == [0.5] * 4
    frozen = a.copy()
    frozen.flags.writeable = False
    for exporter in (frozen, swiftbuf.Buffer(frozen), swiftbuf.copy(a).toreadonly(), memoryview(a).toreadonly()):
        with pytest.raises(BufferError, match=r"writable; got format .T\{.*read-only"):
            probe.halve_masses(exporter)
    assert frozen["mass"].tolist() == [0.5] * 4


def test_bytes_that_are_no_value_in_swift_are_converted_when_they_are_read(probe) -> None:
    flags = np.array([0, 1, 2, 255], np.uint8)
    assert probe.count_true(flags.view("?")) == probe.count_true(swiftbuf.Buffer(flags.view("?"))) == 3
    assert probe.count_good(np.array([0, 1, 1, 2], np.uint8)) == 2
    assert probe.count_good(np.array([1, 3, 200], np.uint8)) == 2001
    with pytest.raises(TypeError, match="expected uint8"):
        probe.count_good(flags.view("?"))


@pytest.mark.parametrize(
    ("which", "message"),
    [
        (0, "out of the order of the stored properties: b$"),
        (1, "a field is no stored property of this type: a$"),
        (2, "a stored property is not among the record's fields: b$"),
        (3, "a Bool or an enum stands in a BufferItem.: b$"),
        (4, "an element's format says 4 bytes, but its type takes 8$"),
    ],
)
def test_a_record_that_is_declared_wrongly_is_refused_without_key_paths(probe, which: int, message: str) -> None:
    for exporter in (np.zeros(4, "i4"), np.zeros(4, [("a", "f4"), ("b", "i4")]), swiftbuf.zeros(4, "i")):
        with pytest.raises(TypeError, match=message):
            probe.wrong_records(exporter, bytes([which]))


# --- a caller's bug in Swift ---


def test_an_index_out_of_bounds_ends_the_process_with_a_sentence_that_names_it(probe) -> None:
    assert probe.item(np.arange(6.0)[::2], b"\x02") == 4
    program = (
        "import array, sys, importlib.machinery as m, importlib.util as u\n"
        "l = m.ExtensionFileLoader('swiftbuf_probe', sys.argv[1])\n"
        "p = u.module_from_spec(u.spec_from_file_location('swiftbuf_probe', sys.argv[1], loader=l)); l.exec_module(p)\n"
        "p.item(array.array('d', range(3)), b'\\x07')\n"
    )
    done = subprocess.run([sys.executable, "-c", program, probe.__file__], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGABRT
    assert "index 7 is out of bounds: axis 0 has 3 items" in done.stderr


# --- what generated code uses ---


def test_generated_code_borrows_in_a_frame_of_its_own(probe) -> None:
    numbers = array.array("d", range(5))
    assert probe.total_by_kit(numbers) == 10
    numbers.append(5)  # It has its buffer back.
    assert probe.total_by_kit(numbers) == 15


def test_generated_code_gets_the_exception_that_says_both_sides(probe) -> None:
    with pytest.raises(TypeError, match="expected float64, C-contiguous, 1-D; got float32, C-contiguous, 1-D"):
        probe.total_by_kit(np.zeros(3, "f4"))
    with pytest.raises(ValueError, match="expected float64, C-contiguous, 1-D; got float64, C-contiguous, 2-D"):
        probe.total_by_kit(np.zeros((3, 2)))
    with pytest.raises(TypeError, match="type 'str' has none"):
        probe.total_by_kit("123")


# --- one memory, one borrower that writes ---


def adopted_and(probe, make):
    b = probe.adopted(bytes(range(8)))
    return b, make(b)


SAME_BYTES = {
    "an array and a slice of it": lambda probe: (a := np.zeros(8), a[2:5]),
    "a Buffer and NumPy's view": lambda probe: (b := swiftbuf.zeros(8, "d"), np.asarray(b)[4:]),
    "NumPy's view and the Buffer": lambda probe: (np.asarray(b := swiftbuf.zeros(8, "d"))[4:], b),
    "a Buffer and a slice of it": lambda probe: (b := swiftbuf.zeros(8, "d"), b[2:4]),
    "a Buffer over an array, and the array": lambda probe: (swiftbuf.Buffer(a := np.zeros(8)), a),
    "two Buffers over an array": lambda probe: (swiftbuf.Buffer(a := np.zeros(8)), swiftbuf.Buffer(a)),
    "a Swift array and NumPy's view": lambda probe: adopted_and(probe, np.asarray),
    "NumPy's view and the Swift array": lambda probe: adopted_and(probe, np.asarray)[::-1],
    "two views of a Swift array": lambda probe: adopted_and(probe, lambda b: b[2:])[::-1],
    "a memoryview and NumPy's view of a Swift array": lambda probe: adopted_and(
        probe, lambda b: (memoryview(b), np.asarray(b))
    )[1],
    "a Buffer over NumPy's view of a Swift array, and it": lambda probe: adopted_and(
        probe, lambda b: swiftbuf.Buffer(np.asarray(b))
    )[::-1],
}


@pytest.mark.parametrize("make", SAME_BYTES.values(), ids=SAME_BYTES)
def test_the_same_bytes_are_borrowed_to_write_once(probe, make) -> None:
    first, second = make(probe)
    with pytest.raises(BufferError, match="memory to write was asked for but Swift has borrowed it to write"):
        probe.borrow_twice(first, second)
    probe.double_in_place(first)
    probe.double_in_place(second)


def test_different_bytes_are_borrowed_together(probe) -> None:
    a = np.zeros(8)
    probe.borrow_twice(a[:4], a[4:])
    probe.borrow_twice(a, np.zeros(8))
    probe.borrow_twice(swiftbuf.zeros(8, "d"), swiftbuf.zeros(8, "d"))
    probe.borrow_twice(probe.adopted(b"12"), probe.adopted(b"34"))
    probe.borrow_twice(np.zeros(0), np.zeros(0))


# --- memory of Swift's own ---


def test_a_swift_array_is_handed_over_where_it_stands(probe) -> None:
    b = probe.adopted(b"\x01\x02\x03")
    assert type(b) is swiftbuf.Buffer and b.tolist() == [1.0, 2.0, 3.0]
    assert probe.address(b) == np.asarray(b).ctypes.data
    with pytest.raises(BufferError, match="owner"):
        b.resize(10)


def test_a_million_borrows_leave_nothing_behind(probe) -> None:
    a, b = np.zeros(4), swiftbuf.zeros(4, "d")
    for _ in range(1000):
        probe.total(a), probe.total(b), probe.adopted(b"1")
    gc.collect()
    before = (heap_bytes_in_use(), sys.getrefcount(a), sys.getrefcount(b))
    for _ in range(250_000):
        probe.total(a)
        probe.total(b)
        probe.double_strides(a)
        probe.double_in_place(b)
    for _ in range(100_000):
        probe.adopted(b"1")
    gc.collect()
    after = (heap_bytes_in_use(), sys.getrefcount(a), sys.getrefcount(b))
    assert after[1:] == before[1:]
    assert after[0] - before[0] < 1 << 18  # a quarter of a byte for each
    assert b.exports == 0


def test_without_swiftbuf_it_says_what_is_missing(probe) -> None:
    program = (
        "import sys, importlib.machinery as m, importlib.util as u\n"
        "sys.modules['_swiftbuf'] = None\n"
        "l = m.ExtensionFileLoader('swiftbuf_probe', sys.argv[1])\n"
        "p = u.module_from_spec(u.spec_from_file_location('swiftbuf_probe', sys.argv[1], loader=l)); l.exec_module(p)\n"
        "try: p.total(b'')\n"
        "except ImportError as e: print(e)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, probe.__file__], capture_output=True, text=True, check=True)
    assert "_swiftbuf" in done.stdout
