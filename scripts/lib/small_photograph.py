"""Write a small image to a PNG file: colours that run, and squares.

small_photograph.py FILE
"""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image

y, x = np.mgrid[:60, :80]
squares = (x // 8 + y // 8) % 2 * 255
Image.fromarray(np.stack([x * 3, y * 4, squares], axis=2).astype(np.uint8)).save(sys.argv[1])
