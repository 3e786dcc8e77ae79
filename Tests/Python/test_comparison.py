"""== and != by values, whatever the formats and strides; never an exception. And hash().

Expectations are Python's own == of the items, which are exact: an int is not rounded to be compared with a float.
"""

import copy
import ctypes
import itertools
import math
import pickle
import sys
import weakref

import numpy as np
import pytest
import swiftbuf
from samples import counted

NUMBERS = "?bBhHiIlLqQnNefd"
ORDERED = [order + letter for letter in "bBhHiIqQefd" for order in "<>"]
INTS = [0, 1, -1, 2, 127, 128, 255, -128, 2**15, 2**24, 2**24 + 1, 2**31, 2**32, 2**53, 2**53 + 1, -(2**53) - 1]
INTS += [2**62, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 2**64 - 2**11]
VALUES = [*INTS, 0.5, -0.0, 1e300, -1e-300, 65504, 1.5, math.inf, -math.inf, math.nan]


def holding(value: object, fmt: str, count: int) -> swiftbuf.Buffer | None:
    """Return items of this value as the format can hold it; None if it cannot."""
    try:
        return swiftbuf.full(count, value, fmt)
    except (OverflowError, TypeError, ValueError):
        return None


def assert_equal(one: object, two: object, expected: bool) -> None:
    """Ask both operators both ways, and for plain bools."""
    for a, b in [(one, two), (two, one)]:
        assert (a == b) is expected and (a != b) is not expected


def test_two_items_are_equal_exactly_if_their_values_are_whatever_their_formats():
    for fmt, other in itertools.combinations_with_replacement([*NUMBERS, *ORDERED, "g", "Zf", "Zd", ">Zd"], 2):
        for value, another in [*((value, value) for value in VALUES), *itertools.pairwise(VALUES)]:
            one, two = holding(value, fmt, 3), holding(another, other, 3)
            if one is not None and two is not None:
                assert_equal(one, two, one[0] == two[0])


def test_an_int_of_64_bits_is_compared_with_a_float_exactly():
    for number, real, expected in [
        (2**53, 2.0**53, True),
        (2**53 + 1, 2.0**53, False),
        (2**63 - 1, 2.0**63, False),
        (-(2**63), -(2.0**63), True),
        (2**62 + 1, 2.0**62, False),
    ]:
        for count in [1, 3, 64, 1000]:
            for fmt in ["d", ">d", "Zd", "g"]:
                assert_equal(swiftbuf.full(count, number, "q"), swiftbuf.full(count, real, fmt), expected)
    assert_equal(swiftbuf.full(9, 2**64 - 1, "Q"), swiftbuf.full(9, 2.0**64, "d"), False)
    assert_equal(swiftbuf.full(9, 2**64 - 1, "Q"), swiftbuf.full(9, -1, "q"), False)
    assert_equal(swiftbuf.full(9, 2**63, "Q"), swiftbuf.full(9, 2.0**63, "f"), True)


@pytest.mark.parametrize("fmt", ["e", "f", "d", "g", ">d", "Zf", "Zd"])
def test_a_nan_is_unequal_to_itself_and_zeros_of_both_signs_are_equal(fmt):
    for count in [1, 5, 100]:
        b = swiftbuf.full(count, math.nan, fmt)
        assert_equal(b, b.copy(), False)
        assert (b == b) is False and b[::-1] != b
        zeros = swiftbuf.full(count, -0.0, fmt)
        assert_equal(zeros, swiftbuf.zeros(count, fmt), True)
        assert_equal(zeros, swiftbuf.zeros(count, "B"), True)
        last = swiftbuf.zeros(count, fmt)
        last[-1] = math.nan
        assert_equal(last, last, False)


def test_one_item_that_differs_makes_two_buffers_unequal_wherever_it_is():
    for fmt, other in [
        ("B", "B"),
        ("B", "h"),
        ("h", ">h"),
        ("i", "d"),
        ("d", "d"),
        ("f", ">d"),
        ("q", "Q"),
        ("e", "f"),
    ]:
        for count in [1, 7, 16, 33, 100]:
            one = swiftbuf.full(count, 1, fmt)
            for two in [swiftbuf.full(count, 1, other), swiftbuf.full((count, 3), 1, other)[:, 1],
                        swiftbuf.full(count, 1, other)[::-1]]:  # fmt: skip
                assert_equal(one, two, True)
                for position in range(count):
                    two[position] = 0
                    assert_equal(one, two, False)
                    two[position] = 1


