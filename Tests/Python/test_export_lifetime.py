"""What stays as it is while a Py_buffer is held, who counts it, and who may give it back, where.

A held view keeps its Buffer alive and in place; the release drops nothing but the count.
"""

from __future__ import annotations

import collections.abc
import gc
import sys
import threading
import weakref
from types import ModuleType

import decision_table as table
import numpy as np
import pytest
import swiftbuf
from decision_table import FULL, FULL_RO, STRIDES, WRITABLE, Facts

CANNOT_RESIZE = "Existing exports of data: object cannot be re-sized"

# One layout in the object, one with its dimensions in a block, one with its format in a block.
MADE = [((2, 3), "d"), ((2, 1, 3, 1, 2), "d"), ((2, 3), "T{d:position_in_metres:i:count:4x}")]


def exports(probe: ModuleType, buffer: swiftbuf.Buffer) -> tuple[int, int]:
    """Return the Py_buffers of this object that are live, and the exports of its memory."""
    fields = probe.fields(buffer)
    return fields["exports"], fields["storage"]["exports"]


# --- what a view points to ---


@pytest.mark.parametrize(("shape", "format"), MADE)
def test_format_shape_and_strides_are_at_one_place_for_all_views_and_do_not_change_while_one_is_held(
    shape: tuple[int, ...], format: str, raw_buffer: ModuleType
) -> None:
    buffer = swiftbuf.zeros(shape, format)
    first = raw_buffer.hold(buffer, FULL)
    fields, pointers = first.fields(), first.pointers()
    second = raw_buffer.hold(buffer, STRIDES | table.FORMAT)
    assert second.pointers() == pointers
    views = [buffer.T, buffer.toreadonly(), memoryview(buffer.T), np.asarray(buffer)]
    views += [raw_buffer.hold(swiftbuf.zeros((9,) * len(shape), "h"), FULL)]
    buffer.tobytes()
    for refused in (lambda: buffer.resize(1), lambda: buffer.resize((1,) * 64), buffer.release):
        with pytest.raises(BufferError):
            refused()
    second.release()
    del views
    assert (first.fields(), first.pointers()) == (fields, pointers)
    assert first.fields()["shape"] == shape


