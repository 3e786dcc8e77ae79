"""Long operations let other threads run, hold the memory in place meanwhile, and get the right result.

That others run is shown by a thread that opens a gate in the middle of the memory, where the operation stands: it does
not come to it as long as the operation keeps the GIL, because the switch interval is longer than any of these tests.
"""

import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import swiftbuf

COUNT = 6 << 20  # items of one byte: from 1 MiB on the GIL is given up


@pytest.fixture
def no_switching() -> Iterator[None]:
    """Let a thread keep the GIL until it gives it up by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


SIDE = 2048
SQUARE = SIDE * SIDE

# Operations on a Buffer and another of the same items, and whether the result is right.
Operation = tuple[Callable[[swiftbuf.Buffer, swiftbuf.Buffer], object], Callable[..., object]]
ON_THE_BUFFER: dict[str, Operation] = {
    "assignment": (lambda b, o: b.__setitem__(slice(None), o), lambda b, o, _: b == o),
    "assignment backwards": (lambda b, o: b.__setitem__(slice(None), o[::-1]), lambda b, o, _: b[::-1] == o),
    "assignment to itself": (lambda b, o: b.__setitem__(slice(1, None), b[:-1]), lambda b, o, _: b[1:] == o[:-1]),
    "assignment of itself reversed": (lambda b, o: b.__setitem__(..., b[::-1]), lambda b, o, _: b[::-1] == o),
    "assignment of an exporter": (lambda b, o: b.__setitem__(..., memoryview(o)[::-1]), lambda b, o, _: b[::-1] == o),
    "assignment of a value": (lambda b, o: b.__setitem__(..., 7), lambda b, o, _: (np.asarray(b) == 7).all()),
    "fill": (lambda b, o: b.fill(7), lambda b, o, _: (np.asarray(b) == 7).all()),
    "==": (lambda b, o: b == o, lambda b, o, result: result is True),
    "!=": (lambda b, o: b != o, lambda b, o, result: result is False),
    "copy": (lambda b, o: b.copy(), lambda b, o, result: result == o),
    "copy()": (lambda b, o: swiftbuf.copy(b), lambda b, o, result: result == o),
    "tobytes": (lambda b, o: b.tobytes(), lambda b, o, result: result == o.tobytes()),
}
ON_A_VIEW: dict[str, Operation] = {
    "assignment by a temporary": (
        lambda b, o: (view := b[:SQUARE].reshape(SIDE, SIDE)).__setitem__(..., view.T),
        lambda b, o, _: b[:SQUARE].reshape(SIDE, SIDE) == o[:SQUARE].reshape(SIDE, SIDE).T,
    ),
    "fill of every second": (lambda b, o: b[::2].fill(7), lambda b, o, _: (np.asarray(b)[::2] == 7).all()),
    "== of other items": (lambda b, o: b.cast("h") == o.cast("<h"), lambda b, o, result: result is True),
    "== of structs": (lambda b, o: b.cast("T{h:x:h:y:}") == o.cast("T{=h:p:<h:q:}"), lambda b, o, result: result),
    "== of strided items": (lambda b, o: b[::-1] == o[::-1], lambda b, o, result: result is True),
    "copy in Fortran order": (
        lambda b, o: b.reshape(-1, 64).copy("F"),
        lambda b, o, result: result == o.reshape(-1, 64),
    ),
    "copy in the other byte order": (
        lambda b, o: b.cast("i").copy(format=">i"),
        lambda b, o, result: result == o.cast("i"),
    ),
    "tobytes, reversed": (lambda b, o: b[::-1].tobytes(), lambda b, o, result: result == o.tobytes()[::-1]),
}


@pytest.fixture(scope="module")
def content() -> bytes:
    """Bytes whose order can be told."""
    return (np.arange(COUNT, dtype="u4") * 2654435761 >> 13).astype("u1").tobytes()


@pytest.mark.gil
@pytest.mark.parametrize("name", [*ON_THE_BUFFER, *ON_A_VIEW])
@pytest.mark.usefixtures("no_switching")
def test_a_long_operation_lets_another_thread_run_and_refuses_to_move_its_memory(name, content, gate):
    operation, is_right = (ON_THE_BUFFER | ON_A_VIEW)[name]
    b, other = swiftbuf.copy(content), swiftbuf.copy(content)
    # A view has the memory by itself: the Buffer that it was made from may be released under it, but not resized.
    attempts = [lambda: b.resize(1), *([b.release, other.release] if name == "assignment" else [])]
    attempts += [b.release] if name in ON_THE_BUFFER else []
    refusals = []

    def meet() -> None:
        gate.wait()
        for attempt in attempts:
            try:
                attempt()
            except BufferError as error:
                refusals.append(error)
        gate.open()

    thread = threading.Thread(target=meet)
    thread.start()
    with gate.closed(b):
        result = operation(b, other)
    thread.join()
    assert gate.touches == 1 and len(refusals) == len(attempts), "the memory was moved"
    assert is_right(b, other, result)
    del result
    assert b.exports == 0 == other.exports


def test_two_threads_that_read_and_write_one_buffer_find_whole_items():
    b = swiftbuf.zeros(50_000, "q")
    patterns = [0, 0x0101010101010101, 0x7F7F7F7F7F7F7F7F]
    stop = threading.Event()
    seen: set[int] = set()

    def write() -> None:
        for turn in range(400):
            b.fill(patterns[turn % 3])
            b[::2] = patterns[(turn + 1) % 3]
            b[turn] = patterns[(turn + 2) % 3]
        stop.set()

    def read() -> None:
        while not stop.is_set():
            seen.update(b.copy()[::997].tolist())
            seen.add(b[4999])
            assert b == b and b[1:] is not b

    threads = [threading.Thread(target=write), threading.Thread(target=read), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen <= set(patterns) and b.exports == 0


def test_many_threads_make_and_drop_views_of_one_buffer_and_none_is_left():
    b = swiftbuf.copy(bytes(range(256)))
    before = swiftbuf.allocated_bytes()

    def work(seed: int) -> None:
        for turn in range(3000):
            view = b[(seed + turn) % 200 :]
            part = view[::-1][:10].copy()
            assert part[0] == 255 and view.reshape(-1)[0] == (seed + turn) % 200
            assert memoryview(view)[-1] == 255

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert b.exports == 0 and swiftbuf.allocated_bytes() == before
