"""The C ABI that extensions exchange: the capsule, and Buffers made over memory of another extension.

c/abi_probe.c is compiled against the headers in Sources, not against the wheel: that it reads the right values by their
names is what shows that its C and the wheel's Swift agree on the layout of every struct.
"""

from __future__ import annotations

import ctypes
import gc
import struct
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import _swiftbuf
import numpy as np
import pytest
import swiftbuf
from conftest import HERE, SWIFTBUF_HEADERS, compile_extension, compile_shared, python_headers

# swiftbuf_request.h and CSwiftBufStorage.h, written down once more: these numbers never change.
READONLY, C_CONTIGUOUS, F_CONTIGUOUS, FORMAT_IS_BYTES, RELEASED, VIEW = 1, 2, 4, 8, 16, 64
STORAGE_READONLY, STORAGE_OWNED, STORAGE_INLINE = 1, 2, 4
NEVER = {"released": 0, "disposed": 0}
ONCE = {"released": 1, "disposed": 1}


def make(probe: ModuleType, block: Any, shape: tuple[int, ...], **how: Any) -> swiftbuf.Buffer:
    """Make a Buffer over a block: at its start, in C order, of writable bytes, unless told otherwise."""
    defaults = {"offset": 0, "strides": None, "format": "B", "readonly": False, "base": None} | how
    rest = [defaults[name] for name in ("strides", "format", "readonly", "base")]
    return probe.make(block, defaults["offset"], shape, *rest)


def fate(block: Any) -> dict[str, int]:
    """Return how often the memory was released and its block disposed of."""
    history = block.history()
    return {"released": history["released"], "disposed": history["disposed"]}


# --- the capsule ---


def test_the_capsule_says_its_size_its_version_and_the_type(abi_probe: ModuleType) -> None:
    header = abi_probe.header()
    assert header["size"] >= header["sizeof"], "fields are added at the end alone"
    assert header["version"] >= header["built_against"] == 1
    assert header["reserved"] == 0
    assert header["buffer_type"] is swiftbuf.Buffer
    assert repr(_swiftbuf._capi).startswith('<capsule object "_swiftbuf._capi"')


def test_a_module_that_was_built_for_an_older_release_is_told_to_be_built_anew() -> None:
    older = ctypes.pythonapi.PyCapsule_Import
    older.restype, older.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]
    message = r"^this module was built for an older swiftbuf than the one that is installed: build it anew$"
    with pytest.raises(ImportError, match=message):
        older(b"_swiftbuf._api", 0)
    with pytest.raises(AttributeError, match="'_swiftbuf' has no attribute 'anything'"):
        _swiftbuf.anything


def test_a_module_that_was_built_with_the_first_release_works_with_this_one(helpers_folder: Path) -> None:
    module = compile_extension("first_release", helpers_folder, [])
    before = module.disposed()
    buffer, answers, is_export = module.work()
    # Entered, entered, not to write beside readers; listed; an answer that it is listed; found.
    assert answers == (0, 0, 2, 0, 3, 1) and is_export == 1
    assert buffer.tobytes() == b"of the first release"
    del buffer
    assert module.disposed() == before + 1


def test_buffers_are_recognised_and_other_objects_are_not(abi_probe: ModuleType) -> None:
    made = make(abi_probe, block := abi_probe.block(b"abcd", False), (4,))
    block.drop()
    for buffer in (swiftbuf.zeros(3), swiftbuf.zeros(3).T, made):
        assert abi_probe.is_buffer(buffer) is True
    for other in (b"abc", memoryview(swiftbuf.zeros(3)), np.zeros(3), swiftbuf.Buffer, None):
        assert abi_probe.is_buffer(other) is False


def test_the_headers_of_the_c_abi_compile_in_strict_c11_without_any_other_header_before_them(tmp_path: Path) -> None:
    source = HERE / "c" / "abi_probe.c"
    compile_shared(source, tmp_path / "strict.so", ["-std=c11", *python_headers(), *SWIFTBUF_HEADERS])


