"""Random structures held against their owners: each field is read and written as the owner does it, or refused.

The short form, of fixed seeds. `oracle.py` runs as many as one likes, and `scripts/prove oracle` a hundred thousand.
Each runs in processes of their own, so that what ends one is a fault with its number, like any other."""

from __future__ import annotations

import pytest
from oracle import Result, search


def held(kind: str, count: int) -> Result:
    result = search(kind, "ci", count)
    assert not result.faults and result.cases == count, result.text()
    return result


@pytest.fixture(scope="module")
def of_numpy() -> Result:
    return search("numpy", "ci", 2500)


@pytest.fixture(scope="module")
def of_ctypes() -> Result:
    return search("ctypes", "ci", 3000)


def test_each_field_of_a_random_dtype_is_read_and_written_as_numpy_does_or_refused(of_numpy):
    assert not of_numpy.faults and of_numpy.cases == 2500, of_numpy.text()


def test_most_of_what_numpy_exports_is_read_and_written(of_numpy):
    counts = of_numpy.counts
    assert counts["buffers"] >= 2200 and counts["leaves read"] >= 6000 and counts["leaves written"] >= 4000, (
        of_numpy.text()
    )
    assert counts["whole items read"] >= 3 * counts["whole items refused"], of_numpy.text()
    assert counts["whole arrays assigned"] >= 100 and counts["whole items written"] >= 100, of_numpy.text()


def test_each_field_of_a_random_structure_of_ctypes_is_read_and_written_as_ctypes_does_or_refused(of_ctypes):
    assert not of_ctypes.faults and of_ctypes.cases == 3000, of_ctypes.text()


def test_much_of_what_ctypes_exports_is_read_and_written(of_ctypes):
    counts = of_ctypes.counts
    assert counts["leaves read"] >= 4500 and counts["leaves written"] >= 3000, of_ctypes.text()


def test_random_items_of_array_memoryview_and_struct_are_read_and_written_as_these_do():
    counts = held("scalars", 4000).counts
    assert counts["buffers"] >= 3000 and counts["items read"] >= 9000


def test_a_dtype_that_lies_leads_to_no_byte_outside_of_the_item():
    counts = held("liars", 2000).counts
    assert counts["buffers"] >= 1000 and counts["fields"] >= 1000


def test_no_operation_on_items_of_no_bytes_is_anything_but_an_exception_or_a_result_that_fits():
    counts = held("nothing", 20_000).counts
    assert counts["results"] + counts["refused"] >= 2000
