"""Programs of subscripts, shapes and casts, done to a Buffer and to NumPy's array of the same memory."""

from __future__ import annotations

import math

import numpy as np
import swiftbuf
from choices import Choices

FORMATS = [("B", "u1"), ("h", "i2"), ("i", "i4"), ("d", "f8"), (">i", ">i4"), ("Zd", "c16"), ("5s", "S5"), ("?", "?")]
# What a refusal may be: anything else ends the fuzzer, as a crash does.
REFUSALS = (IndexError, ValueError, TypeError, BufferError)
MOST_ITEMS = 256
ENDS = [None, 0, 1, 2, 3, -1, -2, -3, 5, -6, 2**63 - 1, -(2**63), 2**70, -(2**70)]
STEPS = [None, 1, 2, -1, -2, 3, -3, 2**63 - 1, -(2**63), 0, 2**80]


def one(data: bytes) -> None:
    """Run the program of an input."""
    choices = Choices(data)
    format, _ = choices.of(FORMATS)
    shape = any_shape(choices)
    b = swiftbuf.zeros(shape, format, choices.of("CF"))
    a = np.asarray(b)
    if format != "?":
        a.reshape(-1, order="A").view(np.uint8)[...] = np.arange(b.nbytes)
    for _ in range(12):
        if not choices.more():
            break
        both = choices.of(OPERATIONS)(choices, b, a)
        if both is not None:
            b, a = both
            check(b, a)


