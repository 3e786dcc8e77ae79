"""The extension module that is imported anew, goes, or is cleared while Buffers of it live.

Each program runs in a process of its own, whose module it may break.
"""

from __future__ import annotations

import subprocess
import sys

from mapped_files import PATIENCE

BEGIN = """
import ctypes, gc, sys, weakref
import _swiftbuf

def anew():
    sys.modules.pop("_swiftbuf", None)
    import _swiftbuf
    return _swiftbuf

def pointer(capsule, get=ctypes.pythonapi.PyCapsule_GetPointer):
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return get(capsule, b"_swiftbuf._capi")

def type_in(address):
    # struct swiftbuf_api: size, version and a reserved word, the type
    return ctypes.py_object.from_address(address + 16).value
"""


def run(program: str) -> None:
    """Run a program, which must end well and say nothing."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", BEGIN + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_module_that_is_imported_anew_leaves_nothing_behind() -> None:
    run("""
kinds = []
def keep(module):
    module._capi, module.kept = module._capi, module.zeros(3)
    del module._capi
for use in [lambda m: None, lambda m: m._capi, lambda m: m.zeros(3), keep]:
    for round in range(25):
        if round == 5:
            gc.collect()
            before = sys.getallocatedblocks()
        module = anew()
        use(module)
        gone = weakref.ref(module), weakref.ref(module.Buffer)
        del module
    sys.modules.pop("_swiftbuf")
    gc.collect()
    assert gone[0]() is gone[1]() is None
    anew()
    gc.collect()
    # A module that stays is some 95 blocks; CPython's own tables grow a little.
    assert sys.getallocatedblocks() - before < 20 * 10, sys.getallocatedblocks() - before
""")


def test_a_capsule_keeps_the_type_and_the_module_and_nothing_else_does() -> None:
    run("""
module = anew()
capsule = module._capi
assert pointer(capsule) == pointer(module._capi) and type_in(pointer(capsule)) is module.Buffer
gone = weakref.ref(module)
del module
sys.modules.pop("_swiftbuf")
gc.collect()
assert gone() is not None and type_in(pointer(capsule)) is gone().Buffer
b = gone().zeros(3)
del capsule
gc.collect()
assert gone() is not None and b.tolist() == [0, 0, 0]
del b
gc.collect()
assert gone() is None
""")


def test_the_module_has_no_other_attribute_than_those_that_it_has() -> None:
    run("""
assert _swiftbuf._capi is not None and not hasattr(_swiftbuf, "_capis") and not hasattr(_swiftbuf, "a\\udc80b")
try:
    _swiftbuf.nothing
except AttributeError as error:
    assert str(error) == "module '_swiftbuf' has no attribute 'nothing'"
try:
    _swiftbuf.__getattr__(3)
except TypeError:
    pass
""")


def test_obj_is_the_exporter_also_when_the_module_is_cleared() -> None:
    # As the collector clears a module: by its m_clear, which PyModuleDef has in front of m_free, its last field.
    run("""
memory = bytearray(b"12345678")
kept = [_swiftbuf.Buffer(memory), _swiftbuf.frombuffer(memory), _swiftbuf.Buffer(memory)[1:], _swiftbuf.zeros(3)]
definition = ctypes.pythonapi.PyModule_GetDef
definition.restype, definition.argtypes = ctypes.c_void_p, [ctypes.py_object]
base = object.__basicsize__ + 3 * ctypes.sizeof(ctypes.c_void_p)  # PyModuleDef_Base
# name, doc, size, methods, slots, traverse, clear, free
fields = (ctypes.c_void_p * 8).from_address(definition(_swiftbuf) + base)
ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object)(fields[6])(_swiftbuf)
assert [b.obj for b in kept] == [memory, memory, memory, None] and all(b.obj is memory for b in kept[:3])
for refused in [lambda: _swiftbuf.zeros(3), lambda: _swiftbuf.Buffer(memory), lambda: _swiftbuf._capi]:
    try:
        refused()
    except SystemError as error:
        assert "the module is gone" in str(error)
    else:
        raise AssertionError
del kept
memory.append(0)
""")
