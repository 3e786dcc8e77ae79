"""The type swiftbuf.Buffer as Python sees it: how it is made, shown and measured; what it does not allow."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

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


def stub_of(tree, path):
    """Return the definitions of a function in the stub; several if it is overloaded."""
    body = tree.body
    for name in path[:-1]:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == name)
    return [node for node in body if isinstance(node, ast.FunctionDef) and node.name == path[-1]]


def parameters_of(node):
    """Return what a definition in the stub says of each parameter but self: name, kind, whether it has a default."""
    given, positional = node.args, inspect.Parameter.POSITIONAL_ONLY
    ordinary = [*given.posonlyargs, *given.args]
    without = len(ordinary) - len(given.defaults)
    found = [
        (
            a.arg,
            positional if number < len(given.posonlyargs) else inspect.Parameter.POSITIONAL_OR_KEYWORD,
            number >= without,
        )
        for number, a in enumerate(ordinary)
    ]
    if given.vararg:
        found.append((given.vararg.arg, inspect.Parameter.VAR_POSITIONAL, False))
    return [parameter for parameter in found if parameter[0] not in ("self", "cls")]


def test_every_function_and_method_and_the_type_have_the_signature_that_the_stub_says():
    tree = ast.parse(Path(swiftbuf.__file__).with_name("__init__.pyi").read_text())
    walked = {("Buffer", "__new__"): inspect.signature(swiftbuf.Buffer)}
    for name in swiftbuf.__all__:
        if name != "Buffer":
            walked[name,] = inspect.signature(getattr(swiftbuf, name))
    for name, member in vars(swiftbuf.Buffer).items():
        if callable(member) or isinstance(member, classmethod):
            # Of a method, without self, as of one that is called.
            bound = getattr(swiftbuf.Buffer if name == "__class_getitem__" else swiftbuf.zeros(3), name)
            walked.setdefault(("Buffer", name), inspect.signature(bound))
    assert len(walked) > 35
    for path, signature in walked.items():
        stubs = stub_of(tree, path)
        said = [(p.name, p.kind, p.default is not p.empty) for p in signature.parameters.values()]
        if path[-1].startswith("__") and path[-1] not in (
            "__new__",
            "__deepcopy__",
            "__reduce_ex__",
            "__copy__",
            "__enter__",
        ):
            continue  # CPython's words for slots; and __exit__, which takes anything
        assert said in [parameters_of(stub) for stub in stubs], (path, said, stubs)


def test_calls_accept_what_their_signatures_say():
    b = swiftbuf.copy(b"abcd")
    calls = [
        (swiftbuf.Buffer, [b""]), (swiftbuf.zeros, [3]), (swiftbuf.empty, [3]), (swiftbuf.full, [3, 1]),
        (swiftbuf.frombuffer, [b"ab"]), (swiftbuf.copy, [b"a"]), (swiftbuf.mapped, [__file__]),
        (swiftbuf.allocated_bytes, []), (b.transpose, []), (b.reshape, [4]), (b.cast, ["H"]),
        (b.broadcast_to, [(2, 4)]), (b.toreadonly, []), (b.tolist, []), (b.tobytes, []), (b.hex, []),
        (b.copy, []), (b.fill, [0]), (b.index, [0]), (b.count, [0]), (b.resize, [4]),
        (swiftbuf.mapped(sys.executable).flush, []), (b.__copy__, []), (b.__deepcopy__, [{}]),
        (b.__reduce_ex__, [5]), (b.__enter__, []), (b.release, []),
    ]  # fmt: skip
    named = {name for name, member in vars(swiftbuf.Buffer).items() if callable(member) and not name.startswith("_")}
    assert named <= {call.__name__ for call, _ in calls}
    for call, required in calls:
        call(*required)
        by_name = [p for p in inspect.signature(call).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        if by_name:
            defaults = [p.default for p in by_name[len(required) :]]
            call(**dict(zip([p.name for p in by_name], required + defaults, strict=True)))
            call(*required, *defaults)
        else:
            for p in inspect.signature(call).parameters.values():
                with pytest.raises(TypeError):
                    call(**{p.name: required[0] if required else ()})


def test_a_separator_of_none_is_no_separator():
    b = swiftbuf.copy(b"abc")
    assert b.hex(None) == b.hex(sep=None, bytes_per_sep=2) == b.hex(bytes_per_sep=2) == b"abc".hex()
    assert b.hex("-", 2) == b.hex(sep=b"-", bytes_per_sep=2) == b"abc".hex("-", 2)
    with pytest.raises(TypeError):
        b.hex(None, "2")


def test_importing_swiftbuf_imports_no_numpy():
    code = "import sys, swiftbuf; assert 'numpy' not in sys.modules; print(swiftbuf.zeros(3))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Buffer('B', (3,), 3 bytes)\n"
