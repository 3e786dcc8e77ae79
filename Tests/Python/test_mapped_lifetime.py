"""How long a file stays mapped, what it costs, and what happens to it meanwhile."""

from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import swiftbuf
from mapped_files import CONTENT, MODES, PAGE, PATIENCE, mappings, open_files, run
from page_gate import resident_pages


@pytest.mark.parametrize("mode", MODES)
def test_no_file_is_open_while_it_is_mapped(pages, mode):
    before = open_files()
    buffers = [swiftbuf.mapped(pages, mode, offset=offset) for offset in range(50)]
    assert open_files() == before and len(mappings(pages)) == 50
    del buffers
    assert open_files() == before and not mappings(pages)


@pytest.mark.parametrize("mode", MODES)
def test_the_file_is_unmapped_when_the_buffer_dies_is_released_or_its_with_ends(pages, mode):
    b = swiftbuf.mapped(pages, mode, offset=PAGE + 1)
    assert len(mappings(pages)) == 1
    del b
    assert not mappings(pages)
    b = swiftbuf.mapped(pages, mode, offset=PAGE + 1)
    b.release()
    assert not mappings(pages)
    b.release()
    with swiftbuf.mapped(pages, mode) as b:
        assert b[0] == CONTENT[0] and mappings(pages)
    assert not mappings(pages)


def test_views_and_their_consumers_keep_the_file_mapped(pages):
    b = swiftbuf.mapped(pages, "r+", "B", (3, 5), 1)
    view, array = b.T, np.asarray(b)
    with pytest.raises(BufferError, match="release: 1 exports of this Buffer are live"):
        b.release()
    del array
    b.release()
    assert mappings(pages) and view[4, 2] == CONTENT[15]
    memory = memoryview(view)
    del view
    gc.collect()
    assert mappings(pages) and memory[4, 2] == CONTENT[15]
    memory.release()
    del memory
    assert not mappings(pages)


def test_the_last_reference_may_be_dropped_by_another_thread(pages):
    for _ in range(20):
        held = [swiftbuf.mapped(pages, "r+")]
        thread = threading.Thread(target=held.clear)
        thread.start()
        thread.join()
        assert not mappings(pages)


def test_threads_that_map_and_flush_one_file_leave_nothing(pages):
    before = open_files()
    seen = []

    def work(seed: int) -> None:
        generator = random.Random(seed)
        for _ in range(200):
            offset = generator.randrange(PAGE)
            with swiftbuf.mapped(pages, "r+", shape=100, offset=offset) as b:
                if b.tobytes() != CONTENT[offset : offset + 100]:
                    seen.append(offset)
                b.flush()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not seen and not mappings(pages) and open_files() == before


def test_a_removed_file_stays_readable_while_it_is_mapped(pages):
    b = swiftbuf.mapped(pages)
    os.remove(pages)
    assert b.tobytes() == CONTENT


def test_a_mapped_file_keeps_its_size(pages):
    for mode, why in [("r", "is read-only"), ("r+", "is a mapped file"), ("c", "is a mapped file")]:
        b = swiftbuf.mapped(pages, mode)
        for shape in [0, 5, len(CONTENT), 2 * len(CONTENT)]:
            with pytest.raises(BufferError, match=f"resize: another size was asked for but this .* {why}"):
                b.resize(shape)
        assert b.tobytes() == CONTENT


def test_mapped_files_are_not_counted_as_allocated_bytes(pages, empty_file):
    before = swiftbuf.allocated_bytes()
    buffers = [swiftbuf.mapped(file, mode) for file in (pages, empty_file) for mode in MODES]
    assert swiftbuf.allocated_bytes() == before
    del buffers
    assert swiftbuf.allocated_bytes() == before


def test_a_file_that_is_truncated_under_the_map_ends_the_process_by_sigbus(pages):
    done = run("truncated_under_the_map", pages)
    assert (done.returncode, done.stdout) == (-signal.SIGBUS, "truncated\n")


def test_a_forked_process_has_the_map_too(pages):
    program = (
        "import os, sys, swiftbuf\n"
        "b = swiftbuf.mapped(sys.argv[1], 'r+')\n"
        "if os.fork() == 0:\n"
        "    b[7] = 42\n"
        "    b.release()\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(b[7])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, pages], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


def test_a_file_of_4_gib_is_mapped_without_a_page_of_it_being_read(tmp_path):
    file = tmp_path / "large"
    with open(file, "wb") as made:
        made.truncate(4 << 30)
    b = swiftbuf.mapped(file, "r+", "d", (1 << 14, 1 << 15))
    assert b.nbytes == 4 << 30 and resident_pages(b) == 0
    assert b[0, 0] == b[-1, -1] == 0.0
    assert resident_pages(b) > 0
