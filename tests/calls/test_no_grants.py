"""Who was granted nothing reads nothing and starts nothing: every relation and routine of ours is really tried."""

from __future__ import annotations

import itertools
import json

import psycopg
import pytest
from psycopg import sql

from pyorch.evidence import open_net

TOKEN = "sk_live_0123456789abcdef"
PRIVATE = "nobody-else-reads-this"
SCHEMAS = "('pyorch'::regnamespace, 'pyorch_api'::regnamespace)"
# by type: values with which a call would be started, read or ended if that was allowed
VALUES = {
    "text": ["scrape", "process", "work", "service_key", "scraper"],
    "bigint": ["1", "2"],
    "integer": ["1"],
    "jsonb": ["{}", "[]"],
    "uuid": ["00000000-0000-0000-0000-00000000beef"],
    "text[]": ["{work}"],
    "timestamp with time zone": ["2026-03-01 12:00:00+00"],
    "interval": ["1 minute"],
    "boolean": ["true"],
    "double precision": ["1"],
    "regclass": ["public.work"],
    "oid": ["0"],
    "inet": ["127.0.0.1"],
    "bytea": ["x"],
    "bigint[]": ["{1,2}"],
    "integer[]": ["{1}"],
    "jsonb[]": ["{}"],
}
AGENT = VALUES["uuid"][0]


@pytest.fixture
def ledger(world):
    """Secrets, headers and bodies in every place where they can stand: endpoints, waiting, sent and ended calls."""
    world.agent = AGENT
    world.one("select pyorch.set_secret('service_key', %s)", TOKEN)
    world.queue(items=50)
    world.one("select pyorch.alter_queue('work', '{\"rpc\": true}')")
    options = {"headers": {"apikey": "{{service_key}}", "x-own": PRIVATE}, "body": {"own": PRIVATE}}
    world.processor(**options, max_in_flight=100, signing_secrets=["service_key"])
    world.scraper(**options, max_in_flight=100)
    world.beat()
    world.one("select pyorch.trigger('scrape', %s)", json.dumps({"given": PRIVATE}))
    world.send(500, head=f"you sent {TOKEN}")
    world.tick()
    world.take(1)
    assert TOKEN in world.one("select string_agg(value, '') from pyorch.secret")
    return world


def as_role(connect, role):
    session = connect()
    session.execute(f"set role {role}")
    # a routine that waits would wait for ever: ticks loop, claims may block
    session.execute("set statement_timeout = '3s'")
    return session


def stranger(world):
    """A role that nobody granted anything, except that it may look into our schemas: no right hides behind that."""
    world.db.execute("do $$ begin create role a_stranger; exception when duplicate_object then null; end $$")
    world.db.execute("grant usage on schema pyorch, pyorch_api to a_stranger")
    return "a_stranger"


def relations(world):
    return world.rows(
        "select oid::regclass::text as name, relkind::text as kind from pg_class"
        f" where relnamespace in {SCHEMAS} and relkind in ('r', 'p', 'v', 'm', 'S', 'f')"
    )


def routines(world):
    """Every function and procedure that can be called at all, with the types of what goes in."""
    return world.rows(
        "select p.oid, n.nspname as schema, p.proname as bare, p.prokind::text as kind,"
        " array(select format_type(t, null) from unnest(p.proargtypes) t) as types"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        f" where pronamespace in {SCHEMAS} and prorettype <> 'trigger'::regtype"
    )


def calls_of(routine):
    """Statements that call a routine: with nulls alone, and with each combination of plausible values (some)."""
    name = sql.Identifier(routine["schema"], routine["bare"])
    verb = "call {}({})" if routine["kind"] == "p" else "select * from {}({})"
    choices = [[sql.Literal(v) for v in VALUES.get(t, [])] or [sql.NULL] for t in routine["types"]]
    nulls = tuple(sql.NULL for _ in choices)
    for values in [nulls, *itertools.islice(itertools.product(*choices), 30)]:
        typed = [
            sql.SQL("{}::{}").format(value, sql.SQL(kind)) for value, kind in zip(values, routine["types"], strict=True)
        ]
        yield sql.SQL(verb).format(name, sql.SQL(", ").join(typed))


