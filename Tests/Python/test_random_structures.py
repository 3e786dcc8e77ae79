"""Random structures, and chains of operations on them, held against NumPy and against CPython's _testbuffer.

The profile comes from SWIFTBUF_HYPOTHESIS_PROFILE: `ci`, the same examples each time, or `long` (see CONTRIBUTING.md).
"""

from __future__ import annotations

import gc
import math
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import swiftbuf
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from structure_keys import broadcasts, for_numpy, keys, reasons_to_refuse, regroupings, smaller_shapes
from structures import (
    ITEMS,
    KINDS,
    Item,
    Memory,
    Model,
    Structure,
    addresses,
    plain_structures,
    pointer_structures,
    same_values,
    shapes,
)

PROFILE = os.environ.get("SWIFTBUF_HYPOTHESIS_PROFILE", "ci")
FACTOR = {"ci": 1, "long": 30}[PROFILE]
FULL_RO = 0x11C  # PyBUF_FULL_RO


def examples(count: int) -> settings:
    """Return the settings of a test that has so many examples in `ci`, and thirty times as many in `long`."""
    return settings(
        max_examples=count * FACTOR,
        derandomize=PROFILE == "ci",
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


# --- roots: a Buffer over a memory of which every byte is known ---


class Root:
    """A Buffer that nothing was done to yet, its memory, and its model."""

    def __init__(self, structure: Structure, seed: int, module: Any, raw_buffer: Any, owned: str) -> None:
        """Make a Buffer over another exporter's memory, or over Swift's if `owned` is an order."""
        self.raw_buffer = raw_buffer
        self.exporter: Any = None
        if owned:
            self.buffer = swiftbuf.zeros(structure.shape, structure.item.format, owned)
            fields = raw_buffer.ask(self.buffer, FULL_RO)
            size = math.prod(structure.shape) * structure.item.size
            strides = np.empty(structure.shape, f"V{structure.item.size}", owned).strides  # type: ignore[call-overload]
            structure = replace(
                structure, strides=strides, first=0, size=size, readonly=False, suboffsets=None, pointers=()
            )
            self.memory = Memory.of(None, fields["buf"], size, seed)
        else:
            self.memory = structure.memory(seed)
            self.exporter = module.Exporter(**structure.fields(self.memory))
            self.buffer = swiftbuf.Buffer(self.exporter)
        self.model = Model.of(structure, self.memory)

    def check(self, view: swiftbuf.Buffer, model: Model) -> None:
        """Hold everything that a view says against its model."""
        assert isinstance(view, swiftbuf.Buffer)
        assert view.shape == model.where.shape
        assert view.ndim == model.where.ndim
        assert (view.itemsize, view.format) == (model.item.size, model.item.says)
        assert view.nbytes == model.where.size * model.item.size
        assert view.readonly is model.readonly
        fields = self.raw_buffer.ask(view, FULL_RO)
        if model.where.size:
            assert (addresses(fields) == self.memory.address + model.where).all(), "items lie elsewhere"
        if view.ndim:
            assert (view.shape, view.strides) == (fields["shape"], fields["strides"])
        assert view.suboffsets == (fields["suboffsets"] or ())
        if model.strided is not None:
            flags = model.strided.flags
            assert view.suboffsets == ()
            assert (view.c_contiguous, view.f_contiguous) == (flags.c_contiguous, flags.f_contiguous)
            assert view.contiguous is (flags.c_contiguous or flags.f_contiguous)
            if model.where.size:
                assert all(
                    mine == its
                    for mine, its, count in zip(view.strides, model.strided.strides, view.shape, strict=True)
                    if count > 1
                )
        assert view.tobytes() == model.raw()
        assert same_values(view.tolist(), model.values())
        assert self.memory.is_as_expected(), "bytes of the memory have changed"

    def check_end(self) -> None:
        """See that nothing is exported once all views are dead."""
        gc.collect(0)
        assert self.buffer.exports == 0
        assert self.memory.is_as_expected()
        self.buffer.release()
        if self.exporter is not None:
            assert self.exporter.grants == self.exporter.releases >= 1


@st.composite
def root_recipes(draw: st.DrawFn, items: list[Item]) -> tuple[Structure, int, str]:
    """Draw what a Root is made of."""
    structure = draw(st.one_of(plain_structures(items), plain_structures(items), pointer_structures(items)))
    return structure, draw(st.integers(0, 2**16)), draw(st.sampled_from(["", "", "", "C", "F"]))


each_kind = pytest.mark.parametrize("items", KINDS.values(), ids=KINDS)


@pytest.fixture(scope="session")
def make(hostile_exporter, raw_buffer):
    """Return what makes a Root of a recipe."""

    def make(recipe: tuple[Structure, int, str]) -> Root:
        structure, seed, owned = recipe
        return Root(structure, seed, hostile_exporter, raw_buffer, owned)

    return make


# --- what is done to a view, and what comes of it ---


def index(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Index at random; an item that comes of it is held against the model's, and the view is kept."""
    key = data.draw(keys(view.shape), label="key")
    reasons = reasons_to_refuse(key, view.shape)
    if reasons:
        with pytest.raises((*reasons, NotImplementedError) if may_be_indescribable(view) else tuple(reasons)):
            view[key]
        return view, model
    if not isinstance(model.where[for_numpy(key)], np.ndarray):
        assert same_values(view[key], model[for_numpy(key)].values())
        return view, model
    try:
        result = view[key]
    except NotImplementedError:
        assert may_be_indescribable(view), "suboffsets can describe this part"
        return view, model
    return result, model[for_numpy(key)]


def may_be_indescribable(view: swiftbuf.Buffer) -> bool:
    """Whether a part may be refused: pointers elsewhere than behind the first dimension, or a negative offset after."""
    pointers = [axis for axis, offset in enumerate(view.suboffsets) if offset >= 0]
    return pointers not in ([], [0]) or any(stride < 0 for axis in pointers for stride in view.strides[axis + 1 :])


def transpose(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Put the dimensions into another order."""
    axes = data.draw(st.permutations(range(view.ndim)), label="axes")
    if model.strided is None:  # not every order of pointers and strides is one that a Py_buffer can say
        try:
            return view.transpose(*axes), model.map(lambda array: array.transpose(axes))
        except (BufferError, ValueError, NotImplementedError):
            assert axes != sorted(axes)
            return view, model
    if data.draw(st.booleans(), label="T"):
        return view.T, model.map(lambda array: array.T)
    signed = [axis - view.ndim if data.draw(st.booleans()) else axis for axis in axes]
    return view.transpose(*signed) if signed else view.transpose(), model.map(lambda array: array.transpose(axes))


def reshape(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Regroup the dimensions, where NumPy can without a copy."""
    shape = data.draw(regroupings(view.shape), label="shape")
    asked = shape if data.draw(st.booleans(), label="a tuple") else None
    call = (lambda: view.reshape(asked)) if asked is not None else (lambda: view.reshape(*shape))
    if model.strided is None:
        try:
            return call(), model.map(lambda array: array.reshape(shape))
        except (BufferError, ValueError, NotImplementedError):
            return view, model
    try:
        if min(shape, default=0) < -1:
            raise ValueError("NumPy takes any negative number for -1")
        strided = np.reshape(model.strided, shape, copy=False)
    except ValueError:
        with pytest.raises(ValueError):
            call()
        return view, model
    return call(), replace(model, where=model.where.reshape(shape), strided=strided)


def broadcast(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Repeat dimensions."""
    shape = data.draw(broadcasts(view.shape), label="shape")
    try:
        where = np.broadcast_to(model.where, shape)
    except ValueError:
        with pytest.raises(ValueError):
            view.broadcast_to(shape)
        return view, model
    strided = None if model.strided is None else np.broadcast_to(model.strided, shape)
    if strided is None:
        try:
            result = view.broadcast_to(shape)
        except (BufferError, ValueError, NotImplementedError):
            return view, model
    else:
        result = view.broadcast_to(shape)
    return result, replace(model, where=where, strided=strided, readonly=True)


def cast(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Read the bytes as other items: flat to and from bytes, else the last dimension's, as NumPy's view() does."""
    item = data.draw(st.sampled_from(ITEMS), label="item")
    if model.strided is None:
        return view, model
    if view.c_contiguous and {item.says, model.item.says} & set("Bbc"):
        if view.nbytes % item.size:
            with pytest.raises(TypeError):
                view.cast(item.format)
            return view, model
        return view.cast(item.format), flattened(model, item, (view.nbytes // item.size,))
    if item.size == model.item.size:
        return view.cast(item.format), replace(model, item=item)
    is_contiguous = view.ndim and (
        view.shape[-1] <= 1 or not view.nbytes or model.strided.strides[-1] == model.item.size
    )
    if not is_contiguous or view.shape[-1] * model.item.size % item.size:
        with pytest.raises(TypeError):
            view.cast(item.format)
        return view, model
    count = view.shape[-1] * model.item.size // item.size
    where = model.where[..., :1] + np.arange(count) * item.size if view.shape[-1] else model.where
    strided = over_nothing(where, item, (*model.strided.strides[:-1], item.size))
    return view.cast(item.format), replace(model, where=where, item=item, strided=strided)


def over_nothing(where: np.ndarray, item: Item, strides: tuple[int, ...]) -> np.ndarray:
    """Return what NumPy makes of a shape and strides, over memory of no meaning."""
    whole = bytes(int(where.max()) + item.size) if where.size else b""
    return np.ndarray(where.shape, f"V{item.size}", whole, int(where.flat[0]) if where.size else 0, strides)


def flattened(model: Model, item: Item, shape: tuple[int, ...]) -> Model:
    """Return the model of packed bytes as items of another format, in a shape."""
    first = int(model.where.flat[0]) if model.where.size else 0
    where = (first + np.arange(math.prod(shape)) * item.size).reshape(shape)
    return replace(
        model, where=where, item=item, strided=over_nothing(where, item, np.empty(shape, f"V{item.size}").strides)
    )


def cast_whole(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Read all bytes as other items in another shape, which memoryview allows of C-contiguous ones."""
    item = data.draw(
        st.sampled_from([*(item for item in ITEMS if view.nbytes % item.size == 0), ITEMS[0]]), label="item"
    )
    count, rest = divmod(view.nbytes, item.size)
    shape = data.draw(regroupings((count,)).filter(lambda shape: min(shape, default=0) >= 0), label="shape")
    if not view.c_contiguous:
        with pytest.raises(TypeError):
            view.cast(item.format, shape)
        return view, model
    if rest or math.prod(shape) != count:
        with pytest.raises((TypeError, ValueError)):
            view.cast(item.format, shape)
        return view, model
    return view.cast(item.format, shape), flattened(model, item, shape)


def fields_of(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Look at one field of structured items."""
    if not model.item.fields:
        with pytest.raises((TypeError, ValueError)):
            view["a"]
        return view, model
    name, offset, item, shape = data.draw(st.sampled_from(model.item.fields), label="field")
    inner = np.arange(math.prod(shape)).reshape(shape) * item.size
    if model.strided is None:
        try:
            result = view[name]
        except (BufferError, ValueError, NotImplementedError):
            return view, model
    else:
        result = view[name]
    where = model.where[(..., *[None] * len(shape))] + offset + inner
    strided = None
    if model.strided is not None:
        steps = np.empty(shape, f"V{item.size}").strides
        strided = over_nothing(where, item, (*model.strided.strides, *steps))
    return result, replace(model, where=where, item=item, strided=strided)


def share(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Make another Buffer of the view, directly or through a memoryview."""
    return swiftbuf.Buffer(memoryview(view) if data.draw(st.booleans(), label="by memoryview") else view), model


def make_read_only(data: st.DataObject, view: swiftbuf.Buffer, model: Model) -> tuple[swiftbuf.Buffer, Model]:
    """Make a view that cannot be written to."""
    return view.toreadonly(), replace(model, readonly=True)


VIEWS = [
    index,
    index,
    index,
    transpose,
    transpose,
    reshape,
    broadcast,
    cast,
    cast_whole,
    fields_of,
    share,
    make_read_only,
]


def views(data: st.DataObject, root: Root, most: int, kinds: list[Any] = VIEWS) -> tuple[swiftbuf.Buffer, Model]:
    """Make a view of a view of … the root."""
    view, model = root.buffer, root.model
    for operation in data.draw(st.lists(st.sampled_from(kinds), max_size=most), label="operations"):
        view, model = operation(data, view, model)
        note(f"{operation.__name__}: {view!r}, strides {view.strides}")
    return view, model


# --- the tests ---


@each_kind
@examples(60)
@given(data=st.data())
def test_views_of_views_lie_where_numpy_puts_them(make, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
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
def test_cpythons_judge_reads_from_any_view_what_the_view_says(make, judge, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
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
def test_a_scalar_fills_what_a_key_names_and_nothing_else(make, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
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
def test_an_exporter_is_copied_where_its_shape_broadcasts_and_its_format_is_the_same(make, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
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
def test_overlapping_views_of_one_memory_are_assigned_as_if_copied_first(make, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
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


@each_kind
@examples(50)
@given(data=st.data())
def test_copies_in_any_order_have_the_values_and_the_layout_that_numpy_gives_them(make, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
    view, model = views(data, root, 3)
    fortran = view.f_contiguous and not view.c_contiguous
    for order, its in [("C", "C"), ("F", "F"), ("A", "F" if fortran else "C"), (None, "C")]:
        assert view.tobytes(order=order) == model.raw(its), f"order {order}"
    for order in "CFAK":
        copy = view.copy(order=order)
        assert same_values(copy.tolist(), model.values())
        assert (copy.format, copy.shape, copy.readonly, copy.obj) == (view.format, view.shape, False, None)
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
def test_two_exporters_are_equal_exactly_if_shapes_and_values_are(make, items, data):
    root = make(data.draw(root_recipes(items), label="recipe"))
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


def test_the_long_profile_has_fifty_thousand_examples():
    tests = [value for value in globals().values() if hasattr(value, "hypothesis")]
    total = sum(
        test._hypothesis_internal_use_settings.max_examples * (len(KINDS) if hasattr(test, "pytestmark") else 1)
        for test in tests
    )
    assert len(tests) == 9 and total // FACTOR * 30 >= 50_000