def test_the_headers_compile_where_python_asks_for_a_newer_posix_than_the_c_library_knows(tmp_path: Path) -> None:
    newer = "#define _POSIX_C_SOURCE 209912L\n#define _XOPEN_SOURCE 9900\n"
    undone = "#undef _POSIX_C_SOURCE\n#undef _XOPEN_SOURCE\n#include_next <pyconfig.h>\n"
    (tmp_path / "pyconfig.h").write_text(newer + undone)
    flags = [f"-I{tmp_path}", "-D_GNU_SOURCE", *python_headers(), *SWIFTBUF_HEADERS]
    compile_shared(HERE / "c" / "abi_probe.c", tmp_path / "newer.so", flags)


# --- the structs ---


@pytest.mark.parametrize("capacity", [2**63 - 1, 2**63 - 100, -(2**63)])
def test_a_size_that_no_int_of_c_can_hold_is_the_largest_whatever_a_c_caller_claims(
    capacity: int, abi_probe: ModuleType
) -> None:
    made = make(abi_probe, block := abi_probe.block(b"abcd", False), (4,))
    honest = made.__sizeof__()
    assert abi_probe.claim(block, capacity, False) == 4 and made.__sizeof__() == honest
    abi_probe.claim(block, capacity, True)
    assert made.__sizeof__() == (2**63 - 1 if capacity > 0 else honest)
    abi_probe.claim(block, 4, False)
    block.drop()


def test_c_reads_every_field_of_a_new_buffer_by_its_name(abi_probe: ModuleType) -> None:
    buffer = swiftbuf.zeros((2, 3), "d", "F")
    fields = abi_probe.fields(buffer)
    address = np.asarray(buffer).ctypes.data
    storage = fields.pop("storage")
    assert (fields.pop("item_kind") > 0, type(fields.pop("denied")), type(fields.pop("required"))) == (True, int, int)
    assert fields == {
        "buf": address, "len": 48, "itemsize": 8, "ndim": 2, "traits": F_CONTIGUOUS, "format": "d", "shape": (2, 3),
        "strides": (8, 16), "suboffsets": 0, "exports": 0, "block": 0, "item_is_swapped": False, "order": 1,
        "reserved": bytes(6), "shape_is_inline": True, "format_is_inline": True,
    }  # fmt: skip
    assert storage == {
        "base": address, "capacity": 48, "references": 1, "exports": 0, "borrows": 0, "has_owner": False,
        "has_release": False, "has_dispose": True, "flags": STORAGE_OWNED | STORAGE_INLINE, "left_behind": 0,
    }  # fmt: skip


def test_memory_that_does_not_fit_behind_its_block_is_owned_all_the_same(abi_probe: ModuleType) -> None:
    def flags(buffer: swiftbuf.Buffer) -> int:
        return abi_probe.fields(buffer)["storage"]["flags"]

    assert flags(swiftbuf.zeros(100_000)) == STORAGE_OWNED
    grown = swiftbuf.zeros(10)
    assert flags(grown) == STORAGE_OWNED | STORAGE_INLINE
    grown.resize(100_000)
    assert flags(grown) == STORAGE_OWNED


def test_c_reads_the_traits_of_each_kind_of_view(abi_probe: ModuleType) -> None:
    bytes_in_c_order = swiftbuf.zeros((2, 3))
    assert abi_probe.fields(bytes_in_c_order)["traits"] == C_CONTIGUOUS | FORMAT_IS_BYTES
    assert abi_probe.fields(bytes_in_c_order.T)["traits"] == F_CONTIGUOUS | FORMAT_IS_BYTES | VIEW
    assert abi_probe.fields(bytes_in_c_order.toreadonly())["traits"] == READONLY | C_CONTIGUOUS | FORMAT_IS_BYTES | VIEW
    assert abi_probe.fields(swiftbuf.zeros(5, ">i"))["traits"] == C_CONTIGUOUS | F_CONTIGUOUS
    assert abi_probe.fields(swiftbuf.zeros(5, ">i"))["item_is_swapped"] is True
    bytes_in_c_order.release()
    released = abi_probe.fields(bytes_in_c_order)
    assert (released["storage"], released["traits"] & RELEASED) == (None, RELEASED)


