"""Python code in the middle of a call that releases or resizes the Buffer, and release slots that run Python code.

The exporter is hostile_exporter, in C. The formats are long: they stand in a block of the heap that `release` frees.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Iterator

import pytest
import swiftbuf
from hostile_room import CONSUMERS, NAMES

LONG = "T{B:" + "x" * 4_000 + ":}"  # of the 24 bytes that a Room's exporter has: an item each


@pytest.fixture
def handler() -> Iterator[Callable[[Callable], None]]:
    """Registers a handler of encoding errors in the place of 'strict', until the test is over."""
    before = codecs.lookup_error("strict")
    yield lambda handler: codecs.register_error("strict", handler)
    codecs.register_error("strict", before)


class Name(str):
    """A name whose repr runs code."""

    code: Callable[[], object]

    def __repr__(self) -> str:
        self.code()
        return "'a name'"


def name_with(code: Callable[[], object]) -> Name:
    name = Name("nope")
    name.code = code
    return name


# --- messages ---


def test_a_name_whose_repr_releases_the_buffer_is_quoted_with_the_format_as_it_was():
    b = swiftbuf.zeros(1, LONG)
    with pytest.raises(ValueError, match=r"^there is no field 'a name' in format 'T\{B:x{196}'$"):
        b[name_with(b.release)]
    assert repr(b) == "<released Buffer>"


def test_a_name_whose_repr_resizes_the_buffer_is_no_field_either():
    b = swiftbuf.zeros(1, LONG)
    with pytest.raises(ValueError, match="there is no field 'a name'"):
        b[name_with(lambda: b.resize(5))]
    assert b.shape == (5,)


def test_a_name_whose_repr_releases_the_buffer_writes_nothing():
    b = swiftbuf.zeros(1, "i")
    with pytest.raises(TypeError, match=r"^field 'a name' was asked for but format 'i' has no fields$"):
        b[name_with(b.release)] = 1


def test_a_value_whose_repr_releases_the_buffer_is_not_in_it():
    class Value:
        def __repr__(self) -> str:
            b.release()
            return "a value"

    b = swiftbuf.zeros(3, LONG)
    with pytest.raises(ValueError, match=r"^index: a value is not in this Buffer$"):
        b.index(Value())


def test_a_value_that_releases_the_buffer_and_is_of_the_wrong_type_is_a_use_of_a_released_buffer():
    class Value:
        def __index__(self) -> int:
            b.release()
            raise TypeError

    b = swiftbuf.zeros((3, 1, 1, 1, 1), "i")  # five dimensions: a block of the heap
    with pytest.raises(ValueError, match="released"):
        b[0, 0, 0, 0, 0] = Value()


# --- exporters that are asked ---


def test_a_source_that_releases_the_target_while_it_is_asked_writes_nothing(room):
    b = swiftbuf.zeros(24, LONG)
    source = room.exporter(format=LONG.encode(), when_asked=b.release)
    with pytest.raises(ValueError, match="released"):
        b[...] = source
    assert source.grants == 1


def test_a_source_that_resizes_the_target_while_it_is_asked_sees_it_as_it_is_then(room):
    b = swiftbuf.zeros(24, LONG)
    with pytest.raises(ValueError, match="24 items but the target has 5"):
        b[...] = room.exporter(format=LONG.encode(), when_asked=lambda: b.resize(5))
    b = swiftbuf.zeros(5, LONG)
    b[...] = room.exporter(format=LONG.encode(), when_asked=lambda: b.resize(24))
    assert b.tobytes() == bytes(range(24))


def test_an_item_whose_exporter_releases_the_target_while_it_is_asked_is_not_converted(room):
    b = swiftbuf.zeros(24, LONG)
    item = room.exporter(ndim=0, shape=None, strides=None, len=1, when_asked=b.release)
    with pytest.raises(ValueError, match="released"):
        b[...] = item


# --- codecs' error handlers ---


@pytest.mark.parametrize("replacement", [None, "i"])
@pytest.mark.parametrize("use", ["copy", "cast", "field", "assignment to a field"])
def test_a_handler_of_encoding_errors_that_releases_the_buffer_is_called_before_it_is_looked_at(
    handler, use, replacement
):
    b = swiftbuf.zeros(4, LONG)

    def release(error: UnicodeEncodeError) -> tuple[str, int]:
        b.release()
        if replacement is None:
            raise error
        return replacement, error.end

    handler(release)
    text = chr(0xDC80)  # a str of its own: it keeps the UTF-8 that it once had
    with pytest.raises(ValueError, match="surrogates not allowed" if replacement is None else "released"):
        if use == "copy":
            b.copy(format=text)
        elif use == "cast":
            b.cast(text)
        elif use == "field":
            b[text]
        else:
            b[text] = 0


# --- release slots ---


@pytest.mark.parametrize("use", CONSUMERS, ids=NAMES)
def test_a_release_slot_that_runs_python_code_leaves_the_reason_of_a_refusal_as_it_is(room, use):
    fields = {"ndim": 65, "shape": (1,) * 65, "strides": (1,) * 65, "len": 1}
    exporter = room.exporter(**fields, when_released=lambda: len("any Python code"))
    with pytest.raises(ValueError, match="the exporter is not coherent") as caught:
        use(exporter)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_a_release_slot_that_runs_python_code_leaves_a_shape_that_does_not_fit_a_value_error(room):
    b = swiftbuf.zeros(5, "B")
    with pytest.raises(ValueError, match="24 items but the target has 5"):
        b[...] = room.exporter(when_released=lambda: len("any Python code"))
    assert (b == room.exporter(when_released=lambda: len("any Python code"))) is False


@pytest.mark.parametrize("is_refused", [False, True], ids=["granted", "refused"])
@pytest.mark.parametrize("use", CONSUMERS, ids=NAMES)
def test_what_a_release_slot_leaves_set_is_written_as_unraisable_and_changes_no_outcome(
    room, use, is_refused, monkeypatch
):
    written = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: written.append(raised.exc_type))

    def fail() -> None:
        raise KeyError("left behind")

    exporter = room.exporter(when_released=fail, leaves_exception=True, **({"len": 23} if is_refused else {}))
    if is_refused:
        with pytest.raises(ValueError, match="the exporter is not coherent"):
            use(exporter)
    else:
        assert use(exporter).tobytes() == bytes(range(24))
    assert written == [KeyError] * exporter.grants
