"""Every request of every layout and format: what swiftbuf answers, held against the decision table by three judges.

A consumer in C that shows the raw Py_buffer, CPython's `_testbuffer.ndarray`, and memoryview, which decides for itself
what it gives of the memory that it was given.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import decision_table as table
import pytest
import swiftbuf
from decision_table import Facts, asks
from layouts import FEW_FORMATS, FORMATS, LAYOUTS, Layout
from view_layouts import Asked, imports, views

REFUSED = {"code": -1, "refused": BufferError, "obj_is_null": True, "untouched": True}


@dataclass
class Sweep:
    """What came of many requests."""

    triples: int = 0
    granted: int = 0
    violations: list[str] = field(default_factory=list)

    def note(self, layout: Layout, format: str, flags: int, said: object, expected: object) -> None:
        """Record a request that was not answered as it should be."""
        self.violations.append(f"{layout}, format {format!r}, flags {flags:#x}: expected {expected}, got {said}")

    def verdict(self) -> None:
        """Fail with the first violations if there are any."""
        shown = "\n".join(self.violations[:10])
        assert not self.violations, f"{len(self.violations)} of {self.triples} requests were answered wrongly:\n{shown}"


def buffers(probe: ModuleType) -> Iterator[tuple[Layout, str, swiftbuf.Buffer, Facts]]:
    """Make a Buffer of every layout and format, one at a time."""
    for layout in LAYOUTS:
        for format in FORMATS:
            yield layout, format, layout.make(format, probe), layout.facts(format)


def sweep_raw(ask: Callable[[swiftbuf.Buffer, int], dict[str, Any]], probe: ModuleType) -> Sweep:
    """Ask everything through C."""
    sweep = Sweep()
    for layout, format, buffer, facts in buffers(probe):
        storage = probe.fields(buffer)["storage"]
        constant = {"buf": storage["base"] + layout.first * facts.itemsize, "obj": buffer}
        references = sys.getrefcount(buffer)
        for flags in table.ALL_FLAGS if format in FEW_FORMATS else table.COMPOSED_FLAGS:
            said = ask(buffer, flags)
            refused = table.reasons_to_refuse(flags, facts)
            expected = REFUSED if refused else constant | table.granted_fields(flags, facts)
            if said != expected:
                sweep.note(layout, format, flags, said, refused or expected)
            sweep.triples += 1
            sweep.granted += not refused
        del said, expected
        after = (sys.getrefcount(buffer), probe.fields(buffer)["exports"], probe.fields(buffer)["storage"]["exports"])
        if after != (references, 0, storage["exports"]):
            sweep.violations.append(
                f"{layout}, format {format!r}: references, exports and exports of the memory are {after} afterwards"
            )
    return sweep


@pytest.fixture(scope="module")
def raw_sweep(raw_buffer: ModuleType, abi_probe: ModuleType, report: Callable[[str], None]) -> Sweep:
    """All triples of request, layout and format, asked once."""
    sweep = sweep_raw(raw_buffer.ask, abi_probe)
    report(
        f"conformance: {sweep.triples} triples of request, layout and format ({sweep.granted} granted, "
        f"{sweep.triples - sweep.granted} refused), violations {len(sweep.violations)}"
    )
    return sweep


def test_the_tables_flags_are_those_of_cpython(judge: ModuleType) -> None:
    names = [
        "SIMPLE",
        "WRITABLE",
        "FORMAT",
        "ND",
        "STRIDES",
        "C_CONTIGUOUS",
        "F_CONTIGUOUS",
        "ANY_CONTIGUOUS",
        "INDIRECT",
        "FULL",
    ]
    for name in [*names, "FULL_RO"]:
        assert getattr(table, name) == getattr(judge, f"PyBUF_{name}"), name


def test_more_than_20000_triples_of_request_layout_and_format_are_checked(raw_sweep: Sweep) -> None:
    assert raw_sweep.triples > 20_000
    assert 0.2 < raw_sweep.granted / raw_sweep.triples < 0.8, "nearly all requests were granted, or nearly all refused"


def test_every_request_gets_each_field_that_the_table_says_or_a_buffer_error_that_changes_nothing(
    raw_sweep: Sweep,
) -> None:
    raw_sweep.verdict()


def test_every_request_by_cpythons_own_judge_gets_what_the_table_says(judge: ModuleType, abi_probe: ModuleType) -> None:
    sweep = Sweep()
    for layout, format, buffer, facts in buffers(abi_probe):
        for flags in table.COMPOSED_FLAGS:
            sweep.triples += 1
            refused = table.reasons_to_refuse(flags, facts)
            expected: object = None if refused else as_judge_shows(table.granted_fields(flags, facts))
            try:
                view = judge.ndarray(buffer, getbuf=flags)
            except BufferError:
                said = None
            else:
                said = (
                    view.obj is buffer,
                    view.nbytes,
                    view.itemsize,
                    view.readonly,
                    view.ndim,
                    view.format,
                    view.shape,
                )
                said += (view.strides, view.suboffsets)
                del view
            if said != expected:
                sweep.note(layout, format, flags, said, refused or expected)
    assert sweep.triples > 20_000
    sweep.verdict()


def as_judge_shows(fields: dict[str, Any]) -> tuple[object, ...]:
    """Return the fields as `_testbuffer.ndarray` shows them: what is NULL is empty."""
    values = (fields["len"], fields["itemsize"], bool(fields["readonly"]), fields["ndim"], fields["format"] or "")
    return (True, *values, fields["shape"] or (), fields["strides"] or (), ())


def test_memoryview_decides_every_request_of_the_same_memory_as_swiftbuf_does(
    raw_buffer: ModuleType, abi_probe: ModuleType
) -> None:
    sweep = Sweep()
    ask = raw_buffer.ask
    for layout, format, buffer, facts in buffers(abi_probe):
        if layout.shape == (0,) and layout.strides != (1,):
            continue  # memoryview calls this not contiguous; PyBuffer_IsContiguous, and the protocol, say that it is
        view = memoryview(buffer)
        for flags in table.COMPOSED_FLAGS:
            if asks(flags, table.FORMAT) and not asks(flags, table.ND):
                continue  # no legal request: memoryview refuses it for bytes too
            sweep.triples += 1
            ours, theirs = ask(buffer, flags), ask(view, flags)
            for answer in (ours, theirs):
                answer.pop("obj", None)
                answer.pop("internal", None)
                answer.pop("untouched", None)  # memoryview writes before it refuses
            if ours != theirs:
                sweep.note(layout, format, flags, ours, theirs)
        view.release()
        del view, facts
    assert sweep.triples > 20_000
    sweep.verdict()


def test_the_python_face_says_of_a_buffer_what_the_table_says(abi_probe: ModuleType) -> None:
    for layout, format, buffer, facts in buffers(abi_probe):
        where = f"{layout}, format {format!r}"
        assert (buffer.shape, buffer.strides, buffer.ndim) == (facts.shape, facts.strides, len(facts.shape)), where
        assert (buffer.itemsize, buffer.format, buffer.readonly) == (facts.itemsize, facts.format, facts.readonly), (
            where
        )
        assert buffer.nbytes == facts.item_count * facts.itemsize, where
        assert (buffer.c_contiguous, buffer.f_contiguous) == (facts.is_c_contiguous, facts.is_f_contiguous), where
        assert buffer.contiguous == (facts.is_c_contiguous or facts.is_f_contiguous), where


# --- views and imports ---


def views_and_imports(probe: ModuleType, judge: ModuleType, raw_buffer: ModuleType) -> Iterator[Asked]:
    """Make every view and every import, one at a time."""
    return itertools.chain(views(probe), imports(probe, judge, raw_buffer, FEW_FORMATS))


def note_view(sweep: Sweep, asked: Asked, flags: int, said: object, expected: object) -> None:
    """Record a request of a view that was not answered as it should be."""
    sweep.violations.append(f"{asked.name}, flags {flags:#x}: expected {expected}, got {said}")


def test_every_request_of_every_view_and_import_gets_what_the_table_says(
    raw_buffer: ModuleType, abi_probe: ModuleType, judge: ModuleType, report: Callable[[str], None]
) -> None:
    sweep, made = Sweep(), 0
    for asked in views_and_imports(abi_probe, judge, raw_buffer):
        made += 1
        buffer, facts = asked.buffer, asked.facts
        references, exports = sys.getrefcount(buffer), buffer.exports
        for flags in table.COMPOSED_FLAGS:
            said = raw_buffer.ask(buffer, flags)
            refused = table.reasons_to_refuse(flags, facts)
            expected = REFUSED if refused else {"obj": buffer} | table.granted_fields(flags, facts)
            if not refused:
                place = said.pop("buf", None)
                if facts.item_count and place != asked.place:
                    note_view(sweep, asked, flags, place, f"items at {asked.place}")
            if said != expected:
                note_view(sweep, asked, flags, said, refused or expected)
            sweep.triples += 1
            sweep.granted += not refused
        del said, expected
        if (sys.getrefcount(buffer), buffer.exports) != (references, exports):
            sweep.violations.append(f"{asked.name}: references or exports have changed")
    report(
        f"conformance of views: {sweep.triples} requests of {made} views and imports ({sweep.granted} granted, "
        f"{sweep.triples - sweep.granted} refused), violations {len(sweep.violations)}"
    )
    assert sweep.triples > 100_000
    sweep.verdict()


def test_cpythons_own_judge_sees_of_every_view_and_import_what_the_table_says(
    raw_buffer: ModuleType, abi_probe: ModuleType, judge: ModuleType
) -> None:
    sweep = Sweep()
    for asked in views_and_imports(abi_probe, judge, raw_buffer):
        for flags in (table.FULL_RO, table.FULL_RO & ~table.FORMAT, table.C_CONTIGUOUS, table.FULL):
            sweep.triples += 1
            refused = table.reasons_to_refuse(flags, asked.facts)
            fields = table.granted_fields(flags, asked.facts)
            expected = None if refused else (*as_judge_shows(fields)[1:-1], fields["suboffsets"] or ())
            try:
                view = judge.ndarray(asked.buffer, getbuf=flags)
            except BufferError:
                said = None
            else:
                said = (view.nbytes, view.itemsize, view.readonly, view.ndim, view.format, view.shape, view.strides)
                said += (view.suboffsets,)
                del view
            if said != expected:
                note_view(sweep, asked, flags, said, refused or expected)
    sweep.verdict()


def test_the_python_face_says_of_every_view_and_import_what_the_table_says(
    raw_buffer: ModuleType, abi_probe: ModuleType, judge: ModuleType
) -> None:
    for asked in views_and_imports(abi_probe, judge, raw_buffer):
        buffer, facts = asked.buffer, asked.facts
        said = (buffer.shape, buffer.strides, buffer.itemsize, buffer.format, buffer.readonly, buffer.suboffsets)
        expected = (facts.shape, facts.strides, facts.itemsize, facts.format, facts.readonly, facts.suboffsets)
        assert said == expected, asked.name
        assert (buffer.ndim, buffer.nbytes) == (len(facts.shape), facts.item_count * facts.itemsize), asked.name
        assert (buffer.c_contiguous, buffer.f_contiguous) == (facts.is_c_contiguous, facts.is_f_contiguous), asked.name
        assert buffer.contiguous == (facts.is_c_contiguous or facts.is_f_contiguous), asked.name
