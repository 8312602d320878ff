"""The command line as a user runs it, on a database that `pyorch install` made."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from pyorch.cli import main
from pyorch.install import install
from tests.conftest import fresh_database
from tests.servers import Server

# checks that fail as long as nobody ticks and nobody carries: on every fresh installation
NOBODY = {"scheduler", "transport", "ticks are fresh", "health: no_scheduler auto"}
TEMPLATE = "pyorch_installed"


class Shell:
    """Runs commands against one database and keeps what they said."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def __call__(self, line: str, *more: str, exit_code: int | None = 0, stdin: str | None = None) -> Result:
        """Run a command line; `more` are further arguments, taken as they are. None: any exit code."""
        result = CliRunner().invoke(main, ["--dsn", self.dsn, *shlex.split(line), *more], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert exit_code is None or result.exit_code == exit_code, f"{line}: {result.stdout}\n{result.stderr}"
        return result

    def json(self, line: str, *more: str, exit_code: int | None = 0) -> Any:
        """Run it with --json; return the parsed answer."""
        return json.loads(self(f"--json {line}", *more, exit_code=exit_code).stdout)


@pytest.fixture(scope="session")
def installed_template(server: Server) -> str:
    """Name of a database made by `pyorch install`, to be cloned."""
    server.psql("postgres", "-c", f"create database {TEMPLATE}")
    install(server.dsn(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def installed_dsn(server: Server, installed_template: str) -> Iterator[str]:
    """Connection string of a fresh database that `pyorch install` made; it belongs here (its identity is adopted)."""
    with fresh_database(server, installed_template) as dbname:
        with psycopg.connect(server.dsn(dbname), autocommit=True) as fresh:
            fresh.execute("select pyorch.adopt()")
        yield server.dsn(dbname)


@pytest.fixture
def shell(installed_dsn: str) -> Shell:
    """Run commands against a fresh installation."""
    return Shell(installed_dsn)


@pytest.fixture
def app(installed_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection (autocommit) to the same database, as the application has one."""
    with psycopg.connect(installed_dsn, autocommit=True) as connection:
        yield connection


IMPORTS = """
create table public.imports (
  id bigint generated always as identity primary key,
  payload jsonb not null default '{}',
  status text not null default 'pending',
  attempts int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  locked_at timestamptz
);
insert into public.imports (payload) select jsonb_build_object('n', n) from generate_series(1, 5) n;
"""


@pytest.fixture
def imports(app: psycopg.Connection[Any]) -> str:
    """A table of the user's with five pending items; returns its name."""
    app.execute(IMPORTS)
    return "public.imports"
