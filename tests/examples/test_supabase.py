"""examples/supabase: the configuration, the migrations as service_role uses them, and the edge function at work."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pyorch import install
from tests.conftest import ROOT
from tests.examples.postgrest import PostgREST

PROJECT = ROOT / "examples" / "supabase" / "supabase"
FUNCTION = PROJECT / "functions" / "process-import-queue-fast" / "index.ts"
KEY = "the key of the processor"
CALL = {"x-processor-key": KEY}
# the identity of an agent that the tests play
AGENT = "00000000-0000-0000-0000-000000000001"
ROLES = ("anon", "authenticated", "service_role")

Serve = Callable[[Path, dict[str, str]], tuple[str, int]]


def config() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "config.toml").read_text())


def test_the_wrappers_are_exposed_and_nothing_else_of_pyorch() -> None:
    assert "pyorch_api" in config()["api"]["schemas"]
    assert "pyorch" not in config()["api"]["schemas"]


def test_every_function_checks_its_own_key_so_the_gateway_asks_for_no_jwt() -> None:
    functions = [path.name for path in (PROJECT / "functions").iterdir() if not path.name.startswith("_")]
    assert functions
    assert {name: config()["functions"][name]["verify_jwt"] for name in functions} == dict.fromkeys(functions, False)


def test_the_seed_of_the_configuration_exists() -> None:
    assert [path for path in config()["db"]["seed"]["sql_paths"] if not (PROJECT / path).is_file()] == []


def test_no_migration_has_an_address_or_a_key() -> None:
    text = "".join(path.read_text() for path in (PROJECT / "migrations").glob("*.sql"))
    assert re.findall(r"https?://\S+|set_secret|set_variable", text) == []


@pytest.fixture
def project(empty_dsn: str) -> Iterator[str]:
    """A database as Supabase makes it, with the migrations run in order; yields its DSN."""
    migrations = {path.name: path.read_text() for path in (PROJECT / "migrations").glob("*.sql")}
    migrations["20260101000100_pyorch.sql"] = install.script({"worker_role": "service_role"})
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        for role in ROLES:
            db.execute(f"create role {role} nologin noinherit".encode())
        db.execute("alter role service_role bypassrls")
        db.execute("grant usage on schema public to anon, authenticated, service_role")
        # new functions are open to the API's roles there
        db.execute("alter default privileges grant execute on functions to anon, authenticated, service_role")
        for name in sorted(migrations):
            db.execute(migrations[name].encode())
        yield empty_dsn
        # roles belong to the whole server, which other tests share
        db.execute("drop owned by anon, authenticated, service_role")
        for role in ROLES:
            db.execute(f"drop role {role}".encode())


def test_the_lease_is_longer_than_any_wall_clock_and_max_busy_too(project: str) -> None:
    with psycopg.connect(project) as db:
        row = db.execute(
            "select q.lease > interval '400 seconds', e.max_busy > interval '400 seconds', e.max_busy < q.lease"
            " from pyorch.queue q join pyorch.endpoint e using (queue_id)"
        ).fetchone()
    assert row == (True, True, True)


def test_calls_are_refused_until_address_and_key_are_set(project: str) -> None:
    with psycopg.connect(project, autocommit=True) as db:
        db.execute("insert into public.import_queue (listing_url) values ('https://example.com/1')")
        db.execute("select pyorch._agent_beat(%s, '{}')", [AGENT])
        db.execute("select pyorch.orchestrate()")
        assert db.execute("select count(*) from pyorch._take_calls(%s, 10)", [AGENT]).fetchone() == (0,)
        assert db.execute("select distinct outcome from pyorch.call_log").fetchall() == [("refused",)]


@pytest.fixture
def pages() -> Iterator[str]:
    """Listing pages: /listings/N has a title, /broken/N answers 500."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<title>Car {self.path.rpartition('/')[2]}</title>".encode()
            self.send_response(500 if "/broken/" in self.path else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing for each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def call(address: tuple[str, int], headers: dict[str, str], body: dict[str, Any] | None = None) -> int:
    connection = http.client.HTTPConnection(*address, timeout=90)
    connection.request("POST", "/", json.dumps(body or {}), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def wait_for(db: psycopg.Connection, query: str, expected: list[tuple[Any, ...]]) -> None:
    until = time.monotonic() + 90
    while (seen := db.execute(query.encode()).fetchall()) != expected and time.monotonic() < until:
        time.sleep(0.05)
    assert seen == expected


@pytest.fixture
def edge(project: str, serve: Serve) -> Iterator[Callable[..., tuple[str, int]]]:
    """Start the edge function against the project, as service_role over PostgREST."""
    with PostgREST(project, "service_role", config()["api"]["schemas"]) as api:

        def start(**environment: str) -> tuple[str, int]:
            known = {"SUPABASE_URL": api.url, "SUPABASE_SERVICE_ROLE_KEY": "a.b.c", "PROCESSOR_KEY": KEY}
            return serve(FUNCTION, {**known, **environment})

        yield start


def test_a_caller_without_the_key_is_refused(edge: Callable[..., tuple[str, int]]) -> None:
    address = edge()
    assert call(address, {"pyorch-call": "1"}) == 401
    assert call(address, {"pyorch-call": "1", "x-processor-key": "another"}) == 401
    assert call(address, CALL) == 400


def test_it_answers_202_works_the_queue_off_and_finishes_its_call(
    project: str, pages: str, edge: Callable[..., tuple[str, int]]
) -> None:
    with psycopg.connect(project, autocommit=True) as db:
        urls = [f"{pages}/listings/{number}" for number in range(30)] + [f"{pages}/broken/1"]
        db.execute("insert into public.import_queue (listing_url) select unnest(%s::text[])", [urls])
        call_id = open_call(db)
        assert call(edge(), {**CALL, "pyorch-call": str(call_id)}, {"batch": "7"}) == 202
        wait_for(
            db,
            "select status, count(*) from public.import_queue group by status order by status",
            [("complete", 30), ("pending", 1)],
        )
        wait_for(
            db, f"select finished_at is not null, error from pyorch.call_log where call_id = {call_id}", [(True, None)]
        )
        assert db.execute("select count(*), count(distinct listing_url) from public.vehicles").fetchone() == (30, 30)
        # the one that failed waits for its next try, with the reason
        (reason,) = db.execute("select error_message from public.import_queue where status = 'pending'").fetchone() or (
            "",
        )
        assert "HTTP 500" in reason


def test_it_stops_before_the_wall_clock_gives_back_the_rest_and_finishes_its_call(
    project: str, pages: str, edge: Callable[..., tuple[str, int]]
) -> None:
    with psycopg.connect(project, autocommit=True) as db:
        db.execute("insert into public.import_queue (listing_url) values (%s)", [f"{pages}/listings/1"])
        call_id = open_call(db)
        # a wall clock that the reserve uses up: no time is left for any item
        assert call(edge(WALL_CLOCK_SECONDS="20"), {**CALL, "pyorch-call": str(call_id)}) == 202
        wait_for(db, f"select finished_at is not null from pyorch.call_log where call_id = {call_id}", [(True,)])
        assert db.execute("select status from public.import_queue").fetchall() == [("pending",)]


def open_call(db: psycopg.Connection) -> int:
    """Return a call as it is after its 202: sent, ended ok, busy."""
    db.execute("select pyorch.set_variable('functions_url', 'https://abcdefgh.supabase.co/functions/v1')")
    db.execute("select pyorch.set_secret('processor_key', %s)", [KEY])
    db.execute("select pyorch._agent_beat(%s, '{}')", [AGENT])
    row = db.execute("select pyorch.trigger('process-import-queue-fast')").fetchone()
    assert row is not None
    taken = db.execute("select call_id from pyorch._take_calls(%s, 10)", [AGENT]).fetchall()
    assert taken == [row]
    answers = json.dumps([{"call_id": row[0], "status_code": 202, "timed_out": False, "latency_ms": 20}])
    db.execute("select pyorch._report_calls(%s, %s)", [AGENT, answers])
    return int(row[0])
