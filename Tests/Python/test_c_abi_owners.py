"""Who keeps the memory of a Buffer that another extension made, and who may move it: base objects, owners, borrows.

The refusals of resize() and release() here are those that Python alone cannot bring about.
"""

from __future__ import annotations

import array
import gc
import sys
import weakref
from types import ModuleType
from typing import Any

import pytest
import swiftbuf

ONCE = {"released": 1, "disposed": 1}


def make_bytes(probe: ModuleType, block: Any, base: object = None) -> swiftbuf.Buffer:
    """Make a Buffer of the eight bytes of a block, which it alone keeps alive."""
    buffer = probe.make(block, 0, (8,), None, "B", False, base)
    block.drop()
    return buffer


def fate(block: Any) -> dict[str, int]:
    """Return how often the memory was released and its block disposed of."""
    history = block.history()
    return {"released": history["released"], "disposed": history["disposed"]}


# --- the base object ---


class Base:
    """An object on Python's side that the memory belongs to."""


def test_a_buffer_and_its_views_keep_the_base_object_alive(abi_probe: ModuleType) -> None:
    base = Base()
    references, died = sys.getrefcount(base), weakref.ref(base)
    block = abi_probe.block(bytes(8), False)
    buffer = make_bytes(abi_probe, block, base)
    assert sys.getrefcount(base) == references + 1
    assert base in gc.get_referents(buffer)
    transposed, view = buffer.T, memoryview(buffer)
    del base, buffer, view
    assert died() is not None
    del transposed
    assert died() is None


def test_release_lets_go_of_the_base_object_at_once(abi_probe: ModuleType) -> None:
    base = Base()
    died = weakref.ref(base)
    buffer = make_bytes(abi_probe, abi_probe.block(bytes(8), False), base)
    del base
    assert died() is not None
    buffer.release()
    assert died() is None


def test_a_cycle_through_the_base_object_is_collected(abi_probe: ModuleType) -> None:
    base = Base()
    block = abi_probe.block(bytes(8), False)
    base.buffer = make_bytes(abi_probe, block, base)
    died = weakref.ref(base)
    del base
    gc.collect()
    assert (died(), fate(block)) == (None, ONCE)


def test_a_cycle_through_the_base_object_is_collected_with_a_view_in_it(abi_probe: ModuleType) -> None:
    base = Base()
    block = abi_probe.block(bytes(8), False)
    base.buffer = make_bytes(abi_probe, block, base)
    base.view, base.array = memoryview(base.buffer), array.array("B", base.buffer)
    died = weakref.ref(base)
    del base
    gc.collect()
    assert (died(), fate(block)) == (None, ONCE)


# --- who may move the memory ---


def test_foreign_memory_cannot_be_resized(abi_probe: ModuleType) -> None:
    block = abi_probe.block(b"12345678", False)
    buffer = make_bytes(abi_probe, block)
    for size in (0, 4, 8, 16, 2**40):
        with pytest.raises(BufferError, match="belongs to another owner"):
            buffer.resize(size)
    assert (buffer.tobytes(), buffer.shape) == (b"12345678", (8,))


def test_memory_that_another_owner_shares_cannot_be_resized_until_he_lets_go(abi_probe: ModuleType) -> None:
    buffer = swiftbuf.copy(b"12345678")
    owner = abi_probe.owner(buffer)
    for size in (0, 4, 8, 16, 8 << 20):
        with pytest.raises(BufferError, match="this memory has 2 owners"):
            buffer.resize(size)
    assert (buffer.tobytes(), buffer.shape) == (b"12345678", (8,))
    owner.drop_in_thread()
    buffer.resize(10)
    assert buffer.tobytes() == b"12345678\0\0"


def test_a_buffer_over_a_part_of_anothers_memory_cannot_be_resized_and_keeps_the_memory(abi_probe: ModuleType) -> None:
    buffer = swiftbuf.copy(b"12345678")
    part = abi_probe.make_part(buffer, 2, (3,), None, "B", False, None)
    for each in (buffer, part):
        with pytest.raises(BufferError):
            each.resize(100)
    del buffer
    with pytest.raises(BufferError, match="part of its memory"):
        part.resize(100)
    assert part.tobytes() == b"345"


@pytest.mark.parametrize(
    ("word", "why"),
    [(1, "to read"), (5, "to read"), (1 << 62, "to write"), (1 << 63, "is moving")],
    ids=["one reader", "five readers", "a writer", "a mover"],
)
def test_memory_that_swift_has_borrowed_is_neither_resized_nor_released(
    word: int, why: str, abi_probe: ModuleType
) -> None:
    buffer = swiftbuf.copy(b"12345678")
    abi_probe.set_borrows(buffer, word)
    leave = buffer.__exit__
    for refused in (
        lambda: buffer.resize(100),
        lambda: buffer.resize(0),
        buffer.release,
        lambda: leave(None, None, None),
    ):
        with pytest.raises(BufferError, match=why):
            refused()
    assert (buffer.tobytes(), buffer.shape, memoryview(buffer).nbytes) == (b"12345678", (8,), 8)
    assert abi_probe.fields(buffer)["storage"]["borrows"] == word
    abi_probe.set_borrows(buffer, 0)
    buffer.resize(4)
    assert abi_probe.fields(buffer)["storage"]["borrows"] == 0
    buffer.release()
