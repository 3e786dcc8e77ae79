"""Assignments to random views of random structures, from exporters of random structure, held against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import swiftbuf
from hypothesis import given
from hypothesis import strategies as st
from random_views import (
    FULL_RO,
    Root,
    cast,
    each_kind,
    examples,
    index,
    may_be_indescribable,
    reshape,
    root_recipes,
    transpose,
    views,
)
from structure_keys import for_numpy, keys, reasons_to_refuse, smaller_shapes
from structures import (
    ITEMS,
    Item,
    Memory,
    Model,
    addresses,
    plain_structures,
    same_values,
)


def sources(data: st.DataObject, root: Root, target: Model) -> tuple[object, np.ndarray, Item]:
    """Draw an exporter of a shape that broadcasts to the target's, mostly; return its bytes and its item as well."""
    shape = data.draw(smaller_shapes(target.where.shape), label="source shape")
    item = target.item if data.draw(st.integers(0, 9)) else data.draw(st.sampled_from(ITEMS), label="other item")
    seed = data.draw(st.integers(0, 2**16), label="seed")
    raw = np.random.default_rng(seed).integers(0, 256, (*shape, item.size), np.uint8)
    order = data.draw(st.sampled_from(["C", "F"]), label="order")
    source = swiftbuf.zeros(shape, item.format, order)
    memory = Memory.of(None, root.raw_buffer.ask(source, FULL_RO)["buf"], raw.size, 0)
    ordered = raw if order == "C" else raw.transpose(*reversed(range(len(shape))), len(shape))
    memory.bytes[:] = ordered.tobytes()
    kind = data.draw(st.sampled_from(["Buffer", "memoryview", "read-only"]), label="as")
    return {"Buffer": source, "memoryview": memoryview(source), "read-only": source.toreadonly()}[kind], raw, item


def assign(view: swiftbuf.Buffer, key: Any, value: object, refusals: set[type[Exception]]) -> bool:
    """Assign; return whether it was done. The refusals are those that may and must come."""
    if refusals:
        with pytest.raises((*refusals, NotImplementedError) if may_be_indescribable(view) else tuple(refusals)):
            view[key] = value
        return False
    try:
        view[key] = value
    except NotImplementedError:
        assert may_be_indescribable(view), "suboffsets can describe this part"
        return False
    return True


