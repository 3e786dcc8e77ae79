"""The Buffers that calls are made on: Python text that sets `b`, and what belongs to it.

Each text sets

- `b`, the target
- `twin`, another Buffer of the same items, where there can be one
- `parts`, values of one item: of each field, if it has fields
- `source` or `root`, where `b` shares their memory

Most keep their shape and their format in a block on the heap, of more than 4 KiB, which release() frees. In the
processes that run this nobody can touch it afterwards (`guarded_heap.c`), unless a sanitizer watches instead.
"""

from __future__ import annotations

from dataclasses import dataclass

# What texts of targets and hooks call by name.
FORMATS = """\
NAME = 'z' * 5000
PAIR = 'T{i:a:i:' + NAME + ':}'
RECORD = ('T{i:a:d:b:Zd:c:?:d:4s:e:5p:f:e:g:g:h:c:j:2w:k:(2,3)h:l:T{h:x:d:y:}:m:i:' + NAME + ':}')
SPELLED = {code: code + ' ' * 5000 for code in ('i', 'd', 'Zd', 'g', '?', '2w', '4s', '>i')}
"""
RECORD_PARTS = "[1, 1.5, 1j, True, b'abcd', b'text', 0.5, 2.5, b'c', 'ab', [[1, 2, 3], [4, 5, 6]], (1, 2.5), 7]"


@dataclass(frozen=True)
class Target:
    """One Buffer; `parts` is how many values one of its items has."""

    name: str
    text: str
    parts: int = 1
    since: tuple[int, int] = (3, 11)
    hooked: bool = False  # its memory runs a hook when it is given back
    needs: str = ""  # an environment variable that names an extension


EXPORTER = '''\
class View(ctypes.Structure):
    _fields_ = [("buf", ctypes.c_void_p), ("obj", ctypes.c_void_p), ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t), ("readonly", ctypes.c_int), ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p), ("internal", ctypes.c_void_p)]
class Slot(ctypes.Structure):
    _fields_ = [("slot", ctypes.c_int), ("pfunc", ctypes.c_void_p)]
class Spec(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("basicsize", ctypes.c_int), ("itemsize", ctypes.c_int),
        ("flags", ctypes.c_uint), ("slots", ctypes.c_void_p)]
memory = ctypes.create_string_buffer(2000)
lengths = (ctypes.c_ssize_t * 65)(*[1] * 65)
def exporter(format, itemsize, ndim, get_hook, release_hook):
    """Return an object in C whose slots run hooks."""
    shown = ctypes.create_string_buffer(format.encode())
    @ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(View), ctypes.c_int)
    def get(self, view, flags):
        v = view[0]
        v.buf, v.len, v.itemsize, v.readonly, v.ndim = ctypes.addressof(memory), itemsize, itemsize, 0, ndim
        v.format = ctypes.addressof(shown)
        v.shape = ctypes.addressof(lengths)
        v.strides = ctypes.addressof(sizes)
        v.suboffsets = None
        v.obj = id(self)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self))
        # What a callback of ctypes raises is shown and goes no further: an exporter is whole whatever its hook does.
        get_hook()
        return 0
    @ctypes.PYFUNCTYPE(None, ctypes.py_object, ctypes.POINTER(View))
    def release(self, view):
        release_hook()
    sizes = (ctypes.c_ssize_t * 65)(*[itemsize] * 65)
    slots = (Slot * 3)(Slot(1, ctypes.cast(get, ctypes.c_void_p).value),
        Slot(2, ctypes.cast(release, ctypes.c_void_p).value), Slot(0, None))
    name = ctypes.create_string_buffer(b"m.Exporter")
    spec = Spec(ctypes.addressof(name), object.__basicsize__, 0, 1 << 18, ctypes.addressof(slots))
    make = ctypes.pythonapi.PyType_FromSpec
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p]
    made = make(ctypes.addressof(spec))
    # What C holds by a bare pointer lives as long as the program.
    forever.append((get, release, slots, spec, shown, sizes, name, memory, lengths))
    return made()
'''

