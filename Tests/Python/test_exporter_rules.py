"""What an exporter owes a consumer when it fills a Py_buffer, one fact a test.

`test_conformance.py` shows the same over all requests; here each rule is named, with the layout on which exporters get
it wrong. Source: CPython's Doc/c-api/buffer.rst.
"""

from __future__ import annotations

import ctypes
import struct
from types import ModuleType

import decision_table as table
import numpy as np
import pytest
import swiftbuf
from decision_table import (
    ANY_CONTIGUOUS,
    C_CONTIGUOUS,
    F_CONTIGUOUS,
    FORMAT,
    FULL,
    FULL_RO,
    INDIRECT,
    ND,
    SIMPLE,
    STRIDES,
    WRITABLE,
)
from layouts import FORMATS

REFUSED = {"code": -1, "refused": BufferError, "obj_is_null": True, "untouched": True}


def strided(
    probe: ModuleType, memory: bytes, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], format: str = "B"
):
    """Make a Buffer over memory of another extension, which lives as long as the Buffer."""
    block = probe.block(memory, False)
    buffer = probe.make(block, offset, shape, strides, format, False, None)
    block.drop()
    return buffer


# --- refusing ---


def test_a_refusal_is_a_buffer_error_that_sets_obj_to_null_and_writes_nothing_else(raw_buffer: ModuleType) -> None:
    assert raw_buffer.ask(swiftbuf.zeros(4).toreadonly(), WRITABLE) == REFUSED


def test_a_refusal_says_what_was_asked_and_what_is_so(raw_buffer: ModuleType) -> None:
    with pytest.raises(BufferError, match="writable memory was asked for but this Buffer is read-only"):
        raw_buffer.hold(swiftbuf.zeros(4).toreadonly(), WRITABLE)


def test_a_request_without_a_view_is_a_buffer_error(raw_buffer: ModuleType) -> None:
    with pytest.raises(BufferError, match="NULL"):
        raw_buffer.ask_without_view(swiftbuf.zeros(4))


def test_a_released_buffer_refuses_every_request(raw_buffer: ModuleType) -> None:
    released = swiftbuf.zeros((2, 3), "d")
    released.release()
    for flags in table.ALL_FLAGS:
        assert raw_buffer.ask(released, flags) == REFUSED, hex(flags)


# --- writable and read-only ---


def test_writable_memory_is_refused_of_a_read_only_view(raw_buffer: ModuleType) -> None:
    view = swiftbuf.zeros((2, 3), "d").toreadonly()
    for flags in table.ALL_FLAGS:
        if flags & WRITABLE:
            assert raw_buffer.ask(view, flags) == REFUSED, hex(flags)


def test_readonly_tells_the_truth_to_those_who_did_not_ask(raw_buffer: ModuleType) -> None:
    writable = swiftbuf.zeros(4)
    for flags in (SIMPLE, ND, STRIDES, FULL_RO):
        assert raw_buffer.ask(writable, flags)["readonly"] == 0
        assert raw_buffer.ask(writable.toreadonly(), flags)["readonly"] == 1


# --- contiguity ---


def test_a_c_contiguous_request_of_a_fortran_layout_is_refused(raw_buffer: ModuleType) -> None:
    fortran = swiftbuf.zeros((2, 3), "d", "F")
    assert raw_buffer.ask(fortran, C_CONTIGUOUS) == REFUSED
    assert raw_buffer.ask(fortran, F_CONTIGUOUS)["strides"] == (8, 16)


def test_a_fortran_contiguous_request_of_a_c_layout_is_refused(raw_buffer: ModuleType) -> None:
    c_order = swiftbuf.zeros((2, 3), "d")
    assert raw_buffer.ask(c_order, F_CONTIGUOUS) == REFUSED
    assert raw_buffer.ask(c_order, C_CONTIGUOUS)["strides"] == (24, 8)


def test_both_orders_asked_for_must_both_be_held(raw_buffer: ModuleType) -> None:
    assert raw_buffer.ask(swiftbuf.zeros((2, 3)), C_CONTIGUOUS | F_CONTIGUOUS) == REFUSED
    assert raw_buffer.ask(swiftbuf.zeros((1, 3)), C_CONTIGUOUS | F_CONTIGUOUS)["shape"] == (1, 3)


def test_any_contiguous_order_is_granted_of_either_and_refused_of_neither(raw_buffer: ModuleType) -> None:
    assert raw_buffer.ask(swiftbuf.zeros((2, 3)), ANY_CONTIGUOUS)["strides"] == (3, 1)
    assert raw_buffer.ask(swiftbuf.zeros((2, 3)).T, ANY_CONTIGUOUS)["strides"] == (1, 3)
    assert raw_buffer.ask(swiftbuf.zeros((2, 3, 4)).transpose(1, 0, 2), ANY_CONTIGUOUS) == REFUSED


