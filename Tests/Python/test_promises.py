"""The promises of the documents: each quoted word for word in docs/promises.md, with tests that are there."""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest
import swiftbuf
from conftest import REPOSITORY
from documents import all_sentences, normalised

PROMISES = REPOSITORY / "docs" / "promises.md"
SECURITY = REPOSITORY / "SECURITY.md"
NOTHING = "### Says how, promises nothing"
# [a.py](../Tests/Python/a.py): `name`, `name` and [A.swift](../Tests/A.swift): "a title"
SHOWN = re.compile(r'\[[^\]]+\]\(([^)\s]+)\)(?:: ((?:`[^`]+`|"[^"]+")(?:, (?:`[^`]+`|"[^"]+"))*))?')


class Promise:
    """A quote, and the lines below it."""

    def __init__(self, document: str, quote: str, shown: str, is_promise: bool) -> None:
        """Keep the parts of an entry."""
        self.document, self.quote, self.shown, self.is_promise = document, normalised(quote), shown, is_promise


@cache
def promises() -> list[Promise]:
    """Return what docs/promises.md says."""
    found = []
    for section in re.split(r"^## ", PROMISES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        link = re.match(r"\[[^\]]+\]\(\.\./([^)]+)\)", section)
        assert link is not None, section.splitlines()[0]
        kept, _, nothing = section.partition(NOTHING)
        for text, is_promise in ((kept, True), (nothing, False)):
            for quote, shown in re.findall(r"^((?:> .*\n)+)\n?((?:- .*\n?)*)", text, re.MULTILINE):
                found.append(Promise(link[1], re.sub(r"^> ", "", quote, flags=re.MULTILINE), shown, is_promise))
    return found


@cache
def said(document: str) -> str:
    """Return all that a document says: its sentences, a folder's doc comments, or the package's docstrings."""
    path = REPOSITORY / document
    if path.suffix == ".md":
        return "\n".join(sentence for _, sentence in all_sentences(path))
    if document == "python/swiftbuf":
        public = [swiftbuf, *(getattr(swiftbuf, name) for name in swiftbuf.__all__)]
        public += [member for name, member in vars(swiftbuf.Buffer).items() if name != "__doc__"]
        return "\n".join(normalised(thing.__doc__ or "") for thing in public)
    lines = [line for file in sorted(path.rglob("*.swift")) for line in file.read_text(encoding="utf-8").splitlines()]
    return normalised(" ".join(line.strip().removeprefix("///") for line in lines if line.strip().startswith("///")))


@cache
def python_tests(path: Path) -> set[str]:
    """Return the test functions of a Python file."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@cache
def swift_tests(path: Path) -> set[str]:
    """Return the titles of a Swift file's tests."""
    return set(re.findall(r'@Test\(\s*"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")))


def fault(folder: Path, link: str, names: list[str]) -> str | None:
    """Say what is wrong with a link to what shows a promise."""
    path = (folder / link).resolve()
    if not path.is_file():
        return "is not there"
    place = path.relative_to(REPOSITORY).parts
    if place[:2] == ("Tests", "MustNotCompile"):
        compiles = path.stem == "ThisCompiles"
        return None if compiles or "// error: " in path.read_text(encoding="utf-8") else "asks for no error"
    if place[0] == "scripts":
        command = "/".join(place)
        right = os.access(path, os.X_OK) and names and all(f"{name[1:-1]} ".startswith(f"{command} ") for name in names)
        return None if right else "is no command that is named"
    if not names:
        return "names no test"
    known = python_tests(path) if path.suffix == ".py" else swift_tests(path)
    missing = [name for name in names if name[1:-1] not in known]
    return f"has no test {', '.join(missing)}" if missing else None


def faults(folder: Path, text: str) -> list[str]:
    """Say what is wrong with the links of a text to what shows a promise."""
    found = []
    for link, names in SHOWN.findall(text):
        wrong = fault(folder, link, re.findall(r'`[^`]+`|"[^"]+"', names))
        if wrong is not None:
            found.append(f"{link} {wrong}")
    return found


def test_every_promise_is_shown_by_tests_and_commands_that_are_there() -> None:
    kept = [promise for promise in promises() if promise.is_promise]
    assert len(kept) > 150
    for promise in kept:
        lines = promise.shown.splitlines()
        assert lines, f"nothing shows: {promise.quote}"
        assert all(SHOWN.fullmatch(line.removeprefix("- ")) for line in lines), lines
        assert faults(PROMISES.parent, promise.shown) == [], promise.quote


def test_every_quote_stands_in_its_document_word_for_word() -> None:
    assert not [
        (promise.document, promise.quote) for promise in promises() if promise.quote not in said(promise.document)
    ]


def test_nothing_is_quoted_twice() -> None:
    quotes = [(promise.document, promise.quote) for promise in promises()]
    assert sorted(set(quotes)) == sorted(quotes)


def test_every_sentence_of_the_readme_is_a_promise_with_tests_or_listed_as_none() -> None:
    listed = {promise.quote for promise in promises() if promise.document == "README.md"}
    sentences = [sentence for _, sentence in all_sentences(REPOSITORY / "README.md")]
    assert len(sentences) > 50
    missing = [sentence for sentence in sentences if sentence not in listed]
    assert not missing, "docs/promises.md does not have these sentences of the README:\n" + "\n".join(missing)


@pytest.mark.parametrize("article", sorted((REPOSITORY / "Sources").glob("*/*.docc/*.md")), ids=lambda path: path.name)
def test_every_article_that_says_something_has_its_promises(article: Path) -> None:
    document = str(article.relative_to(REPOSITORY))
    says_something = "## Overview" in article.read_text(encoding="utf-8")
    assert says_something == any(promise.document == document for promise in promises())


def test_what_is_said_about_security_is_shown_by_tests_that_are_there() -> None:
    text = SECURITY.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    statements = [row for row in rows if row not in ("| Statement | Shown by |", "|---|---|")]
    assert len(statements) > 20
    for statement in statements:
        assert re.search(r"\]\(Tests/", statement), statement
    others = r"\[[^\]]+\]\((?!Tests/)[^)]+\)"
    assert faults(SECURITY.parent, normalised(re.sub(others, "", text))) == []
