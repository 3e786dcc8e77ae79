"""What an argument can be so that CPython, or swiftbuf, calls Python code back: Python text that sets `argument`.

A hook has three parts. The base is a plain object, or a subclass of the type that belongs there. A method of it calls
`hook()`. The holder is the argument itself, a tuple or list around it, or a slice. `arguments_of` gives all for a kind
of argument; hooks that need no argument are in `SURROUNDINGS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from targets import EXPORTER


@dataclass(frozen=True)
class Argument:
    """One thing to pass; its name says what calls back."""

    name: str
    text: str
    since: tuple[int, int] = (3, 11)

    @property
    def is_rare(self) -> bool:
        """Whether it calls back in a way of which there are few: not by a method of an object."""
        return self.name.startswith(
            ("a codec", "an exporter", "a memoryview", "a Buffer", "__buffer__ of what", "every")
        )


# --- methods that call back: {value} is what the method returns where the value's type fits ---

METHODS = {
    "__index__": "def __index__(self): return hook({int})",
    "__int__": "def __int__(self): return hook({int})",
    "__float__": "def __float__(self): return hook({float})",
    "__complex__": "def __complex__(self): return hook({complex})",
    "__bool__": "def __bool__(self): return hook(True)",
    "__eq__": "def __eq__(self, other): return hook(False)\n    def __hash__(self): return 1",
    "__eq__ with __bool__": (
        "def __eq__(self, other): return type('Truth', (), {{'__bool__': lambda self: hook(False)}})()\n"
        "    def __hash__(self): return 1"
    ),
    "__ne__": "def __ne__(self, other): return hook(True)",
    "__lt__": "def __lt__(self, other): return hook(True)\n    __gt__ = __le__ = __ge__ = __lt__",
    "__hash__": "def __hash__(self): return hook(1)",
    "__len__": "def __len__(self): return hook(1)",
    "__iter__": "def __iter__(self): return hook(iter({sequence}))",
    "__next__": (
        "def __iter__(self): return self\n"
        "    def __next__(self):\n        if calls_back >= 3: raise StopIteration\n        return hook({int})"
    ),
    "__getitem__": "def __getitem__(self, key): return hook({sequence})[key]\n    def __len__(self): return 1",
    "__contains__": "def __contains__(self, item): return hook(True)",
    "__repr__": "def __repr__(self): return hook('hook')",
    "__str__": "def __str__(self): return hook({str})",
    "__format__": "def __format__(self, spec): return hook('hook')",
    "__bytes__": "def __bytes__(self): return hook(b'hook')",
    "__fspath__": "def __fspath__(self): return hook(PATH)",
    "__call__": "def __call__(self, *arguments): return hook(None)",
    "__getattribute__": (
        "def __getattribute__(self, name):\n        hook()\n        return object.__getattribute__(self, name)"
    ),
    "__getattr__": "def __getattr__(self, name):\n        hook()\n        raise AttributeError(name)",
    "__class__": "__class__ = property(lambda self: hook(object))",
    "__reduce_ex__": "def __reduce_ex__(self, protocol): return hook((int, ()))",
    "__copy__": "def __copy__(self): return hook(self)\n    def __deepcopy__(self, memo): return hook(self)",
    "get": "def get(self, *arguments): return hook(None)\n    def __setitem__(self, key, value): hook()",
    "__del__": "def __del__(self): hook()",
}
# From 3.12 on. The exporter is taken before the hook acts, so that what is returned is as good as it was.
BUFFER_METHODS = {
    "__buffer__ of the twin": "def __buffer__(self, flags): return hook(memoryview(twin))",
    "__buffer__ of bytes": "def __buffer__(self, flags): return hook(memoryview(bytes(24)))",
    "__buffer__ of one item": "def __buffer__(self, flags): return hook(memoryview(twin[:1]))",
    "__buffer__ of the target": "def __buffer__(self, flags): return hook(memoryview(b))",
    "__buffer__ of itself": "def __buffer__(self, flags): return hook(super().__buffer__(flags))",
    "__release_buffer__": (
        "def __buffer__(self, flags): return memoryview(twin)\n    def __release_buffer__(self, view): hook()"
    ),
}
# What nobody asks of an element that he does not ask of an argument.
OF_THE_ARGUMENT = {
    "__ne__",
    "__lt__",
    "__contains__",
    "__format__",
    "__bytes__",
    "__call__",
    "__reduce_ex__",
    "__copy__",
    "get",
    "__next__",
}
TOGETHER = (
    "__index__ __float__ __complex__ __bool__ __eq__ __len__ __iter__ __getitem__ __contains__ __repr__ __str__ "
    "__fspath__ __getattr__ __call__"
)
ALL_METHODS = {"every method": "\n    ".join(METHODS[name] for name in TOGETHER.split())}


# Of CPython, bytearray_richcompare (Objects/bytearrayobject.c) asks both operands for their buffers and clears whatever
# that raises, a KeyboardInterrupt too: `bytearray(1) == B()` is False where B's `__buffer__` raises one. A subclass
# inherits it, and is asked where swiftbuf does not know the answer. So it says here that the hook acted in there and
# that nothing came out: the runner then knows who forgot the exception.
FORGETFUL = """
    def __eq__(self, other): return self.compared(super().__eq__, other)
    def __ne__(self, other): return self.compared(super().__ne__, other)
    def compared(self, comparison, other):
        global forgotten
        before = calls_back
        result = comparison(other)
        forgotten = forgotten or before < moment <= calls_back
        return result"""


def hook_class(method: str, base: str = "", value: str = "1") -> str:
    """Return the text of a class whose method calls back."""
    if base == "bytearray" and method.startswith("def __buffer__"):
        method += FORGETFUL
    returned = {
        "int": value if base == "int" else "1",
        "float": value if base == "float" else "1.5",
        "complex": value if base == "complex" else "1j",
        "str": value if base == "str" else "'hook'",
        "sequence": value if base in ("tuple", "list") else "(1,)",
    }
    return f"class Hook({base}):\n    " + method.format(**returned)


# --- what belongs where: bases and values, and holders of a hook ---


@dataclass(frozen=True)
class Kind:
    """What an argument position takes; a value is (base, literal)."""

    values: tuple[tuple[str, str], ...]
    holders: tuple[str, ...] = ("{}",)
    exporters: bool = False
    codecs: tuple[str, ...] = ()  # texts that a codec's error handler is asked about


FORMATS = (("str", "'i'"), ("str", "'>d'"), ("str", "'no format'"))
SURROGATE_FORMATS = ("'\\ud800'", "SPELLED['i'] + '\\ud800'", "'>\\ud800'")
NUMBERS = (("int", "1"), ("int", "0"), ("int", "-1"), ("int", "2**70"))
SHAPES = (("int", "1"), ("int", "-1"), ("int", "6"), ("tuple", "(2, 3)"), ("list", "[3]"), ("list", "[0, 2]"))
VALUES = (
    ("int", "1"),
    ("float", "1.5"),
    ("complex", "1j"),
    ("str", "'ab'"),
    ("bytes", "b'abcd'"),
    ("bytearray", "b'abcd'"),
    ("tuple", "parts"),
    ("list", "parts"),
)
KINDS = {
    "index": Kind(NUMBERS),
    "number": Kind((("int", "1"), ("int", "0"), ("int", "5"), ("int", "-1"))),
    "shape": Kind(SHAPES, ("{}", "({},)", "(2, {})", "[{}, 2]", "[2, {}]", "[1, 1, 1, {}, 1, 1, 1]", "iter([{}])")),
    "key": Kind(
        (("int", "0"), ("int", "-1"), ("str", "'a'"), ("str", "'nope'"), ("tuple", "(0,)"), ("list", "[0]")),
        (
            "{}",
            "(..., {})",
            "(0, {})",
            "({}, None, 0)",
            "slice({}, None)",
            "slice(None, {})",
            "slice(None, None, {})",
            "(slice({}, 2), ...)",
            "(None, {}) * 30",
        ),
    ),
    "format": Kind(FORMATS, codecs=SURROGATE_FORMATS),
    "order": Kind((("str", "'C'"), ("str", "'F'"), ("str", "'nope'")), codecs=("'\\ud800'", "'C\\ud800'")),
    "mode": Kind((("str", "'r'"), ("str", "'c'"), ("str", "'nope'")), codecs=("'\\ud800'", "'r\\ud800'")),
    "name": Kind((("str", "'a'"), ("str", "'nope'")), codecs=("'\\ud800'",)),
    "attribute": Kind((("str", "'shape'"), ("str", "'nope'")), codecs=("'\\ud800'",)),
    "keyword": Kind(
        (("str", "'shape'"), ("str", "'format'"), ("str", "'order'"), ("str", "'object'"), ("str", "'nope'")),
        codecs=("'\\ud800'",),
    ),
    "separator": Kind((("str", "':'"), ("bytes", "b':'"), ("str", "'--'")), codecs=("'\\ud800'",)),
    "path": Kind((("str", "PATH"), ("bytes", "PATH.encode()"), ("str", "'/nope'")), codecs=("'\\ud800'", "'/\\udc80'")),
    "value": Kind(VALUES, codecs=("'\\ud800'", "'a\\ud800'")),
    "exporter": Kind((("bytearray", "24"), ("bytes", "24"), ("int", "1"), ("tuple", "parts")), exporters=True),
    "memo": Kind((("dict", "{}"), ("int", "1"))),
    "function": Kind((("int", "1"),)),
    "anything": Kind(
        (("int", "1"), ("str", "'a'"), ("tuple", "(1,)"), ("dict", "{}"), ("type", "'Made', (), {}")),
        ("{}", "({}, int)"),
    ),
}


def codec(text: str) -> str:
    """Return an argument that no codec can write, and error handlers that call back."""
    return (
        "def instead(error): return hook(('i', error.end))\n"
        "codecs.register_error('strict', instead)\n"
        "codecs.register_error('surrogateescape', instead)\n"
        f"argument = {text}"
    )


def exporters() -> Iterator[Argument]:
    """Yield what has a buffer, and calls back when it is asked for it, or when it gets it back."""
    where = {"when it is asked": "hook, len_of_nothing", "when it gets it back": "len_of_nothing, hook"}
    ask = "def len_of_nothing(): return len('')\n"
    for when, hooks in where.items():
        yield Argument(
            f"an exporter in C, {when}", ask + EXPORTER + f"argument = exporter(b.format, b.itemsize, 1, {hooks})"
        )
        yield Argument(
            f"an exporter in C of 65 dimensions, {when}", ask + EXPORTER + f"argument = exporter('B', 1, 65, {hooks})"
        )
        yield Argument(
            f"an exporter in C of unknown items, {when}", ask + EXPORTER + f"argument = exporter('nope', 1, 1, {hooks})"
        )
        yield Argument(
            f"an exporter in C of other items, {when}", ask + EXPORTER + f"argument = exporter('d', 8, 1, {hooks})"
        )
        yield Argument(
            f"an exporter in C of objects, {when}", ask + EXPORTER + f"argument = exporter('O', 8, 1, {hooks})"
        )
        yield Argument(
            f"an exporter in C of one item, {when}",
            ask + EXPORTER + f"argument = exporter(b.format, b.itemsize, 0, {hooks})",
        )
    dying = "class Dying(bytearray):\n    def __del__(self):\n        hook()\n"
    yield Argument("a memoryview of what has a finalizer", dying + "argument = memoryview(Dying(24))")
    yield Argument(
        "__buffer__ of what has a finalizer",
        dying + "class Hook:\n    def __buffer__(self, flags): return memoryview(Dying(24))\nargument = Hook()",
        since=(3, 12),
    )
    yield Argument(
        "__buffer__ of what has a finalizer and the format",
        dying + "class Hook:\n    def __buffer__(self, flags):\n"
        "        return memoryview(swiftbuf.frombuffer(Dying(b.nbytes), b.format))\n"
        "argument = Hook()",
        since=(3, 12),
    )
    yield Argument("the twin", "argument = twin")
    yield Argument(
        "a Buffer of a memoryview of what has a finalizer", dying + "argument = swiftbuf.Buffer(memoryview(Dying(24)))"
    )


def special() -> Iterator[Argument]:
    """Yield what calls back by the way of signals and warnings."""
    by_signal = "signal.signal(signal.SIGUSR1, lambda number, frame: hook())\n"
    raising = "staticmethod(functools.partial(ctypes.CDLL(None)['raise'], int(signal.SIGUSR1)))"
    for method in ("__index__", "__len__", "__hash__"):
        yield Argument(
            f"{method} in C that a signal comes in",
            by_signal + f"class Hook:\n    {method} = {raising}\nargument = Hook()",
        )
    warned = "warnings.simplefilter('always')\nwarnings.showwarning = lambda *arguments, **names: hook()\n"
    for method, base, value in (
        ("__index__", "int", "1"),
        ("__float__", "float", "1.5"),
        ("__complex__", "complex", "1j"),
    ):
        yield Argument(
            f"{method} whose result is warned of",
            warned
            + f"class Sub({base}): pass\nclass Hook:\n    def {method}(self): return Sub({value})\nargument = Hook()",
        )


def one_of_each(values: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the first value of each base."""
    return tuple({base: (base, value) for base, value in reversed(values)}.values())


