"""A signal that comes during an operation with more items than anybody waits for ends it.

The signal is pending when the operation begins: libc raises it, behind CPython's back, and `list(map(…))` calls one
function in C after the other without looking for signals in between. So whoever looks first is the operation, which
would take months if it did not.
"""

from __future__ import annotations

import ctypes
import operator
import signal
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType
from typing import Any

import numpy as np
import pytest
import swiftbuf

LIBC = ctypes.PyDLL(None)
MANY = 2**18


class Interrupted(Exception):
    """What the handler raises."""


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    """Raise from the signal's handler."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield
    signal.signal(signal.SIGUSR1, before)


def interrupted(operation: Callable[[], Any]) -> bool:
    """Call an operation with a signal pending; whether it was that which raised."""
    assert not isinstance(operation, FunctionType), "a function in Python looks for signals when it begins"
    done: list[bool] = []
    calls = [partial(LIBC["raise"], int(signal.SIGUSR1)), operation, partial(done.append, True)]
    with pytest.raises(Interrupted):
        list(map(operator.call, calls))
    return not done


def overlapping(format: str = "B", writable: bool = False) -> swiftbuf.Buffer:
    """View few bytes as 2**54 items, of which each but the first overlaps others."""
    item = np.dtype(format).itemsize
    memory = np.zeros(3 * MANY * item, "B")
    view = np.lib.stride_tricks.as_strided(
        memory[: 3 * MANY * item].view(format), (MANY,) * 3, (item,) * 3, writeable=writable
    )
    return swiftbuf.Buffer(view)


def crossed() -> tuple[swiftbuf.Buffer, swiftbuf.Buffer]:
    """Repeat the rows of one and the columns of another, so that no loop does the same twice."""
    one, other = swiftbuf.zeros((MANY, 1)), swiftbuf.zeros((1, MANY))
    shape = (MANY, MANY)
    return one.broadcast_to(shape), other.broadcast_to(shape)


def fresh() -> swiftbuf.Buffer:
    """Make a Buffer of one item."""
    return swiftbuf.zeros(1)


def assign(target: swiftbuf.Buffer, value: object) -> Callable[[], None]:
    """Make what assigns to all items."""
    return partial(operator.setitem, target, ..., value)


@pytest.mark.parametrize("format", ["B", "i", "d"])
def test_a_comparison_can_be_interrupted(format: str) -> None:
    one, other = overlapping(format), overlapping("h" if format == "B" else "f")
    assert interrupted(partial(operator.eq, one, other))
    assert one.exports == other.exports == 0


def test_a_comparison_of_broadcast_views_can_be_interrupted() -> None:
    one, other = crossed()
    assert interrupted(partial(operator.ne, one, other))


def test_a_comparison_with_another_exporter_can_be_interrupted() -> None:
    one = overlapping()
    other = memoryview(overlapping("H"))
    assert interrupted(partial(operator.eq, one, other))


def test_a_comparison_of_records_can_be_interrupted() -> None:
    memory = np.zeros(3 * MANY, "u1,u1")
    view = np.lib.stride_tricks.as_strided(memory, (MANY,) * 3, (2,) * 3)
    other = np.lib.stride_tricks.as_strided(np.zeros(3 * MANY, "u1,i4"), (MANY,) * 3, (5,) * 3)
    one, counterpart = swiftbuf.Buffer(view), swiftbuf.Buffer(other)
    assert interrupted(partial(operator.eq, one, counterpart))


def test_filling_can_be_interrupted() -> None:
    target = overlapping(writable=True)
    assert interrupted(partial(target.fill, 1))
    assert target[0, 0, 0] == 1
    assert interrupted(assign(target, 2))
    assert target[0, 0, 0] == 2
    target.release()


def test_an_assignment_can_be_interrupted() -> None:
    target, source = overlapping(writable=True), swiftbuf.full(MANY, 3).broadcast_to((MANY,) * 3)
    assert interrupted(assign(target, source))
    assert target[0, 0, 0] == 3


def test_looking_for_a_value_can_be_interrupted() -> None:
    class Number(int):
        pass

    view = swiftbuf.zeros(1).broadcast_to((2**60,))
    assert interrupted(partial(operator.contains, view, Number(1)))
    assert interrupted(partial(view.count, Number(1)))
    assert interrupted(partial(view.index, Number(1)))


def test_tolist_can_be_interrupted() -> None:
    rows = swiftbuf.zeros(1).broadcast_to((2**22, 2**24))
    assert interrupted(rows.tolist)
    records = swiftbuf.zeros(1, "T{B:a:B:b:}").broadcast_to((2**22, 2**24))
    assert interrupted(records.tolist)


@pytest.mark.parametrize(
    "operation", [swiftbuf.Buffer.copy, swiftbuf.Buffer.tobytes, swiftbuf.Buffer.hex, swiftbuf.copy]
)
def test_a_copy_that_fits_the_memory_can_be_interrupted(operation: Callable[[swiftbuf.Buffer], object]) -> None:
    large = swiftbuf.zeros(1).broadcast_to((2**27,))
    before = swiftbuf.allocated_bytes()
    assert interrupted(partial(operation, large))
    assert swiftbuf.allocated_bytes() == before
    large.release()


def test_a_hash_can_be_interrupted() -> None:
    large = swiftbuf.Buffer(bytes(2**27))
    assert interrupted(partial(hash, large))


def test_an_assignment_of_one_run_to_another_can_be_interrupted() -> None:
    target, source = swiftbuf.zeros(2**27), swiftbuf.full(2**27, 1)
    assert interrupted(assign(target, source))
    assert (target[0], target[-1]) == (1, 0)
    assert interrupted(assign(source[1:], source[:-1]))
    assert interrupted(assign(source[:-1], source[1:]))


@pytest.mark.parametrize("operation", [swiftbuf.Buffer.copy, swiftbuf.Buffer.tobytes, swiftbuf.Buffer.tolist])
def test_what_has_no_room_is_refused_at_once(operation: Callable[[swiftbuf.Buffer], object]) -> None:
    with pytest.raises(MemoryError):
        operation(fresh().broadcast_to((2**60,)))


def test_views_that_repeat_one_item_are_compared_in_one_round() -> None:
    one, other = fresh().broadcast_to((2**60,)), fresh().broadcast_to((2**60,))
    assert one == other
    assert one == memoryview(other)
    other = swiftbuf.full(1, 1).broadcast_to((2**60,))
    assert one != other


def test_a_view_of_which_all_items_are_one_is_filled_in_one_round() -> None:
    memory = np.zeros(1, "i")
    view = swiftbuf.Buffer(np.lib.stride_tricks.as_strided(memory, (2**60,), (0,), writeable=True))
    view.fill(7)
    assert memory[0] == 7
    view[...] = swiftbuf.full(1, 8, "i")
    assert memory[0] == 8
    view[...] = view[:]
    assert memory[0] == 8
