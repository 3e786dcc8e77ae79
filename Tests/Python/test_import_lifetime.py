"""When an exporter is released, what is kept alive until then, and exporters that use the Buffer while they are asked.

The exporter is hostile_exporter, in C: it says what it is told to say, whatever it was asked.
"""

from __future__ import annotations

import gc
import weakref

import pytest
import swiftbuf

# --- releasing ---


def test_the_exporter_is_released_when_the_last_view_is_not_before(room):
    exporter = room.exporter()
    b = swiftbuf.Buffer(exporter)
    assert (exporter.grants, exporter.releases) == (1, 0)
    views = [b[1:], b.T, b.reshape(4, 6), b.toreadonly(), b.cast("H"), swiftbuf.Buffer(b), memoryview(b)]
    assert exporter.grants == 1, "a view asks the exporter nothing"
    del b
    gc.collect()
    while views:
        assert exporter.releases == 0
        views.pop()
    assert (exporter.grants, exporter.releases) == (1, 1)


def test_copies_and_assignments_hold_nothing(room):
    exporter = room.exporter()
    swiftbuf.copy(exporter)
    assert (exporter.grants, exporter.releases) == (1, 1)
    target = swiftbuf.zeros(24, "B")
    target[...] = exporter
    assert target == exporter
    assert exporter.grants == exporter.releases


def test_what_the_exporter_pointed_to_is_not_read_after_its_release(room):
    fields = {"ndim": 2, "shape": (4, 6), "strides": (6, 1), "format": b"T{B:a_long_name_that_is_in_no_object:}"}
    copy = swiftbuf.copy(room.exporter(**fields))
    assert (copy.shape, copy.format) == ((4, 6), fields["format"].decode())
    assert copy[1, 2] in (8, (8,))


def test_a_view_keeps_its_exporter_alive_and_dies_in_a_cycle_with_it(room, hostile_exporter):
    counted = []
    exporter = hostile_exporter.Exporter(
        buf=room.address, len=24, shape=(24,), strides=(1,), format=b"B", memory=room.memory,
        when_released=lambda: counted.append(1),
    )  # fmt: skip
    b = swiftbuf.Buffer(exporter)
    exporter.fields["cycle"] = [b]
    del exporter
    gc.collect()
    assert b.tolist() == list(range(24)) and not counted
    b.obj.fields.pop("cycle")
    del b
    gc.collect()
    assert counted == [1]


def test_an_exporter_that_leaves_obj_null_is_kept_as_long_as_its_memory_is_seen(room, hostile_exporter):
    class Memory:
        pass

    memory = Memory()
    gone = weakref.ref(memory)
    exporter = hostile_exporter.Exporter(
        buf=room.address, len=24, shape=(24,), strides=(1,), format=b"B", memory=room.memory, owned=memory,
        without_obj=True,
    )  # fmt: skip
    b = swiftbuf.Buffer(exporter)
    assert b.obj is memoryview(exporter).obj is None
    view = b[::2]
    del exporter, memory, b
    gc.collect()
    assert gone() is not None and view.tolist() == list(range(0, 24, 2))
    del view
    gc.collect()
    assert gone() is None


def test_while_a_comparison_asks_the_exporter_the_buffer_is_not_moved(room):
    b = swiftbuf.copy(bytes(range(24)))
    refused = []

    def move() -> None:
        for attempt in [b.release, lambda: b.resize(10**6)]:
            with pytest.raises(BufferError):
                attempt()
            refused.append(attempt)

    exporter = room.exporter(when_asked=move)
    assert b == exporter and (b != exporter) is False
    assert len(refused) == 4 and b.exports == 0


# --- Python code in the middle ---


def test_a_buffer_that_is_resized_while_the_exporter_is_asked_stays_whole(room):
    target = swiftbuf.zeros((24,), "B")
    exporter = room.exporter(when_asked=lambda: target.resize((3,)))
    try:
        target[...] = exporter
        assert target.tolist() == list(range(24))
    except (ValueError, BufferError):
        assert target.tolist() in ([0] * 3, [0] * 24)


def test_a_buffer_that_is_released_while_the_exporter_is_asked_is_not_written_to(room):
    target = swiftbuf.zeros((24,), "B")
    exporter = room.exporter(when_asked=target.release)
    try:
        target[...] = exporter
        assert target.tolist() == list(range(24))
    except (ValueError, BufferError):
        pass
    b = swiftbuf.zeros((24,), "B")
    assert (b == room.exporter(when_asked=b.release)) in (False, True)


def test_an_exporter_that_asks_for_itself_again_is_asked_once_more(room):
    exporter = room.exporter()
    seen = []

    def again():
        exporter.fields["when_asked"] = None
        seen.append(swiftbuf.Buffer(exporter))

    exporter.fields["when_asked"] = again
    assert swiftbuf.Buffer(exporter) == seen[0]
    seen.clear()
    exporter.fields.clear()


def test_a_release_that_uses_buffers_itself_disturbs_nobody(room):
    made = []
    exporter = room.exporter(when_released=lambda: made.append(swiftbuf.zeros(8, "B").tolist()))
    b = swiftbuf.Buffer(exporter)
    part = b[2:5]
    b.release()
    assert part.tolist() == [2, 3, 4] and not made
    part.release()
    assert made == [[0] * 8]
    exporter.fields["when_released"] = None
