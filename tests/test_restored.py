"""A dump restored elsewhere does not fire until it is adopted."""

from __future__ import annotations

import subprocess
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.orch import call, orchestrate


@pytest.fixture
def restored(db, dsn, empty_dsn, server):
    """A session in a copy of a database with work for a processor."""
    db.execute("create table public.items (id bigint generated always as identity primary key, status text)")
    db.execute("insert into public.items (status) select 'pending' from generate_series(1, 5)")
    db.execute("select pyorch.attach_queue('items', 'public.items')")
    db.execute(
        "select pyorch.set_endpoint('drain', 'processor', 'http://127.0.0.1:9/', %s)",
        [Jsonb({"queue": "items", "allow_http": True, "allow_private": True})],
    )
    orchestrate(db)
    pg_dump = Path(server.psql_path).with_name("pg_dump")
    if not pg_dump.exists():
        pytest.skip("this PostgreSQL comes without pg_dump")
    dump = subprocess.run([pg_dump, dsn], capture_output=True, text=True, check=True).stdout
    server.psql(empty_dsn, "-1", stdin=dump)
    with psycopg.connect(empty_dsn, autocommit=True) as copy:
        copy.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
        yield copy


def test_it_decides_and_sends_nothing_and_says_why(restored):
    answer = call(restored)
    assert answer["processors_triggered"] == []
    assert answer["success"] is False
    assert "pyorch.adopt()" in answer["errors"][0]["hint"]
    assert restored.execute("select count(*) from pyorch.call").fetchone() == (0,)
    assert ("critical", "identity_mismatch") in restored.execute("select severity, code from pyorch.health").fetchall()
    checks = restored.execute('select "check", state from pyorch._checks()').fetchall()
    assert ("identity", "failed") in checks


def test_claims_go_on_in_the_copy(restored):
    assert len(restored.execute("select * from pyorch.claim('items', 'w', 2)").fetchall()) == 2


def test_after_adopt_all_runs(restored):
    restored.execute("select pyorch.adopt()")
    assert orchestrate(restored)["processors_triggered"] == ["drain"]