TARGETS = [
    Target(
        "a record with a long format",
        f"b = swiftbuf.zeros(3, RECORD)\ntwin = b.copy()\nparts = {RECORD_PARTS}",
        parts=13,
    ),
    Target("a pair with a long format", "b = swiftbuf.zeros(3, PAIR)\ntwin = b.copy()\nparts = [1, 2]", parts=2),
    Target("a few ints", "b = swiftbuf.zeros(6, 'i')\ntwin = b.copy()\nparts = [1]"),
    Target("six dimensions", "b = swiftbuf.zeros((1, 2, 1, 3, 1, 2), SPELLED['d'])\ntwin = b.copy()\nparts = [1.5]"),
    Target("one record", "b = swiftbuf.zeros((), PAIR)\ntwin = b.copy()\nparts = [1, 2]", parts=2),
    Target("complex numbers", "b = swiftbuf.zeros(3, SPELLED['Zd'])\ntwin = b.copy()\nparts = [1j]"),
    Target("long doubles", "b = swiftbuf.zeros(3, SPELLED['g'])\ntwin = b.copy()\nparts = [1.5]"),
    Target("bools", "b = swiftbuf.zeros(3, SPELLED['?'])\ntwin = b.copy()\nparts = [True]"),
    Target("texts", "b = swiftbuf.zeros(3, SPELLED['2w'])\ntwin = b.copy()\nparts = ['ab']"),
    Target("bytes", "b = swiftbuf.zeros(3, SPELLED['4s'])\ntwin = b.copy()\nparts = [b'abcd']"),
    Target("big-endian ints", "b = swiftbuf.zeros((2, 3), SPELLED['>i'])\ntwin = b.copy()\nparts = [1]"),
    Target(
        "a view of records",
        "root = swiftbuf.zeros(6, PAIR)\nb = root[::2]\ntwin = b.copy()\nparts = [1, 2]",
        parts=2,
    ),
    Target(
        "a read-only view in six dimensions",
        "root = swiftbuf.zeros((1, 2, 1, 3, 1, 2), SPELLED['i'])\nb = root.toreadonly()\ntwin = b.copy()\nparts = [1]",
    ),
    Target(
        "items behind pointers",
        "from _testbuffer import ND_PIL, ND_WRITABLE, ndarray\n"
        "source = ndarray(list(range(6)), shape=[2, 3], format='i', flags=ND_PIL | ND_WRITABLE)\n"
        "b = swiftbuf.Buffer(source)\ntwin = b.copy()\nparts = [1]",
    ),
    Target(
        "a bytearray",
        "source = bytearray(24)\nb = swiftbuf.frombuffer(source, PAIR)\ntwin = b.copy()\nparts = [1, 2]",
        parts=2,
    ),
    Target(
        "a memoryview of what has a finalizer",
        "class Dying(bytearray):\n    def __del__(self):\n        hook()\n"
        "b = swiftbuf.frombuffer(memoryview(Dying(24)), PAIR)\ntwin = b.copy()\nparts = [1, 2]",
        parts=2,
        hooked=True,
    ),
    Target(
        "an exporter in C whose release runs Python code",
        EXPORTER + "b = swiftbuf.Buffer(exporter(PAIR, 8, 1, lambda: None, hook))\ntwin = b.copy()\nparts = [1, 2]",
        parts=2,
        hooked=True,
    ),
    Target(
        "an exporter in Python",
        "class Exporter:\n    memory = swiftbuf.zeros(3, PAIR)\n"
        "    def __buffer__(self, flags):\n        return memoryview(self.memory)\n"
        "    def __release_buffer__(self, view):\n        hook()\n        view.release()\n"
        "b = swiftbuf.Buffer(Exporter())\ntwin = b.copy()\nparts = [1, 2]",
        parts=2,
        since=(3, 12),
        hooked=True,
    ),
    Target(
        "a mapped file",
        "b = swiftbuf.mapped(PATH, 'c', PAIR, 3)\ntwin = b.copy()\nparts = [1, 2]",
        parts=2,
    ),
    Target(
        "memory of another module whose release calls back",
        "block = abi_probe.block(bytes(64), False, hook)\n"
        "b = abi_probe.make(block, 0, (1, 2, 1, 3, 1, 2), None, 'i', False, None)\nblock.drop()\n"
        "twin = b.copy()\nparts = [1]",
        hooked=True,
        needs="ABI_PROBE",
    ),
    Target(
        "a released one",
        "b = swiftbuf.zeros(3, PAIR)\ntwin = b.copy()\nparts = [1, 2]\nb.release()",
        parts=2,
    ),
]