def test_strides_and_orders_make_no_difference_and_shapes_do():
    b = counted((4, 6), "i")
    array = np.asarray(b)
    twice = swiftbuf.zeros((8, 12), "d")
    twice[::2, ::-2] = swiftbuf.copy(array.astype("f8"))[:, ::-1][:, ::-1]
    others = [b, b.copy("F"), b.T.copy().T, b[::-1][::-1], b.toreadonly(), array, memoryview(b), b.copy(format=">i")]
    others += [array.astype("f8"), np.asfortranarray(array), twice[::2, ::-2]]
    for same in others:
        assert_equal(b, swiftbuf.Buffer(same), True)
        assert b == memoryview(same)
    for other in [b.T, b.reshape(24), b[None], b[:, :5], b[::-1], b.reshape(6, 4), b.cast("B"), b[0, 0, ...]]:
        assert_equal(b, other, False)
    assert_equal(swiftbuf.zeros((0, 3)), swiftbuf.zeros((0, 3), "d"), True)
    assert_equal(swiftbuf.zeros((0, 3)), swiftbuf.zeros((3, 0)), False)
    assert_equal(swiftbuf.full((), 3, "i"), swiftbuf.full((), 3, "d"), True)
    assert_equal(swiftbuf.full((), 3), swiftbuf.full(1, 3), False)


def test_structs_are_equal_by_their_values_padding_and_names_apart():
    one = swiftbuf.zeros(3, "T{B:a:xxxi:b:d:c:}")
    two = swiftbuf.zeros(3, "T{=h:p:>q:q:<f:r:}")
    assert_equal(one, two, True)
    one[1], two[1] = (7, -3, 0.5), (7, -3, 0.5)
    assert_equal(one, two, True)
    one.cast("B", one.nbytes)[1] = 99  # a byte between the members
    assert_equal(one, two, True)
    two[2] = (0, 0, math.nan)
    assert_equal(one, two, False)
    assert_equal(two, two.copy(), False)
    for other in ["T{B:a:i:b:}", "B", "T{B:a:(1)i:b:d:c:}", "T{B:a:T{i:b:}:c:d:d:}"]:
        assert_equal(one, swiftbuf.zeros(3, other), False)
    arrays = swiftbuf.zeros(2, "T{(2,3)h:m:}")
    assert_equal(arrays, swiftbuf.zeros(2, "T{(2,3)d:n:}"), True)
    assert_equal(arrays, swiftbuf.zeros(2, "T{(3,2)h:m:}"), False)


def test_texts_are_equal_by_their_characters_or_bytes():
    assert_equal(swiftbuf.full(3, b"ab", "4s"), swiftbuf.full(3, b"ab", "<4s"), True)
    assert_equal(swiftbuf.full(3, b"ab", "4s"), swiftbuf.full(3, b"ac", "4s"), False)
    assert_equal(swiftbuf.full(3, b"a", "c"), swiftbuf.full(3, 97, "B"), False)
    assert_equal(swiftbuf.full(3, b"ab", "4s"), swiftbuf.full(3, 97, "i"), False)
    # What stands behind the end of a Pascal string is none of it.
    one, two = swiftbuf.full(3, b"ab", "6p"), swiftbuf.full(3, b"ab", "6p")
    two.cast("B")[5] = 99
    assert_equal(one, two, True)


def test_every_kind_of_exporter_is_compared_and_what_is_none_is_unequal():
    b = swiftbuf.copy(b"abc")
    for same in [b"abc", bytearray(b"abc"), memoryview(b"abc"), np.frombuffer(b"abc", "u1")]:
        assert swiftbuf.Buffer(same) == b and (b == memoryview(same)) is True
    assert b == b"abc" and b == b"abc" and b != b"abd"
    for other in ["abc", [97, 98, 99], (97, 98, 99), None, 97, object(), 1.5, {}]:
        assert_equal(b, other, False)
        assert b.__eq__(other) is NotImplemented
    for compare in [lambda: b < b, lambda: b >= b"abc", lambda: b > 1, lambda: b <= None]:
        with pytest.raises(TypeError, match="not supported between instances"):
            compare()


