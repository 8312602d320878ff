"""Who may import what: the arrows of the architecture."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pyorch"
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def importers(module: str) -> set[str]:
    """The files of the package that import a module or something below it."""
    return {
        str(file.relative_to(PACKAGE))
        for file in FILES
        if any(name == module or name.startswith(module + ".") for name in imported(file))
    }


def outside_cli(files: set[str]) -> set[str]:
    return {name for name in files if not name.startswith("cli/")}


def test_nobody_but_the_command_line_imports_click():
    assert outside_cli(importers("click")) == set()


def test_nobody_imports_the_command_line():
    assert outside_cli(importers("pyorch.cli")) == {"__main__.py"}


def test_only_migrate_runs_alembic_and_only_ops_is_for_revisions():
    assert importers("alembic.command") == importers("alembic.config") == {"migrate.py"}
    assert importers("alembic.op") == {"ops.py"}


def test_only_usersql_parses_sql():
    assert importers("sqlglot") == {"usersql.py"}


@pytest.mark.parametrize("module", ["render.py", "audit.py", "usersql.py", "cron.py"])
def test_what_judges_or_prints_does_not_connect(module):
    assert "pyorch.db" not in imported(PACKAGE / module)


def test_psycopg_connects_in_one_place():
    calls = {
        str(file.relative_to(PACKAGE))
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "connect" and ast.unparse(node.value).startswith("psycopg")
    }
    assert outside_cli(calls) - {"db.py"} <= {name for name in calls if name.startswith(("agent/", "demo"))}
