"""The picture of the life of a Py_buffer: who calls whom, and what is counted meanwhile."""

from __future__ import annotations

from drawing.picture import WIDTH, Picture

CONSUMER, CPYTHON, EXPORTER = 125.0, 385.0, 612.0
EXPORTS, REFERENCES = 778.0, 866.0


def life() -> str:
    """Draw who calls whom between a request and its release, and what is counted meanwhile."""
    bottom = 596
    picture = Picture(bottom + 46, "The life of a Py_buffer: request, grant or refusal, use, release; with the counts")
    for x, name, what in (
        (CONSUMER, "consumer", "memoryview, NumPy, socket …"),
        (CPYTHON, "CPython", "Objects/abstract.c"),
        (EXPORTER, "exporter b", "its type's two slots"),
    ):
        picture.line([(x, 78), (x, bottom)], "line", 1, "3 4")
        picture.box(x - 100, 24, 200, 50, "panel", radius=8)
        picture.text(x, 46, name, "text", "middle", 14.5, True)
        picture.text(x, 64, what, "quiet", "middle", 12)
    for x, name, below in ((EXPORTS, "exports", "of b"), (REFERENCES, "references", "to b")):
        picture.text(x, 46, name, "text", "middle", 13, True)
        picture.text(x, 64, below, "quiet", "middle", 12)

    _message(picture, 112, CONSUMER, CPYTHON, "PyObject_GetBuffer(b, &view, flags)")
    _message(picture, 148, CPYTHON, EXPORTER, "bf_getbuffer(b, &view, flags)")

    picture.box(EXPORTER - 118, 168, 236, 74, "bad", radius=6)
    picture.text(EXPORTER, 188, "cannot: refuse", "text", "middle", 12.5, True)
    picture.text(EXPORTER, 208, "BufferError, view.obj = NULL", "mono text", "middle", 12)
    picture.text(EXPORTER, 229, "nothing is counted", "quiet", "middle", 12)
    _answer(picture, 205, "-1", "the exception reaches the caller")

    picture.box(EXPORTER - 118, 258, 236, 74, "good", radius=6)
    picture.text(EXPORTER, 278, "can: grant", "text", "middle", 12.5, True)
    picture.text(EXPORTER, 298, "fill view, count it,", "text", "middle", 12)
    picture.text(EXPORTER, 319, "view.obj = new reference to b", "mono text", "middle", 12)
    _answer(picture, 295, "0", "the view is filled")

    picture.box(30, 352, EXPORTER + 118 - 30, 70, "held", radius=6)
    picture.text(CONSUMER, 382, "reads and writes", "text", "middle", 13, True)
    picture.text(CONSUMER, 402, "at view.buf, without a call", "text", "middle", 12)
    picture.text(CPYTHON, 382, "b cannot die:", "text", "middle", 13, True)
    picture.text(CPYTHON, 402, "the view owns a reference", "text", "middle", 12)
    picture.text(EXPORTER, 382, "the memory cannot move:", "text", "middle", 13, True)
    picture.text(EXPORTER, 402, "resize, release: BufferError", "text", "middle", 12)

    _message(picture, 460, CONSUMER, CPYTHON, "PyBuffer_Release(&view)")
    _message(picture, 496, CPYTHON, EXPORTER, "bf_releasebuffer(b, &view)")
    _step(picture, EXPORTER, 510, 150, "uncounts it; cannot fail")
    _step(picture, CPYTHON, 546, 200, "drops view.obj, sets it to NULL")

    for x, least, start, stop in ((EXPORTS, 0, 295, 523), (REFERENCES, 1, 295, 559)):
        for count, top, end in ((least, 92, start), (least + 1, start, stop), (least, stop, bottom)):
            style = "held" if count > least else "panel"
            picture.box(x - 24, top, 48, end - top, style, radius=5)
            picture.text(x, (top + end) / 2 + 5, str(count), "mono text", "middle", 15, True)
    picture.text(
        WIDTH / 2,
        bottom + 28,
        "Two requests are two Py_buffers: each is counted, each is released once.",
        "quiet",
        "middle",
    )
    return picture.end()


def _message(picture: Picture, y: float, start: float, end: float, call: str) -> None:
    picture.arrow(start, y, end - 3, "edge")
    picture.text((start + end) / 2, y - 8, call, "mono text", "middle", 11.5)


def _step(picture: Picture, x: float, y: float, width: float, words: str) -> None:
    picture.box(x - width / 2, y, width, 26, "panel", radius=6)
    picture.text(x, y + 17, words, "text", "middle", 12)


def _answer(picture: Picture, y: float, value: str, says: str) -> None:
    picture.arrow(EXPORTER - 118, y, CONSUMER + 3, "edge", "5 4")
    picture.text(CONSUMER + 14, y - 8, f"{value}: {says}", "text", size=12)
