"""Items that are a str: UCS-4 text (`w`), NumPy's U, and UCS-2 text (`u`), with the surrogates of UTF-16."""

import random
import sys

import numpy as np
import pytest
import swiftbuf

TEXTS = [
    "",
    "a",
    "abc",
    "é",
    "€uro",
    "😀",
    "a😀b",
    "\ud800",
    "\udfff\ud800",
    "\0a",
    "a\0b",
    "\U0010ffff",
    "\uffff\ufffe",
]


@pytest.mark.parametrize("prefix", ["", "@", "=", "<", ">", "^"])
def test_ucs4_text_is_numpys(prefix):
    order = prefix if prefix in "<>" else "="
    b = swiftbuf.zeros(len(TEXTS), prefix + "4w")
    for number, text in enumerate(TEXTS):
        b[number] = text
    expected = np.array(TEXTS, (order or "=") + "U4")
    assert b.tobytes() == expected.tobytes() and b.tolist() == TEXTS == expected.tolist()
    assert [b[i] for i in range(len(TEXTS))] == TEXTS and type(b[0]) is str
    if prefix != "^":
        assert np.asarray(b).tolist() == TEXTS
    assert swiftbuf.copy(expected).tolist() == TEXTS
    assert swiftbuf.copy(expected[::-2]).tolist() == TEXTS[::-2]
    assert swiftbuf.full((2,), "é😀", prefix + "2w").tolist() == ["é😀"] * 2


@pytest.mark.parametrize("prefix", ["", "<", ">"])
def test_ucs2_text_is_utf_16(prefix):
    codec = {"<": "utf-16-le", ">": "utf-16-be"}.get(prefix, "utf-16-" + sys.byteorder[0] + "e")
    for text in TEXTS:
        units = text.encode(codec, "surrogatepass")
        b = swiftbuf.zeros(2, f"{prefix}5u")
        b[1] = text
        assert b.tobytes() == bytes(10) + units + bytes(10 - len(units))
        # A pair of lone surrogates in the right order is one character afterwards.
        assert b[1] == units.decode(codec, "surrogatepass")
        tight = swiftbuf.full(1, text, f"{prefix}{max(1, len(units) // 2)}u")
        assert tight.tobytes() == (units or b"\0\0")


@pytest.mark.parametrize(
    ("fmt", "value", "exception"),
    [
        ("2w", "abc", ValueError),
        ("2w", b"ab", TypeError),
        ("2w", None, TypeError),
        ("2w", 65, TypeError),
        ("w", "ab", ValueError),
        ("2u", "abc", ValueError),
        ("2u", "a😀", ValueError),
        ("u", "😀", ValueError),
        ("2u", b"ab", TypeError),
        (">2u", "😀b", ValueError),
    ],
)
def test_what_is_no_str_or_too_long_is_refused_and_nothing_is_written(fmt, value, exception):
    b = swiftbuf.full(2, "x", fmt)
    before = b.tobytes()
    with pytest.raises(exception, match=r"invalid (type|value) for format"):
        b[0] = value
    with pytest.raises(exception):
        swiftbuf.full(0, value, fmt)
    assert b.tobytes() == before


def test_what_is_no_code_point_is_a_value_error():
    for order in "<>":
        for point in [0x110000, 0xFFFFFFFF, 0x80000000]:
            b = swiftbuf.zeros(1, order + "2w")
            memoryview(b).cast("B")[4:] = point.to_bytes(4, "little" if order == "<" else "big")
            with pytest.raises(ValueError, match="range"):
                b[0]
            with pytest.raises(ValueError, match="range"):
                b.tolist()
            assert b.exports == 0


def test_text_at_odd_addresses_is_read_and_written():
    generator = random.Random(4)
    b = swiftbuf.zeros(9, "^T{b:a:5w:t:3u:s:b:b:}")
    items = [(i, "".join(generator.choices("aé€😀", k=generator.randint(0, 5))), "é€"[: i % 3], -i) for i in range(9)]
    for number, item in enumerate(items):
        b[number] = item
    assert b.tolist() == items and b.itemsize == 28


def test_a_str_of_an_own_class_is_one_and_a_plain_str_is_read():
    class Text(str):
        __slots__ = ()

    b = swiftbuf.full(1, Text("ab"), "3w")
    assert b[0] == "ab" and type(b[0]) is str


def test_a_text_of_no_length_is_empty():
    b = swiftbuf.zeros(1, "0w0ub")
    assert b[0] == ("", "", 0)
    b[0] = ("", "", 5)
    assert b.tobytes() == b"\5"
    with pytest.raises(ValueError, match="invalid value"):
        b[0] = ("a", "", 5)