def test_items_behind_pointers_are_compared(judge):
    rows = judge.ndarray(list(range(12)), shape=[3, 4], format="i", flags=judge.ND_PIL)
    for other in [swiftbuf.Buffer(rows), counted((3, 4)), rows]:
        assert swiftbuf.Buffer(rows) == other and counted((3, 4)) == other
        assert swiftbuf.Buffer(rows)[::-1] != other


def test_structs_behind_pointers_are_compared_field_by_field(judge):
    structs = judge.ndarray([(i, i / 2) for i in range(6)], shape=[2, 3], format="=hd", flags=judge.ND_PIL)
    b = swiftbuf.Buffer(structs)
    other = swiftbuf.zeros((2, 3), "T{>h:n:>d:x:}")
    for row, column in [(row, column) for row in range(2) for column in range(3)]:
        other[row, column] = b[row, column]
    assert_equal(b, other, True)
    assert_equal(other, b, True)
    other["x"][1, 2] = 0
    assert_equal(b, other, False)
    assert_equal(other, b, False)


def test_a_released_buffer_is_equal_to_itself_alone():
    b, same = swiftbuf.copy(b"abc"), swiftbuf.copy(b"abc")
    released = swiftbuf.copy(b"abc")
    b.release()
    released.release()
    assert_equal(b, b, True)
    for other in [same, released, b"abc", memoryview(same), None]:
        assert_equal(b, other, False)
    view = memoryview(b"abc")
    view.release()
    assert_equal(same, view, False)


def test_formats_that_nobody_reads_are_unequal_and_no_error():
    objects = swiftbuf.Buffer(np.array([1, 2], object))
    for other in [objects[...], swiftbuf.zeros(2, "q"), memoryview(objects), objects.obj, b"ab", b"abc"]:
        assert_equal(swiftbuf.Buffer(objects), swiftbuf.Buffer(other), False)
        assert (objects == other) is False and (objects != other) is True


def test_items_of_padding_alone_have_no_values_and_are_equal():
    one, two = swiftbuf.full(3, (), "2xx"), swiftbuf.zeros(3, "2xx")
    one.cast("B")[...] = 9
    assert one[0] == two[0] == ()
    assert_equal(one, two, True)


def test_an_exporter_that_fails_or_misbehaves_is_unequal_and_no_error():
    b = swiftbuf.copy(b"abc")
    calls = []

    class Refusing:
        def __buffer__(self, flags: int) -> memoryview:
            calls.append(flags)
            raise ZeroDivisionError

    class Wrong:
        def __buffer__(self, flags: int) -> int:
            calls.append(flags)
            return 1

    class Resizing:
        def __buffer__(self, flags: int) -> memoryview:
            calls.append(flags)
            for attempt in [b.release, lambda: b.resize(10**6)]:
                with pytest.raises(BufferError):
                    attempt()
            return memoryview(b"abc")

    for kind, expected in [(Refusing, False), (Wrong, False), (Resizing, sys.version_info >= (3, 12))]:
        assert (b == kind()) is expected and (b != kind()) is not expected
    # Before 3.12 no class written in Python has a buffer.
    assert len(calls) >= 6 if sys.version_info >= (3, 12) else not calls
    assert b.exports == 0 and b.tobytes() == b"abc"
    # Without a GIL and with threads, CPython 3.13 keeps classes, and what their methods know, for as long as it runs.
    b = None