@pytest.mark.parametrize(("shape", "format"), MADE)
def test_shape_and_strides_are_those_of_the_export_block_and_no_temporary(
    shape: tuple[int, ...], format: str, raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    buffer = swiftbuf.zeros(shape, format)
    pointers = raw_buffer.hold(buffer, FULL).pointers()
    block = abi_probe.fields(buffer)["block"]
    for name, is_inline in [("shape", len(shape) <= 4), ("strides", len(shape) <= 4), ("format", len(format) < 16)]:
        if is_inline and not block:
            assert id(buffer) < pointers[name] < id(buffer) + type(buffer).__basicsize__, name
        elif not is_inline:
            assert block <= pointers[name] < block + sys.getsizeof(buffer), name


def test_a_view_outlives_the_last_name_of_its_buffer(raw_buffer: ModuleType) -> None:
    buffer = swiftbuf.copy(b"still here")
    died = weakref.ref(buffer)
    held = raw_buffer.hold(buffer, FULL)
    fields = held.fields()
    del buffer
    gc.collect()
    assert held.read() == b"still here"
    del fields["obj"]
    assert held.fields()["shape"] == (10,) == fields["shape"]
    assert died() is not None
    held.release()
    assert died() is None


def test_memory_seen_through_numpy_and_memoryview_outlives_the_buffer() -> None:
    before = swiftbuf.allocated_bytes()
    array = np.asarray(swiftbuf.full(1000, 7))
    view = memoryview(swiftbuf.full(1000, 8).T)
    gc.collect()
    assert (set(array.tolist()), set(view.tolist())) == ({7}, {8})
    assert swiftbuf.allocated_bytes() == before + 2000
    del array, view
    assert swiftbuf.allocated_bytes() == before


# --- counting ---


def test_a_granted_view_takes_one_reference_and_one_export_and_its_release_gives_both_back(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    buffer = swiftbuf.zeros(4)
    references = sys.getrefcount(buffer)
    held = [raw_buffer.hold(buffer, FULL) for _ in range(3)]
    assert (sys.getrefcount(buffer), exports(abi_probe, buffer), buffer.exports) == (references + 3, (3, 3), 3)
    held.pop().release()
    assert (sys.getrefcount(buffer), exports(abi_probe, buffer), buffer.exports) == (references + 2, (2, 2), 2)
    held.clear()
    assert (sys.getrefcount(buffer), exports(abi_probe, buffer), buffer.exports) == (references, (0, 0), 0)


def test_a_refusal_counts_nothing(raw_buffer: ModuleType, abi_probe: ModuleType) -> None:
    buffer = swiftbuf.zeros((2, 3)).toreadonly()
    before = (sys.getrefcount(buffer), exports(abi_probe, buffer))
    for _ in range(5):
        with pytest.raises(BufferError):
            raw_buffer.hold(buffer, WRITABLE)
    assert (sys.getrefcount(buffer), exports(abi_probe, buffer)) == before


def test_a_view_of_a_view_counts_on_the_memory_and_not_on_the_first_object(abi_probe: ModuleType) -> None:
    buffer = swiftbuf.zeros((2, 3))
    transposed = buffer.T
    assert (exports(abi_probe, buffer), exports(abi_probe, transposed)) == ((0, 1), (0, 1))
    view = memoryview(transposed)
    assert (exports(abi_probe, buffer), exports(abi_probe, transposed)) == ((0, 2), (1, 2))
    view.release()
    del transposed
    assert exports(abi_probe, buffer) == (0, 0)


# --- giving back ---


def test_a_copy_of_the_struct_at_another_address_gives_the_view_back(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    buffer = swiftbuf.zeros(4)
    references = sys.getrefcount(buffer)
    assert raw_buffer.hold(buffer, FULL).release_copy() is True, "PyBuffer_Release sets obj to NULL"
    assert (exports(abi_probe, buffer), sys.getrefcount(buffer)) == ((0, 0), references)


def test_a_release_looks_at_no_field_that_a_consumer_could_have_changed(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    buffer = swiftbuf.zeros((2, 1, 3, 1, 2), "d")
    other = raw_buffer.hold(buffer, FULL)
    assert raw_buffer.hold(buffer, FULL).release_by_obj() is True
    assert exports(abi_probe, buffer) == (1, 1)
    assert other.fields()["shape"] == (2, 1, 3, 1, 2)


def test_a_view_is_given_back_on_another_thread(raw_buffer: ModuleType, abi_probe: ModuleType) -> None:
    buffer = swiftbuf.zeros(4)
    held = raw_buffer.hold(buffer, FULL)
    view = memoryview(buffer)
    for release in (held.release, view.release):
        thread = threading.Thread(target=release)
        thread.start()
        thread.join()
    assert exports(abi_probe, buffer) == (0, 0)


def test_the_last_view_and_the_memory_go_on_another_thread(raw_buffer: ModuleType) -> None:
    before = swiftbuf.allocated_bytes()
    held = [raw_buffer.hold(swiftbuf.zeros(5000), FULL)]
    assert swiftbuf.allocated_bytes() == before + 5000
    thread = threading.Thread(target=held.clear)
    thread.start()
    thread.join()
    assert swiftbuf.allocated_bytes() == before


def test_a_view_is_given_back_inside_the_garbage_collector(abi_probe: ModuleType) -> None:
    class Node:
        pass

    buffer = swiftbuf.zeros(4)
    node = Node()
    node.itself, node.view, node.array = node, memoryview(buffer), np.asarray(buffer)
    assert exports(abi_probe, buffer) == (2, 2)
    del node
    gc.collect()
    assert exports(abi_probe, buffer) == (0, 0)


def test_a_buffer_in_a_cycle_with_its_own_view_is_collected() -> None:
    class Node:
        pass

    before = swiftbuf.allocated_bytes()
    node = Node()
    node.itself, node.buffer = node, swiftbuf.zeros(5000)
    node.view = memoryview(node.buffer)
    died = weakref.ref(node)
    del node
    gc.collect()
    assert (died(), swiftbuf.allocated_bytes()) == (None, before)
    assert gc.is_tracked(swiftbuf.zeros(1))


# --- what a held view forbids ---


def test_resizing_is_refused_while_anything_is_exported_and_the_memory_is_as_before(raw_buffer: ModuleType) -> None:
    for export in (
        lambda b: raw_buffer.hold(b, FULL_RO),
        memoryview,
        np.asarray,
        lambda b: b.T,
        lambda b: b.toreadonly(),
    ):
        buffer = swiftbuf.copy(b"12345678")
        view = export(buffer)
        address = np.asarray(buffer).ctypes.data
        for size in (0, 4, 8, 9, 1 << 16, 1 << 23):
            with pytest.raises(BufferError, match=CANNOT_RESIZE):
                buffer.resize(size)
        assert (buffer.tobytes(), buffer.shape, np.asarray(buffer).ctypes.data) == (b"12345678", (8,), address)
        del view
        buffer.resize(4)
        assert buffer.tobytes() == b"1234"


def test_releasing_is_refused_while_a_view_of_this_object_is_held(raw_buffer: ModuleType) -> None:
    buffer = swiftbuf.copy(b"kept")
    held = raw_buffer.hold(buffer, FULL)
    with pytest.raises(BufferError, match="release: 1 exports of this Buffer are live"):
        buffer.release()
    assert held.read() == buffer.tobytes() == b"kept"
    held.release()
    buffer.release()


def test_writing_is_allowed_while_views_are_held(raw_buffer: ModuleType) -> None:
    buffer = swiftbuf.zeros(4)
    held = raw_buffer.hold(buffer, FULL)
    buffer[0] = 1
    np.asarray(buffer)[1] = 2
    memoryview(buffer)[2] = 3
    assert held.read() == b"\1\2\3\0"


# --- the same from Python ---


def test_dunder_buffer_answers_every_request_as_the_slot_does_from_312_on() -> None:
    buffers = [swiftbuf.zeros((2, 3), "d"), swiftbuf.zeros((2, 3), "d", "F"), swiftbuf.zeros(3).toreadonly()]
    if sys.version_info < (3, 12):
        assert not hasattr(buffers[0], "__buffer__"), "there is no such method before 3.12"
        return
    for buffer in buffers:
        assert isinstance(buffer, collections.abc.Buffer)
        before = (buffer.exports, sys.getrefcount(buffer))
        facts = Facts(buffer.shape, buffer.strides, buffer.itemsize, buffer.format, buffer.readonly)
        for flags in table.COMPOSED_FLAGS:
            if table.reasons_to_refuse(flags, facts):
                with pytest.raises(BufferError):
                    buffer.__buffer__(flags)
            else:
                view = buffer.__buffer__(flags)
                assert (view.obj is buffer, view.nbytes, view.readonly) == (True, buffer.nbytes, buffer.readonly)
                buffer.__release_buffer__(view)
                assert buffer.exports == before[0]
                del view
        assert (buffer.exports, sys.getrefcount(buffer)) == before
