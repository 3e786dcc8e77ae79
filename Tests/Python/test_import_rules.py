"""What a consumer owes an exporter, and need not believe: Buffer(), copy(), frombuffer(), b[...] = obj, b == obj.

The exporter is hostile_exporter, in C: it says what it is told to say, whatever it was asked.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import weakref

import numpy as np
import pytest
import swiftbuf
from conftest import fails_silently

FULL_RO = 0x11C  # PyBUF_FULL_RO
LARGEST = sys.maxsize


class Room:
    """Memory between two fences, and exporters of it."""

    SIZE, FENCE = 64, 64

    def __init__(self, module) -> None:
        self.module = module
        content = bytes(range(self.SIZE)).join([b"\xee" * self.FENCE] * 2)
        self.memory = ctypes.create_string_buffer(content, len(content))
        self.content = content
        self.exporters: list = []

    @property
    def address(self) -> int:
        return ctypes.addressof(self.memory) + self.FENCE

    def exporter(self, **fields):
        """An exporter of 24 bytes, but for what is said otherwise."""
        said = {
            "buf": self.address,
            "len": 24,
            "itemsize": 1,
            "ndim": 1,
            "shape": (24,),
            "strides": (1,),
            "format": b"B",
        }
        exporter = self.module.Exporter(memory=self.memory, **{**said, **fields})
        self.exporters.append(exporter)
        return exporter

    def check(self) -> None:
        """See that every grant was given back once, and that no byte was written."""
        gc.collect()
        for exporter in self.exporters:
            assert exporter.grants == exporter.releases
        assert self.memory.raw == self.content


@pytest.fixture
def room(hostile_exporter):
    room = Room(hostile_exporter)
    yield room
    room.check()
    room.exporters.clear()  # pytest holds the room a while, and an exception in it would hold what its traceback shows


def assign_whole(exporter):
    """Assign to a Buffer of what the exporter would be if it were coherent; nothing of it may change on a refusal."""
    target = swiftbuf.full((24,), 7, "B")
    try:
        target[...] = exporter
    except Exception:
        assert target.tolist() == [7] * 24
        raise
    return target


def from_buffer(exporter):
    return swiftbuf.frombuffer(exporter, "B")


CONSUMERS = [swiftbuf.Buffer, swiftbuf.copy, from_buffer, assign_whole]
NAMES = ["Buffer", "copy", "frombuffer", "assignment"]
each_consumer = pytest.mark.parametrize("consume", CONSUMERS, ids=NAMES)


# --- what does not fit together ---

INCOHERENT = {
    "len is more than shape says": {"len": 25},
    "len is less than shape says": {"len": 23},
    "len is negative": {"len": -24},
    "len is negative and so is the shape": {"len": -24, "shape": (-24,)},
    "a dimension is negative": {"shape": (-24,)},
    "two dimensions are negative": {"ndim": 2, "shape": (-4, -6), "strides": (6, 1)},
    "itemsize is 0": {"itemsize": 0},
    "itemsize is 0 and so is len": {"itemsize": 0, "len": 0},
    "itemsize is negative": {"itemsize": -1},
    "itemsize and len are negative": {"itemsize": -1, "len": -24},
    "ndim is negative": {"ndim": -1},
    "ndim is the least int": {"ndim": -(2**31)},
    "ndim is 65": {"ndim": 65, "shape": (1,) * 64 + (24,), "strides": (24,) * 64 + (1,)},
    "ndim is the largest int": {"ndim": 2**31 - 1},
    "there is no shape of two dimensions": {"ndim": 2, "shape": None, "strides": (6, 1)},
    "there are neither shape nor strides of two dimensions": {"ndim": 2, "shape": None, "strides": None},
    "there is no shape, and len is no multiple of itemsize": {"shape": None, "strides": None, "itemsize": 5},
    "one item of no dimension has the len of two": {"ndim": 0, "shape": None, "strides": None, "len": 2},
    "no dimension, and nothing in it": {"ndim": 0, "shape": None, "strides": None, "len": 0},
    "there is no memory but there are items": {"buf": None},
    "the shape's product is beyond every number": {
        "ndim": 3, "shape": (2**32, 2**32, 2**32), "strides": (1, 1, 1), "len": 0,
    },
    "the shape's product comes round to len": {"ndim": 2, "shape": (2**63 - 1, 2), "strides": (0, 0), "len": -2},
    "the shape's product comes round to 0": {"ndim": 2, "shape": (2**32, 2**32), "strides": (0, 0), "len": 0},
    "the shape's bytes are beyond every number": {
        "shape": (2**61,), "itemsize": 16, "strides": (0,), "len": 0, "format": b"16s",
    },
    "a stride goes beyond every address": {"shape": (24,), "strides": (LARGEST // 2,)},
    "a stride goes below every address": {"shape": (24,), "strides": (-LARGEST // 2,)},
    "strides add up beyond every address": {
        "ndim": 3, "shape": (2, 2, 6), "strides": (LARGEST - 8, LARGEST - 8, 1),
    },
    "the least stride of all": {"ndim": 2, "shape": (2, 12), "strides": (-LARGEST - 1, 1)},
}  # fmt: skip


@pytest.mark.parametrize("fields", INCOHERENT.values(), ids=INCOHERENT)
@each_consumer
def test_fields_that_do_not_fit_together_are_a_value_error(room, consume, fields):
    with pytest.raises(ValueError) as caught:
        consume(room.exporter(**fields))
    assert caught.type is ValueError and str(caught.value)


@pytest.mark.parametrize("fields", INCOHERENT.values(), ids=INCOHERENT)
def test_nothing_is_equal_to_an_exporter_whose_fields_do_not_fit_together(room, fields):
    b = swiftbuf.copy(bytes(range(24)))
    exporter = room.exporter(**fields)
    assert (b == exporter) is False and (b != exporter) is True
    assert exporter.grants >= 1, "the exporter was not asked"


@pytest.mark.parametrize(
    "fields", [{"buf": 8, "strides": (-1,)}, {"buf": 2**64 - 8}], ids=["below 0", "above the last"]
)
@each_consumer
def test_memory_that_goes_round_the_end_of_the_addresses_is_a_value_error(room, consume, fields):
    with pytest.raises(ValueError):
        consume(room.exporter(**fields))


# --- what has to be tolerated ---

TOLERATED = {
    "strides are NULL": {"strides": None},
    "shape and strides are NULL": {"shape": None, "strides": None},
    "shape is NULL and there is a stride": {"shape": None, "strides": (1,)},
    "everything that may be is NULL": {"shape": None, "strides": None, "format": None},
    "shape is a field of the view": {"shape": "len", "strides": None},
    "shape and strides are fields of the view": {"shape": "len", "strides": "itemsize"},
    "suboffsets say that there are no pointers": {"suboffsets": (-1,)},
    "suboffsets are any negative numbers": {"suboffsets": (-(2**63),)},
    "format is NULL": {"format": None},
    "the format has a byte order": {"format": b"<B"},
    "the format has a mark of native order": {"format": b"@B"},
    "the format has blanks": {"format": b" B "},
}


@pytest.mark.parametrize("fields", TOLERATED.values(), ids=TOLERATED)
@each_consumer
def test_what_an_exporter_may_leave_out_is_tolerated(room, consume, fields):
    b = consume(room.exporter(**fields))
    assert (b.shape, b.strides, b.itemsize, b.nbytes, b.format.strip()) == ((24,), (1,), 1, 24, "B")
    assert b.tolist() == list(range(24)) and b.tobytes() == bytes(range(24)) and bytes(b) == bytes(range(24))
    assert all(offset < 0 for offset in b.suboffsets)
    assert swiftbuf.copy(bytes(range(24))) == room.exporter(**fields)


def test_two_dimensions_without_strides_are_packed_in_c_order(room):
    fields = {"ndim": 2, "shape": (4, 3), "strides": None, "itemsize": 2, "format": b"H"}
    b = swiftbuf.Buffer(room.exporter(**fields))
    assert (b.shape, b.strides, b.c_contiguous) == ((4, 3), (6, 2), True)
    assert b[3, 2] == int.from_bytes(bytes([22, 23]), sys.byteorder)


@pytest.mark.parametrize("shape", [None, (), (5, 6)], ids=["NULL", "empty", "left over"])
def test_the_shape_of_no_dimension_is_not_looked_at(room, shape):
    fields = {"ndim": 0, "len": 8, "itemsize": 8, "format": b"q", "shape": shape, "strides": shape, "suboffsets": shape}
    b = swiftbuf.Buffer(room.exporter(**fields))
    assert (b.ndim, b.shape, b.strides, b.suboffsets, b.nbytes) == (0, (), (), (), 8)
    assert b[()] == int.from_bytes(bytes(range(8)), sys.byteorder)


EMPTY = {
    "one dimension": {"shape": (0,), "strides": (1,)},
    "one dimension without a shape": {"shape": None, "strides": None},
    "two dimensions": {"ndim": 2, "shape": (3, 0), "strides": (LARGEST, -LARGEST)},
    "strides beyond every address": {"ndim": 2, "shape": (0, 2**40), "strides": (2**62, 2**62)},
}


@pytest.mark.parametrize("fields", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("address", ["NULL", "somewhere"])
def test_what_is_empty_needs_no_memory_and_has_an_address_all_the_same(room, raw_buffer, fields, address):
    buf = None if address == "NULL" else room.address
    exporter = room.exporter(**{**fields, "buf": buf, "len": 0})
    for b in (swiftbuf.Buffer(exporter), swiftbuf.copy(exporter)):
        assert (b.nbytes, b.tobytes(), b.c_contiguous, b.f_contiguous) == (0, b"", True, True)
        seen = raw_buffer.ask(b, FULL_RO)
        assert seen["buf"] and seen["len"] == 0
        assert memoryview(b).nbytes == 0
    assert swiftbuf.Buffer(exporter) == exporter


def expect_nothing_released(exporter, consume):
    before = sys.getrefcount(exporter)
    with pytest.raises(BufferError):
        consume(exporter)
    exporter.fields.clear()  # the exception, which knows the frames that know the exporter
    assert (exporter.grants, exporter.releases, sys.getrefcount(exporter)) == (0, 0, before)


@each_consumer
def test_what_a_refusing_exporter_has_filled_is_not_released(room, consume):
    expect_nothing_released(room.exporter(refusal=BufferError("no"), late=1), consume)


@each_consumer
@fails_silently
def test_what_an_exporter_has_filled_that_fails_silently_is_not_released(room, consume):
    expect_nothing_released(room.exporter(refusal=True, late=1), consume)


def test_pointers_of_a_view_without_items_are_not_followed(room):
    b = swiftbuf.Buffer(
        room.exporter(buf=1, len=0, ndim=2, shape=(4, 0), strides=(0, 1), suboffsets=(8, -1))  # no memory is there
    )
    assert b.tolist() == [[], [], [], []] and [row.tolist() for row in b] == [[], [], [], []]
    assert b[3].tolist() == [] and b.tobytes() == b"" and b == b.copy()
    with pytest.raises(IndexError):
        b[0, 0]
    with pytest.raises(IndexError):
        b[0, 0] = 1


@pytest.mark.parametrize("said", [1, 2, -1, 2**31 - 1])
def test_any_number_but_0_means_read_only(room, said):
    b = swiftbuf.Buffer(room.exporter(readonly=said))
    assert b.readonly is True
    with pytest.raises(TypeError):
        b[0] = 1
    with pytest.raises((BufferError, TypeError)):
        ctypes.c_char.from_buffer(b)
    assert swiftbuf.copy(room.exporter(readonly=said)).readonly is False


def test_items_that_are_one_item_in_memory_stay_writable_if_the_exporter_says_so(room):
    b = swiftbuf.Buffer(room.exporter(strides=(0,)))
    assert b.readonly is False and b.tolist() == [0] * 24
    assert swiftbuf.copy(b).strides == (1,)


def test_negative_strides_begin_at_the_first_item_not_at_the_lowest_address(room, raw_buffer):
    b = swiftbuf.Buffer(room.exporter(buf=room.address + 23, strides=(-1,)))
    assert b.tolist() == list(range(23, -1, -1))
    assert raw_buffer.ask(b, FULL_RO)["buf"] == room.address + 23


def test_pointers_are_followed(room):
    table = (ctypes.c_void_p * 3)(*[room.address + 8 * i for i in range(3)])
    fields = {"buf": ctypes.addressof(table), "ndim": 2, "shape": (3, 8), "strides": (8, 1), "suboffsets": (0, -1)}
    exporter = room.exporter(table=table, **fields)
    b = swiftbuf.Buffer(exporter)
    assert b.suboffsets == (0, -1) and not b.contiguous
    assert b.tolist() == [list(range(8 * i, 8 * i + 8)) for i in range(3)]
    assert b.tobytes() == bytes(range(24)) and b == exporter
    assert swiftbuf.copy(exporter).tobytes() == bytes(range(24))
    for asks_for_bytes in (swiftbuf.frombuffer, ctypes.c_char.from_buffer):
        with pytest.raises((BufferError, TypeError)):
            asks_for_bytes(b)


def test_a_pointer_is_followed_at_once_only_where_no_dimension_before_it_chooses_it(room):
    table = (ctypes.c_void_p * 4)(*[room.address + 8 * i for i in range(4)])
    fields = {"buf": ctypes.addressof(table), "ndim": 3, "shape": (2, 2, 6), "strides": (16, 8, 1)}
    b = swiftbuf.Buffer(room.exporter(table=table, suboffsets=(-1, 0, -1), **fields))
    rows = np.array([[8 * i + j for j in range(6)] for i in range(4)]).reshape(2, 2, 6)
    assert b.tolist() == rows.tolist()
    for key in [(1, 0), (0, 1), (1, 1, slice(2, 5)), (slice(1, 2), 1), (None, slice(0, 1), 1, slice(3, None))]:
        assert b[key].tolist() == rows[key].tolist(), key
    for key in [(slice(None), 0), (slice(None), 1, 2), (Ellipsis, 1, slice(1, None))]:
        with pytest.raises(NotImplementedError, match="pointers"):
            b[key]


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


# --- formats ---

UNREADABLE = {
    "nothing": b"",
    "no letter of any format": b"&",
    "a pointer to a function": b"X{}",
    "a struct that does not end": b"T{B:a:",
    "a struct that ends twice": b"T{B:a:}}",
    "a count alone": b"3",
    "a count beyond every number": b"99999999999999999999999B",
    "dimensions that do not end": b"(2,3B",
    "a name that does not end": b"B:a",
    "what is no UTF-8": b"\xff\xfe",
    "UTF-8 that is cut off": b"B:\xc3",
    "another size than itemsize": b"q",
    "several values of another size than itemsize": b"BB",
    "structs in structs in structs": b"T{" * 5000 + b"B" + b"}" * 5000,
    "structs in structs that do not end": b"T{" * 5000,
    "very many letters": b"B" * 100_000,
    "a long name": b"T{B:" + b"n" * 100_000 + b":",
    "format strings of printf": b"%s%n%s%n",
}


@pytest.mark.parametrize("format", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_format_leaves_shape_bytes_and_slices_but_no_items(room, format):
    b = swiftbuf.Buffer(room.exporter(format=format))
    assert (b.shape, b.itemsize, b.nbytes, b.tobytes()) == ((24,), 1, 24, bytes(range(24)))
    assert b[3:6].tobytes() == b"\x03\x04\x05" and swiftbuf.copy(b).tobytes() == bytes(range(24))
    try:
        assert b.format.encode() == format
    except UnicodeError:
        assert not format.isascii()
    for read in (lambda: b[0], b.tolist, lambda: b[1:].tolist(), lambda: list(b), lambda: 1 in b):
        with pytest.raises(NotImplementedError):
            read()
    for write in (lambda: b.__setitem__(0, 1), lambda: b.fill(1), lambda: b.__setitem__(..., 1)):
        with pytest.raises(NotImplementedError):
            write()
    assert (b == room.exporter(format=format)) is False, "unreadable formats are unequal"
    repr(b)


@pytest.mark.parametrize("format", UNREADABLE.values(), ids=UNREADABLE)
def test_items_of_an_unreadable_format_are_not_copied_into_readable_ones(room, format):
    with pytest.raises((ValueError, NotImplementedError)):
        assign_whole(room.exporter(format=format))


def test_references_to_objects_are_not_copied_because_nobody_would_count_them(room):
    exporter = room.exporter(itemsize=8, shape=(3,), strides=(8,), format=b"O")
    b = swiftbuf.Buffer(exporter)
    assert (b.shape, b.format) == ((3,), "O") and b[1:].nbytes == 16
    for refused in (lambda: b[0], b.tolist, lambda: b.__setitem__(0, None), lambda: b.fill(None)):
        with pytest.raises(NotImplementedError):
            refused()
    for refused in (lambda: swiftbuf.copy(b), b.copy, lambda: b.__setitem__(slice(0, 2), b[1:])):
        with pytest.raises((ValueError, NotImplementedError)):
            refused()


def test_a_format_without_bytes_of_its_own_is_read_as_bytes_only_if_the_itemsize_is_one(room):
    b = swiftbuf.Buffer(room.exporter(format=None, itemsize=4, shape=(6,), strides=(4,)))
    assert (b.itemsize, b.shape, b.tobytes()) == (4, (6,), bytes(range(24)))
    with pytest.raises(NotImplementedError):
        b[0]


def test_the_exporter_may_change_what_it_says_from_request_to_request(room):
    exporter = room.exporter()
    first = swiftbuf.Buffer(exporter)
    exporter.fields.update(shape=(12,), strides=(2,), itemsize=2, format=b"H")
    second = swiftbuf.Buffer(exporter)
    assert (first.shape, first.format, second.shape, second.format) == ((24,), "B", (12,), "H")
    exporter.fields.update(len=5)
    with pytest.raises(ValueError):
        swiftbuf.Buffer(exporter)
    assert first.tolist() == list(range(24)) and len(second.tolist()) == 12


# --- what was not asked for is granted ---


@pytest.mark.parametrize("strides", [(2,), (-1,), (0,)], ids=["gaps", "backwards", "one item"])
def test_frombuffer_looks_whether_the_contiguity_that_it_asked_for_was_granted(room, strides):
    with pytest.raises((BufferError, ValueError)):
        swiftbuf.frombuffer(room.exporter(buf=room.address + 30, strides=strides))


def test_frombuffer_looks_at_the_strides_of_two_dimensions_too(room):
    fortran = {"ndim": 2, "shape": (4, 6), "strides": (1, 4)}
    with pytest.raises((BufferError, ValueError)):
        swiftbuf.frombuffer(room.exporter(**fortran))
    assert swiftbuf.frombuffer(room.exporter(ndim=2, shape=(4, 6), strides=(6, 1))).shape == (24,)


@each_consumer
def test_consumers_that_only_read_never_ask_for_writable_memory(room, consume):
    exporter = room.exporter()
    consume(exporter)
    assert (swiftbuf.copy(b"") == exporter) in (True, False)
    assert not any(flags & 1 for flags in exporter.asked), "PyBUF_WRITABLE was asked for"


# --- an exporter that refuses ---

REFUSALS = [
    BufferError,
    ValueError,
    TypeError,
    KeyError,
    MemoryError,
    OSError,
    BaseException,
    KeyboardInterrupt,
    SystemExit,
]


@pytest.mark.parametrize("refusal", REFUSALS)
@each_consumer
def test_the_exporters_own_exception_passes_through(room, consume, refusal):
    raised = refusal("no")
    with pytest.raises(refusal) as caught:
        consume(room.exporter(refusal=raised))
    assert caught.value is raised


@each_consumer
@fails_silently
def test_a_refusal_without_an_exception_is_an_exception_all_the_same(room, consume):
    with pytest.raises((BufferError, SystemError)):
        consume(room.exporter(refusal=True))


@pytest.mark.parametrize("refusal", REFUSALS[:3])
def test_nothing_is_equal_to_an_exporter_that_refuses(room, refusal):
    assert (swiftbuf.zeros(24, "B") == room.exporter(refusal=refusal("no"))) is False


@fails_silently
def test_nothing_is_equal_to_an_exporter_that_refuses_without_an_exception(room):
    assert (swiftbuf.zeros(24, "B") == room.exporter(refusal=True)) is False


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


AN_OBJECT = pytest.param(object(), id="object()")  # repr has its address, which is another one in each process


@pytest.mark.parametrize("thing", ["text", None, 3, 2.5, [1, 2], (1, 2), {}, AN_OBJECT, int, open], ids=repr)
@pytest.mark.parametrize("consume", CONSUMERS[:3], ids=NAMES[:3])
def test_what_exports_nothing_is_a_type_error(consume, thing):
    with pytest.raises(TypeError):
        consume(thing)
