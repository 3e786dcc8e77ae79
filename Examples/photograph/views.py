"""Views that move no byte: transposition, a cast to a wider type, and slices of a memoryview that are written to."""

from __future__ import annotations

import sys
from array import array

import numpy as np
from claims import Claims
from crop import BYTES_PER_PIXEL, Crop
from decoding import Photograph
from pybuffer import address
from swiftbuf import Buffer

# The frame that is drawn around the crop: one pixel's four bytes, and the same as one 32-bit word.
COLOUR = bytes((255, 176, 0, 255))
WORD = int.from_bytes(COLOUR, sys.byteorder)


def transpose(photograph: Photograph, claims: Claims) -> Buffer:
    """Return the photograph with rows and columns exchanged: a Buffer over the same memory."""
    memory = photograph.memory
    transposed = memory.transpose(1, 0, 2)
    claims.same_address(
        [address(memory), address(transposed)],
        "transposing moves nothing",
        f"strides {memory.strides} become {transposed.strides}",
    )
    claims.claim(
        transposed.shape == (memory.shape[1], memory.shape[0], 4)
        and np.array_equal(np.asarray(transposed), np.asarray(memory).swapaxes(0, 1))
        and transposed[-1, 0, 1] == memory[0, -1, 1],
        "row i, column j is now row j, column i",
        f"shape {memory.shape} became {transposed.shape}, {memory.nbytes:,} items compared",
    )
    return transposed


def draw_columns_as_words(photograph: Photograph, crop: Crop, claims: Claims) -> None:
    """Cast the bytes to 32-bit words, one a pixel, and draw the frame's two upright sides as strided slices."""
    memory = photograph.memory
    width = memory.shape[1]
    thickness = _thickness(crop)
    side = array("I", [WORD]) * crop.height
    with memoryview(memory) as items, items.cast("B") as flat, flat.cast("I") as words:
        claims.same_address(
            [address(memory), address(words)],
            "memoryview casts bytes to 32-bit words, one a pixel",
            f"itemsize {memory.itemsize} becomes {words.itemsize}, {memory.nbytes:,} items become {len(words):,}",
        )
        for step in range(thickness):
            for column in (crop.left + step, crop.left + crop.width - 1 - step):
                first = crop.pixel(crop.top, column)
                words[first : first + (crop.height - 1) * width + 1 : width] = side
        corner = crop.pixel(crop.top, crop.left)
        drawn = f"{2 * thickness} columns of {crop.height} rows"
        claims.claim(
            all(
                memory[crop.top + row, crop.left, band] == COLOUR[band]
                for row in (0, -1 + crop.height)
                for band in range(4)
            )
            and words[corner] == WORD,
            "a column of the photograph is one strided slice of the words",
            f"words[{corner}::{width}] = {WORD:#010x}, {drawn}; Swift reads {tuple(COLOUR)}",
        )


def draw_rows_as_bytes(photograph: Photograph, crop: Crop, claims: Claims) -> None:
    """Draw the frame's two level sides through slices of bytes."""
    memory = photograph.memory
    line = COLOUR * crop.width
    thickness = _thickness(crop)
    with memoryview(memory) as items, items.cast("B") as flat:
        for step in range(thickness):
            for row in (crop.top + step, crop.top + crop.height - 1 - step):
                start = crop.pixel(row, crop.left) * BYTES_PER_PIXEL
                flat[start : start + len(line)] = line
        with flat[crop.offset : crop.offset + len(line)] as row_of_frame:
            claims.claim(
                address(row_of_frame) == address(memory) + crop.offset,
                "a slice of a memoryview is a view too",
                f"{address(row_of_frame):#x} = base + {crop.offset:,}, {row_of_frame.nbytes:,} bytes, 0 bytes copied",
            )
        pixels = photograph.pixels[crop.rows, crop.columns]
        claims.claim(
            bool((pixels[[0, -1]] == list(COLOUR[:3])).all() and (pixels[:, [0, -1]] == list(COLOUR[:3])).all()),
            "what is written to slices is in the photograph",
            f"NumPy reads the frame's {2 * (crop.width + crop.height)} outer pixels as {tuple(COLOUR[:3])}",
        )


def _thickness(crop: Crop) -> int:
    return max(1, min(crop.width, crop.height) // 50)
