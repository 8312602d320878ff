"""Fixtures: one real server per session, one cloned database per test, a fake clock, the database of pg_cron."""

from __future__ import annotations

import contextlib
import itertools
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from pytest_postgresql.janitor import DatabaseJanitor

from tests.servers import CRON_DATABASE, NoServerError, Server

ROOT = Path(__file__).parent.parent
INSTALL = ROOT / "sql" / "install.sql"
TEMPLATE = "pyorch_template"
CLOCK_START = "2026-03-01 12:00:00+00"

# the same examples in each run, however slow the machine; torture looks for new ones
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("steady")

Connect = Callable[..., psycopg.Connection]
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pg", type=int, default=18, help="major version of PostgreSQL to test on (default: 18)")


def pytest_configure(config: pytest.Config) -> None:
    # a polite end of a job (timeout, CI cancel) cleans up just as Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_report_header(config: pytest.Config) -> str:
    return f"PostgreSQL: {config.getoption('--pg')}"


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The server of this session: .version, .has(extension), .host, .port, .dsn(dbname), .psql(dbname, …)."""
    version = request.config.getoption("--pg")
    try:
        # what `-m torture` does to it may be larger than memory
        running = Server(version, in_memory="not torture" in request.config.getoption("markexpr"))
    except NoServerError as why:
        pytest.exit(str(why), returncode=4)
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture(autouse=True)
def _skip_without_extension(request: pytest.FixtureRequest) -> None:
    """Skip a test marked pg_cron or pg_net where this server has it not, and say so."""
    for extension in ("pg_cron", "pg_net"):
        if request.node.get_closest_marker(extension) is not None:
            here: Server = request.getfixturevalue("server")
            if not here.has(extension):
                pytest.skip(f"{extension} is not installed on this PostgreSQL {here.version}")


@contextlib.contextmanager
def fresh_database(server: Server, template: str | None = None) -> Iterator[str]:
    """Make a database of our own, a clone of `template` if named, and drop it at the end; gives its name."""
    dbname = f"t{next(_numbers)}"
    with DatabaseJanitor(user=server.user, host=server.host, port=server.port, dbname=dbname, template_dbname=template):
        yield dbname
        _await_end_of_sessions(server, dbname)


def _await_end_of_sessions(server: Server, dbname: str) -> None:
    """End what is still connected and wait for it: a drop that meets a session, though it is ending, sleeps 0.1 s."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as db:
        db.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [dbname])
        until = time.monotonic() + 90
        connected = "select exists (select from pg_stat_activity where datname = %s)"
        while time.monotonic() < until and db.execute(connected, [dbname]).fetchone() == (True,):
            time.sleep(0.002)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """Name of a database with pyorch, made by psql from sql/install.sql alone, to be cloned."""
    server.psql("postgres", "-c", f"create database {TEMPLATE}")
    server.psql(TEMPLATE, "-1", "-f", INSTALL)
    return TEMPLATE


@pytest.fixture
def dsn(server: Server, template: str) -> Iterator[str]:
    """Connection string of a fresh database that has pyorch."""
    with fresh_database(server, template) as dbname:
        yield server.dsn(dbname)


@pytest.fixture
def empty_dsn(server: Server) -> Iterator[str]:
    """Connection string of a fresh database without pyorch."""
    with fresh_database(server) as dbname:
        yield server.dsn(dbname)


@pytest.fixture
def plain_dsn(server: Server, empty_dsn: str) -> Iterator[str]:
    """As empty_dsn, but connecting as the database's plain owner: no superuser, no createrole, no create on public."""
    database = empty_dsn.rpartition("dbname=")[2]
    server.psql("postgres", "-c", "create role plain_owner login")
    server.psql("postgres", "-c", f"alter database {database} owner to plain_owner")
    server.psql(database, "-c", "alter schema public owner to postgres")
    yield empty_dsn.replace("user=postgres", "user=plain_owner")
    server.psql("postgres", "-c", f"alter database {database} owner to postgres")
    server.psql(database, "-c", "drop owned by plain_owner cascade", "-c", "drop role plain_owner")


class Sessions:
    """The open connections of one test; called, it opens a further one (autocommit)."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.opened: list[psycopg.Connection] = []

    def __call__(self, dsn: str | None = None, **options: object) -> psycopg.Connection:
        """Connect to the test's database, or to `dsn`; options as of psycopg.connect, e.g. user='pyorch_worker'."""
        options.setdefault("autocommit", True)
        connection = psycopg.connect(dsn or self.dsn, **options)  # type: ignore[arg-type]
        self.opened.append(connection)
        return connection

    def close(self) -> None:
        for connection in self.opened:
            connection.close()


