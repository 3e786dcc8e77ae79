"""A Buffer as a sequence: len, iter, reversed, in, index, count, match, and what collections.abc and types say of it.

Expectations are those of the list of the same items.
"""

import collections.abc
import math
import signal
import types
import typing

import numpy as np
import pytest
import swiftbuf
from samples import Trap, counted

FORMATS = ["B", "h", ">i", "q", "e", "d", ">f", "Zd", "?", "g"]


@pytest.mark.parametrize("fmt", FORMATS)
def test_length_iteration_and_membership_are_those_of_the_list(fmt):
    for b in [counted(7, fmt), counted(14, fmt)[::2], counted(7, fmt)[::-1], swiftbuf.zeros(0, fmt)]:
        items = b.tolist()
        assert len(b) == len(items) and list(b) == items and list(reversed(b)) == items[::-1]
        assert bool(b) is bool(items) and [*b] == items and sorted(b, key=abs) == sorted(items, key=abs)
        for value in [*items, -1, 99, 0.5, "x", None, 1j, math.nan]:
            assert (value in b) is (value in items)


def test_iterating_over_more_dimensions_gives_views_of_the_rest():
    b = counted((3, 2, 4))
    array = np.asarray(b)
    assert len(b) == 3
    for views in [list(b), list(reversed(b))[::-1]]:
        assert [view.tolist() for view in views] == array.tolist() and all(view.shape == (2, 4) for view in views)
    assert [[row.tolist() for row in plane] for plane in b] == array.tolist()
    assert [item for plane in b for row in plane for item in row] == list(range(24))
    del views, array
    assert b.exports == 0


def test_membership_in_more_dimensions_compares_views():
    b = counted((3, 2))
    assert b[1] in b and np.array([2, 3], "i") in b and b"" not in b and 2 not in b


def test_rows_without_bytes_are_looked_through_at_once_however_many_there_are():
    rows = swiftbuf.zeros((2**60, 0))
    assert swiftbuf.zeros(0) in rows and b"" in rows and b"x" not in rows and 0 not in rows
    assert swiftbuf.zeros(0) not in swiftbuf.zeros((0, 0)) and rows in swiftbuf.zeros((3, 2**60, 0))
    calls = []

    class Equal:
        def __eq__(self, other: object) -> bool:
            calls.append(other.shape)
            return False

        __hash__ = None

    assert Equal() not in rows and calls == [(0,)]
    assert rows.exports == 0


class Number(int):
    """What is looked for item by item: a plain int is looked for by its bits."""


@pytest.mark.parametrize("shape", [(2**60,), (2**60, 3)])
@pytest.mark.parametrize("name", ["in", "count", "index"])
def test_looking_through_more_items_than_anybody_waits_for_can_be_interrupted(shape, name, gate):
    owner = swiftbuf.zeros(5 << 20)
    items = owner[4096 - np.asarray(owner).ctypes.data % 4096 :][: math.prod(shape[1:])]
    b = items.reshape(shape[1:]).broadcast_to(shape)

    def interrupt(signum: int, frame: object) -> None:
        raise InterruptedError

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        # The signal comes when the first item is read.
        with (
            gate.closed(owner, signal.SIGALRM, pages=0),
            pytest.raises(InterruptedError if name == "in" or len(shape) == 1 else NotImplementedError),
        ):
            value = Number(7) if len(shape) == 1 else b"abc"  # what is compared with the items one by one
            value in b if name == "in" else getattr(b, name)(value)
    finally:
        signal.signal(signal.SIGALRM, before)
    del b, items
    assert owner.exports == 0


def test_what_has_no_dimensions_is_no_sequence():
    b = swiftbuf.full((), 3)
    for use in [len, iter, reversed, list, lambda b: b.index(3), lambda b: b.count(3), bool]:
        with pytest.raises(TypeError, match="0-dimensional Buffer has no length"):
            use(b)
    with pytest.raises(TypeError):
        assert 3 in b


