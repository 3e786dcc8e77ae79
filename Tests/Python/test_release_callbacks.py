"""A release function that calls back into Python, while the last Buffer over its memory goes: whatever it does there.

It runs once, in the middle of release(), of the death of an object, of the garbage collector, or of an exception on its
way; what it raises is shown, and changes nothing.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import swiftbuf

Make = Callable[[Callable[[], object]], swiftbuf.Buffer]


@pytest.fixture
def make(abi_probe: ModuleType) -> Make:
    """Make a Buffer over memory whose release calls a function."""

    def make(callback: Callable[[], object]) -> swiftbuf.Buffer:
        block = abi_probe.block(b"12345678", False, callback)
        buffer: swiftbuf.Buffer = abi_probe.make(block, 0, (8,), None, "B", False, None)
        block.drop()
        return buffer

    return make


def release(buffers: list[swiftbuf.Buffer]) -> None:
    buffers[0].release()


def release_the_view_last(buffers: list[swiftbuf.Buffer]) -> None:
    view = buffers[0][::-1]
    buffers.clear()
    view.release()


def leave_with(buffers: list[swiftbuf.Buffer]) -> None:
    with buffers[0]:
        pass


def drop_on_another_thread(buffers: list[swiftbuf.Buffer]) -> None:
    thread = threading.Thread(target=buffers.clear)
    thread.start()
    thread.join()


def collect(buffers: list[Any]) -> None:
    cycle = [buffers.pop(), memoryview(swiftbuf.zeros(3))]
    cycle.append(cycle)
    del cycle
    gc.collect()


def drop_a_memoryview_last(buffers: list[swiftbuf.Buffer]) -> None:
    view = memoryview(buffers.pop())
    assert view[0] == ord("1")
    del view


ENDINGS = [
    release,
    release_the_view_last,
    leave_with,
    drop_on_another_thread,
    collect,
    drop_a_memoryview_last,
    list.clear,
]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_it_may_make_copy_resize_and_drop_other_buffers_and_collect(make: Make, end: Callable[..., None]) -> None:
    other, calls = swiftbuf.copy(b"other"), []

    def callback() -> None:
        other.resize(len(other) + 1)
        calls.append(swiftbuf.copy(other)[::-1].tobytes())
        memoryview(other).release()
        make(lambda: calls.append(b"inner")).release()
        gc.collect()

    end([make(callback)])
    assert calls == [b"\0rehto", b"inner"]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_what_it_raises_is_shown_and_the_memory_is_gone_all_the_same(
    make: Make, end: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: shown.append(report.exc_type))

    def callback() -> None:
        raise KeyError

    end([make(callback)])
    assert shown == [KeyError]


def test_it_finds_the_buffer_that_is_being_released_released_already(make: Make) -> None:
    found: list[object] = []

    def callback() -> None:
        found.append(repr(buffer))
        for use in (lambda: buffer[0], buffer.tobytes, lambda: buffer.resize(3), lambda: buffer.T):
            try:
                use()
            except ValueError as error:
                found.append("released" in str(error))
        buffer.release()
        try:
            memoryview(buffer)
        except BufferError:
            found.append("no buffer")

    buffer = make(callback)
    buffer.release()
    assert found == ["<released Buffer>", True, True, True, True, "no buffer"]


def test_an_exception_on_its_way_stays_what_it_is(make: Make) -> None:
    calls: list[int] = []

    def callback() -> None:
        try:
            raise KeyError
        except KeyError:
            calls.append(1)

    def fail() -> None:
        buffer = make(callback)
        assert buffer[0]
        raise LookupError("on its way")

    with pytest.raises(LookupError, match="on its way") as raised:
        fail()
    del raised
    gc.collect()
    assert calls == [1]


def test_a_refusal_drops_what_it_was_given_and_is_raised_all_the_same(make: Make) -> None:
    calls: list[int] = []
    target = swiftbuf.zeros(3)
    with pytest.raises(ValueError):
        target[...] = make(lambda: calls.append(1))
    gc.collect()
    assert calls == [1] and target.exports == 0 and target.tolist() == [0, 0, 0]


def test_it_lets_go_of_buffers_whose_release_calls_back_in_turn(make: Make) -> None:
    order: list[int] = []

    def chain(number: int) -> swiftbuf.Buffer | None:
        inner = [chain(number - 1)] if number else []

        def callback() -> None:
            order.append(number)
            inner.clear()

        return make(callback)

    first = chain(50)
    del first
    assert order == list(range(50, -1, -1))