def arguments_of(kind_name: str, parts: int) -> Iterator[Argument]:
    """Yield every hook for a kind of argument, in a fixed order; `parts` is how many values an item has."""
    kind = KINDS[kind_name]
    holders = list(kind.holders)
    if kind_name == "value":
        for position in range(parts):
            holders.append(f"(*parts[:{position}], {{}}, *parts[{position + 1}:])")
        holders += ["[{}, *parts[1:]]", "[*parts[:-1], {}]", "[[{}, 2, 3], [4, 5, 6]]"]
    for number, holder in enumerate(holders):
        for source, since in ((METHODS, (3, 11)), (ALL_METHODS, (3, 11)), (BUFFER_METHODS, (3, 12))):
            for method_name, method in source.items():
                if number and method_name in OF_THE_ARGUMENT:
                    continue
                if "super()" not in method:
                    yield Argument(
                        f"{method_name} in {holder.format('_')}",
                        f"{hook_class(method)}\nargument = {holder.format('Hook()')}",
                        since,
                    )
                for base, value in kind.values if number == 0 else one_of_each(kind.values):
                    if number and base in ("tuple", "list", "dict", "bytearray") and kind_name != "value":
                        continue
                    # Elements of a record: a value of its own kind, and any object.
                    if number and kind_name == "value" and base not in ("int", "float", "str", "bytes", "tuple"):
                        continue
                    if "super()" in method and base not in ("bytearray", "bytes"):
                        continue
                    yield Argument(
                        f"{method_name} of a subclass of {base} ({value}) in {holder.format('_')}",
                        f"{hook_class(method, base, value)}\nargument = {holder.format(f'Hook({value})')}",
                        since,
                    )
        for each in special():
            yield Argument(
                f"{each.name} in {holder.format('_')}",
                each.text.replace("argument = Hook()", f"argument = {holder.format('Hook()')}"),
            )
    for text in kind.codecs:
        yield Argument(f"a codec's error handler, for {text}", codec(text))
        if kind_name == "value":
            yield Argument(f"a codec's error handler, for [{text}]", codec(f"[{text}, *parts[1:]]"))
    if kind.exporters or kind_name == "value":
        yield from exporters()


