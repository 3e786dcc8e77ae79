"""The decision of an exporter, written out from the protocol's documentation: who is refused, which fields are filled.

Naive on purpose, and knowing nothing of how swiftbuf decides: contiguity comes from walking over every item, the
reasons to refuse are a list. Source: CPython's Doc/c-api/buffer.rst, and `verify_getbuf` of Lib/test/test_buffer.py.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Include/pybuffer.h; test_conformance.py holds these numbers against the judge's.
SIMPLE, WRITABLE, FORMAT, ND = 0, 0x1, 0x4, 0x8
STRIDES = 0x10 | ND
C_CONTIGUOUS, F_CONTIGUOUS, ANY_CONTIGUOUS = 0x20 | STRIDES, 0x40 | STRIDES, 0x80 | STRIDES
INDIRECT = 0x100 | STRIDES
FULL, FULL_RO = INDIRECT | WRITABLE | FORMAT, INDIRECT | FORMAT

NAMED_FLAGS = [WRITABLE, FORMAT, ND, STRIDES, C_CONTIGUOUS, F_CONTIGUOUS, ANY_CONTIGUOUS, INDIRECT]


def unions(flags: list[int]) -> list[int]:
    """Return every number that is a union of some of the flags, none of them included."""
    values = {0}
    for flag in flags:
        values |= {value | flag for value in values}
    return sorted(values)


# What the documentation allows to be asked.
COMPOSED_FLAGS = unions(NAMED_FLAGS)

# Every number of ten bits: also half a STRIDES, contiguity without strides, bits that mean nothing. PyBUF_READ (0x100)
# and PyBUF_WRITE (0x200) alone are refused by newer CPythons before an exporter hears of it.
ALL_FLAGS = [flags for flags in range(0x400) if flags not in (0x100, 0x200)]


def asks(flags: int, flag: int) -> bool:
    """Whether all bits of a flag are set."""
    return flags & flag == flag


@dataclass(frozen=True)
class Facts:
    """What is so of a view, whatever is asked of it."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    itemsize: int
    format: str
    readonly: bool
    suboffsets: tuple[int, ...] = ()  # of items that are reached through pointers; else none

    @cached_property
    def item_count(self) -> int:
        """Count the items one by one."""
        return sum(1 for _ in itertools.product(*map(range, self.shape)))

    @cached_property
    def is_c_contiguous(self) -> bool:
        """Whether the items, in the order in which the last index varies fastest, lie one behind the other."""
        return not self.suboffsets and self._are_consecutive(self.shape, self.strides)

    @cached_property
    def is_f_contiguous(self) -> bool:
        """Whether they do so in the order in which the first index varies fastest."""
        return not self.suboffsets and self._are_consecutive(self.shape[::-1], self.strides[::-1])

    def _are_consecutive(self, shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
        visits = itertools.product(*map(range, shape))
        return all(
            sum(i * stride for i, stride in zip(index, strides, strict=True)) == position * self.itemsize
            for position, index in enumerate(visits)
        )


def reasons_to_refuse(flags: int, facts: Facts) -> list[str]:
    """Return why a request must get a BufferError; no reason means it must be granted."""
    c, f = facts.is_c_contiguous, facts.is_f_contiguous
    table = [
        ("writable memory is asked for, the view is read-only", asks(flags, WRITABLE) and facts.readonly),
        ("C order is asked for, the items are not packed so", asks(flags, C_CONTIGUOUS) and not c),
        ("Fortran order is asked for, the items are not packed so", asks(flags, F_CONTIGUOUS) and not f),
        ("any packed order is asked for, there is none", asks(flags, ANY_CONTIGUOUS) and not (c or f)),
        ("no strides are asked for, the items are not in C order", not asks(flags, STRIDES) and not c),
        (
            "no suboffsets are asked for, the items are behind pointers",
            bool(facts.suboffsets) and not asks(flags, INDIRECT),
        ),
        ("a format without a shape", asks(flags, FORMAT) and not asks(flags, ND) and facts.format != "B"),
    ]
    return [reason for reason, applies in table if applies]


def granted_fields(flags: int, facts: Facts) -> dict[str, Any]:
    """Return the fields of the Py_buffer that a request must get, but for `buf` and `obj`."""
    has_dimensions = len(facts.shape) > 0
    return {
        "len": facts.item_count * facts.itemsize,
        "itemsize": facts.itemsize,
        "readonly": int(facts.readonly),
        "ndim": len(facts.shape) if asks(flags, ND) else 1,
        "format": facts.format if asks(flags, FORMAT) else None,
        "shape": facts.shape if asks(flags, ND) and has_dimensions else None,
        "strides": facts.strides if asks(flags, STRIDES) and has_dimensions else None,
        "suboffsets": facts.suboffsets or None,
        "internal": 0,
    }
