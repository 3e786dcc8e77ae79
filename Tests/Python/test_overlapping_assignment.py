"""b[key] = value where the value is a view of the memory that is written to: as if it were copied first.

Expectations are NumPy's assignment to a copy of the same memory, from a copy of the source.
"""

import itertools
import random

import numpy as np
import pytest
import swiftbuf
from samples import counted, keys_of


@pytest.mark.parametrize("fmt", ["B", "h", "i", "d", "Zd", "3s", "T{i:a:=d:b:}"])
def test_overlapping_source_and_target_of_one_dimension_are_as_if_the_source_were_copied_first(fmt):
    slices = [slice(a, e, s) for a in [None, 0, 1, 2, 5] for e in [None, 6, 9, 0] for s in [1, 2, 3, -1, -2, -3]]
    pairs = [(one, two) for one, two in itertools.product(slices, repeat=2)
             if 1 < len(range(12)[one]) == len(range(12)[two])]  # fmt: skip
    assert len(pairs) > 500
    b = swiftbuf.zeros(12, fmt)
    raw = b.cast("B")
    content = bytes(i * 7 % 251 for i in range(b.nbytes))
    items = [content[i * b.itemsize : (i + 1) * b.itemsize] for i in range(12)]
    for target, source in pairs:
        raw[...] = content
        b[target] = b[source]
        expected = list(items)
        for place, item in zip(range(12)[target], items[source], strict=True):
            expected[place] = item
        assert b.tobytes() == b"".join(expected), (target, source)
    del raw
    assert b.exports == 0


def test_overlaps_of_every_kind_in_two_and_three_dimensions_are_as_if_the_source_were_copied_first():
    generator = random.Random(5)
    for shape in [(5, 6), (4, 4), (3, 4, 4)]:
        compared = 0
        b = counted(shape, "h")
        start = np.asarray(b).copy()
        while compared < 1500:
            views = [b, b.T, b[::-1], b[..., ::-1]]
            arrays = [start, start.T, start[::-1], start[..., ::-1]]
            one, two = generator.randrange(4), generator.randrange(4)
            key, other = keys_of(len(shape), generator), keys_of(len(shape), generator)
            try:
                source = arrays[two][other]
                changed = start.copy()
                target = [changed, changed.T, changed[::-1], changed[..., ::-1]][one][key]
                if not isinstance(target, np.ndarray) or not isinstance(source, np.ndarray) or target.size < 2:
                    continue
                target[...] = source
            except (IndexError, ValueError):
                continue
            b[...] = start
            views[one][key] = views[two][other]
            assert np.array_equal(np.asarray(b), changed), (shape, one, key, two, other)
            compared += 1
        del views
        assert b.exports == 0


def test_a_matrix_is_transposed_in_place_and_rotated_in_place():
    for size in [2, 3, 8, 33, 100]:
        for fmt in "Bhiq":
            b = counted((size, size), fmt)
            start = np.asarray(b).copy()
            b[...] = b.T
            assert np.array_equal(np.asarray(b), start.T)
            b[...] = b.T[::-1]
            assert np.array_equal(np.asarray(b), start[::-1])
            b[...] = b[0]
            assert np.array_equal(np.asarray(b), np.broadcast_to(start[-1], (size, size)))


def test_a_row_repeated_over_memory_that_it_is_a_part_of_is_what_it_was():
    for row, column in itertools.product(range(4), range(3)):
        b = counted((4, 3))
        start = np.asarray(b).copy()
        b[...] = b[row]
        assert np.array_equal(np.asarray(b), np.broadcast_to(start[row], (4, 3)))
        b[...] = start
        b[...] = b[:, column : column + 1]
        assert np.array_equal(np.asarray(b), np.broadcast_to(start[:, column : column + 1], (4, 3)))
        b[...] = start
        b[::-1] = b[row, column, ...]
        assert np.array_equal(np.asarray(b), np.full((4, 3), start[row, column]))


def test_overlap_by_part_of_an_item_and_through_other_exporters_is_noticed():
    for offset, target_offset in itertools.product(range(5), repeat=2):
        memory = bytearray(range(60))
        source = swiftbuf.frombuffer(memory, "i", 13, offset)
        target = swiftbuf.frombuffer(memory, "i", 13, target_offset)
        for step in [1, -1]:
            memory[:] = bytes(range(60))
            target[:] = source[::step]
            packed = bytes(range(60))[offset : offset + 52]
            items = [packed[i : i + 4] for i in range(0, 52, 4)][::step]
            expected = bytearray(range(60))
            expected[target_offset : target_offset + 52] = b"".join(items)
            assert memory == expected, (offset, target_offset, step)
    values = np.arange(20, dtype="i")
    b = swiftbuf.Buffer(values)
    b[1:] = values[:-1]
    assert values.tolist() == [0, *range(19)]
    b[:] = memoryview(values)[::-1]
    assert values.tolist() == [*range(18, -1, -1), 0]


def test_windows_whose_own_items_overlap_are_copied_first(abi_probe):
    base = swiftbuf.copy(bytes(range(10)))
    windows = abi_probe.make_part(base, 0, (4, 4), (2, 1), "B", False, None)
    target = abi_probe.make_part(base, 0, (4,), (2,), "B", False, None)
    target[...] = windows[:, 3]
    assert base.tolist() == [3, 1, 5, 3, 7, 5, 9, 7, 8, 9]
