"""Exporters that refuse, with an exception, without one, or half-way, and objects that export nothing.

The exporter is hostile_exporter, in C: it says what it is told to say, whatever it was asked.
"""

from __future__ import annotations

import sys

import pytest
import swiftbuf
from conftest import fails_silently
from hostile_room import CONSUMERS, NAMES, each_consumer

# --- an exporter that refuses ---

REFUSALS = [
    BufferError,
    ValueError,
    TypeError,
    KeyError,
    MemoryError,
    OSError,
    BaseException,
    KeyboardInterrupt,
    SystemExit,
]


@pytest.mark.parametrize("refusal", REFUSALS)
@each_consumer
def test_the_exporters_own_exception_passes_through(room, consume, refusal):
    raised = refusal("no")
    with pytest.raises(refusal) as caught:
        consume(room.exporter(refusal=raised))
    assert caught.value is raised


@each_consumer
@fails_silently
def test_a_refusal_without_an_exception_is_an_exception_all_the_same(room, consume):
    with pytest.raises((BufferError, SystemError)):
        consume(room.exporter(refusal=True))


@pytest.mark.parametrize("refusal", REFUSALS[:3])
def test_nothing_is_equal_to_an_exporter_that_refuses(room, refusal):
    assert (swiftbuf.zeros(24, "B") == room.exporter(refusal=refusal("no"))) is False


@fails_silently
def test_nothing_is_equal_to_an_exporter_that_refuses_without_an_exception(room):
    assert (swiftbuf.zeros(24, "B") == room.exporter(refusal=True)) is False


def expect_nothing_released(exporter, consume):
    before = sys.getrefcount(exporter)
    with pytest.raises(BufferError):
        consume(exporter)
    exporter.fields.clear()  # the exception, which knows the frames that know the exporter
    assert (exporter.grants, exporter.releases, sys.getrefcount(exporter)) == (0, 0, before)


@each_consumer
def test_what_a_refusing_exporter_has_filled_is_not_released(room, consume):
    expect_nothing_released(room.exporter(refusal=BufferError("no"), late=1), consume)


@each_consumer
@fails_silently
def test_what_an_exporter_has_filled_that_fails_silently_is_not_released(room, consume):
    expect_nothing_released(room.exporter(refusal=True, late=1), consume)


AN_OBJECT = pytest.param(object(), id="object()")  # repr has its address, which is another one in each process


@pytest.mark.parametrize("thing", ["text", None, 3, 2.5, [1, 2], (1, 2), {}, AN_OBJECT, int, open], ids=repr)
@pytest.mark.parametrize("consume", CONSUMERS[:3], ids=NAMES[:3])
def test_what_exports_nothing_is_a_type_error(consume, thing):
    with pytest.raises(TypeError):
        consume(thing)
