"""What README, docs and examples tell to type can be typed: every `pyorch …` line parses."""

import re
import shlex
from pathlib import Path

import click
import pytest

from pyorch.cli import main

ROOT = Path(__file__).parent.parent.parent
FILES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md")),
         *sorted((ROOT / "examples").rglob("*.yml"))]  # fmt: skip


def lines(file: Path) -> list[str]:
    """Command lines: in fenced blocks (with or without `$ `), in `run:` keys of YAML, and in `inline code`."""
    text = file.read_text().replace("\\\n", " ")
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    found = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    found += re.findall(r"^\s*(?:#\s*)?(?:- )?run: (.*)$", text, re.MULTILINE)
    found += re.findall(r"(?<!`)`(pyorch [^`\n]+)`", text)
    return [line for line in found if line.startswith("pyorch ") and line.isascii() and "[OPTIONS]" not in line]


CASES = [(file, line) for file in FILES for line in dict.fromkeys(lines(file))]


@pytest.mark.parametrize(("file", "line"), CASES, ids=[f"{file.name}: {line}" for file, line in CASES])
def test_a_command_in_a_document_parses(file, line):
    try:
        words = shlex.split(re.split(r" [|<>] |  +#| && ", line)[0], comments=True)[1:]
    except ValueError as error:
        pytest.fail(f"{file}: {line}: {error}")
    command: click.Command = main
    context = click.Context(main, **main.context_settings)
    while words and words[0] in ("--dsn", "--json"):
        words = words[1 if words[0] == "--json" else 2 :]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{file}: {line}: no such command"
        command = found
    # a name alone, in running text, is no complete command
    if words and not isinstance(command, click.Group):
        command.make_context(command.name, words, parent=context)


def test_there_are_such_lines():
    assert len(CASES) > 30
