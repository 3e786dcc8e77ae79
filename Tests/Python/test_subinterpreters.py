"""Each interpreter of a process has its own Buffers: from CPython 3.12 on with a GIL of its own.

What one interpreter exports, another can use by way of CPython's own channels, which give the Py_buffer back in the
interpreter that it came from. (A view that is dropped when that interpreter is gone crashes CPython itself, with
bytearray too.)
"""

from __future__ import annotations

import gc
import importlib
import sys
import threading
from collections.abc import Iterator

import pytest
import swiftbuf

# Private in all versions; public, as concurrent.interpreters, from 3.14 on.
interpreters = importlib.import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")

WORK = """
import swiftbuf
for size in (1, 100, 5000):
    for _ in range(ROUNDS):
        b = swiftbuf.full((size, 3), 7, 'i')
        view = memoryview(b[::2])
        assert b.exports == 2 and view.shape == ((size + 1) // 2, 3)
        try:
            b.resize(1)
        except BufferError:
            pass
        else:
            raise AssertionError('a Buffer was resized under its view')
        assert swiftbuf.Buffer(b.tobytes()).cast('i', b.shape) == b.copy()
        view.release()
        b.release()
"""


class Interpreter:
    """A new interpreter, isolated from this one as far as the version of CPython can."""

    def __init__(self) -> None:
        """Make it."""
        self.identity = interpreters.create()

    def run(self, text: str) -> None:
        """Run a text in it, on this thread; what it raises is raised here."""
        run = interpreters.exec if sys.version_info >= (3, 13) else interpreters.run_string
        problem = run(self.identity, text)
        if problem is not None:
            raise RuntimeError(problem.formatted)

    def end(self) -> None:
        """End it, with all that is in it."""
        interpreters.destroy(self.identity)


@pytest.fixture
def interpreter() -> Iterator[Interpreter]:
    """One more interpreter, which is gone after the test."""
    interpreter = Interpreter()
    yield interpreter
    interpreter.end()


def test_another_interpreter_has_a_type_of_its_own(interpreter):
    here = id(swiftbuf.Buffer)
    interpreter.run(f"import swiftbuf; assert id(swiftbuf.Buffer) != {here}")
    interpreter.run("assert swiftbuf.zeros(3, 'i').tolist() == [0, 0, 0]")


PROBE = """
import importlib.machinery as m, importlib.util as u, swiftbuf
loader = m.ExtensionFileLoader('swiftbuf_probe', PATH)
probe = u.module_from_spec(u.spec_from_file_location('swiftbuf_probe', PATH, loader=loader))
loader.exec_module(probe)
for _ in range(ROUNDS):
    adopted = probe.adopted(b'123')
    assert type(adopted) is swiftbuf.Buffer, 'a Buffer of another interpreter'
    own = swiftbuf.full(4, 2, 'd')
    probe.double_in_place(own)
    assert probe.total(own) == 16 and probe.total(memoryview(own)) == 16
    try:
        probe.borrow_twice(own, memoryview(own)[1:])
    except BufferError:
        pass
    else:
        raise AssertionError('the same bytes were borrowed twice')
"""


def test_a_module_in_swift_uses_the_buffers_of_the_interpreter_that_calls_it(probe):
    text = PROBE.replace("PATH", repr(probe.__file__))
    interpreter_texts = text.replace("ROUNDS", "2000")
    exec(text.replace("ROUNDS", "10"), {})
    workers = [Interpreter() for _ in range(3)]
    failures: list[BaseException] = []

    def work(interpreter: Interpreter) -> None:
        try:
            interpreter.run(interpreter_texts)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=[worker]) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.end()
    assert not failures
    exec(text.replace("ROUNDS", "10"), {})


def test_interpreters_work_at_the_same_time_and_leave_nothing_behind():
    before = swiftbuf.allocated_bytes()
    workers = [Interpreter() for _ in range(4)]
    failures: list[BaseException] = []

    def work(interpreter: Interpreter) -> None:
        try:
            interpreter.run(WORK.replace("ROUNDS", "200"))
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.end()
    if failures:
        raise failures[0]
    assert swiftbuf.allocated_bytes() == before


def test_an_interpreter_that_ends_with_exports_alive_gives_its_memory_back():
    before = swiftbuf.allocated_bytes()
    interpreter = Interpreter()
    interpreter.run(
        "import swiftbuf, sys\n"
        "b = swiftbuf.zeros(100_000)\n"
        "views = [memoryview(b), b[10:], memoryview(b[20:])]\n"
        "cycle = [b]; cycle.append(cycle); cycle.append(memoryview(b[::2]))\n"
        "sys.kept_by_a_module = swiftbuf.Buffer(bytearray(10))\n"
        "del b\n"
    )
    assert swiftbuf.allocated_bytes() == before + 100_000
    interpreter.end()
    assert swiftbuf.allocated_bytes() == before


if sys.version_info >= (3, 13):
    import _interpchannels as channels

    def send(interpreter: Interpreter, name: str) -> memoryview:
        """Send what has this name in another interpreter to this one."""
        channel = channels.create(1)
        interpreter.run(f"import _interpchannels; _interpchannels.send_buffer({int(channel)}, {name}, blocking=False)")
        view = channels.recv(channel)[0]
        channels.destroy(channel)
        return view

    def test_memory_that_one_interpreter_exports_is_the_same_memory_in_another(interpreter):
        interpreter.run("import swiftbuf; b = swiftbuf.full((4,), 7, 'B')")
        view = send(interpreter, "b")
        interpreter.run("assert b.exports == 1")
        shared = swiftbuf.Buffer(view)
        shared[0] = 9
        interpreter.run("assert b.tolist() == [9, 7, 7, 7]; b[1] = 8")
        assert shared.tolist() == [9, 8, 7, 7]
        interpreter.run("try: b.resize(9)\nexcept BufferError: pass\nelse: raise AssertionError")

    def test_an_export_to_another_interpreter_is_given_back_when_a_bytearrays_would_be(interpreter):
        # CPython 3.13 with free threads gives none back before its interpreter ends.
        interpreter.run("import swiftbuf; b = swiftbuf.zeros(4); other = bytearray(4)")
        views = [send(interpreter, "b"), send(interpreter, "other")]
        views.clear()
        gc.collect()
        interpreter.run(
            "try: other.append(1)\nexcept BufferError: assert b.exports == 1\nelse: assert b.exports == 0; b.resize(9)"
        )
