"""An image file, decoded into memory that Swift owns.

Pillow decodes a file whose pixels are RGB straight into the Swift memory: its decoder is given the shared image as
its target. Everything else (grey, palettes, transparency, CMYK, 16 bits, pixels that have to be turned, rare formats)
is decoded by Pillow as it does by itself, converted to RGB, and pasted into the Swift memory once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import swiftbuf
from claims import Claims
from free_memory import free_bytes
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_memory import image_address, image_of
from pybuffer import address
from units import bytes_text

# What the demo takes for each pixel at its peak: the memory, the original, and what is compared with them.
BYTES_PER_PIXEL = 4 + 4 + 16

EXIF_ORIENTATION = 0x0112
UPRIGHT = 1

# The formats whose decoders write into the memory that they are given, whatever it is: tried with Pillow 13.
STRAIGHT_FORMATS = ("AVIF", "BMP", "JPEG", "MPO", "PNG", "PPM", "TIFF", "WEBP")


class UnusableImage(Exception):
    """The file cannot be used. The text is one sentence."""


@dataclass(frozen=True)
class Photograph:
    """memory: (height, width, 4) bytes, the fourth of each pixel unused. changes: what was done to get RGB, or ""."""

    memory: swiftbuf.Buffer
    straight: bool
    changes: str

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """A view of the memory: (height, width, 3)."""
        return np.asarray(self.memory)[:, :, :3]


def decode(path: Path) -> Photograph:
    """Decode an image file into new Swift memory.

    Raises UnusableImage if the file is no whole image, or one too large for the memory that is free.
    """
    if not path.exists():
        raise UnusableImage(f"{path}: there is no such file.")
    if not path.is_file():
        raise UnusableImage(f"{path} is a {'directory' if path.is_dir() else 'special file'}, not an image.")
    Image.MAX_IMAGE_PIXELS = None  # the check of free memory below says it better
    try:
        with Image.open(path) as file:
            _check_size(path, file)
            is_plain = file.format in STRAIGHT_FORMATS and file.mode == "RGB" and not file.has_transparency_data
            photograph = _decode_straight(file) if is_plain else _decode_and_convert(file)
        if photograph is None:
            with Image.open(path) as file:
                photograph = _decode_and_convert(file)
        return photograph
    except UnidentifiedImageError:
        raise UnusableImage(f"{path} is no image that Pillow can read.") from None
    except UnusableImage:
        raise
    except PermissionError:
        raise UnusableImage(f"{path}: you may not read it.") from None
    except MemoryError:
        raise UnusableImage(f"{path} is too large for the memory that is free.") from None
    except Exception as error:  # a decoder's error has any type: OSError, SyntaxError, ValueError, struct.error ...
        raise UnusableImage(f"{path} cannot be decoded: {str(error).strip().rstrip('.')}.") from None


def show_decoding(path: Path, photograph: Photograph, claims: Claims) -> None:
    """Claim that the photograph is where and what it should be."""
    memory = photograph.memory
    height, width, _ = memory.shape
    claims.claim(
        swiftbuf.allocated_bytes() >= memory.nbytes == height * width * 4,
        "Swift owns the memory",
        f"{memory!r}, of {swiftbuf.allocated_bytes():,} bytes that Swift holds",
    )
    image = image_of(memory)
    if photograph.straight:
        claims.same_address(
            [address(memory), image_address(image)],
            "Pillow decoded straight into it",
            f"{width} x {height} pixels, 4 bytes each as Pillow keeps them",
        )
    else:
        claims.claim(
            image_address(image) == address(memory),
            "Pillow decoded into its own memory and pasted that into Swift's",
            f"{memory.nbytes:,} bytes copied, once: {photograph.changes}",
        )
    with Image.open(path) as file:
        expected = np.asarray(_to_rgb(file)[0])
    claims.claim(
        np.array_equal(photograph.pixels, expected),
        "every pixel is what Pillow decodes by itself",
        f"{height * width:,} pixels compared",
    )


def _check_size(path: Path, file: Image.Image) -> None:
    needed = file.width * file.height * BYTES_PER_PIXEL
    free = free_bytes()
    if needed > free:
        raise UnusableImage(
            f"{path} has {file.width} x {file.height} pixels, which need {bytes_text(needed)} here, "
            f"but {bytes_text(free)} of memory are free."
        )


def _decode_straight(file: Image.Image) -> Photograph | None:
    """Decode an image of plain RGB; return None if it has to be turned, or if its format decodes in its own way."""
    memory = swiftbuf.empty((file.height, file.width, 4))
    target = image_of(memory)
    file.im = target.im
    file.load()
    # Some formats know only after decoding which way is up.
    if file.im is not target.im or file.getexif().get(EXIF_ORIENTATION, UPRIGHT) != UPRIGHT:
        return None
    return Photograph(memory, straight=True, changes="")


def _decode_and_convert(file: Image.Image) -> Photograph:
    image, changes = _to_rgb(file)
    memory = swiftbuf.empty((image.height, image.width, 4))
    target = image_of(memory)
    target.readonly = 0  # Pillow takes memory that is not its own for read-only, unless it is told otherwise
    target.paste(image)
    return Photograph(
        memory, straight=False, changes=", ".join(changes) or f"{file.format} decodes into memory of its own"
    )


def _to_rgb(file: Image.Image) -> tuple[Image.Image, list[str]]:
    """Return a whole, upright RGB image and what had to be done for it."""
    file.load()
    changes = []
    image = file
    if image.getexif().get(EXIF_ORIENTATION, UPRIGHT) != UPRIGHT:
        image = ImageOps.exif_transpose(image)
        changes.append("turned upright, as its EXIF data say")
    if image.mode.startswith(("I", "F")):
        image, text = _to_grey(image)
        changes.append(text)
    if image.has_transparency_data:
        changes.append(f"{image.mode} with transparency, laid on white")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    elif image.mode != "RGB":
        changes.append(f"{image.mode} converted to RGB")
    return image.convert("RGB"), changes


def _to_grey(image: Image.Image) -> tuple[Image.Image, str]:
    """Return an image of wide items as 8-bit grey, from its darkest to its brightest."""
    values = np.asarray(image, dtype=np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    scaled = np.nan_to_num((values - low) * (255 / (high - low) if high > low else 0.0))
    return Image.fromarray(scaled.astype(np.uint8)), f"values of {low:g} to {high:g} scaled to 8 bits"
