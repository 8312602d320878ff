"""Every command explains itself, by an example that its own parser takes."""

import shlex

import click
import pytest
from click.testing import CliRunner

from pyorch.cli import main


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """All commands by their full name, groups included."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        full = (*path, name)
        found[" ".join(full)] = command
        if isinstance(command, click.Group):
            found |= commands(command, full)
    return found


ALL = commands()


@pytest.mark.parametrize("name", ALL)
def test_commands_have_help_and_example(name):
    command = ALL[name]
    assert command.help and command.help.strip().splitlines()[-1].strip().startswith("Example: pyorch ")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_shown_without_a_database(name, flag):
    result = CliRunner().invoke(main, [*name.split(), flag])
    assert result.exit_code == 0 and "Example: pyorch " in result.stdout


@pytest.mark.parametrize("name", ALL)
def test_the_example_parses(name):
    line = ALL[name].help.strip().splitlines()[-1].strip().removeprefix("Example: pyorch ")
    words = shlex.split(line.split(" | ")[0].split(" > ")[0].split(" < ")[0])
    group, context = main, click.Context(main, **main.context_settings)
    while words[0].startswith("--"):
        words = words[2:]
    while isinstance(group, click.Group):
        group = group.get_command(context, words.pop(0))
        assert group is not None, line
    assert group.name == name.split()[-1] or isinstance(ALL[name], click.Group)
    group.make_context(group.name, words, parent=context)


def test_an_unknown_command_is_bad_input():
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2