# --- hooks around a call: none of its arguments is one ---

SURROUNDINGS = [
    Argument(
        "the collector",
        "class Cycle:\n    def __init__(self): self.itself = self\n    def __del__(self): hook()\n"
        "gc.disable()\nfor _ in range(3): Cycle()\ngc.set_threshold(1, 1, 1)\ngc.enable()",
    ),
    Argument(
        "the collector's callbacks",
        "gc.callbacks.append(lambda phase, details: hook())\ngc.set_threshold(1, 1, 1)",
    ),
    Argument("weak references", "references = [weakref.ref(each, lambda gone: hook()) for each in (b, twin)]"),
    Argument("a finalizer", "weakref.finalize(b, hook)"),
    Argument("a trace function", "def trace(*arguments):\n    hook()\n    return trace\nsys.settrace(trace)"),
    Argument("a profile function", "sys.setprofile(lambda *arguments: hook())"),
    Argument("an audit hook", "add_audit_hook(lambda event, arguments: hook())"),
    Argument(
        "what is shown of an exception that nobody catches",
        "def shown(unraisable):\n"
        "    global forgotten\n"
        "    forgotten = forgotten or isinstance(unraisable.exc_value, (KeyboardInterrupt, MemoryError))\n"
        "    try: hook()\n"
        "    except BaseException:\n        forgotten = True\n        raise\n"
        "sys.unraisablehook = shown\n"
        "class Wrong(bytearray):\n    def __del__(self): raise ValueError('raised on purpose')\n"
        "argument = swiftbuf.frombuffer(memoryview(Wrong(24)))",
    ),
    Argument(
        "a signal",
        "signal.signal(signal.SIGUSR1, lambda number, frame: hook())\nctypes.CDLL(None)['raise'](int(signal.SIGUSR1))",
    ),
]
