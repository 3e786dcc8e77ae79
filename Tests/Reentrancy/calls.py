"""Every public name of swiftbuf, and for each of its arguments a call in which that argument is a hook.

`CALLS` maps a name to calls; a call is Python text, in which `argument` stands where the hook goes, and the kind of
values that belong there. `test_reentrancy.py` finds the names by introspection, and fails if one is missing here.
"""

from __future__ import annotations

from dataclasses import dataclass

# A call without an argument is looked at with the hooks that need none: the collector, a trace function, a finalizer.
NOTHING = ""


@dataclass(frozen=True)
class Call:
    """One call; what `argument` is in it."""

    name: str
    text: str
    kind: str = NOTHING


ATTRIBUTES = [
    "T",
    "c_contiguous",
    "contiguous",
    "exports",
    "f_contiguous",
    "format",
    "itemsize",
    "nbytes",
    "ndim",
    "obj",
    "readonly",
    "shape",
    "strides",
    "suboffsets",
]
# What every object has. It is nobody's argument that is read there, but the object itself is looked at.
OF_OBJECT = {
    "__class__": [("b.__class__", NOTHING)],
    "__delattr__": [("delattr(b, argument)", "name"), ("del b.shape", NOTHING)],
    "__dir__": [("dir(b)", NOTHING)],
    "__format__": [("format(b)", NOTHING), ("b.__format__(argument)", "name")],
    "__getattribute__": [("getattr(b, argument)", "attribute")],
    "__getstate__": [("b.__getstate__()", NOTHING)],
    "__init__": [("b.__init__(argument)", "anything")],
    "__init_subclass__": [("type('Sub', (swiftbuf.Buffer,), {})", NOTHING)],
    "__reduce__": [("b.__reduce__()", NOTHING)],
    "__setattr__": [
        ("b.shape = argument", "anything"),
        ("setattr(b, argument, 1)", "attribute"),
        ("b.__class__ = argument", "anything"),
    ],
    "__str__": [("str(b)", NOTHING)],
    "__subclasshook__": [
        ("issubclass(argument, swiftbuf.Buffer)", "anything"),
        ("isinstance(argument, swiftbuf.Buffer)", "anything"),
    ],
}

