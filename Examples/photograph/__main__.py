"""The demo: one photograph in Swift memory, shared with Pillow, NumPy, memoryview and a socket.

python Examples/photograph [IMAGE]

Each module shows one idea; this one holds their order. Every line that begins with "ok" is a claim that was checked.
Exit codes: 0, all is so; 1, something is not; 2, the image or the command line cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import comparison
import numpy as np
import swiftbuf
from claims import Claims, WrongResult
from crop import Crop
from decoding import Photograph, UnusableImage, decode, show_decoding
from editing import edit_through_numpy, write_through_pillow
from layout import show_fields
from matplotlib import cbook
from picture import Panel, draw, thinned
from refusals import show_refusals
from sending import send
from units import GIB, MIB, bytes_text
from views import draw_columns_as_words, draw_rows_as_bytes, transpose


def main(arguments: list[str]) -> int:
    """Run the demo and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a file's name may be any bytes
    options = _parse(arguments)
    path = options.image or Path(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    claims = Claims()
    try:
        photograph = decode(path)
        panels = _show_photograph(path, photograph, claims)
        claims.section("Sharing against copying")
        costs = comparison.measure(comparison.sizes_that_fit(options.largest * MIB, claims), claims)
        comparison.check(costs, claims)
        for way, name in (("memoryview", "a memoryview"), ("asarray", "NumPy's view")):
            claims.show(f"{comparison.worth_text(costs, way, name)}.")
    except UnusableImage as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except WrongResult as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    file = options.output / "demo.png"
    options.output.mkdir(parents=True, exist_ok=True)
    draw(panels, costs, _caption(path, photograph), file)
    print(f"\nAll {claims.count} claims hold. The picture: {os.path.relpath(file)}")
    return 0


def _show_photograph(path: Path, photograph: Photograph, claims: Claims) -> list[Panel]:
    """Run every part on the photograph, and return what it looked like after each."""
    memory = photograph.memory
    size = f"{memory.shape[1]} x {memory.shape[0]} pixels, {bytes_text(memory.nbytes)}"
    crop = Crop.inside(memory.shape)

    claims.section(f"{path.name}, decoded into Swift memory")
    show_decoding(path, photograph, claims)
    panels = [Panel("decoded by Pillow", f"{size}, owned by Swift", thinned(photograph.pixels))]

    claims.section("NumPy edits, Pillow sees it")
    seen = edit_through_numpy(photograph, crop, claims)
    write_through_pillow(photograph, claims)
    panels.append(Panel("edited by NumPy", "seen by Pillow, 0 bytes copied", thinned(seen)))

    claims.section("Transposed without moving a byte")
    transposed = transpose(photograph, claims)

    claims.section("Cast to a wider type")
    draw_columns_as_words(photograph, crop, claims)

    claims.section("Sliced and written through memoryview")
    draw_rows_as_bytes(photograph, crop, claims)
    panels.append(Panel("framed by memoryview", "uprights as 32-bit words, rows as bytes", thinned(photograph.pixels)))
    turned = np.asarray(transposed)[:, :, :3]
    panels.append(Panel("transposed", f"strides {memory.strides[:2]} became {transposed.strides[:2]}", thinned(turned)))
    del turned

    claims.section("Sent to a second process")
    send(photograph, claims)

    claims.section("Refused, and why")
    show_refusals(photograph, claims)

    claims.section("Every field of Py_buffer")
    show_fields(photograph, transposed, claims)
    return panels


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="demo", description="One photograph in Swift memory, shared and never copied."
    )
    parser.add_argument("image", nargs="?", type=Path, help="the photograph (default: the one that matplotlib ships)")
    parser.add_argument(
        "--output", type=Path, default=Path("demo-output"), help="the folder for demo.png (default: %(default)s)"
    )
    parser.add_argument(
        "--largest",
        type=int,
        default=GIB // MIB,
        metavar="MIB",
        help="the largest size to share (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    if options.largest < 1:
        parser.error("--largest: at least 1 MiB.")
    return options


def _caption(path: Path, photograph: Photograph) -> str:
    name = path.name.encode("utf-8", "replace").decode()
    return f"{name} · swiftbuf {swiftbuf.__version__} · NumPy {np.__version__} · Python {sys.version.split()[0]}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