def test_half_a_flag_asks_for_nothing(raw_buffer: ModuleType) -> None:
    fortran, c_order = swiftbuf.zeros((2, 3), "B", "F"), swiftbuf.zeros((2, 3))
    for half in (0x10, 0x20, 0x40, 0x80):  # STRIDES without ND, and the contiguity flags without STRIDES
        assert raw_buffer.ask(fortran, half) == REFUSED, "no strides were asked for, so the order must be C"
        said = raw_buffer.ask(c_order, half)
        assert (said["shape"], said["strides"], said["ndim"]) == (None, None, 1)


# --- which fields are filled ---


def test_suboffsets_are_null_for_every_request(raw_buffer: ModuleType) -> None:
    for flags in (INDIRECT, FULL, FULL_RO):
        assert raw_buffer.ask(swiftbuf.zeros((2, 3)), flags)["suboffsets"] is None


def test_without_strides_asked_for_they_are_null_and_the_order_must_be_c(raw_buffer: ModuleType) -> None:
    assert raw_buffer.ask(swiftbuf.zeros((2, 3)), ND)["strides"] is None
    assert raw_buffer.ask(swiftbuf.zeros((2, 3)).T, ND) == REFUSED
    assert raw_buffer.ask(swiftbuf.zeros((2, 3)).T, SIMPLE) == REFUSED


def test_without_a_shape_asked_for_there_is_one_dimension_of_bytes_and_itemsize_keeps_its_value(
    raw_buffer: ModuleType,
) -> None:
    said = raw_buffer.ask(swiftbuf.zeros((2, 3), "d"), SIMPLE)
    assert (said["ndim"], said["shape"], said["strides"], said["format"]) == (1, None, None, None)
    assert (said["len"], said["itemsize"]) == (48, 8)


def test_a_format_is_filled_if_asked_for_and_null_if_not(raw_buffer: ModuleType) -> None:
    assert raw_buffer.ask(swiftbuf.zeros(2, "d"), ND | FORMAT)["format"] == "d"
    assert raw_buffer.ask(swiftbuf.zeros(2, "d"), ND)["format"] is None
    assert raw_buffer.ask(swiftbuf.zeros(2, "d"), ND)["itemsize"] == 8


def test_a_format_without_a_shape_is_granted_for_bytes_alone(raw_buffer: ModuleType) -> None:
    assert raw_buffer.ask(swiftbuf.zeros((2, 3), "B"), FORMAT)["format"] == "B"
    for format in ("b", "c", "d", "1s", "T{B:a:}"):
        assert raw_buffer.ask(swiftbuf.zeros((2, 3), format), FORMAT) == REFUSED, format


def test_strides_asked_for_come_with_a_shape_and_a_shape_alone_without_strides(raw_buffer: ModuleType) -> None:
    for shape in ((0,), (5,), (2, 3), (1,) * 64):
        said = raw_buffer.ask(swiftbuf.zeros(shape), STRIDES)
        assert (said["shape"], len(said["strides"])) == (shape, len(shape))
        assert raw_buffer.ask(swiftbuf.zeros(shape), ND)["strides"] is None


def test_obj_buf_len_itemsize_and_ndim_do_not_depend_on_the_request(raw_buffer: ModuleType) -> None:
    buffer = swiftbuf.zeros((2, 3), "d")
    said = [raw_buffer.ask(buffer, flags | ND) for flags in (0, WRITABLE, FORMAT, STRIDES, C_CONTIGUOUS, INDIRECT)]
    assert len({(each["buf"], each["len"], each["itemsize"], each["ndim"]) for each in said}) == 1
    assert all(each["obj"] is buffer for each in said)


# --- sizes ---


