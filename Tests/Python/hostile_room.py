"""Memory between two fences, exporters of it that say what they are told to say, and what asks exporters for it."""

from __future__ import annotations

import ctypes
import gc

import pytest
import swiftbuf


class Room:
    """Memory between two fences, and exporters of it."""

    SIZE, FENCE = 64, 64

    def __init__(self, module) -> None:
        self.module = module
        content = bytes(range(self.SIZE)).join([b"\xee" * self.FENCE] * 2)
        self.memory = ctypes.create_string_buffer(content, len(content))
        self.content = content
        self.exporters: list = []

    @property
    def address(self) -> int:
        return ctypes.addressof(self.memory) + self.FENCE

    def exporter(self, **fields):
        """An exporter of 24 bytes, but for what is said otherwise."""
        said = {
            "buf": self.address,
            "len": 24,
            "itemsize": 1,
            "ndim": 1,
            "shape": (24,),
            "strides": (1,),
            "format": b"B",
        }
        exporter = self.module.Exporter(memory=self.memory, **{**said, **fields})
        self.exporters.append(exporter)
        return exporter

    def check(self) -> None:
        """See that every grant was given back once, and that no byte was written."""
        gc.collect()
        for exporter in self.exporters:
            assert exporter.grants == exporter.releases
        assert self.memory.raw == self.content


def assign_whole(exporter):
    """Assign to a Buffer of what the exporter would be if it were coherent; nothing of it may change on a refusal."""
    target = swiftbuf.full((24,), 7, "B")
    try:
        target[...] = exporter
    except Exception:
        assert target.tolist() == [7] * 24
        raise
    return target


def from_buffer(exporter):
    return swiftbuf.frombuffer(exporter, "B")


CONSUMERS = [swiftbuf.Buffer, swiftbuf.copy, from_buffer, assign_whole]
NAMES = ["Buffer", "copy", "frombuffer", "assignment"]
each_consumer = pytest.mark.parametrize("consume", CONSUMERS, ids=NAMES)