@pytest.mark.parametrize("fmt", FORMATS)
def test_index_and_count_are_those_of_the_list(fmt):
    b = swiftbuf.zeros(12, fmt)
    for position, value in enumerate([1, 0, 1, 1, 0, 1]):
        b[position * 2] = value
    for view in [b, b[::-1], b[::2], b[:0]]:
        items = view.tolist()
        for value in [0, 1, 1.0, True, 7, "x", None]:
            assert view.count(value) == items.count(value)
            for ends in [
                (),
                (1,),
                (-3,),
                (2, 5),
                (-5, -1),
                (5, 2),
                (0, 99),
                (-99, 3),
                (99,),
                (2**70,),
                (-(2**70), 2**70),
            ]:
                try:
                    expected = items.index(value, *ends)
                except ValueError:
                    with pytest.raises(ValueError, match="is not in this Buffer"):
                        view.index(value, *ends)
                else:
                    assert view.index(value, *ends) == expected


def test_index_and_count_of_structs_and_texts():
    b = swiftbuf.zeros(4, "T{i:a:2s:b:}")
    b[2] = (7, b"ab")
    assert b.index((7, b"ab")) == 2 and b.count((0, b"\0\0")) == 3 and (7, b"ab") in b and (7, b"xx") not in b
    assert swiftbuf.copy(b"abca").cast("c").count(b"a") == 2


def test_index_and_count_are_refused_for_more_dimensions_and_wrong_arguments():
    b = counted((2, 3))
    for use in [lambda: b.index(1), lambda: b.count(1)]:
        with pytest.raises(NotImplementedError, match="in one dimension but this Buffer has 2"):
            use()
    row = b[0]
    for arguments in [(), (1, 2, 3, 4), (1, "x"), (1, 0, 1.5), (1, None)]:
        with pytest.raises(TypeError):
            row.index(*arguments)
    with pytest.raises(TypeError):
        row.count()
    with pytest.raises(TypeError):
        row.index(value=1)


def test_a_value_that_is_found_by_its_own_comparison_cannot_take_the_memory_away():
    b = counted(5)
    calls = []

    class Equal:
        def __eq__(self, other: object) -> bool:
            calls.append(other)
            for attempt in [b.release, lambda: b.resize(10**6)]:
                with pytest.raises(BufferError):
                    attempt()
            return other == 3

        __hash__ = None

    assert b.index(Equal()) == 3 and calls == [0, 1, 2, 3]
    assert b.count(Equal()) == 1 and len(calls) == 9 and b.exports == 0

    class Failing:
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError

        __hash__ = None

    for use in [b.index, b.count, lambda value: value in b]:
        with pytest.raises(ZeroDivisionError):
            use(Failing())
    assert b.exports == 0
    with pytest.raises(ValueError, match="released"):
        b.index(3, Trap(b.release))


def test_an_iterator_sees_what_the_buffer_has_become():
    b = counted(5)
    walker = iter(b)
    assert next(walker) == 0
    b[1:] = 9
    assert next(walker) == 9
    b.resize(3)
    assert list(walker) == [9] and list(walker) == []
    walker = iter(b)
    b.release()
    with pytest.raises(ValueError, match="released"):
        next(walker)


def test_a_buffer_is_a_sequence_of_collections_abc_and_is_matched_as_one():
    b = counted(3)
    assert isinstance(b, collections.abc.Sequence) and issubclass(swiftbuf.Buffer, collections.abc.Sequence)
    assert isinstance(b, collections.abc.Reversible) and isinstance(b, collections.abc.Collection)
    match b:
        case [first, *rest]:
            assert (first, rest) == (0, [1, 2])
        case _:
            pytest.fail("a Buffer did not match a sequence")
    match counted((2, 2)):
        case [[0, one], [_, 3]]:
            assert one == 1
        case _:
            pytest.fail("a Buffer of two dimensions did not match nested sequences")
    match b:
        case [_, _]:
            pytest.fail("three items matched two")
        case [_, _, 2]:
            pass
        case _:
            pytest.fail("three items did not match")


def test_the_type_can_be_subscribed_for_annotations():
    alias = swiftbuf.Buffer[int]
    assert type(alias) is types.GenericAlias
    assert typing.get_origin(alias) is swiftbuf.Buffer and typing.get_args(alias) == (int,)
    assert swiftbuf.Buffer[int, str].__args__ == (int, str) and alias(b"ab").tolist() == [97, 98]


def test_a_buffer_cannot_be_added_or_multiplied_and_grows_by_no_method():
    b = counted(3)
    for use in [lambda: b + b, lambda: b * 2, lambda: 2 * b]:
        with pytest.raises(TypeError):
            use()
    for name in ["append", "insert", "pop", "extend", "clear"]:
        assert not hasattr(b, name)