def state(world):
    """All that must not change: calls, and what is out."""
    return world.rows("select call_id, outcome, sent_at, finished_at, attempt from pyorch.call_log order by call_id")


def test_a_stranger_may_neither_read_nor_write_any_relation(ledger, connect):
    session = as_role(connect, stranger(ledger))
    found = relations(ledger)
    assert len(found) > 30
    for relation in found:
        verbs = ["select * from {}"]
        if relation["kind"] in "rp":
            verbs += ["insert into {} default values", "delete from {}", "truncate {}"]
        for verb in verbs:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(verb.format(relation["name"]))
        if relation["kind"] != "S":
            assert not ledger.one("select has_any_column_privilege('a_stranger', %s, 'select')", relation["name"])


def test_a_stranger_may_execute_no_routine(ledger, connect):
    session = as_role(connect, stranger(ledger))
    before = state(ledger)
    found = routines(ledger)
    assert len(found) > 200
    for routine in found:
        # with values: of a strict function that gets a null, nobody is asked whether he may execute it
        *_, statement = calls_of(routine)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=f"permission denied for .* {routine['bare']}$"):
            session.execute(statement)
    assert state(ledger) == before


@pytest.mark.parametrize("role", ["pyorch_viewer", "pyorch_worker", "pyorch_operator"])
def test_what_a_role_may_read_or_execute_shows_no_secret_no_header_and_no_body(ledger, connect, role):
    session = as_role(connect, role)
    said, read, ran = [], [], []
    for relation in relations(ledger):
        try:
            said += session.execute(f"select * from {relation['name']}").fetchall()
            read.append(relation["name"])
        except psycopg.errors.InsufficientPrivilege:
            pass
    before = state(ledger)
    for routine in routines(ledger):
        if not ledger.one("select has_function_privilege(%s, %s::oid, 'execute')", role, routine["oid"]):
            continue
        # a viewer and a worker try all they may; an operator may start calls, and is only asked what he can read
        if role == "pyorch_operator" and routine["bare"] not in ("secret_names", "version", "explain_item"):
            continue
        for statement in calls_of(routine):
            try:
                cursor = session.execute(statement)
                said += cursor.fetchall() if cursor.description else []
                ran.append(routine["bare"])
            except psycopg.Error as error:
                said.append((str(error), error.diag.context, error.diag.message_detail))
    text = str(said)
    assert TOKEN not in text and TOKEN[:12] not in text
    assert PRIVATE not in text
    started = [row for row in state(ledger) if row["call_id"] not in {b["call_id"] for b in before}]
    assert started == []
    # it was not in vain
    assert ran != []
    assert role == "pyorch_worker" or "pyorch.call_log" in read


@pytest.mark.pg_net
def test_pg_nets_own_tables_are_the_exception_and_verify_says_so(cron_dsn):
    with psycopg.connect(cron_dsn, autocommit=True) as db, psycopg.connect(cron_dsn) as locker:
        db.execute("select pyorch.set_secret('service_key', %s)", [TOKEN])
        options = {"headers": {"apikey": "{{service_key}}"}, "allow_http": True, "allow_private": True}
        db.execute("select pyorch.set_endpoint('e', 'scraper', 'http://127.0.0.1:9/', %s)", [json.dumps(options)])
        # its worker cannot begin a batch, so that the request waits where it can be seen
        locker.execute("lock table net._http_response in access exclusive mode")
        db.execute("select pyorch.trigger('e')")
        db.execute("do $$ begin create role a_stranger; exception when duplicate_object then null; end $$")
        db.execute("set role a_stranger")
        seen = db.execute("select headers ->> 'apikey' from net.http_request_queue").fetchall()
        db.execute("reset role")
        assert seen == [(TOKEN,)]
        [check] = open_net(db)
        assert (check.check, check.state) == ("pg_net is closed", "warning")
        assert "net._http_response" in check.seen
        assert "pyorch harden" in check.todo
        locker.rollback()
