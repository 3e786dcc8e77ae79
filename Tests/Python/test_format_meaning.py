"""What formats of others say, not how they are spelled.

NumPy's and ctypes' records are read and written as their owners do.
"""

from __future__ import annotations

import ctypes
import pickle
import struct
import sys

import numpy as np
import pytest
import swiftbuf

INNER = np.dtype([("x", "i4"), ("y", "i1")], align=True)
AMBIGUOUS = np.dtype([("p", INNER), ("q", "i1")], align=True)  # NumPy writes T{T{i:x:b:y:}:p:xxxb:q:}


def filled(dtype, count=3):
    """Return an array whose bytes are all different, as far as a byte can be."""
    array = np.zeros(count, dtype)
    raw = array.view((np.uint8, array.dtype.itemsize)) if array.dtype.itemsize else array
    raw[...] = np.arange(raw.size).reshape(raw.shape) % 120 + 1
    for name in array.dtype.names or ():
        if array.dtype[name].kind == "U":  # not every number is a code point
            array[name] = "ab"
    return array


def plain(value):
    """Return what tolist() says with nested arrays as lists, and void as bytes, which NumPy leaves as they are."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.void):
        return plain(value.item())
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    return value


# --- NumPy's records ---

RECORDS = {
    "a nested aligned struct": AMBIGUOUS,
    "an array of nested structs": np.dtype([("p", INNER, (2,)), ("q", "i1")], align=True),
    "arrays of structs in structs": np.dtype([("o", [("p", INNER, (2, 3))], (2,)), ("q", "u1")], align=True),
    "a nested struct in a packed one": np.dtype([("p", INNER), ("q", "i1")]),
    "a packed struct": np.dtype([("tag", "u1"), ("value", "<i4"), ("big", ">f8")]),
    "offsets and a size that are said": np.dtype(
        {"names": ["a", "b"], "formats": ["i4", "u1"], "offsets": [4, 13], "itemsize": 20}
    ),
    "a sub-array of sub-arrays": np.dtype([("m", np.dtype(("i4", (3,))), (2,)), ("v", "f4")]),
    "void": np.dtype([("raw", "V5"), ("n", "i2")]),
    "big-endian and a pad at the end": np.dtype([("a", ">u4"), ("b", ">f2")], align=True),
    "texts": np.dtype([("s", "S5"), ("u", "<U3"), ("v", ">U2")]),
    "strided structs": np.dtype([("p", {"names": ["x"], "formats": ["i4"], "offsets": [0], "itemsize": 12}, (2,))]),
}


@pytest.mark.parametrize("dtype", RECORDS.values(), ids=RECORDS)
def test_every_field_of_a_record_is_what_numpy_has(dtype):
    a = filled(dtype)
    b = swiftbuf.Buffer(a)
    assert b.itemsize == dtype.itemsize and b.tolist() == plain(a.tolist())
    for name in dtype.names:
        field, expected = b[name], a[name]
        assert (field.shape, field.strides, field.itemsize) == (
            expected.shape,
            expected.strides,
            expected.dtype.itemsize,
        )
        assert field.tolist() == plain(expected.tolist()), name
    assert b == a and b == b.copy() and pickle.loads(pickle.dumps(b)) == b


@pytest.mark.parametrize("dtype", RECORDS.values(), ids=RECORDS)
def test_a_buffer_of_a_record_is_read_by_numpy_as_the_array_that_it_came_from(dtype):
    a = filled(dtype)
    again = np.asarray(swiftbuf.Buffer(a))
    assert again.dtype.itemsize == dtype.itemsize and plain(again.tolist()) == plain(a.tolist())
    assert [again.dtype.fields[n][1] for n in dtype.names] == [dtype.fields[n][1] for n in dtype.names]
    assert swiftbuf.Buffer(memoryview(swiftbuf.Buffer(a))).tolist() == plain(a.tolist())


@pytest.mark.parametrize("wrap", [memoryview, pickle.PickleBuffer, lambda a: memoryview(memoryview(a))[:2]])
def test_the_dtype_behind_a_view_is_asked(wrap):
    a = filled(AMBIGUOUS)
    assert swiftbuf.Buffer(wrap(a))["q"].tolist() == a["q"].tolist()[: len(swiftbuf.Buffer(wrap(a)))]


def test_a_record_scalar_is_asked_too():
    a = filled(AMBIGUOUS)
    b = swiftbuf.Buffer(a[1])
    assert b.shape == () and b["q"].tolist() == a["q"][1] and b.tolist() == a[1].item()


def test_what_is_written_to_a_field_is_written_where_numpy_has_it():
    a, expected = filled(AMBIGUOUS), filled(AMBIGUOUS)
    swiftbuf.Buffer(a)["q"][:] = swiftbuf.frombuffer(b"\7\7\7", "b")
    expected["q"] = 7
    assert a.tobytes() == expected.tobytes()
    swiftbuf.Buffer(a)[1] = ((5, 6), 8)
    assert a[1].item() == ((5, 6), 8)


def test_where_nobody_can_know_the_field_is_refused_and_those_before_it_are_not(room):
    text = b"T{B:a:xxxT{i:x:b:y:}:p:xxxb:q:}"
    # As NumPy and as PEP 3118 it has 16 bytes: 'a' is at 0 in both.
    exporter = room.exporter(itemsize=16, shape=(1,), strides=(16,), format=text, len=16)
    b = swiftbuf.Buffer(exporter)
    with pytest.raises(
        NotImplementedError, match=r"where field 'q' stands cannot be known from format .*: make the Buffer"
    ):
        b["q"]
    with pytest.raises(ValueError, match="there is no field 'z'"):
        b["z"]
    for refused in (b.tolist, lambda: b[0], lambda: b.__setitem__(0, (0, (0, 0), 0))):
        with pytest.raises(NotImplementedError):
            refused()
    assert b.tobytes() == bytes(range(16)) and (b == b.copy()) is False


def test_a_text_that_takes_the_place_of_another_says_where_its_values_stand(room):
    """Of an exporter in C: neither NumPy nor ctypes writes such texts."""
    behind = int.from_bytes(bytes(range(4, 12)), sys.byteorder)
    b = swiftbuf.Buffer(room.exporter(format=b"4xT{<P:p:}", itemsize=12, shape=(2,), strides=(12,)))
    assert b.format == "4xT{^P:p:}" and b[0] == (behind,)
    size = np.dtype("g").itemsize
    fields = {"itemsize": 2 * size, "len": 2 * size, "shape": (1,), "strides": (2 * size,)}
    b = swiftbuf.Buffer(room.exporter(format=b"T{>g:x:<g:y:}", **fields))
    assert b["y"].tobytes() == bytes(range(size, 2 * size)) and len(b["y"].tolist()) == 1
    for refused in (b["x"].tolist, b.tolist, lambda: b[0]):
        with pytest.raises(NotImplementedError):
            refused()
    # Two pads are no value; one of two bytes would be.
    b = swiftbuf.Buffer(room.exporter(format=b"xx", itemsize=2, shape=(2,), strides=(2,), len=4))
    assert b[0] == ()
    # No text says it, so that nothing of it is read.
    fields = {"itemsize": 24, "len": 24, "shape": (1,), "strides": (24,)}
    b = swiftbuf.Buffer(room.exporter(format=b"T{P:a:&@i:p:<P:q:}", **fields))
    with pytest.raises(NotImplementedError, match="cannot be understood"):
        b["q"]


def test_a_dtype_that_contradicts_the_format_makes_it_unknown():
    class Array(np.ndarray):
        dtype = np.dtype([("p", INNER), ("z", "i1")], align=True)

    a = filled(AMBIGUOUS).view(Array)
    b = swiftbuf.Buffer(a)
    with pytest.raises(NotImplementedError, match="cannot be understood"):
        b["q"]
    assert b.nbytes == 36 and b[1:].shape == (2,)


def test_asking_may_run_python_code_and_its_errors_are_forgotten_but_interrupts_are_not():
    class Array(np.ndarray):
        raised = ValueError

        @property
        def dtype(self):
            raise self.raised

    a = filled(AMBIGUOUS).view(Array)
    with pytest.raises(NotImplementedError):
        swiftbuf.Buffer(a)["q"]
    Array.raised = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        swiftbuf.Buffer(a)


def test_our_own_texts_mean_what_pep_3118_says():
    b = swiftbuf.zeros(2, "T{T{i:x:b:y:}:p:xxxb:q:}")
    b["q"][:] = swiftbuf.frombuffer(b"\7\7", "b")
    again = swiftbuf.Buffer(memoryview(b))
    assert b.itemsize == again.itemsize == 12 and b.tobytes()[11] == 7
    assert again["q"].tolist() == [7, 7] and again.tolist() == b.tolist() and again == b


# --- assignment by meaning ---


def test_records_that_mean_the_same_are_assigned_however_they_are_spelled():
    p = swiftbuf.zeros(3, "T{<d:x:<d:y:<H:label:}")
    q = np.asarray(p).copy()
    q["x"] = 1.5
    p[:] = q
    assert p["x"].tolist() == [1.5] * 3
    spelled = swiftbuf.zeros(3, "T{=d:x:d:y:H:label:}")
    spelled[...] = p
    assert spelled == p and p.copy(format="T{=d:x:=d:y:=H:label:}").format == "T{=d:x:=d:y:=H:label:}"
    with pytest.raises(ValueError, match="another format"):
        p[:] = swiftbuf.zeros(3, "T{<d:y:<d:x:<H:label:}")
    with pytest.raises(ValueError, match="another format"):
        p[:] = swiftbuf.zeros(3, "T{>d:x:<d:y:<H:label:}")


@pytest.mark.parametrize(
    ("here", "there"), [("4xi", "i4x"), ("4xT{i:a:}", "T{i:a:}4x"), ("4x2i", "2i4x"), ("i:a:", "i:b:")]
)
def test_a_value_behind_pads_or_of_another_name_is_assigned_to_none_without_them(here, there):
    target, source = swiftbuf.zeros(2, here), swiftbuf.zeros(2, there)
    source[0] = 5 if there.startswith("i") else (5, 6)[: len(source[0])]
    with pytest.raises(ValueError, match="another format"):
        target[:] = source
    with pytest.raises(ValueError, match="another format"):
        target[:] = memoryview(source)
    assert not any(target.tobytes())
    target[0] = source[0]
    assert target[0] == source[0] and (target == source) is True


def test_a_record_scalar_is_an_item():
    records = filled(AMBIGUOUS)
    b = swiftbuf.Buffer(records.copy())
    b[0] = records[2]
    assert b[0] == records[2].item()
    b[:] = records[1]
    assert b.tolist() == [records[1].item()] * 3
    with pytest.raises((ValueError, TypeError)):
        b[0] = np.zeros(1, [("other", "i4")])[0]


class Scalar:
    """A number with a buffer that it cannot fill, as those of types that PEP 3118 does not know."""

    def __init__(self, error):
        self.error = error

    def __float__(self):
        return 1.5

    def __buffer__(self, flags):
        raise self.error


def test_a_scalar_that_refuses_its_buffer_is_its_value():
    b = swiftbuf.zeros(3, "d")
    value = np.datetime64(3, "s")
    with pytest.raises(ValueError, match="another format"):
        b[:] = value  # it has a buffer, of bytes
    if sys.version_info >= (3, 12):
        b[:] = Scalar(ValueError("no buffer"))
        assert b.tolist() == [1.5] * 3
        with pytest.raises(MemoryError):
            b[:] = Scalar(MemoryError())


# --- ctypes ---


def test_members_that_are_not_understood_hide_no_others():
    class Message(ctypes.Structure):
        _fields_ = [
            ("user", ctypes.c_void_p),
            ("name", ctypes.c_char_p),
            ("wide", ctypes.c_wchar_p),
            ("next", ctypes.POINTER(ctypes.c_int)),
            ("call", ctypes.CFUNCTYPE(None)),
            ("x", ctypes.c_double),
            ("g", ctypes.c_longdouble),
            ("letter", ctypes.c_wchar),
        ]

    messages = (Message * 2)(Message(user=7, x=1.5, g=2.5, letter="é"))
    b = swiftbuf.Buffer(messages)
    assert b["user"].tolist() == [7, 0] and b["x"].tolist() == [1.5, 0.0] and b["g"].tolist() == [2.5, 0.0]
    assert b["letter"].tolist() == ["é", ""]
    b["x"][1] = 8
    assert messages[1].x == 8
    for refused in (b.tolist, lambda: b[0], lambda: b["name"].tolist(), lambda: b["next"][0]):
        with pytest.raises(NotImplementedError):
            refused()


def test_bit_fields_are_refused_and_the_members_beside_them_are_read():
    class Flags(ctypes.Structure):
        _fields_ = [("a", ctypes.c_int, 3), ("b", ctypes.c_int, 5), ("c", ctypes.c_short), ("d", ctypes.c_double)]

    flags = (Flags * 2)(Flags(-1, 2, 3, 4.5))
    b = swiftbuf.Buffer(flags)
    assert b["c"].tolist() == [3, 0] and b["d"].tolist() == [4.5, 0.0]
    for refused in (b.tolist, lambda: b["a"].tolist(), lambda: b["b"][0], lambda: b["a"].fill(1)):
        with pytest.raises(NotImplementedError):
            refused()


def test_structures_of_ctypes_are_read_where_ctypes_has_their_members():
    class Inner(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_byte)]

    class Either(ctypes.Union):
        _fields_ = (
            ("i", ctypes.c_int),
            ("d", ctypes.c_double),
        )

    class Outer(ctypes.Structure):
        _fields_ = [
            ("q", ctypes.c_byte),
            ("p", Inner * 3),
            ("u", Either),
            ("z", ctypes.c_short),
            ("e", ctypes.c_char * 2),
        ]

    class Base(ctypes.Structure):
        _fields_ = [("a", ctypes.c_int)]

    class Derived(Base):
        _fields_ = (("n", ctypes.c_int),)

    class Big(ctypes.BigEndianStructure):
        _fields_ = (
            ("h", ctypes.c_short),
            ("d", ctypes.c_int),
        )

    outer = (Outer * 2)()
    outer[1].q, outer[1].z, outer[1].p[2].y, outer[1].u.i = 1, 2, 3, 4
    b = swiftbuf.Buffer(outer)
    assert b["q"].tolist() == [0, 1] and b["z"].tolist() == [0, 2] and b["p"]["y"].tolist()[1] == [0, 0, 3]
    assert b["u"].tolist()[1] == bytes(outer[1].u) and b["e"].tolist()[0] == [b"\0", b"\0"]
    derived = (Derived * 2)(Derived(1, 2))
    b = swiftbuf.Buffer(derived)
    assert b["n"].tolist() == [2, 0]
    with pytest.raises(NotImplementedError):
        b.tolist()
    big = (Big * 2)(Big(1, 2))
    assert swiftbuf.Buffer(big).tolist() == [(1, 2), (0, 0)]


def test_pointers_and_wide_characters_alone_are_read():
    assert swiftbuf.Buffer((ctypes.c_void_p * 2)(5)).tolist() == [5, 0]
    assert swiftbuf.Buffer((ctypes.c_wchar * 3)("a", "b")).tolist() == ["a", "b", ""]
    with pytest.raises(NotImplementedError):
        swiftbuf.Buffer((ctypes.c_char_p * 2)()).tolist()


# --- letters ---


def test_structs_complex_letters_are_known():
    assert swiftbuf.zeros(1, "D")[0] == 0j and swiftbuf.zeros(1, "<F")[0] == 0j
    assert (swiftbuf.zeros(1, "D").format, swiftbuf.zeros(1, "<F").format) == ("Zd", "Zf")
    b = swiftbuf.frombuffer(struct.pack(">2d", 1, 2), ">D")
    assert b[0] == 1 + 2j
    packed = swiftbuf.zeros(2, "T{B:a:<F:z:}")["z"]
    assert packed.format == "=Zf" and packed.tolist() == [0j, 0j]


def test_a_format_promises_no_more_alignment_than_there_is():
    a = np.zeros(4, np.dtype([("tag", "u1"), ("value", "<i4")]))
    assert swiftbuf.Buffer(a["value"]).format == "=i" and swiftbuf.Buffer(a)["value"].format == "=i"
    memory = bytearray(17)
    for offset in range(8):
        b = swiftbuf.frombuffer(memory, "<q", 1, offset)
        aligned = np.frombuffer(memory, "u1")[offset:].ctypes.data % 8 == 0
        assert b.format == ("q" if aligned else "<q") and b.tolist() == [0]
        assert b.copy().format == "q" and b == np.frombuffer(memory, "<i8", 1, offset)
    assert swiftbuf.frombuffer(memory, "q", 1, 1).format == "q", "who says native means native"
    assert swiftbuf.zeros(3, "<q").format == "q" and swiftbuf.zeros(3, "<q")[::2].format == "q"


# --- many names ---


def test_every_name_of_a_wide_record_is_found():
    count = 20_000
    b = swiftbuf.zeros(1, "T{" + "".join(f"B:field{i}:" for i in range(count)) + "}")
    for i in range(count):
        assert b[f"field{i}"].format == "B"
    b[f"field{count - 1}"][0] = 7
    assert b.tobytes()[-1] == 7
    with pytest.raises(ValueError, match="there is no field"):
        b[f"field{count}"]