def test_len_of_a_strided_layout_is_the_packed_length_and_not_the_span(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    every_fourth = strided(abi_probe, bytes(range(13)), 0, (4,), (4,))
    assert raw_buffer.ask(every_fourth, FULL_RO)["len"] == 4 == every_fourth.nbytes
    one_item_often = strided(abi_probe, bytes(2), 0, (100, 2), (0, 1))
    assert raw_buffer.ask(one_item_often, FULL_RO)["len"] == 200


def test_itemsize_is_the_size_of_the_format_and_above_zero_also_when_empty(raw_buffer: ModuleType) -> None:
    for format, (itemsize, exported) in FORMATS.items():
        for shape in ((3,), (0,)):
            said = raw_buffer.ask(swiftbuf.zeros(shape, format), FULL_RO)
            assert (said["itemsize"], said["format"], said["len"]) == (itemsize, exported, shape[0] * itemsize), format
        if set(format) <= set("@=<>!?cbBhHiIlLqQnNefdPspx0123456789"):
            assert itemsize == struct.calcsize(exported), format


def test_no_dimensions_are_one_item_contiguous_in_both_orders_with_null_shape_and_strides(
    raw_buffer: ModuleType,
) -> None:
    item = swiftbuf.full((), 2.5, "d")
    for flags in (SIMPLE, ND, STRIDES, FULL_RO, C_CONTIGUOUS | F_CONTIGUOUS, ANY_CONTIGUOUS):
        said = raw_buffer.ask(item, flags)
        assert (said["shape"], said["strides"], said["len"], said["itemsize"]) == (None, None, 8, 8)
        assert said["ndim"] == (0 if flags & ND else 1)
        assert ctypes.c_double.from_address(said["buf"]).value == 2.5
    assert memoryview(item)[()] == 2.5


def test_sixty_four_dimensions_are_exported_and_sixty_five_are_no_buffer(raw_buffer: ModuleType) -> None:
    said = raw_buffer.ask(swiftbuf.zeros((1,) * 63 + (3,), "h"), FULL_RO)
    assert (said["ndim"], said["shape"], said["strides"]) == (64, (1,) * 63 + (3,), (6,) * 63 + (2,))
    with pytest.raises(ValueError, match="65 dimensions were asked for but a buffer has at most 64"):
        swiftbuf.zeros((1,) * 65)


# --- emptiness, ones, strides ---


def test_buf_is_never_null_also_when_there_are_no_items(raw_buffer: ModuleType, abi_probe: ModuleType) -> None:
    for shape in ((0,), (0, 3), (2, 0, 3), (0,) * 64):
        for order in ("C", "F"):
            assert raw_buffer.ask(swiftbuf.zeros(shape, "d", order), FULL)["buf"] != 0
            assert raw_buffer.ask(swiftbuf.empty(shape, "d", order), SIMPLE)["buf"] != 0
    shrunk = swiftbuf.zeros(8)
    shrunk.resize(0)
    assert raw_buffer.ask(shrunk, SIMPLE)["buf"] != 0
    assert raw_buffer.ask(swiftbuf.copy(b""), SIMPLE)["buf"] != 0
    assert raw_buffer.ask(strided(abi_probe, b"", 0, (0,), (1,)), SIMPLE)["buf"] != 0


def test_an_empty_layout_has_len_zero_and_is_contiguous_in_both_orders_whatever_its_strides(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    for shape, strides in [((0,), (-7,)), ((0, 3), (100, 5)), ((3, 0), (0, 0))]:
        empty = strided(abi_probe, b"", 0, shape, strides)
        said = raw_buffer.ask(empty, C_CONTIGUOUS | F_CONTIGUOUS | FORMAT)
        assert (said["len"], said["shape"], said["strides"]) == (0, shape, strides)


def test_a_dimension_of_one_item_has_no_say_in_contiguity(raw_buffer: ModuleType, abi_probe: ModuleType) -> None:
    column = strided(abi_probe, bytes(4), 0, (4, 1), (1, 12345))
    assert raw_buffer.ask(column, C_CONTIGUOUS | F_CONTIGUOUS)["strides"] == (1, 12345)


def test_buf_of_a_layout_with_negative_strides_is_its_first_item_and_not_the_lowest_address(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    backwards = strided(abi_probe, b"abcdef", 5, (2, 3), (-3, -1))
    said = raw_buffer.ask(backwards, FULL)
    assert ctypes.string_at(said["buf"], 1) == b"f"
    assert said["strides"] == (-3, -1)
    assert backwards.tobytes() == b"fedcba" == np.asarray(backwards).tobytes() == memoryview(backwards).tobytes()


def test_a_broadcast_item_is_exported_read_only(raw_buffer: ModuleType, abi_probe: ModuleType) -> None:
    broadcast = strided(abi_probe, b"x", 0, (4,), (0,))
    assert raw_buffer.ask(broadcast, STRIDES)["readonly"] == 1
    assert raw_buffer.ask(broadcast, STRIDES | WRITABLE) == REFUSED
    assert strided(abi_probe, b"x", 0, (1,), (0,)).readonly is False, "one item at one index is no broadcast"


def test_items_at_odd_addresses_are_exported_and_read(raw_buffer: ModuleType, abi_probe: ModuleType) -> None:
    memory = b"?" + struct.pack("<d", 1.5) + b"?" + struct.pack("<d", -2.5)
    odd = strided(abi_probe, memory, 1, (2,), (9,), "d")
    assert odd.tolist() == [1.5, -2.5] == np.asarray(odd).tolist()
    assert raw_buffer.ask(odd, FULL)["buf"] % 2 == 1
    odd[1] = 4.0
    assert odd[1] == 4.0
