"""The Swift blocks of the articles and doc comments: each is compiled and run by the Swift tests, word for word."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARTICLES = sorted(ROOT.glob("Sources/*/*.docc/*.md"))
SOURCES = sorted(path for name in ("SwiftBuf", "SwiftBufEmbed") for path in ROOT.glob(f"Sources/{name}/**/*.swift"))
TESTS = [
    ROOT / "Tests" / "SwiftBufEmbedTests" / name
    for name in ("DocumentationTests.swift", "DocumentationCommentTests.swift")
]
PROBE = ROOT / "Tests" / "ProbeExtension"


def block(lines: list[str]) -> str:
    return textwrap.dedent("\n".join(lines)).strip("\n")


def blocks_of_article(path: Path) -> list[tuple[str, str]]:
    """Return the kind and the text of each block."""
    return re.findall(r"^```(\w*)\n(.*?)\n```$", path.read_text(), re.MULTILINE | re.DOTALL)


def blocks_of_comments(path: Path) -> list[str]:
    """Return the blocks of the doc comments: indented by four spaces, behind an empty line."""
    found: list[list[str]] = []
    previous, inside = "", False
    for line in path.read_text().splitlines():
        comment = re.match(r" *///( ?.*)$", line)
        text = comment[1] if comment else ""
        if comment and text.startswith("     ") and (inside or not previous.strip()):
            if not inside:
                found.append([])
            found[-1].append(text)
            inside = True
        elif comment and not text.strip() and inside:
            found[-1].append("")
        else:
            inside = False
        previous = text if comment else "no comment"
    return [block(lines) for lines in found]


def compiled_blocks() -> dict[str, list[str]]:
    """Return what stands between the markers of the Swift tests, by the file that shows it."""
    found: dict[str, list[str]] = {}
    for path in TESTS:
        names: list[str] = []
        lines: list[str] = []
        for line in path.read_text().splitlines():
            marker = re.fullmatch(r" *// ((?:[\w+]+\.(?:md|swift)(?:, )?)+)", line)
            if marker:
                assert not names, f"{path.name}: a block begins in a block: {line}"
                names, lines = marker[1].split(", "), []
            elif line.strip() == "// end":
                assert names, f"{path.name}: a block ends that has not begun"
                for name in names:
                    found.setdefault(name, []).append(block(lines))
                names = []
            else:
                lines.append(line)
        assert not names, f"{path.name}: a block does not end: {names}"
    return found


COMPILED = compiled_blocks()


def test_the_articles_are_found() -> None:
    assert len(ARTICLES) >= 8


@pytest.mark.parametrize("path", [path for path in ARTICLES if path.name != "WritingAModule.md"], ids=lambda p: p.name)
def test_every_block_of_an_article_is_one_that_the_swift_tests_run(path: Path) -> None:
    shown = blocks_of_article(path)
    assert {kind for kind, _ in shown} <= {"swift"}
    assert sorted(code for _, code in shown) == sorted(COMPILED.get(path.name, []))


@pytest.mark.parametrize("path", [p for p in SOURCES if blocks_of_comments(p)], ids=lambda p: p.name)
def test_every_block_of_a_doc_comment_is_one_that_the_swift_tests_run(path: Path) -> None:
    assert sorted(blocks_of_comments(path)) == sorted(COMPILED.get(path.name, []))


def test_every_block_that_the_swift_tests_run_is_shown_somewhere() -> None:
    shown = {path.name for path in ARTICLES} | {path.name for path in SOURCES if blocks_of_comments(path)}
    assert set(COMPILED) <= shown


def test_the_article_about_modules_shows_the_module_that_the_tests_import() -> None:
    files = {"": "swiftbuf_probe.version", "c": "Sources/CProbe/**/*.[ch]", "swift": "**/*.swift"}
    texts = {
        kind: [path.read_text() for path in sorted(PROBE.glob(pattern)) if ".build" not in path.parts]
        for kind, pattern in files.items()
    }
    setup = (ROOT / "scripts" / "lib" / "setup.sh").read_text()
    [article] = [path for path in ARTICLES if path.name == "WritingAModule.md"]
    for kind, code in blocks_of_article(article):
        if kind == "sh":
            for flag in re.findall(r'(?:-Xswiftc|-Xlinker) ([^\s="]+)', code):
                assert flag in setup, flag
        elif kind == "swift" and "\n\n@_cdecl" in code:
            for part in code.split("\n\n", 1):
                assert any(part in text for text in texts[kind]), part
        else:
            assert any(code in text or textwrap.indent(code, "    ") in text for text in texts[kind]), code
