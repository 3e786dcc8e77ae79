"""Roots of random structure, random chains of views of them, and the settings of the tests that draw them.

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
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from structure_keys import broadcasts, for_numpy, keys, reasons_to_refuse, regroupings
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

    def is_aligned(self, model: Model) -> bool:
        """Whether all items stand at multiples of their size, by what the structure says of them."""
        return (
            model.strided is not None
            and model.where.size > 0
            and bool(((self.memory.address + model.where) % model.item.size == 0).all())
        )

    def check(self, view: swiftbuf.Buffer, model: Model) -> None:
        """Hold everything that a view says against its model."""
        assert isinstance(view, swiftbuf.Buffer)
        assert view.shape == model.where.shape
        assert view.ndim == model.where.ndim
        assert view.itemsize == model.item.size
        if view.format != model.item.says:
            # A native letter promises an alignment, which a letter behind `<` does not.
            assert view.format == model.item.format and not self.is_aligned(model)
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
