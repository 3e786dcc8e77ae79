"""The part of the photograph that the demo works on: a rectangle of pixels, four bytes each."""

from __future__ import annotations

from dataclasses import dataclass

BYTES_PER_PIXEL = 4


@dataclass(frozen=True)
class Crop:
    """A rectangle of at least one pixel inside a photograph `row_pixels` wide."""

    left: int
    top: int
    width: int
    height: int
    row_pixels: int

    @classmethod
    def inside(cls, shape: tuple[int, ...]) -> Crop:
        """Return the rectangle where a portrait has its face: the middle, a little above the centre."""
        height, width = shape[0], shape[1]
        left, top = int(width * 0.24), int(height * 0.06)
        return cls(left, top, max(1, int(width * 0.52)), max(1, int(height * 0.46)), width)

    @property
    def rows(self) -> slice:
        """The rows, for an index."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """The columns, for an index."""
        return slice(self.left, self.left + self.width)

    @property
    def offset(self) -> int:
        """Where the first pixel lies, in bytes from the photograph's first."""
        return self.pixel(self.top, self.left) * BYTES_PER_PIXEL

    def pixel(self, row: int, column: int) -> int:
        """Return the flat index of a pixel of the photograph."""
        return row * self.row_pixels + column
