"""The guide, docs/core-concepts.md: each of its blocks is run and prints what stands there; its pictures are drawn.

A section is what stands under a heading of any level; its blocks run in order, in one namespace of their own, so that
each section can be read and tried alone. A block is a session (>>>), or a whole program with an `output` block behind.
"""

import builtins
import contextlib
import doctest
import io
import itertools
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import swiftbuf

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))  # where draw.py is
from draw import PICTURES, measured  # noqa: E402
from drawing.layouts import LAYOUTS, SHAPE  # noqa: E402
from drawing.view_or_copy import figures  # noqa: E402

GUIDE = ROOT / "docs" / "core-concepts.md"
IMAGES = ROOT / "docs" / "images"
TEXT = GUIDE.read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, list[tuple[str, str, int]]]:
    """Return the blocks of each section: kind, text, and the line of the file that they begin at."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    outside = BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), TEXT)  # a comment in a block is no heading
    headings = [*re.finditer(r"^#+ (.*)$", outside, re.MULTILINE)]
    for block in BLOCK.finditer(TEXT):
        title = [heading[1] for heading in headings if heading.start() < block.start()][-1]
        found.setdefault(title, []).append((block[1], block[2], TEXT.count("\n", 0, block.start())))
    return found


SECTIONS = sections()


def run_session(code: str, line: int, scope: dict[str, Any]) -> None:
    test = doctest.DocTestParser().get_doctest(code, {}, GUIDE.name, str(GUIDE), line)
    assert test.examples
    test.globs = scope
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
    assert not report, "".join(report)


def run_program(code: str, line: int, output: str, scope: dict[str, Any]) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n" * (line + 1) + code, str(GUIDE), "exec"), scope)
    assert printed.getvalue() == output


@pytest.mark.parametrize("title", SECTIONS)
def test_every_block_of_a_section_prints_what_it_says(title: str) -> None:
    scope: dict[str, Any] = {"__name__": "__main__"}
    blocks = [*SECTIONS[title], ("", "", 0)]
    try:
        for (kind, code, line), (next_kind, output, _) in itertools.pairwise(blocks):
            if kind == "python" and code.startswith(">>> "):
                run_session(code, line, scope)
            elif kind == "python":
                assert next_kind == "output", f"the program of line {line + 1} shows no output"
                run_program(code, line, output, scope)
    finally:
        scope.clear()
        vars(builtins).pop("_", None)  # the session's last value


def test_there_is_no_block_of_another_kind() -> None:
    kinds = [(kind, code) for blocks in SECTIONS.values() for kind, code, _ in blocks]
    assert {kind for kind, _ in kinds} <= {"python", "output", "sh"}
    assert TEXT.count("```") == 2 * len(kinds)
    for kind, code in kinds:
        if kind == "sh":
            for command in code.splitlines():
                script = command.removeprefix("python3 ").split()[0]
                assert (ROOT / script).is_file(), command


def test_every_link_and_picture_of_the_guide_is_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        assert not path or (GUIDE.parent / path).exists(), target
        if anchor and not path:
            titles = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
            assert anchor in [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles], target


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_are_those_that_the_script_draws(name: str) -> None:
    assert (IMAGES / name).read_text() == PICTURES[name]()


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.code)
def test_the_drawn_layouts_are_those_of_buffers(layout: Any) -> None:
    b = swiftbuf.zeros(SHAPE, "d")
    view = eval(layout.code, {"b": b})
    assert (view.shape, view.strides) == (layout.shape, layout.strides)
    assert np.asarray(view).ctypes.data - np.asarray(b).ctypes.data == layout.offset
    assert view.readonly is layout.readonly


def test_the_measured_figures_of_the_guide_are_those_of_the_file() -> None:
    for line in figures(measured()):
        assert line in TEXT, line


def test_every_name_of_memoryview_has_a_place_in_the_guide() -> None:
    table = TEXT[TEXT.index("## What Buffer adds to memoryview") :]
    for name in vars(memoryview):
        if not name.startswith("_"):
            assert f"`{name}" in table, name


def test_every_name_of_buffer_has_a_place_in_the_guide() -> None:
    for name in [*vars(swiftbuf.Buffer), *swiftbuf.__all__]:
        if not name.startswith("_"):
            assert re.search(rf"\b{name}\b", TEXT), name