def test_want_of_memory_and_what_is_no_exception_go_on_from_a_comparison():
    class End(BaseException):
        pass

    class Refusing:
        def __init__(self, error: BaseException):
            self.error = error

        def __buffer__(self, flags: int) -> memoryview:
            raise self.error

    b = swiftbuf.copy(b"abcd")
    rows = b.cast("B", (2, 2))
    comparisons = [
        lambda other: b == other,
        lambda other: b != other,
        lambda other: other == b,
        lambda other: other != b,
        lambda other: other in rows,
    ]
    # Before 3.12 no class written in Python has a buffer.
    has_buffers = sys.version_info >= (3, 12)
    for error in [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), End(), MemoryError()]:
        for compare in comparisons:
            try:
                result = compare(Refusing(error))
            except BaseException as raised:
                assert has_buffers and raised is error
            else:
                assert not has_buffers and result is (compare in (comparisons[1], comparisons[3]))
    for error in [ZeroDivisionError(), BufferError(), StopIteration(), RecursionError(), OSError(4, "interrupted")]:
        assert [compare(Refusing(error)) for compare in comparisons] == [False, True, False, True, False]
    assert (b.exports, rows.exports) == (1, 1)  # the rows themselves, a view of the one memory


# --- hash ---


def test_a_read_only_buffer_of_bytes_has_the_hash_of_its_bytes():
    for content in [b"", b"a", b"swift", bytes(range(256))]:
        for b in [
            swiftbuf.Buffer(content),
            swiftbuf.frombuffer(memoryview(content)),
            copy.copy(swiftbuf.copy(content).toreadonly()),
            pickle.loads(pickle.dumps(swiftbuf.copy(content).toreadonly())),
        ]:
            for fmt in "Bbc":
                assert hash(b.cast(fmt)) == hash(content) == hash(b.cast(fmt).tobytes())
    grid = swiftbuf.Buffer(bytes(range(12))).reshape(3, 4)
    assert hash(grid) == hash(bytes(range(12))) and hash(grid.T) == hash(grid.T.tobytes())
    assert hash(grid[::-1, ::2]) == hash(grid[::-1, ::2].tobytes())
    assert {swiftbuf.Buffer(b"key"): 1}[swiftbuf.frombuffer(b"key")] == 1
    assert {b"key": 1}[swiftbuf.Buffer(b"key")] == 1


def test_a_read_only_buffer_has_no_hash_while_another_one_may_write_to_its_memory():
    z = swiftbuf.copy(b"12345678")
    foreign = swiftbuf.Buffer((ctypes.c_char * 8)())
    for writable in [z, foreign]:
        readers = [writable.toreadonly(), writable[:].toreadonly(), writable.broadcast_to((2, 8))]
        for reader in [*readers, memoryview(writable).toreadonly()]:
            for b in [reader, swiftbuf.Buffer(reader), swiftbuf.Buffer(memoryview(swiftbuf.Buffer(reader)[:]))]:
                with pytest.raises(ValueError, match="writ"):
                    hash(b.cast("B") if b.format == "c" and type(b) is swiftbuf.Buffer else b)
    with pytest.raises(ValueError, match=r"hash\(b.tobytes\(\)\)"):
        hash(z.toreadonly())
    assert hash(z.toreadonly().tobytes()) == hash(b"12345678")


def test_a_writable_buffer_or_one_of_other_items_has_no_hash():
    b = swiftbuf.copy(b"12345678")
    for writable in [b, b[:], b.T, swiftbuf.Buffer(bytearray(8)), b.cast("q")]:
        with pytest.raises(ValueError, match="writable"):
            hash(writable)
    for fmt in ["h", "q", "d", "?", ">i", "8s", "T{B:a:}"]:
        with pytest.raises(ValueError, match="format 'B', 'b' or 'c'"):
            hash(b.toreadonly().cast(fmt))
    with pytest.raises(ValueError, match="released"):
        b.release()
        hash(b)


def test_a_hash_of_bytes_whose_exporter_has_none_is_refused_as_memoryview_refuses_it():
    for view in [
        swiftbuf.Buffer(memoryview(bytearray(b"abc")).toreadonly()),
        memoryview(bytearray(b"abc")).toreadonly(),
    ]:
        with pytest.raises(TypeError, match="unhashable type: 'bytearray'"):
            hash(view)


def test_a_hash_is_remembered_after_the_buffer_is_released():
    b = swiftbuf.Buffer(b"remember")
    expected = hash(b)
    b.release()
    assert hash(b) == expected == hash(b"remember") and weakref.ref(b)() is b
