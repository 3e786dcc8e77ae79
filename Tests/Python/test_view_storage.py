"""Views and their memory: what counts as an export, what is kept alive and shared, and when it is given back."""

import gc
import itertools
import sys
import weakref

import numpy as np
import pytest
import swiftbuf
from samples import address, counted


def test_views_count_as_exports_and_forbid_to_resize_and_to_move_while_they_live():
    b = counted((4, 6), "h")
    makers = [
        lambda: b[1],
        lambda: b[1:],
        lambda: b[::-1, 0],
        lambda: b[...],
        lambda: b[None],
        lambda: b[0, 0, ...],
        lambda: b.reshape(24),
        lambda: b.cast("B"),
        lambda: b.broadcast_to((2, 4, 6)),
        lambda: b.T,
        lambda: b.toreadonly(),
        lambda: swiftbuf.Buffer(b),
    ]
    for number, make in enumerate(makers):
        first = make()
        second = first[...]
        assert (b.exports, first.exports, second.exports) == (2, 2, 2), number
        for each in [b, first, second]:
            with pytest.raises(BufferError):
                each.resize(3)
        del first
        assert b.exports == 1, number
        with pytest.raises(BufferError):
            b.resize(24)
        second.release()
        assert b.exports == 0, number
        b.resize((4, 6))
    assert b.tolist() == np.arange(24).reshape(4, 6).tolist()


def test_iterating_over_rows_leaves_no_export_behind():
    b = counted((5, 3))
    rows = list(b)
    assert b.exports == 5 and [row.tolist() for row in rows] == b.tolist()
    assert [address(row) - address(b) for row in rows] == [0, 12, 24, 36, 48]
    del rows
    for row in b:
        row[0] = 9
    del row
    assert b.exports == 0 and b[:, 0].tolist() == [9] * 5


def test_memory_is_given_back_exactly_when_the_last_of_a_buffer_and_its_views_goes_in_every_order():
    def made() -> list[swiftbuf.Buffer]:
        b = counted((6, 100), "q")
        view = b[1:]
        return [b, view, view[:, 1:].T, b[0]]

    before = swiftbuf.allocated_bytes()
    for order in itertools.permutations(range(4)):
        for ends in itertools.product(["del", "release"], repeat=2):
            several = made()
            for position, index in enumerate(order):
                assert swiftbuf.allocated_bytes() - before == 4800, (order, position)
                assert several[index].nbytes > 0
                if (index == 0 and ends[0] == "release") or (index != 0 and ends[1] == "release"):
                    several[index].release()
                several[index] = None
            assert swiftbuf.allocated_bytes() == before, order


def test_buffers_made_twice_over_one_storage_and_their_views_release_it_once_in_every_order(abi_probe):
    once = {"released": 1, "disposed": 1}
    for order in itertools.permutations(range(5)):
        block = abi_probe.block(bytes(range(8)), False)
        first = abi_probe.make(block, 0, (8,), None, "B", False, None)
        second = abi_probe.make(block, 2, (4,), None, "B", False, None)
        block.drop()
        several = [first, second, first[2:], second[::-1], None]
        several[4] = several[2][1:]
        del first, second
        for position, index in enumerate(order):
            history = block.history()
            assert {key: history[key] for key in once} == {"released": 0, "disposed": 0}, (order, position)
            for each in several:
                assert each is None or each.tobytes() in (bytes(range(8)), bytes(range(2, 6)), bytes(range(2, 8)),
                                                          bytes(range(5, 1, -1)), bytes(range(3, 8)))  # fmt: skip
            several[index] = None
            del each
        history = block.history()
        assert {key: history[key] for key in once} == once, order