def fits(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether NumPy assigns an array of one shape to one of another."""
    try:
        np.empty(target)[...] = np.empty(shape)
    except ValueError:
        return False
    return True


def spread(raw: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Broadcast items, whose bytes stand in a last dimension, to a shape; dimensions of 1 in front may be too many."""
    extra = max(raw.ndim - 1 - len(shape), 0)
    return np.broadcast_to(raw.reshape(raw.shape[extra:]), (*shape, raw.shape[-1]))


def write(root: Root, target: Model, raw: np.ndarray) -> None:
    """Write into the picture of the memory; where items share bytes, only what is outside of them is known."""
    if target.overlaps_itself:
        touched = target.bytes_touched
        root.memory.expected[touched] = np.frombuffer(bytes(root.memory.bytes), np.uint8)[touched]
    else:
        target.scatter(raw)


@each_kind
@examples(60)
@given(data=st.data())
def test_a_scalar_fills_what_a_key_names_and_nothing_else(make_root, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 2)
    key = data.draw(keys(view.shape), label="key")
    value = model.item.value(data.draw(st.binary(min_size=model.item.size, max_size=model.item.size), label="raw"))
    refusals = reasons_to_refuse(key, view.shape)
    bad = data.draw(st.integers(0, 9), label="wrong value") == 0
    bad = bad and "?" not in model.item.format  # everything is true or false
    if model.readonly:
        refusals = refusals | {TypeError} if refusals else {TypeError}
    if bad:  # of two reasons, either may be given
        refusals = refusals | {TypeError, ValueError}
    if assign(view, key, object() if bad else value, refusals):
        target = model[for_numpy(key)]
        write(root, target, np.frombuffer(model.item.write(value), np.uint8))
    root.check(view, model)
    if not model.readonly and data.draw(st.booleans(), label="fill"):
        view.fill(value)
        write(root, model, np.frombuffer(model.item.write(value), np.uint8))
        root.check(view, model)
    del view
    root.check_end()


@each_kind
@examples(60)
@given(data=st.data())
def test_an_exporter_is_copied_where_its_shape_broadcasts_and_its_format_is_the_same(make_root, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 2)
    shape = view.shape
    key = data.draw(keys(shape).filter(lambda key: not reasons_to_refuse(key, shape)), label="key")
    target = model[for_numpy(key)]
    value, raw, item = sources(data, root, target)
    names_item = not isinstance(model.where[for_numpy(key)], np.ndarray)
    refusals: set[type[Exception]] = set()
    if model.readonly:
        refusals.add(TypeError)
    else:
        refusals |= set() if fits(raw.shape[:-1], target.where.shape) else {ValueError}
        if item.says != target.item.says:
            refusals |= {ValueError, TypeError}
        if names_item:
            refusals |= {ValueError, TypeError}
    if names_item and not model.readonly:
        return  # an item is converted, not copied: see the test of scalars
    if refusals and item.says != target.item.says and 0 in target.where.shape:
        return
    if item.says != target.item.says and not raw.shape[:-1] and not model.readonly:
        return  # of no dimension and another format: converted as a scalar
    if item.says != target.item.says and same_meaning(item, target.item):
        return
    if assign(view, key, value, refusals):
        write(root, target, spread(raw, target.where.shape))
    root.check(view, model)
    del view, value
    root.check_end()


def same_meaning(left: Item, right: Item) -> bool:
    """Whether two formats say the same by other letters: `l`, `q` and `n`."""
    return left.size == right.size and left.says[-1].lower() in "lqn" and right.says[-1].lower() in "lqn"


@each_kind
@examples(60)
@given(data=st.data())
def test_overlapping_views_of_one_memory_are_assigned_as_if_copied_first(make_root, items, data):
    root = make_root(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 2, [index, transpose, reshape, cast])
    shape = view.shape
    # Two keys that give the same shape, often: flips, and slices that are shifted against each other.
    parts: list[tuple[slice, slice]] = []
    for size in shape:
        shift = data.draw(st.integers(0, min(2, max(size - 1, 0))), label="shift")
        left, right = slice(shift, None), slice(None, size - shift)
        step = data.draw(st.sampled_from([1, -1, 1, -1, 2]), label="step")
        pair = (left, right) if step == 1 else (left, slice(size - shift - 1, None, -1) if size - shift else right)
        pair = (slice(None, None, 2), slice(None, (size + 1) // 2)) if step == 2 else pair
        parts.append(pair if data.draw(st.booleans(), label="swap") else pair[::-1])
    to, by = tuple(left for left, _ in parts), tuple(right for _, right in parts)
    source, target = model[by], model[to]
    if data.draw(st.integers(0, 4)) == 0 and len({*shape}) <= 1:
        value, source = view.T if model.strided is not None else view, model.map(lambda array: array.T)
        source = source if model.strided is not None else model
        to, target = (...,), model
    else:
        try:
            value = view[by if shape else ...]
        except NotImplementedError:
            assert may_be_indescribable(view), "suboffsets can describe this part"
            return
    raw = np.frombuffer(source.raw(), np.uint8).reshape(*source.where.shape, model.item.size)
    refusals: set[type[Exception]] = {TypeError} if model.readonly else set()
    if not refusals and not fits(source.where.shape, target.where.shape):
        refusals = {ValueError}
    if not shape:
        to = ...
    if assign(view, to, value, refusals):
        write(root, target, spread(raw, target.where.shape))
    root.check(view, model)
    del view, value
    root.check_end()


NUMPY_ITEMS = {
    item.format: item for item in ITEMS if item.format in "?bBhHiIlLqQefd" or item.format in (">h", ">d", "Zd")
}


@examples(100)
@given(data=st.data(), seed=st.integers(0, 2**16))
def test_numpys_arrays_are_taken_and_assigned_whatever_their_strides(raw_buffer, data, seed):
    item = data.draw(st.sampled_from([*NUMPY_ITEMS.values()]), label="item")
    structure = data.draw(plain_structures([item], 4), label="structure")
    memory = structure.memory(seed)
    dtype = {"Zd": "D"}.get(item.format, item.format)
    array = np.ndarray(structure.shape, dtype, memory.bytes, structure.first, structure.strides)
    array.flags.writeable = not structure.readonly
    view = swiftbuf.Buffer(array)
    assert (view.shape, view.readonly, view.obj is array) == (array.shape, structure.readonly, True)
    if array.size:
        assert raw_buffer.ask(view, FULL_RO)["buf"] == array.__array_interface__["data"][0]
        assert (addresses(raw_buffer.ask(view, FULL_RO)) == memory.address + structure.where()).all()
    assert same_values(view.tolist(), array.tolist())
    back = np.asarray(view)
    assert (back.shape, back.dtype, back.flags.writeable) == (array.shape, array.dtype, array.flags.writeable)
    key = data.draw(keys(view.shape).filter(lambda key: not reasons_to_refuse(key, view.shape)), label="key")
    model = Model.of(structure, memory)
    if structure.readonly or not isinstance(array[for_numpy(key)], np.ndarray):
        return
    target = model[for_numpy(key)]
    source = np.asarray(np.random.default_rng(seed).integers(0, 100, target.where.shape), dtype)
    source = source[(..., *[slice(None, None, -1)] * source.ndim)]
    view[key] = source
    if not target.overlaps_itself:
        target.scatter(np.frombuffer(source.tobytes(), np.uint8).reshape(*source.shape, item.size))
        assert memory.is_as_expected()