@pytest.fixture
def connect(dsn: str) -> Iterator[Sessions]:
    """Factory of connections to the test's database."""
    sessions = Sessions(dsn)
    yield sessions
    sessions.close()


@pytest.fixture
def db(connect: Sessions) -> psycopg.Connection:
    """One autocommit connection to the test's database; rows are tuples."""
    return connect()


class Clock:
    """The fake time of one test's database, for sessions open now and opened later (the CLI's and agent's, too).

    A session in the middle of a statement gets the new time after it; a rollback takes a session back to the time at
    which its transaction began.
    """

    def __init__(self, connect: Sessions) -> None:
        self._connect = connect
        self._admin = psycopg.connect(connect.dsn, autocommit=True)
        self._admin.execute("insert into pyorch.fake_clock values (true) on conflict do nothing")
        self.now = CLOCK_START
        self.set(CLOCK_START)

    def set(self, moment: object) -> str:
        """Set the time: a datetime, or anything that PostgreSQL reads as timestamptz. Returns it as text."""
        return self._move("select %s::timestamptz::text", moment)

    def advance(self, interval: str) -> str:
        """Move on by an interval such as '5 minutes' (negative: back). Returns the new time as text."""
        return self._move("select (%s::timestamptz + %s::interval)::text", self.now, interval)

    def _move(self, query: str, *values: object) -> str:
        row = self._admin.execute(query, [str(value) for value in values]).fetchone()
        assert row is not None
        self.now = row[0]
        database = sql.Identifier(self._admin.info.dbname)
        self._admin.execute(
            sql.SQL("alter database {} set pyorch.fake_now = {}").format(database, sql.Literal(self.now))
        )
        for session in self._connect.opened:
            if not session.closed and session.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
                session.execute("select set_config('pyorch.fake_now', %s, false)", [self.now])
        return self.now

    def close(self) -> None:
        self._admin.close()


@pytest.fixture
def clock(connect: Sessions) -> Iterator[Clock]:
    """Stop the clock of the test's database at CLOCK_START; clock.set(t), clock.advance('5 minutes'), clock.now."""
    stopped = Clock(connect)
    yield stopped
    stopped.close()


def _clean_cron_database(server: Server) -> None:
    """Bring the database of pg_cron and pg_net back to a bare one with both extensions.

    It cannot be dropped: the launcher of pg_cron 1.4 does not survive being terminated, nor does it reconnect. So jobs
    first, then the sessions that jobs and tests left, then everything that is not of an extension.
    """
    with psycopg.connect(server.dsn(CRON_DATABASE), autocommit=True) as db:
        if "pg_cron" in server.preloaded:
            # not in public, which is dropped below: the launcher goes silent when its tables are made anew
            db.execute("create extension if not exists pg_cron schema pg_catalog")
        for extension in server.preloaded:
            db.execute(sql.SQL("create extension if not exists {} cascade").format(sql.Identifier(extension)))
        if "pg_cron" in server.preloaded:
            db.execute("delete from cron.job")
        db.execute(
            "select pg_terminate_backend(pid, 60000) from pg_stat_activity"
            " where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        if "pg_cron" in server.preloaded:
            db.execute("delete from cron.job_run_details")
        if "pg_net" in server.preloaded:
            db.execute("delete from net.http_request_queue")
            db.execute("delete from net._http_response")
        schemas = db.execute(
            "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
            " and oid not in (select objid from pg_depend where classid = 'pg_namespace'::regclass"
            "                 and deptype = 'e')"
            " and oid not in (select extnamespace from pg_extension where extname in ('pg_cron', 'pg_net')"
            "                 and nspname <> 'public')"
        ).fetchall()
        for (schema,) in schemas:
            db.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
        db.execute("create schema public authorization pg_database_owner")
        db.execute("grant usage on schema public to public")
        db.execute(sql.SQL("alter database {} reset all").format(sql.Identifier(CRON_DATABASE)))
        for extension in server.preloaded:
            db.execute(sql.SQL("create extension if not exists {} cascade").format(sql.Identifier(extension)))


@pytest.fixture
def bare_cron_dsn(server: Server) -> Iterator[str]:
    """The one database where the real pg_cron and pg_net work (both created), without pyorch."""
    if not server.preloaded:
        pytest.skip(f"neither pg_cron nor pg_net is installed on this PostgreSQL {server.version}")
    _clean_cron_database(server)
    yield server.dsn(CRON_DATABASE)
    _clean_cron_database(server)


@pytest.fixture
def cron_dsn(server: Server, bare_cron_dsn: str) -> str:
    """The same with pyorch installed from sql/install.sql. No jobs are scheduled yet."""
    server.psql(CRON_DATABASE, "-1", "-f", INSTALL)
    return bare_cron_dsn
