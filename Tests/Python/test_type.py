"""The type swiftbuf.Buffer as Python sees it: how it is made, shown and measured; what it does not allow."""

import subprocess
import sys

import pytest
import swiftbuf
from conftest import FREE_THREADED

ATTRIBUTES = ["nbytes", "itemsize", "format", "ndim", "shape", "strides", "suboffsets", "readonly", "c_contiguous",
              "f_contiguous", "contiguous", "exports", "T"]  # fmt: skip


def test_the_type_takes_an_exporter_and_cannot_be_changed_or_subclassed():
    for arguments, names in [((), {}), ((b"", b""), {}), ((), {"exporter": b""})]:
        with pytest.raises(TypeError, match=r"Buffer\(\)"):
            swiftbuf.Buffer(*arguments, **names)
    with pytest.raises(TypeError, match="not safe"):
        object.__new__(swiftbuf.Buffer)
    with pytest.raises(TypeError, match=r"'swiftbuf\.Buffer' is not an acceptable base type"):
        type("Sub", (swiftbuf.Buffer,), {})
    with pytest.raises(TypeError, match="cannot set 'T' attribute of immutable type"):
        swiftbuf.Buffer.T = 1
    b = swiftbuf.zeros(3)
    for name in [*ATTRIBUTES, "new", "resize"]:
        with pytest.raises(AttributeError, match=name):
            setattr(b, name, 1)
        with pytest.raises(AttributeError, match=name):
            delattr(b, name)
    with pytest.raises(TypeError, match=r"assignment|layout"):
        b.__class__ = memoryview
    for call in [
        lambda: b(),
        lambda: b + b,
        lambda: b * 2,
        lambda: b < b,
        lambda: b <= bytes(3),
    ]:
        with pytest.raises(TypeError):
            call()


def test_the_repr_tells_format_shape_bytes_and_whether_it_is_read_only():
    assert repr(swiftbuf.zeros((480, 640), "f")) == "Buffer('f', (480, 640), 1228800 bytes)"
    assert repr(swiftbuf.zeros(3).toreadonly()) == "Buffer('B', (3,), 3 bytes, read-only)"
    assert repr(swiftbuf.zeros((), "<q")) == str(swiftbuf.zeros((), "<q")) == "Buffer('q', (), 8 bytes)"
    assert repr(swiftbuf.zeros((2, 0), ">d")) == "Buffer('>d', (2, 0), 0 bytes)"
    assert repr(swiftbuf.zeros((), "T{i:\N{SNOWMAN}:}")) == "Buffer('T{i:\N{SNOWMAN}:}', (), 4 bytes)"


def test_a_buffer_is_true_if_it_has_items_along_its_first_dimension():
    assert (len(swiftbuf.zeros(3)), bool(swiftbuf.zeros(3)), bool(swiftbuf.zeros((0, 3)))) == (3, True, False)


def test_sizes_include_the_memory_of_its_owner_alone():
    base = swiftbuf.zeros(0).__sizeof__()
    for size in [1, 1000, 10**7]:
        b = swiftbuf.zeros(size)
        # In front of an object that the collector tracks there is a header, but in a free-threaded CPython.
        assert b.__sizeof__() == base + size and sys.getsizeof(b) - (not FREE_THREADED) >= base + size
        assert b.T.__sizeof__() < base and swiftbuf.copy(b).__sizeof__() == base + size
    many = swiftbuf.zeros((1,) * 64, "T{" + "i:name:" * 100 + "}")
    assert many.__sizeof__() >= base + 2 * 64 * 8 + 700 + 400


def test_every_public_name_has_a_docstring_and_a_signature_where_it_is_called():
    for name in swiftbuf.__all__:
        assert getattr(swiftbuf, name).__doc__, name
    for function in [getattr(swiftbuf, name) for name in swiftbuf.__all__ if name != "Buffer"]:
        assert function.__text_signature__, function
    for name, member in vars(swiftbuf.Buffer).items():
        if not name.startswith("_"):
            assert member.__doc__, name
            assert not callable(member) or member.__text_signature__, name
    assert (swiftbuf.Buffer.__module__, swiftbuf.Buffer.__qualname__) == ("swiftbuf", "Buffer")


def test_importing_swiftbuf_imports_no_numpy():
    code = "import sys, swiftbuf; assert 'numpy' not in sys.modules; print(swiftbuf.zeros(3))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Buffer('B', (3,), 3 bytes)\n"