def test_dimensions_and_formats_that_do_not_fit_inline_stand_in_a_block(abi_probe: ModuleType) -> None:
    def places(buffer: swiftbuf.Buffer) -> tuple[bool, bool, bool]:
        fields = abi_probe.fields(buffer)
        return fields["block"] != 0, fields["shape_is_inline"], fields["format_is_inline"]

    assert places(swiftbuf.zeros((1,) * 4)) == (False, True, True)
    assert places(swiftbuf.zeros((1,) * 5)) == (True, False, True)
    assert places(swiftbuf.zeros(1, "T{i:123456789:}")) == (False, True, True)
    assert places(swiftbuf.zeros(1, "T{i:1234567890:}")) == (True, False, False)


# --- Buffers over memory of this extension ---


def test_a_buffer_over_foreign_memory_reads_and_writes_its_bytes(abi_probe: ModuleType) -> None:
    block = abi_probe.block(struct.pack("6d", *range(6)), False)
    buffer = make(abi_probe, block, (2, 3), format="d")
    assert (buffer.shape, buffer.strides, buffer.readonly, buffer.tolist()) == (
        (2, 3),
        (24, 8),
        False,
        [[0, 1, 2], [3, 4, 5]],
    )
    buffer[1, 2] = 9.5
    np.asarray(buffer)[0, 0] = -1
    assert struct.unpack("6d", block.bytes()) == (-1, 1, 2, 3, 4, 9.5)
    block.drop()


def test_foreign_memory_is_released_once_when_its_last_buffer_and_view_are_gone(abi_probe: ModuleType) -> None:
    block = abi_probe.block(bytes(8), False)
    buffer = make(abi_probe, block, (8,))
    view, array_view, transposed = memoryview(buffer), np.asarray(buffer), buffer.T
    block.drop()
    del buffer, view, array_view
    gc.collect()
    assert fate(block) == NEVER
    assert transposed.tolist() == [0] * 8
    del transposed
    assert fate(block) == ONCE
    assert block.history()["arguments_right"] is True


def test_foreign_memory_is_released_on_the_thread_that_drops_it_last(abi_probe: ModuleType) -> None:
    block = abi_probe.block(bytes(8), False)
    owner = abi_probe.owner(make(abi_probe, block, (8,)))
    block.drop()
    assert fate(block) == NEVER
    thread = owner.drop_in_thread()
    assert fate(block) == ONCE
    assert block.history()["thread"] == thread != threading.get_ident()


def test_memory_of_swiftbuf_is_freed_on_a_thread_that_python_does_not_know(abi_probe: ModuleType) -> None:
    before = swiftbuf.allocated_bytes()
    for size in (100, 8 << 20):
        owner = abi_probe.owner(swiftbuf.zeros(size))
        assert swiftbuf.allocated_bytes() == before + size
        owner.drop_in_thread()
        assert swiftbuf.allocated_bytes() == before


def test_release_lets_go_of_foreign_memory_at_once(abi_probe: ModuleType) -> None:
    block = abi_probe.block(bytes(8), False)
    buffer = make(abi_probe, block, (8,))
    block.drop()
    buffer.release()
    assert fate(block) == ONCE
    buffer.release()
    del buffer
    assert fate(block) == ONCE


def test_a_part_of_a_memory_can_be_a_buffer(abi_probe: ModuleType) -> None:
    block = abi_probe.block(b"0123456789", False)
    assert make(abi_probe, block, (2, 3), offset=1, strides=(5, 1)).tobytes() == b"123678"
    assert make(abi_probe, block, (3,), offset=9, strides=(-3,)).tobytes() == b"963"
    assert make(abi_probe, block, (0,), offset=10).tobytes() == b""
    assert make(abi_probe, block, (), offset=9, format="c")[()] == b"9"
    assert make(abi_probe, block, (2,), offset=1, strides=(4,), format="<H").tolist() == [0x3231, 0x3635]
    block.drop()


