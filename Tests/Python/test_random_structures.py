"""Random structures, and chains of views of them, held against NumPy and against CPython's _testbuffer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import swiftbuf
import test_random_assignment
from hypothesis import given, note
from hypothesis import strategies as st
from random_views import (
    FACTOR,
    FULL_RO,
    VIEWS,
    each_kind,
    examples,
    root_recipes,
    views,
)
from structure_keys import for_numpy, keys, reasons_to_refuse
from structures import (
    ITEMS,
    KINDS,
    same_values,
    shapes,
)


@each_kind
@examples(60)
@given(data=st.data())
def test_views_of_views_lie_where_numpy_puts_them(make_root, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    root.check(root.buffer, root.model)
    view, model = root.buffer, root.model
    for operation in data.draw(st.lists(st.sampled_from(VIEWS), min_size=1, max_size=4), label="operations"):
        view, model = operation(data, view, model)
        note(f"{operation.__name__}: {view!r}, strides {view.strides}")
        root.check(view, model)
    del view
    root.check_end()


@each_kind
@examples(40)
@given(data=st.data())
def test_cpythons_judge_reads_from_any_view_what_the_view_says(make_root, judge, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 3)
    seen = judge.ndarray(view, getbuf=FULL_RO)
    assert (seen.shape, seen.strides, seen.suboffsets) == (view.shape, view.strides, view.suboffsets)
    assert (seen.format, seen.itemsize, seen.readonly) == (view.format, view.itemsize, view.readonly)
    assert seen.obj is view
    assert seen.tobytes() == view.tobytes() == memoryview(view).tobytes()
    if model.item.in_struct:
        assert same_values(seen.tolist(), view.tolist())
    del seen, view
    root.check_end()


@examples(100)
@given(shape=shapes(3), data=st.data())
def test_every_array_of_pointers_of_cpythons_judge_is_taken_as_it_is(judge, shape, data):
    letter = data.draw(st.sampled_from([item for item in ITEMS if item.in_struct and item.format in "bBhHiIlLqQfd"]))
    values = [letter.value(bytes([i % 120]) * letter.size) for i in range(math.prod(shape))]
    flags = data.draw(st.sampled_from([0, judge.ND_WRITABLE])) | (
        judge.ND_PIL if len(shape) > 1 and 0 not in shape else 0
    )
    exporter = judge.ndarray(
        values or [letter.value(bytes(letter.size))], shape=list(shape), format=letter.format, flags=flags
    )
    view = swiftbuf.Buffer(exporter)
    assert view.obj is exporter and view.readonly is (not flags & judge.ND_WRITABLE)
    assert (view.shape, view.strides, view.suboffsets) == (exporter.shape, exporter.strides, exporter.suboffsets)
    assert view.tolist() == exporter.tolist() and view.tobytes() == exporter.tobytes() and view == exporter
    key = data.draw(keys(shape), label="key")
    if not reasons_to_refuse(key, shape):
        expected = np.array(exporter.tolist(), dtype=object).reshape(shape)[for_numpy(key)]
        result = view[key]
        assert (result.tolist() if isinstance(result, swiftbuf.Buffer) else result) == (
            expected.tolist() if isinstance(expected, np.ndarray) else expected
        )


@each_kind
@examples(50)
@given(data=st.data())
def test_copies_in_any_order_have_the_values_and_the_layout_that_numpy_gives_them(make_root, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 3)
    fortran = view.f_contiguous and not view.c_contiguous
    for order, its in [("C", "C"), ("F", "F"), ("A", "F" if fortran else "C"), (None, "C")]:
        assert view.tobytes(order=order) == model.raw(its), f"order {order}"
    for order in "CFAK":
        copy = view.copy(order=order)
        assert same_values(copy.tolist(), model.values())
        # A copy is aligned: its letter says so, whatever that of unaligned memory says.
        assert (copy.format, copy.shape, copy.readonly, copy.obj) == (model.item.says, view.shape, False, None)
        if model.strided is not None and view.nbytes:
            expected = model.strided.copy(order=order).strides
            assert [s for s, n in zip(copy.strides, copy.shape, strict=True) if n > 1] == [
                s for s, n in zip(expected, copy.shape, strict=True) if n > 1
            ], f"order {order}"
        elif order in "CF":
            assert copy.c_contiguous if order == "C" else copy.f_contiguous
        if copy.nbytes:
            copy.fill(model.item.value(bytes(model.item.size)))
    assert root.memory.is_as_expected(), "a copy has shared memory"
    if model.where.size:
        copy = swiftbuf.copy(view)
        assert same_values(copy.tolist(), model.values()) and copy.obj is None
    copy = None
    del view
    root.check_end()


def equal_items(left: Any, right: Any) -> bool:
    """Compare nested lists item by item: a list calls a NaN equal to itself."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return type(left) is type(right) and len(left) == len(right) and all(map(equal_items, left, right))
    return bool(left == right)


@each_kind
@examples(60)
@given(data=st.data())
def test_two_exporters_are_equal_exactly_if_shapes_and_values_are(make_root, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 2)
    value = model.values()
    is_itself_equal = equal_items(value, value)
    assert (view == view) is is_itself_equal
    copy = view.copy(order=data.draw(st.sampled_from("CFAK")))
    assert (view == copy) is (copy == view) is is_itself_equal
    assert (view != copy) is not is_itself_equal
    assert (view == memoryview(copy)) is is_itself_equal
    # One item changed, or another shape.
    if view.ndim and view.nbytes:
        where = tuple(data.draw(st.integers(0, count - 1)) for count in view.shape)
        raw = data.draw(st.binary(min_size=model.item.size, max_size=model.item.size), label="raw")
        copy[where] = model.item.value(raw)
        assert (view == copy) is (copy == view) is equal_items(value, copy.tolist())
        assert (view == copy.reshape(1, *copy.shape)) is False if copy.c_contiguous else True
    # The same memory by another path, and another format.
    item = data.draw(st.sampled_from([item for item in ITEMS if item.in_struct]), label="other item")
    other = swiftbuf.zeros(view.shape, item.format)
    assert (view == other) is (other == view) is equal_items(value, other.tolist())
    del view, copy, other
    root.check_end()


def test_the_long_profile_has_fifty_thousand_examples():
    modules = globals(), vars(test_random_assignment)
    tests = [value for module in modules for value in module.values() if hasattr(value, "hypothesis")]
    total = sum(
        test._hypothesis_internal_use_settings.max_examples * (len(KINDS) if hasattr(test, "pytestmark") else 1)
        for test in tests
    )
    assert len(tests) == 9 and total // FACTOR * 30 >= 50_000
