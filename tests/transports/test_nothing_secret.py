"""One secret, used in every way there is; then everything that others may read is searched for it."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from click.testing import CliRunner

from pyorch.cli import main
from pyorch.install import install
from tests.agents import AgentProcess, outcomes, trigger, until
from tests.conftest import CRON_DATABASE
from tests.http_receiver import Receiver
from tests.servers import Server

TOKEN = "sk_live_Zm9vYmFy0123456789/+abcdef"
SHAPES = (TOKEN, TOKEN.encode().hex(), base64.b64encode(TOKEN.encode()).decode(), quote(TOKEN, safe=""), TOKEN[:16])
SECRETIVE = {
    "log_statement": "all",
    "log_min_error_statement": "debug5",
    "log_parameter_max_length_on_error": "-1",
    "log_min_duration_statement": "0",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_utility": "on",
}


@pytest.fixture
def talkative(server: Server) -> Iterator[Server]:
    """A server of our own that logs every statement with its parameters, and has pg_stat_statements."""
    loaded = ",".join([*server.preloaded, "pg_stat_statements"])
    settings = SECRETIVE | {"shared_preload_libraries": f"'{loaded}'"}
    own = Server(server.version, settings=settings, in_memory=True)
    try:
        own.start()
        yield own
    finally:
        own.remove()


def set_endpoints(pyorch: object, receiver: Receiver) -> list[str]:
    """Endpoints that succeed, echo what they got, fail, refuse to listen, redirect, and one that cannot be sent."""
    common = {
        "max_attempts": 1,
        "every": "1 hour",
        "allow_http": True,
        "allow_private": True,
        "breaker": {"failures": 1000},
    }
    key = {"Authorization": "Bearer {{service_key}}", "apikey": "{{service_key}}"}
    urls = {
        "good": (receiver.url("/ok"), key),
        "echoes": (receiver.url("/echo?status=200"), key),
        "echoes-and-fails": (receiver.url("/echo?status=500"), key),
        "deaf": ("http://127.0.0.1:9/", key),
        "redirects": (receiver.url("/redirect/302?to=/echo"), key),
        "malformed": (receiver.url("/ok"), key | {"Content-Type": "text/{{service_key}}"}),
    }
    for name, (url, headers) in urls.items():
        options = [f"{option}={json.dumps(value)}" for option, value in (common | {"headers": headers}).items()]
        pyorch("endpoint", "set", name, "scraper", url, *itertools.chain(*(("--option", o) for o in options)))  # type: ignore[operator]
    return list(urls)


@pytest.mark.parametrize(
    "transport", ["agent", "direct", pytest.param("pg_net", marks=[pytest.mark.pg_net, pytest.mark.waits])]
)
def test_a_secret_is_nowhere_where_others_read(talkative: Server, receiver: Receiver, transport: str) -> None:
    dsn = talkative.dsn(CRON_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("create extension pg_stat_statements")
        for extension in talkative.preloaded:
            db.execute(f"create extension if not exists {extension} cascade")
    install(dsn)
    said: list[str] = []

    def pyorch(*words: str, stdin: str | None = None) -> None:
        result = CliRunner().invoke(main, ["--dsn", dsn, *words], input=stdin)
        said.append(result.stdout + result.stderr + str(result.exception))

    with psycopg.connect(dsn, autocommit=True) as db:
        agent = None
        if transport == "agent":
            agent = AgentProcess(dsn).ready()
        db.execute("update pyorch.job set enabled = false")
        pyorch("secret", "set", "service_key", stdin=TOKEN)
        pyorch("secret", "set", "bad name!", stdin=TOKEN)
        pyorch("secret", "set", "service_key", stdin=f"{TOKEN}\nX-Injected: 1")
        names = set_endpoints(pyorch, receiver)
        if transport == "direct":
            pyorch("trigger", "--direct", *names)
            ids = [row[0] for row in db.execute("select call_id from pyorch.call_log")]
        else:
            ids = list(itertools.chain(*(trigger(db, name) for name in names)))
            if transport == "pg_net":
                settled(db, ids)
        rows = outcomes(db, ids)
        assert [row[0] for row in rows if row[0] == "ok"] != []
        # it was really sent
        assert any(TOKEN in a["headers"].get("apikey", "") for a in receiver.arrivals())
        for words in (
            ("call", "list"),
            ("--json", "call", "list"),
            *(("call", "show", str(call)) for call in ids),
            ("endpoint", "list"),
            ("endpoint", "show", "echoes"),
            ("--json", "endpoint", "show", "echoes"),
            ("secret", "list"),
            ("status",),
            ("health",),
            ("verify",),
            ("run", "list"),
        ):
            pyorch(*words)
        # its jobs run in the database, too: what pg_cron keeps of them
        if "pg_cron" in talkative.preloaded and transport == "pg_net":
            db.execute("update pyorch.job set enabled = true")
            db.execute("select pyorch.reconcile_jobs()")
            until(lambda: db.execute("select count(*) > 1 from cron.job_run_details").fetchone() == (True,), 180)
        if agent is not None:
            assert agent.stop() == 0
            said.append("\n".join(agent.log))
        places = dict(tables(db)) | {"command line and agent": "\n".join(said), "server log": talkative.log.read_text()}
    found = {name for name, text in places.items() if any(shape in text for shape in SHAPES)}
    # the table that its owner alone reads; and with pg_net its own tables, which verify names
    assert found - {"net.http_request_queue", "net._http_response"} == {"pyorch.secret"}
    if transport == "pg_net":
        assert "pg_net is closed" in places["command line and agent"]
    # the search would have found it: everything that was done stands in these places
    assert "set_secret" in places["server log"] and "set_secret" in places["public.pg_stat_statements"]
    assert "echoes" in places["pyorch.call_log"]


def settled(db: psycopg.Connection, ids: list[int]) -> None:
    query = "select count(*) from pyorch.call_log where call_id = any(%s) and outcome is null"

    def none_open() -> bool:
        db.execute("select pyorch.settle()")
        return db.execute(query, (ids,)).fetchone() == (0,)

    until(none_open)


def tables(db: psycopg.Connection) -> Iterator[tuple[str, str]]:
    """Every table and view of every schema that is not Postgres's own, as text; and what sessions run."""
    relations = db.execute(
        "select oid::regclass::text, relnamespace::regnamespace::text || '.' || relname from pg_class"
        " where relkind in ('r', 'v', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
        " union all select 'pg_catalog.pg_stat_activity', 'pg_stat_activity'"
        " union all select 'pg_catalog.pg_proc', 'pg_proc'"
        " union all select 'pg_catalog.pg_description', 'pg_description'"
    ).fetchall()
    # pg_cron 1.4 is in pg_catalog's care, its tables are not
    for relation, name in relations:
        rows = db.execute(f"select r::text from {relation} r").fetchall()  # type: ignore[arg-type]
        yield name, "\n".join(row[0] or "" for row in rows)