def any_shape(choices: Choices) -> tuple[int, ...]:
    """Return a shape of at most four dimensions."""
    shape: list[int] = []
    for _ in range(choices.below(5)):
        shape.append(min(choices.below(7), MOST_ITEMS // max(math.prod(shape), 1)))
    return tuple(shape)


def check(b: swiftbuf.Buffer, a: np.ndarray) -> None:
    """See that both are the same view."""
    assert isinstance(b, swiftbuf.Buffer) and b.shape == a.shape, f"{b.shape} and {a.shape}"
    assert b.itemsize == a.itemsize and b.readonly is not a.flags.writeable
    assert (b.c_contiguous, b.f_contiguous) == (a.flags.c_contiguous, a.flags.f_contiguous), f"{b.strides}, {a.strides}"
    if not a.size:
        return
    assert all(mine == its for mine, its, n in zip(b.strides, a.strides, a.shape, strict=True) if n > 1)
    assert np.asarray(b).__array_interface__["data"][0] == a.__array_interface__["data"][0], "another first item"
    if a.size <= MOST_ITEMS:
        assert b.tobytes() == a.tobytes()


# --- operations: each returns both views, or None if both have refused ---

Both = tuple[swiftbuf.Buffer, np.ndarray]


def key(choices: Choices) -> object:
    """Return a subscript: in bounds, out of them, too long, or with two ellipses."""
    parts: list[object] = []
    for _ in range(choices.below(6)):
        kind = choices.below(10)
        if kind < 4:
            parts.append(choices.of([0, 1, -1, 2, -2, 3, 6, -7, 2**63 - 1, -(2**63), 2**64]))
        elif kind < 8:
            parts.append(slice(choices.of(ENDS), choices.of(ENDS), choices.of(STEPS)))
        else:
            parts.append(... if kind == 8 else None)
    return parts[0] if len(parts) == 1 else tuple(parts)


def select(choices: Choices, b: swiftbuf.Buffer, a: np.ndarray) -> Both | None:
    """Take a part."""
    part = key(choices)
    return compare(lambda: b[part], lambda: a[part], (b, a), f"[{part}]")


def assign(choices: Choices, b: swiftbuf.Buffer, a: np.ndarray) -> Both | None:
    """Write a part of the view, turned around, to another part of it."""
    part, other = key(choices), key(choices)
    try:
        value = b[other]
        target, source = a[part], a[other].copy()
    except REFUSALS:
        return None
    if not isinstance(value, swiftbuf.Buffer) or not isinstance(target, np.ndarray) or not a.flags.writeable:
        return None
    if target.dtype.kind == "?" or overlaps_itself(target):
        return None
    before = a.copy()
    try:
        np.broadcast_to(source, target.shape)
    except ValueError:
        try:
            b[part] = value
        except REFUSALS:
            assert a.tobytes() == before.tobytes(), "a refused assignment has written"
            return None
        # NumPy's assignment drops leading dimensions of one, too.
        assert source.ndim > target.ndim, f"{source.shape} went into {target.shape}"
        return None
    expected = before
    expected[part] = source
    b[part] = value
    assert a.tobytes() == expected.tobytes(), f"[{part}] = [{other}]"
    return b, a


def overlaps_itself(array: np.ndarray) -> bool:
    """Whether two items may share bytes: then the order of writing shows, and nobody promises one."""
    return array.size > 1 and any(stride == 0 and n > 1 for stride, n in zip(array.strides, array.shape, strict=True))


def transpose(choices: Choices, b: swiftbuf.Buffer, a: np.ndarray) -> Both | None:
    """Reorder the dimensions."""
    kind = choices.below(3)
    if kind == 0:
        return b.T, a.T
    axes = [choices.of([0, 1, 2, 3, -1, -2, 4]) for _ in range(a.ndim + (choices.byte() == 255))]
    return compare(lambda: b.transpose(axes), lambda: a.transpose(axes), (b, a), f"transpose({axes})")


def reshape(choices: Choices, b: swiftbuf.Buffer, a: np.ndarray) -> Both | None:
    """Regroup the items, without a copy."""
    shape: list[int] = []
    rest = a.size
    for _ in range(choices.below(5)):
        factor = choices.of([1, 2, 3, 4, 5, 6, 0])
        if factor and rest % factor == 0:
            shape.append(factor)
            rest //= factor
        elif not factor and not a.size:
            shape.append(0)
    ending = choices.below(4)
    shape += [[rest], [-1], [-1], []][ending]
    return compare(lambda: b.reshape(shape), lambda: a.reshape(shape, copy=False), (b, a), f"reshape({shape})")


def broadcast(choices: Choices, b: swiftbuf.Buffer, a: np.ndarray) -> Both | None:
    """Repeat dimensions of one item."""
    shape = [choices.of([1, 2, 3, 0]) if n == 1 else n for n in a.shape]
    shape = [choices.of([1, 2, 0]) for _ in range(choices.below(3))] + shape
    if shape and choices.byte() == 255:
        shape[0] += 1
    if math.prod(shape) > MOST_ITEMS or len(shape) > 8:
        return None
    return compare(
        lambda: b.broadcast_to(tuple(shape)), lambda: np.broadcast_to(a, tuple(shape)), (b, a), f"broadcast_to({shape})"
    )


def cast(choices: Choices, b: swiftbuf.Buffer, a: np.ndarray) -> Both | None:
    """Read the bytes as other items."""
    format, dtype = choices.of(FORMATS)
    if a.ndim == 0 or 0 in a.shape or (b.c_contiguous and a.ndim != 1):
        return None  # memoryview's rule, which NumPy does not have
    # NumPy wants one size to divide the other; cast() cuts the bytes of the last dimension anew.
    is_same_size = np.dtype(dtype).itemsize == a.itemsize
    return compare(
        lambda: b.cast(format),
        lambda: a.view(dtype) if is_same_size else a.view(np.uint8).view(dtype),
        (b, a),
        f"cast({format})",
    )


def compare(mine: object, its: object, before: Both, what: str) -> Both | None:
    """Do something here and there; see that both refuse it, or neither."""
    try:
        expected = its()
    except REFUSALS as refusal:
        try:
            result = mine()
        except REFUSALS:
            return None
        raise AssertionError(f"{what} of {before[0]!r} gives {result!r}, and NumPy refuses: {refusal}") from None
    result = mine()
    if isinstance(result, swiftbuf.Buffer):
        return result, expected if isinstance(expected, np.ndarray) else as_array(before[1], expected, what)
    item = expected.item() if isinstance(expected, np.generic | np.ndarray) else expected
    if isinstance(item, bytes):
        result = result.rstrip(b"\0")
    assert result == item or result != result, f"{what} of {before[0]!r} is {result!r}, and NumPy has {item!r}"
    return None


def as_array(array: np.ndarray, item: object, what: str) -> np.ndarray:
    """Return an item as an array of no dimension; Buffer has a view where NumPy has it too."""
    raise AssertionError(f"{what} of {array!r} is an item of NumPy's, {item!r}, and a view here")


OPERATIONS = [select, select, select, assign, transpose, reshape, broadcast, cast]
