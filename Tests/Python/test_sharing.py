"""Sharing: what other libraries see is the same memory, at the same address, at a cost that no size changes.

Each is checked by addresses and by writes that the other side sees, never by equal contents alone.
"""

import array
import ctypes
import io
import mmap
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
import swiftbuf
from page_gate import COUNT
from PIL import Image


def memoryview_address(view: memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(view))


@pytest.mark.parametrize("size", [1, 2**10, 2**22, 2**28])
def test_numpy_memoryview_and_ctypes_see_one_address(size):
    b = swiftbuf.zeros(size)
    place = np.asarray(b).ctypes.data
    assert place == np.frombuffer(b, "u1").ctypes.data == np.asarray(memoryview(b)).ctypes.data
    assert place == memoryview_address(memoryview(b)) == memoryview_address(b)
    assert place == np.asarray(b.toreadonly()).ctypes.data
    assert not np.asarray(b).flags.owndata


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("fmt", ["B", "h", "i", "q", "Q", "e", "f", "d", "?", "Zf", "Zd", ">i", ">d", "4s"])
def test_writes_of_numpy_and_of_swiftbuf_are_seen_by_each_other(fmt, order):
    b = swiftbuf.zeros((3, 4), fmt, order)
    a = np.asarray(b)
    assert (a.shape, a.strides, a.itemsize) == (b.shape, b.strides, b.itemsize)
    one, two = (b"x", b"yz") if fmt == "4s" else (True, False) if fmt == "?" else (1, 2)
    b[1, 2] = one
    assert a[1, 2] == one and np.count_nonzero(a) == 1
    a[2, 0] = two
    assert b[2, 0] in (two, b"yz\0\0") and b.T[0, 2] == b[2, 0]


def test_the_example_of_a_picture():
    b = swiftbuf.zeros((480, 640, 3), "B")
    a = np.asarray(b)
    a[0, 0] = (255, 0, 0)
    b[0, 0, 1] = 7
    assert [b[0, 0, i] for i in range(3)] == [255, 7, 0] == a[0, 0].tolist()


def test_pillow_shows_the_same_memory():
    b = swiftbuf.zeros((48, 64))
    picture = Image.frombuffer("L", (64, 48), b, "raw", "L", 0, 1)
    np.asarray(b)[10, 20] = 200
    b[11, 21] = 100
    assert (picture.getpixel((20, 10)), picture.getpixel((21, 11))) == (200, 100)
    with pytest.raises(BufferError, match="exports"):
        b.resize(1)


def test_memoryview_casts_of_the_memory_are_views_of_it():
    b = swiftbuf.zeros((4, 6), "B")
    flat = memoryview(b).cast("B", (24,))
    wide = flat.cast("I")
    wide[1] = 0x01020304
    assert b.tobytes() == (bytes(4) + (0x01020304).to_bytes(4, sys.byteorder)).ljust(24, b"\0")
    part = memoryview(b)[1:3]
    assert part.nbytes == 12 and part.contiguous


def test_sockets_files_and_other_buffers_read_and_write_the_memory():
    source, target = swiftbuf.full((1000, 1000), 0xA5), swiftbuf.zeros(10**6)
    source[999, 999] = 1
    left, right = socket.socketpair()
    with left, right:
        sender = threading.Thread(target=left.sendall, args=(source,))
        sender.start()
        received = 0
        view = memoryview(target)
        while received < 10**6:
            received += right.recv_into(view[received:])
        sender.join()
        view.release()
    assert target.tobytes() == source.tobytes()
    file = io.BytesIO()
    assert file.write(source) == 10**6
    file.seek(0)
    target = swiftbuf.zeros((500, 2000))
    assert file.readinto(target) == 10**6 and target.tobytes() == source.tobytes()
    with mmap.mmap(-1, 10**6) as mapping:
        mapping[:] = memoryview(source).cast("B", (10**6,))
        assert mapping[10**6 - 1] == 1
    assert bytes(source) == source.tobytes() == bytearray(source) == b"".join([source])
    numbers = array.array("d", [1, 2])
    numbers.frombytes(swiftbuf.zeros((2, 4)))
    assert numbers.tolist() == [1, 2, 0]


def test_ctypes_functions_write_into_the_memory():
    b = swiftbuf.zeros(8)
    items = (ctypes.c_uint16 * 4).from_buffer(b)
    items[3] = 0xFFFF
    assert b.tobytes() == bytes(6) + b"\xff\xff" and b.exports == 1
    del items


SHARE_A_GIBIBYTE = """
import ctypes, numpy, sys, swiftbuf

def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))

def share(size):
    # Untouched pages cost nothing; a copy of them, which would be written to, would.
    b = swiftbuf.zeros(size)
    b[-1] = 7
    before = peak()
    a, m, f, t = numpy.asarray(b), memoryview(b), numpy.frombuffer(b, "u8"), b.toreadonly().T
    wide = m.cast("d")
    a[-1] = 9
    assert b[-1] == 9 and f.ctypes.data == a.ctypes.data and t[size - 1] == 9 and wide.nbytes == size
    return peak() - before

share(2**20)
print(share(int(sys.argv[1])))
"""


def test_sharing_a_gibibyte_takes_less_than_a_mebibyte():
    done = subprocess.run(
        [sys.executable, "-c", SHARE_A_GIBIBYTE, str(2**30)], capture_output=True, text=True, check=True
    )
    kibibytes = int(done.stdout)
    assert kibibytes < 1024


@pytest.mark.parametrize(
    "share", [memoryview, np.asarray, swiftbuf.Buffer.toreadonly], ids=["memoryview", "asarray", "toreadonly"]
)
@pytest.mark.parametrize("size", [2**16, 2**30])
def test_sharing_touches_no_byte_of_the_memory_of_any_size(share, size, gate):
    # So its cost cannot hang on the size. Its nanoseconds and instructions `scripts/bench --check` holds.
    b = swiftbuf.zeros(size)
    with gate.closed(b, COUNT, pages=0):
        shared = [share(b) for _ in range(20)]
    assert gate.touches == 0 and len(shared) == 20
    with gate.closed(b, COUNT, pages=0):
        shared[0].tobytes() if size < 2**30 else shared[0][size // 2]
    assert gate.touches == 1, "the gate sees no touch"


def test_an_array_keeps_the_memory_alive():
    before = swiftbuf.allocated_bytes()
    a = np.asarray(swiftbuf.full((1000, 1000), 2.5, "d"))[::2, ::3]
    assert swiftbuf.allocated_bytes() - before == 8 * 10**6
    assert (a == 2.5).all()
    del a
    assert swiftbuf.allocated_bytes() == before