TABLE: dict[str, list[tuple[str, str]]] = {
    **{name: [(f"b.{name}", NOTHING)] for name in ATTRIBUTES},
    **OF_OBJECT,
    "__buffer__": [("memoryview(b).tobytes()", NOTHING), ("b.__buffer__(argument)", "number")],
    "__release_buffer__": [("b.__release_buffer__(argument)", "exporter")],
    "__class_getitem__": [("swiftbuf.Buffer[argument]", "anything"), ("swiftbuf.Buffer[argument][int]", "anything")],
    "__contains__": [("argument in b", "value"), ("argument in b", "exporter")],
    "__copy__": [("b.__copy__()", NOTHING), ("copy.copy(b)", NOTHING)],
    "__deepcopy__": [("b.__deepcopy__(argument)", "memo"), ("copy.deepcopy([b, b], argument)", "memo")],
    "__delitem__": [("del b[argument]", "key")],
    "__doc__": [("b.__doc__", NOTHING)],
    "__enter__": [("b.__enter__()", NOTHING)],
    "__eq__": [("b == argument", "exporter"), ("b == argument", "value"), ("argument == b", "exporter")],
    "__exit__": [
        ("b.__exit__(argument, None, None)", "anything"),
        ("b.__exit__(None, argument, argument)", "anything"),
    ],
    "__ge__": [("b >= argument", "exporter")],
    "__getitem__": [("b[argument]", "key"), ("b[argument].tolist()", "key"), ("b[argument, argument]", "key")],
    "__gt__": [("b > argument", "exporter")],
    "__hash__": [("hash(b)", NOTHING), ("hash(b.toreadonly())", NOTHING)],
    "__iter__": [("list(b)", NOTHING), ("list(reversed(b))", NOTHING), ("[hook(each) for each in b]", NOTHING)],
    "__le__": [("b <= argument", "exporter")],
    "__len__": [("len(b)", NOTHING)],
    "__lt__": [("b < argument", "exporter")],
    "__module__": [("b.__module__", NOTHING)],
    "__ne__": [("b != argument", "exporter")],
    "__new__": [
        ("swiftbuf.Buffer(argument)", "exporter"),
        ("swiftbuf.Buffer(object=argument)", "exporter"),
        ("swiftbuf.Buffer(**{argument: b})", "keyword"),
        ("swiftbuf.Buffer.__new__(argument, b)", "anything"),
    ],
    "__reduce_ex__": [
        ("b.__reduce_ex__(argument)", "number"),
        ("pickle.dumps(b, argument)", "number"),
        ("pickle.dumps(b, 5, buffer_callback=argument)", "function"),
        ("pickle.dumps(b, 5, buffer_callback=lambda each: hook(False))", NOTHING),
        ("pickle.loads(pickle.dumps(b, 5))", NOTHING),
        ("pickle.loads(pickle.dumps(b, 2))", NOTHING),
        ("copyreg.__reduce_ex__(b, 1)", NOTHING),
    ],
    "__repr__": [("repr(b)", NOTHING)],
    "__setitem__": [
        ("b[argument] = parts[0] if len(parts) == 1 else tuple(parts)", "key"),
        ("b[argument] = twin", "key"),
        ("b[argument] = memoryview(twin)", "key"),
        ("b[0] = argument", "value"),
        ("b[(0,) * b.ndim] = argument", "value"),
        ("b[...] = argument", "value"),
        ("b[...] = argument", "exporter"),
        ("b[0] = argument", "exporter"),
        ("b[::-1] = argument", "exporter"),
        ("b['a'] = argument", "value"),
        ("b['a'] = argument", "exporter"),
        ("b[argument] = argument", "key"),
    ],
    "__sizeof__": [("b.__sizeof__()", NOTHING), ("sys.getsizeof(b)", NOTHING)],
    "broadcast_to": [("b.broadcast_to(argument)", "shape"), ("b.broadcast_to(shape=argument)", "shape")],
    "cast": [
        ("b.cast(argument)", "format"),
        ("b.cast(format=argument)", "format"),
        ("b.cast('B', argument)", "shape"),
        ("b.cast('B', shape=argument)", "shape"),
        ("b.cast(argument, argument)", "format"),
        ("b.cast('B', **{argument: 1})", "keyword"),
    ],
    "copy": [
        ("b.copy(argument)", "order"),
        ("b.copy(order=argument)", "order"),
        ("b.copy('C', argument)", "format"),
        ("b.copy(format=argument)", "format"),
        ("b.copy(**{argument: 'C'})", "keyword"),
        ("b.copy('C', **{argument: 'C'})", "keyword"),
    ],
    "count": [("b.count(argument)", "value"), ("b.count(argument)", "exporter")],
    "fill": [("b.fill(argument)", "value"), ("b.fill(argument)", "exporter")],
    "flush": [("b.flush()", NOTHING)],
    "hex": [
        ("b.hex(argument)", "separator"),
        ("b.hex(sep=argument)", "separator"),
        ("b.hex(':', argument)", "number"),
        ("b.hex(**{argument: ':'})", "keyword"),
    ],
    "index": [
        ("b.index(argument)", "value"),
        ("b.index(parts[0] if len(parts) == 1 else tuple(parts), argument)", "index"),
        ("b.index(parts[0] if len(parts) == 1 else tuple(parts), 0, argument)", "index"),
        ("b.index(parts, argument, argument)", "index"),
    ],
    "release": [("b.release()", NOTHING), ("globals().pop('b').release()", NOTHING)],
    "reshape": [
        ("b.reshape(argument)", "shape"),
        ("b.reshape(1, argument)", "index"),
        ("b.reshape(argument, argument)", "index"),
        ("b.reshape(shape=argument)", "shape"),
    ],
    "resize": [("b.resize(argument)", "shape"), ("b.resize(shape=argument)", "shape")],
    "tobytes": [
        ("b.tobytes(argument)", "order"),
        ("b.tobytes(order=argument)", "order"),
        ("b.tobytes(**{argument: 'C'})", "keyword"),
    ],
    "tolist": [("b.tolist()", NOTHING)],
    "toreadonly": [("b.toreadonly()", NOTHING)],
    "transpose": [
        ("b.transpose(argument)", "shape"),
        ("b.transpose(*argument)", "shape"),
        ("b.transpose(argument, 0)", "index"),
        ("b.transpose(0, 1, 2, 3, 4, argument)", "index"),
    ],
    # The module.
    "swiftbuf.Buffer": [("swiftbuf.Buffer(b)", NOTHING)],
    "swiftbuf.allocated_bytes": [("swiftbuf.allocated_bytes()", NOTHING)],
    "swiftbuf.copy": [("swiftbuf.copy(argument)", "exporter"), ("swiftbuf.copy(b)", NOTHING)],
    "swiftbuf.empty": [
        ("swiftbuf.empty(argument)", "shape"),
        ("swiftbuf.empty(2, argument)", "format"),
        ("swiftbuf.empty(2, 'B', argument)", "order"),
        ("swiftbuf.empty(2, **{argument: 'B'})", "keyword"),
    ],
    "swiftbuf.frombuffer": [
        ("swiftbuf.frombuffer(argument)", "exporter"),
        ("swiftbuf.frombuffer(b, argument)", "format"),
        ("swiftbuf.frombuffer(b, 'B', argument)", "shape"),
        ("swiftbuf.frombuffer(b, 'B', 1, argument)", "index"),
        ("swiftbuf.frombuffer(obj=argument, format='B', shape=2, offset=1)", "exporter"),
        ("swiftbuf.frombuffer(b, format=argument, shape=1, offset=0)", "format"),
        ("swiftbuf.frombuffer(b, **{argument: 'B'})", "keyword"),
        ("swiftbuf.frombuffer(b)", NOTHING),
    ],
    "swiftbuf.full": [
        ("swiftbuf.full(argument, 1)", "shape"),
        ("swiftbuf.full(2, argument)", "value"),
        ("swiftbuf.full(2, argument, b.format)", "value"),
        ("swiftbuf.full(2, 1, argument)", "format"),
        ("swiftbuf.full(2, 1, 'B', argument)", "order"),
        ("swiftbuf.full(2, 1, **{argument: 'B'})", "keyword"),
    ],
    "swiftbuf.mapped": [
        ("swiftbuf.mapped(argument)", "path"),
        ("swiftbuf.mapped(path=argument, mode='c')", "path"),
        ("swiftbuf.mapped(PATH, argument)", "mode"),
        ("swiftbuf.mapped(PATH, 'c', argument)", "format"),
        ("swiftbuf.mapped(PATH, 'c', 'B', argument)", "shape"),
        ("swiftbuf.mapped(PATH, 'c', 'B', 1, argument)", "index"),
        ("swiftbuf.mapped(PATH, **{argument: 'r'})", "keyword"),
    ],
    "swiftbuf.zeros": [
        ("swiftbuf.zeros(argument)", "shape"),
        ("swiftbuf.zeros(2, argument)", "format"),
        ("swiftbuf.zeros(2, format=argument)", "format"),
        ("swiftbuf.zeros(2, 'B', argument)", "order"),
        ("swiftbuf.zeros(2, **{argument: 'B'})", "keyword"),
        ("swiftbuf.zeros(shape=argument, format='B', order='F')", "shape"),
    ],
    "swiftbuf._rebuild_buffer": [
        ("swiftbuf._rebuild_buffer(argument, b'abcd', 'B', (4,), (0,), False)", "number"),
        ("swiftbuf._rebuild_buffer(1, argument, 'B', (1,), (0,), False)", "exporter"),
        ("swiftbuf._rebuild_buffer(1, b'abcd', argument, (1,), (0,), False)", "format"),
        ("swiftbuf._rebuild_buffer(1, b'abcd', 'B', argument, (0,), False)", "shape"),
        ("swiftbuf._rebuild_buffer(1, b'abcd', 'B', (4,), argument, False)", "shape"),
        ("swiftbuf._rebuild_buffer(1, b'abcd', 'B', (4,), (0,), argument)", "number"),
        ("swiftbuf._rebuild_buffer(1, b'abcd', 'B', (4,), (0,), False, argument)", "number"),
    ],
    # How a Buffer ends, and what other code does with one.
    "(its end)": [
        ("globals().pop('b')", NOTHING),
        ("globals().pop('root', None), globals().pop('b')", NOTHING),
        ("kept.append((b, kept)), globals().pop('b'), globals().pop('kept'), gc.collect()", NOTHING),
    ],
    "(a match statement)": [("exec('match b:\\n case [first, *rest]: pass')", NOTHING)],
    "(others' functions)": [
        ("bytes(b)", NOTHING),
        ("b''.join([b, argument])", "exporter"),
        ("memoryview(b) == argument", "exporter"),
        ("bytearray(48)[:] == b", NOTHING),
    ],
}
CALLS = {name: [Call(name, text, kind) for text, kind in calls] for name, calls in TABLE.items()}
ALL_CALLS = [call for calls in CALLS.values() for call in calls]
