"""NumPy edits a crop of the photograph, and Pillow sees it: two libraries, one memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import swiftbuf
from claims import Claims
from crop import Crop
from decoding import Photograph
from numpy.typing import NDArray
from PIL import Image
from pillow_memory import image_address, image_of
from pybuffer import address


def edit_through_numpy(photograph: Photograph, crop: Crop, claims: Claims) -> NDArray[np.uint8]:
    """Make a negative of the crop, in place, and return the whole photograph as Pillow sees it then."""
    memory = photograph.memory
    image = image_of(memory)  # made before the edit
    array = np.asarray(memory)
    claims.same_address(
        [array.ctypes.data, image_address(image), address(memory)],
        "NumPy, Pillow and Swift have the same bytes",
        f"{memory.exports} exports counted",
    )

    view = array[crop.rows, crop.columns, :3]
    expected = 255 - view
    np.subtract(255, view, out=view)
    claims.claim(
        view.ctypes.data == address(memory) + crop.offset and np.array_equal(view, expected),
        "NumPy makes a negative of a crop through a view",
        f"{crop.width} x {crop.height} pixels, {view.ctypes.data:#x} = base + {crop.offset:,}, strides {view.strides}",
    )
    seen = np.asarray(image.convert("RGB"))
    claims.claim(
        np.array_equal(seen[crop.rows, crop.columns], expected),
        "Pillow's image, made before the edit, shows it",
        f"{crop.width * crop.height:,} pixels equal",
    )
    return seen


def write_through_pillow(photograph: Photograph, claims: Claims) -> None:
    """Show when Pillow writes into shared memory, when it copies first, and what it cannot share."""
    memory = photograph.memory
    height, width, _ = memory.shape
    before, exports = memory.tobytes(), memory.exports
    mark = (1, 2, 3, 255)

    image = image_of(memory)
    image.putpixel((0, 0), mark)
    moved = image_address(image)
    claims.claim(
        memory.tobytes() == before and moved != address(memory) and memory.exports == exports,
        "frombuffer gives a read-only image: a write makes Pillow copy it first",
        f"the image moved to {_address_text(moved)}, the memory is as it was",
    )
    image = image_of(memory)
    image.readonly = 0
    image.putpixel((0, 0), mark)
    claims.claim(
        tuple(photograph.memory[0, 0, band] for band in range(4)) == mark and image_address(image) == address(memory),
        "told `readonly = 0`, Pillow writes into Swift memory",
        f"Swift reads {mark} at pixel (0, 0)",
    )
    image.putpixel((0, 0), tuple(before[:4]))
    del image

    three: Any = swiftbuf.copy(photograph.pixels.data)
    image = Image.frombuffer("RGB", (width, height), three, "raw", "RGB", 0, 1)
    claims.claim(
        three.exports == 0 and image.tobytes() == three.tobytes(),
        "three bytes a pixel, `RGB`, Pillow unpacks: here frombuffer copies",
        f"{three.nbytes:,} bytes copied, {three.exports} exports held",
    )
    claims.claim(
        memory.exports == 0 and memory.tobytes() == before,
        "all views are gone, and the memory is whole",
        f"{memory.exports} exports, {memory.nbytes:,} bytes as before",
    )


def _address_text(address: int | None) -> str:
    return "blocks of Pillow's own" if address is None else f"{address:#x}"
