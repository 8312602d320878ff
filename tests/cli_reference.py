"""Writes docs/cli.md from the commands' own help.  make reference"""

import sys
from pathlib import Path

import click

from pyorch.cli import main

TARGET = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 100
HELP = ["-h", "--help"]
SHARED = {"dsn", "as_json", "help"}


def text() -> str:
    """Return the page."""
    parts = [
        "# Command line",
        "",
        "Written by `make reference` from what each command says of itself (`-h`); do not edit.",
        "",
        "Each command takes `--dsn DSN` (else the `PG*` variables) and `--json`, before or after its name. Data goes"
        " to stdout, talk to stderr. Exit codes: 0 done, 1 failed or `verify` found something, 2 bad input.",
        "",
    ]
    for path, command in commands(main, ("pyorch",)):
        # -h as well: a command keeps the help option of whoever asks it first
        context = click.Context(
            command, info_name=path[-1], terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=HELP
        )
        if isinstance(command, click.Group):
            parts += [f"## {' '.join(path)}", "", summary(command), ""]
            continue
        parts += [f"{'##' if len(path) == 2 else '###'} {' '.join(path)}", "", "```", usage(context, path), "```", ""]
        parts += [summary(command), "", *options(command, context)]
        parts += ["```sh", example(command), "```", ""]
    return "\n".join(parts)


def commands(group: click.Group, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    """Return all commands with their path, groups before their members."""
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name in sorted(group.commands):
        command = group.commands[name]
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


def usage(context: click.Context, path: tuple[str, ...]) -> str:
    """Return the usage line."""
    return " ".join([*path, *context.command.collect_usage_pieces(context)])


def summary(command: click.Command) -> str:
    """Return the help without its example, paragraphs on one line each."""
    body = (command.help or "").split("Example:")[0].strip()
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in body.split("\n\n"))


def example(command: click.Command) -> str:
    """Return the command of the example."""
    return (command.help or "").split("Example:")[1].strip()


def options(command: click.Command, context: click.Context) -> list[str]:
    """Return the options of its own as a list."""
    rows = []
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and parameter.name not in SHARED and record:
            rows.append(f"- `{record[0]}` {record[1]}")
    return [*rows, ""] if rows else []


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text())
    sys.stdout.write(f"written: {TARGET}\n")