def test_one_item_at_several_indices_is_read_only(abi_probe: ModuleType) -> None:
    block = abi_probe.block(b"xy", False)
    broadcast = make(abi_probe, block, (3, 2), strides=(0, 1))
    assert (broadcast.readonly, broadcast.tobytes()) == (True, b"xyxyxy")
    with pytest.raises(TypeError, match="read-only"):
        broadcast[0, 0] = 1
    assert np.asarray(broadcast).flags.writeable is False
    block.drop()


def test_read_only_memory_has_read_only_buffers_alone(abi_probe: ModuleType) -> None:
    block = abi_probe.block(b"abc", True)
    with pytest.raises(BufferError, match="a writable Buffer was asked for but this memory is read-only"):
        make(abi_probe, block, (3,))
    buffer = make(abi_probe, block, (3,), readonly=True)
    assert (buffer.readonly, buffer.T.readonly, memoryview(buffer).readonly) == (True, True, True)
    assert abi_probe.fields(buffer)["storage"]["flags"] == STORAGE_READONLY
    block.drop()


# --- refusals: nothing is kept ---


@pytest.mark.parametrize(
    ("shape", "how"),
    [
        ((9,), {}),
        ((4,), {"offset": 5}),
        ((4,), {"strides": (3,)}),
        ((4,), {"offset": 2, "strides": (-1,)}),
        ((1,), {"offset": -1}),
        ((1,), {"offset": 8}),
        ((0,), {"offset": 9}),
        ((2,), {"format": "d"}),
        ((2, 2), {"strides": (2**62, 1)}),
        ((2, 2), {"strides": (-(2**63), 1)}),
        ((3, 3), {"strides": (2**62, 2**62)}),
        ((2,), {"strides": (2**63 - 1,)}),
        ((1,), {"offset": 2**62}),
        ((1,), {"offset": -(2**63)}),
        ((2**62, 2), {"strides": (0, 0)}),
        ((2**63 - 1,), {"strides": (0,), "format": "d"}),
        ((-1,), {}),
        ((0, -1), {}),
    ],
    ids=str,
)
def test_a_layout_outside_of_the_memory_is_a_value_error(
    shape: tuple[int, ...], how: dict[str, Any], abi_probe: ModuleType
) -> None:
    block = abi_probe.block(bytes(8), False)
    with pytest.raises(ValueError, match="buffer_from_storage: "):
        make(abi_probe, block, shape, **how)
    block.drop()
    assert fate(block) == ONCE


@pytest.mark.parametrize("ndim", [-1, -(2**31), 65, 2**31 - 1])
def test_a_number_of_dimensions_that_no_buffer_has_is_a_value_error(ndim: int, abi_probe: ModuleType) -> None:
    block = abi_probe.block(bytes(8), False)
    with pytest.raises(ValueError, match="dimensions"):
        abi_probe.make_with_ndim(block, ndim)
    block.drop()


@pytest.mark.parametrize("which", ["api", "storage", "buf", "shape", "format"])
def test_a_null_pointer_is_a_system_error(which: str, abi_probe: ModuleType) -> None:
    block = abi_probe.block(bytes(8), False)
    with pytest.raises(SystemError, match="buffer_from_storage: a pointer is NULL"):
        abi_probe.make_with_null(block, which)
    block.drop()
    assert fate(block) == ONCE


@pytest.mark.parametrize(
    "format", ["", "y", "T{i", "0i", "=n", "99999999999999999999i", "\N{GREEK SMALL LETTER ALPHA}", "d" * 5000 + "y"]
)
def test_a_format_that_cannot_be_read_is_a_value_error(format: str, abi_probe: ModuleType) -> None:
    block = abi_probe.block(bytes(8), False)
    with pytest.raises(ValueError):
        make(abi_probe, block, (1,), format=format)
    block.drop()
    assert fate(block) == ONCE