def test_an_owner_outside_of_python_keeps_the_memory_after_buffer_and_views_whoever_goes_first(abi_probe):
    before = swiftbuf.allocated_bytes()
    for order in itertools.permutations(["buffer", "view", "part", "owner"]):
        buffer = swiftbuf.copy(b"12345678")
        part = abi_probe.make_part(buffer, 2, (3,), None, "B", False, None)
        things = {"buffer": buffer, "view": buffer[1:], "part": part, "owner": abi_probe.owner(buffer)}
        del buffer, part
        for name in order:
            assert swiftbuf.allocated_bytes() - before == 8, (order, name)
            if name == "owner":
                things[name].drop_in_thread()
            del things[name]
        assert swiftbuf.allocated_bytes() == before, order


def test_a_buffer_whose_siblings_and_views_are_gone_owns_its_memory_alone_and_can_be_resized(abi_probe):
    for order in itertools.permutations(["sibling", "view", "export"]):
        sibling = swiftbuf.copy(b"12345678")
        b = abi_probe.make_part(sibling, 0, (8,), None, "B", False, None)
        things = {"sibling": sibling, "view": sibling[1:], "export": memoryview(b)}
        del sibling
        for name in order:
            with pytest.raises(BufferError):
                b.resize(10)
            del things[name]
        b.resize(10)
        assert b.tobytes() == b"12345678\0\0", order


def test_the_release_of_a_buffer_leaves_its_views_and_their_views_valid():
    b = counted((3, 4))
    views = [b[1:], b[::-1, 1], b[None], b.reshape(12), b.cast("B"), b.broadcast_to((2, 3, 4)), b[0, 0, ...]]
    contents = [view.tolist() for view in views]
    b.release()
    with pytest.raises(ValueError, match="released"):
        b[1:]
    for view, content in zip(views, contents, strict=True):
        assert view.tolist() == content == view[...].tolist()
    views[0][0, 0] = 99
    assert views[3][4] == 99 and memoryview(views[0])[0, 0] == 99


def test_a_view_holds_neither_the_buffer_nor_another_view():
    b = counted((3, 4))
    view = b[1:]
    last = view[1:]
    deaths = [weakref.ref(b), weakref.ref(view)]
    references = sys.getrefcount(b)
    more = [b[0], b[:, 1], b[...]]
    assert sys.getrefcount(b) == references and gc.get_referents(last) == gc.get_referents(b)
    del b, view, more
    assert [death() for death in deaths] == [None, None]
    assert last.tolist() == [[8, 9, 10, 11]]


def test_a_slice_of_a_slice_of_a_long_chain_holds_the_memory_once():
    b = counted(100_001)
    view = b
    for _ in range(100_000):
        view = view[1:]
    assert b.exports == 1 and view.tolist() == [100_000] and address(view) - address(b) == 400_000


def test_a_view_shares_its_bytes_in_both_directions():
    b = counted((4, 5), "d")
    view = b[::-2, 1:4]
    view[0, 1] = 99.0
    b[1, 3] = -1.0
    assert b[3, 2] == 99.0 and view[1, 2] == -1.0
    np.asarray(view)[...] = 7
    assert np.asarray(b)[::-2, 1:4].tolist() == [[7.0] * 3] * 2 and b[0, 0] == 0.0


def test_views_of_read_only_buffers_are_read_only_and_say_so():
    b = counted((2, 3)).toreadonly()
    for key in [0, slice(None), ..., None, (0, 0, ...), (slice(None), 0)]:
        view = b[key]
        assert view.readonly and memoryview(view).readonly
        with pytest.raises(TypeError, match="read-only"):
            view[...] = 0


def test_a_view_of_an_imported_buffer_names_the_exporter_and_keeps_it():
    class Exporter(bytearray):
        pass

    exporter = Exporter(range(10))
    died = weakref.ref(exporter)
    b = swiftbuf.Buffer(exporter)
    view = b[2::3][::-1]
    assert view.obj is exporter and view.tolist() == [8, 5, 2]
    del exporter
    b.release()
    del b
    gc.collect()
    assert view.obj is died() and view.tobytes() == b"\x08\x05\x02"
    view.release()
    assert died() is None
