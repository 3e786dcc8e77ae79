"""The code blocks of the README: each is run, or is a command that the tests run elsewhere."""

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_every_python_block_prints_what_it_says() -> None:
    session = "".join(code for language, code in BLOCKS if language == "python")
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    assert len(test.examples) > 10
    report: list[str] = []
    doctest.DocTestRunner().run(test, out=report.append)
    assert not report, "".join(report)


def test_every_command_is_one_of_ours() -> None:
    for language, code in BLOCKS:
        if language == "sh":
            for command in code.splitlines():
                script = ROOT / command.split()[0]
                assert command == "pip install ." or script.is_file(), command


def test_the_swift_blocks_are_those_that_the_swift_tests_compile_and_run() -> None:
    swift = "".join(code for language, code in BLOCKS if language == "swift")
    assert len(swift.splitlines()) > 20
    compiled = (ROOT / "Tests" / "SwiftBufEmbedTests" / "ReadmeTests.swift").read_text()
    compiled_lines = [line.strip() for line in compiled.splitlines()]
    for line in swift.splitlines():
        if line.strip() and not line.startswith(("import ", "let interpreter")):
            assert line.strip() in compiled_lines, line


def test_there_is_no_block_of_another_kind() -> None:
    assert {language for language, _ in BLOCKS} == {"swift", "python", "sh"}
