"""pyorch.harden: takes from PUBLIC what pg_net gave it, where we may."""

import psycopg
import pytest


def harden(db):
    return {r[0]: r[1] for r in db.execute("select object, done from pyorch.harden()").fetchall()}


def test_without_pg_net_there_is_nothing_to_do(db):
    assert harden(db) == {"pg_net": "not open"}


@pytest.mark.pg_net
def test_a_stranger_loses_everything_and_calls_go_on(cron_dsn):
    with psycopg.connect(cron_dsn, autocommit=True) as db, psycopg.connect(cron_dsn, autocommit=True) as stranger:
        db.execute("do $$ begin create role a_stranger; exception when duplicate_object then null; end $$")
        stranger.execute("set role a_stranger")
        # the exception that verify reports: until now he may read, forge and send
        stranger.execute("select headers from net.http_request_queue")
        done = harden(db)
        assert done["table net.http_request_queue"] == "revoked" and "not allowed" not in done.values()
        for query in (
            "select headers from net.http_request_queue",
            "select * from net._http_response",
            "insert into net._http_response (id) values (1)",
            "select net.http_get('http://127.0.0.1')",
            "select net.worker_restart()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stranger.execute(query)
        db.execute("select net.http_get('http://127.0.0.1:9/')")
        assert set(harden(db).values()) == {"not open"}
        # put the shared extension back as it was
        db.execute("drop extension pg_net cascade; create extension pg_net")


@pytest.mark.pg_net
def test_a_plain_owner_is_told_what_he_may_not_do(cron_dsn):
    with psycopg.connect(cron_dsn, autocommit=True) as db:
        db.execute("do $$ begin create role a_plain_owner; exception when duplicate_object then null; end $$")
        db.execute("alter function pyorch.harden() owner to a_plain_owner")
        rows = db.execute("select done, detail from pyorch.harden()").fetchall()
        assert {r[0] for r in rows} == {"not allowed"}
        assert all("revoke all on" in r[1] for r in rows)
        db.execute(
            "alter function pyorch.harden() owner to postgres; drop owned by a_plain_owner; drop role a_plain_owner"
        )
