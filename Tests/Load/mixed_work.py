"""Mixed work for a while: several threads make, export, slice, write, copy, pickle, resize, release and drop Buffers.

    python mixed_work.py SECONDS SECONDS_OF_A_WINDOW RECORD

What they do is drawn by generators that are seeded with the number of the run, of the window and of the thread. The
record is a file in which the runs are counted and their figures are summed. After each window the threads end and
everything is dropped: then nothing may be left, and what the process has is measured. In between, exports are timed,
beside those of bytes objects.
"""

from __future__ import annotations

import json
import queue
import random
import sys
import threading
import time
from pathlib import Path

import swiftbuf
from measuring import Samples, Times, assert_nothing_left, fix_thresholds, memory_now, say
from subject import Subject, copied, made

THREADS = 4
SUBJECTS = 40  # that a thread has at a time
PARTS = (0.5, 0.99, 0.999)


class Worker(threading.Thread):
    """One thread with its Buffers. Those in the inbox are others' gifts."""

    def __init__(self, seed: str, end: float, inboxes: list[queue.SimpleQueue[Subject]], number: int) -> None:
        """Make it; it works until `end`."""
        super().__init__()
        self.generator = random.Random(seed)
        self.end, self.inboxes, self.number = end, inboxes, number
        self.subjects: list[Subject] = []
        self.operations = 0
        self.own_times, self.bytes_times = Times(), Times()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Work."""
        try:
            while time.monotonic() < self.end:
                for _ in range(50):
                    self.step()
            while self.subjects:
                self.drop()
        except BaseException as error:
            self.error = error

    def step(self) -> None:
        """Do one thing, and look at something else."""
        inbox = self.inboxes[self.number]
        if not inbox.empty():
            self.subjects.append(inbox.get())
        if len(self.subjects) < SUBJECTS:
            self.subjects.append(made(self.generator))
        subject = self.generator.choice(self.subjects)
        operation = self.generator.choice(OPERATIONS)
        self.operations += 1
        getattr(self, operation)(subject)
        other = self.generator.choice(self.subjects) if self.subjects else subject
        other.check_exports()
        if self.generator.random() < 0.25:
            other.check_content(self.generator)

    def export(self, subject: Subject) -> None:
        """Hold one view more."""
        subject.export(self.generator)

    def let_go(self, subject: Subject) -> None:
        """Hold one view less."""
        subject.let_go(self.generator)

    def write(self, subject: Subject) -> None:
        """Write through one view and read through another."""
        subject.write(self.generator)
        subject.check_content(self.generator)

    def copy(self, subject: Subject) -> None:
        """Make another Buffer of the same bytes."""
        new = copied(subject, self.generator)
        if new is not None:
            new.check_content(self.generator)
            self.subjects[self.generator.randrange(len(self.subjects))] = new

    def resize(self, subject: Subject) -> None:
        """Resize, or be refused."""
        subject.resize(self.generator)

    def release(self, subject: Subject) -> None:
        """Release, or be refused."""
        subject.release()

    def drop(self, _: Subject | None = None) -> None:
        """Forget a Buffer, with all views or one by one."""
        subject = self.subjects.pop(self.generator.randrange(len(self.subjects)))
        if self.generator.random() < 0.5:
            while subject.held:
                subject.let_go(self.generator)

    def give(self, subject: Subject) -> None:
        """Let another thread go on with it."""
        self.subjects.remove(subject)
        self.inboxes[self.generator.randrange(THREADS)].put(subject)

    def time_exports(self, subject: Subject) -> None:
        """Time an export, and one of a bytes object, in either order."""
        if subject.buffer is None:
            return
        pair = [(subject.buffer, self.own_times), (bytes(subject.content[:4096]), self.bytes_times)]
        if self.generator.random() < 0.5:
            pair.reverse()
        for exporter, times in pair:
            began = time.perf_counter_ns()
            view = memoryview(exporter)
            ended = time.perf_counter_ns()
            view.release()
            times.add(ended - began)


OPERATIONS = ["export"] * 5 + ["let_go"] * 4 + ["write"] * 4 + ["copy"] * 2 + ["resize"] * 3
OPERATIONS += ["release", "drop", "give", "time_exports", "time_exports"]


def window(seconds: float, seed: str) -> list[Worker]:
    """Let all threads work once, and drop what they leave."""
    inboxes: list[queue.SimpleQueue[Subject]] = [queue.SimpleQueue() for _ in range(THREADS)]
    end = time.monotonic() + seconds
    workers = [Worker(f"{seed}, thread {number}", end, inboxes, number) for number in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for worker in workers:
        if worker.error is not None:
            raise AssertionError(f"{seed}, thread {worker.number}") from worker.error
    return workers


def main(seconds: float, window_seconds: float, record: Path) -> None:
    """Work, measure, hold the end against the beginning, and add what was done to the record."""
    fix_thresholds()
    done = json.loads(record.read_text("utf-8")) if record.exists() else {"runs": 0, "seconds": 0, "operations": 0}
    own_times, bytes_times = Times(done.get("own_times", {})), Times(done.get("bytes_times", {}))
    before = swiftbuf.allocated_bytes()
    samples, operations, count = Samples(), 0, 0
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        for worker in window(window_seconds, f"run {done['runs']}, window {count}"):
            operations += worker.operations
            own_times.merge(worker.own_times)
            bytes_times.merge(worker.bytes_times)
            worker.inboxes.clear()
        del worker
        assert_nothing_left(before)
        memory = memory_now()
        samples.add(memory)
        count += 1
        print(f"   {operations:,} operations, {memory}", file=sys.stderr, flush=True)
    grown = samples.assert_flat()
    done |= {
        "runs": done["runs"] + 1,
        "seconds": done["seconds"] + round(time.monotonic() - began),
        "operations": done["operations"] + operations,
        "own_times": own_times.counted(),
        "bytes_times": bytes_times.counted(),
    }
    record.write_text(json.dumps(done), "utf-8")
    say(
        threads=THREADS,
        seconds=done["seconds"],
        operations=done["operations"],
        grown=grown._asdict(),
        exports=sum(own_times.counts),
        own=own_times.percentiles(PARTS),
        bytes=bytes_times.percentiles(PARTS),
    )


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
