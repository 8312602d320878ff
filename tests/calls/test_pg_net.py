"""The real pg_net: hand-over in the deciding transaction, settling by id and epoch, and its odd ways to fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tests.http_receiver import Receiver

pytestmark = pytest.mark.pg_net
LOCAL = {"allow_http": True, "allow_private": True}


@pytest.fixture(scope="module")
def receiver_process() -> Iterator[Receiver]:
    with Receiver.start() as running:
        yield running


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    receiver_process.reset()
    return receiver_process


@pytest.fixture
def net(cron_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(cron_dsn, autocommit=True, row_factory=dict_row) as db:
        db.execute("select net.worker_restart()")
        yield db


def endpoint(db: psycopg.Connection, name: str, url: str, **options: Any) -> None:
    db.execute(
        "select pyorch.set_endpoint(%s, 'scraper', %s, %s)",
        [name, url, Jsonb({"max_attempts": 1, "max_in_flight": 1000, **LOCAL, **options})],
    )


def trigger(db: psycopg.Connection, name: str) -> int:
    return db.execute("select pyorch.trigger(%s) as id", [name]).fetchone()["id"]


def call(db: psycopg.Connection, number: int) -> dict[str, Any]:
    return db.execute("select * from pyorch.call_log where call_id = %s", [number]).fetchone()


def settled(db: psycopg.Connection, number: int, seconds: float = 90) -> dict[str, Any]:
    """Settle until the call has an outcome."""
    until(lambda: db.execute("select pyorch.settle()") and call(db, number)["outcome"], seconds)
    return call(db, number)


def until(look: Callable[[], Any], seconds: float = 90) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def test_without_an_agent_pg_net_carries_the_call(net, receiver):
    endpoint(net, "e", receiver.url("/echo"), headers={"X-Key": "{{key}}"})
    net.execute("select pyorch.set_secret('key', 'its-value')")
    row = settled(net, trigger(net, "e"))
    assert (row["transport"], row["outcome"], row["status_code"]) == ("pg_net", "ok", 200)
    (arrival,) = receiver.arrivals()
    assert arrival["headers"]["x-key"] == "its-value"
    assert arrival["headers"]["idempotency-key"] == row["idempotency_key"]
    assert row["answer_head"].startswith('{"method": "POST"') and "its-value" not in row["answer_head"]


def test_a_call_that_is_rolled_back_is_never_sent(net, receiver):
    endpoint(net, "e", receiver.url())
    with pytest.raises(ZeroDivisionError), net.transaction():
        trigger(net, "e")
        raise ZeroDivisionError
    settled(net, trigger(net, "e"))
    assert len(receiver.arrivals()) == 1
    assert net.execute("select count(*) as n from pyorch.call_log").fetchone()["n"] == 1


def test_a_live_agent_wins_and_the_setting_wins_over_both(net, receiver):
    endpoint(net, "e", receiver.url())
    net.execute("select pyorch._agent_beat(gen_random_uuid(), '{}')")
    assert call(net, trigger(net, "e"))["transport"] is None
    net.execute('select pyorch.configure(\'{"transport": "pg_net"}\')')
    assert call(net, trigger(net, "e"))["transport"] == "pg_net"


def test_what_was_decided_for_an_agent_that_is_gone_goes_by_pg_net(net, receiver):
    endpoint(net, "e", receiver.url())
    agent = net.execute("select gen_random_uuid() as id").fetchone()["id"]
    net.execute("select pyorch._agent_beat(%s, '{}')", [agent])
    number = trigger(net, "e")
    net.execute("select pyorch._agent_leave(%s)", [agent])
    net.execute("select pyorch._dispatch('scraper', null, null)")
    assert settled(net, number)["transport"] == "pg_net"


def test_get_and_delete_are_carried_and_put_is_refused(net, receiver):
    for method in ("GET", "DELETE", "PUT"):
        endpoint(net, method, receiver.url("/echo"), method=method)
    rows = {method: settled(net, trigger(net, method)) for method in ("GET", "DELETE", "PUT")}
    assert [a["method"] for a in receiver.arrivals()] == ["GET", "DELETE"]
    assert rows["PUT"]["outcome"] == "refused" and "pg_net cannot PUT" in rows["PUT"]["error"]


def test_what_pg_net_does_not_take_is_refused_without_the_secret_in_the_reason(net, receiver):
    endpoint(net, "e", receiver.url(), headers={"Content-Type": "text/{{key}}"})
    net.execute("select pyorch.set_secret('key', 'its-value')")
    row = settled(net, trigger(net, "e"))
    assert row["outcome"] == "refused" and "its-value" not in row["error"]


def dispatch(db: psycopg.Connection, kind: str = "scraper") -> dict[str, Any]:
    return db.execute("select pyorch._dispatch(%s, null, null) as done", [kind]).fetchone()["done"]


def refusals(db: psycopg.Connection) -> list[str]:
    return [r["error"] for r in db.execute("select error from pyorch.call_log where outcome = 'refused'").fetchall()]


def test_what_pg_net_does_not_take_is_recorded_once_and_goes_out_in_the_same_slot_when_it_does(net, receiver):
    endpoint(net, "e", receiver.url(), method="PUT", every="1 day", max_in_flight=3)
    why = "pg_net cannot PUT: only GET, POST, DELETE"
    for _ in range(3):
        done = dispatch(net)
        assert (done["triggered"], done["skipped"]) == ([], [{"endpoint": "e", "why": "refused: " + why}])
    assert refusals(net) == [why]
    assert net.execute("select refused_why from pyorch.endpoint_status").fetchone()["refused_why"] == why
    endpoint(net, "e", receiver.url(), method="POST", every="1 day", max_in_flight=3)
    assert dispatch(net)["triggered"] == ["e"]
    assert net.execute("select refused_why from pyorch.endpoint_status").fetchone()["refused_why"] is None
    assert dispatch(net)["triggered"] == []


def test_items_of_a_push_that_pg_net_does_not_take_are_given_back_unharmed(net, receiver):
    net.execute("select pyorch.create_queue('q')")
    net.execute("select pyorch.enqueue('q', '1')")
    options = {"queue": "q", "mode": "push", "method": "PUT", **LOCAL}
    net.execute("select pyorch.set_endpoint('p', 'processor', %s, %s)", [receiver.url(), Jsonb(options)])
    for _ in range(2):
        dispatch(net, "processor")
    assert len(refusals(net)) == 1
    assert net.execute("select attempt from pyorch.claim('q', 'w')").fetchone()["attempt"] == 1


@pytest.fixture
def half_taken(net, receiver):
    """A processor `p` with two calls a decision and a rate; pg_net takes only those whose ids are odd."""
    net.execute("select pyorch.create_queue('q')")
    net.execute("select pyorch.enqueue('q', '1') from generate_series(1, 20)")
    options = {"queue": "q", "batch_size": 1, "max_in_flight": 2, "rate": "4/day", "headers": {"X-Call": "{{call_id}}"}}
    net.execute("select pyorch.set_endpoint('p', 'processor', %s, %s)", [receiver.url(), Jsonb(options | LOCAL)])
    net.execute("create function net.no() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$")
    net.execute(
        "create trigger no before insert on net.http_request_queue for each row"
        " when ((new.headers ->> 'X-Call')::bigint % 2 = 0) execute function net.no()"
    )
    yield net
    net.execute("drop function if exists net.no() cascade")


def decide_and_finish(db: psycopg.Connection) -> list[str]:
    triggered = dispatch(db, "processor")["triggered"]
    db.execute("select pyorch.finish_call(call_id) from pyorch.live_call")
    return triggered


def test_where_pg_net_takes_one_call_and_not_another_that_is_recorded_once_while_it_lasts(half_taken):
    for _ in range(3):
        assert decide_and_finish(half_taken)
    assert refusals(half_taken) == ["pg_net does not take it: not this one"]
    half_taken.execute("drop function net.no() cascade")
    decide_and_finish(half_taken)
    assert half_taken.execute("select refused_why from pyorch.endpoint_status").fetchone()["refused_why"] is None


def test_only_calls_that_pg_net_took_count_as_triggered_and_against_the_rate(half_taken):
    assert [decide_and_finish(half_taken) for _ in range(3)] == [["p"]] * 3
    # two were left for the third decision, and one was taken
    half_taken.execute("drop function net.no() cascade")
    assert decide_and_finish(half_taken) == ["p"]
    assert dispatch(half_taken, "processor")["skipped"] == [{"endpoint": "p", "why": "rate"}]


def test_a_202_keeps_the_call_busy_and_a_timeout_too(net, receiver):
    endpoint(net, "accepts", receiver.url("/work/1"))
    endpoint(net, "hangs", receiver.url("/slow/5"), timeout="300 milliseconds")
    accepts, hangs = trigger(net, "accepts"), trigger(net, "hangs")
    assert settled(net, accepts)["finished_at"] is None
    row = settled(net, hangs)
    assert row["outcome"] == "timed_out" and row["finished_at"] is None


def test_retry_after_is_read_from_its_answer(net, receiver):
    endpoint(net, "e", receiver.url("/status/503?retry_after=3600"), max_attempts=2)
    settled(net, trigger(net, "e"))
    retry = net.execute("select not_before - now() as wait from pyorch.call_log where attempt = 2").fetchone()
    assert retry["wait"].total_seconds() > 3500


def test_after_a_crash_old_calls_are_lost_and_new_ids_are_not_taken_for_theirs(net, receiver):
    endpoint(net, "e", receiver.url("/hang"), timeout="1 minute")
    old = trigger(net, "e")
    # what a crash does: the unlogged tables are empty, and the ids start again
    net.execute("truncate net.http_request_queue, net._http_response, pyorch.net_sentinel")
    net.execute("alter sequence net.http_request_queue_id_seq restart")
    endpoint(net, "f", receiver.url("/ok"))
    new = trigger(net, "f")
    ids = net.execute("select epoch, net_request_id from pyorch.call order by call_id").fetchall()
    assert ids[0]["net_request_id"] >= ids[1]["net_request_id"] == 1 and ids[0]["epoch"] < ids[1]["epoch"]
    assert settled(net, new)["outcome"] == "ok"
    row = settled(net, old)
    assert row["outcome"] == "lost" and "crashed" in row["error"]


def test_a_dropped_and_recreated_extension_begins_a_new_epoch_too(net, receiver):
    endpoint(net, "e", receiver.url("/hang"), timeout="1 minute")
    old = trigger(net, "e")
    net.execute("drop extension pg_net")
    net.execute("create extension pg_net")
    assert settled(net, old)["outcome"] == "lost"


def test_a_lost_wake_up_is_made_up_for(net, receiver, cron_dsn):
    endpoint(net, "e", receiver.url("/ok"))
    with psycopg.connect(cron_dsn) as locker:
        locker.execute("lock table net._http_response in access exclusive mode")
        number = trigger(net, "e")
        time.sleep(1.5)
        locker.rollback()
    time.sleep(1)
    assert settled(net, number)["outcome"] == "ok"


def test_a_request_that_waits_too_long_is_withdrawn_and_never_arrives(net, receiver, cron_dsn):
    endpoint(net, "e", receiver.url("/ok"), timeout="10 milliseconds")
    with psycopg.connect(cron_dsn) as locker:
        locker.execute("lock table net._http_response in access exclusive mode")
        number = trigger(net, "e")
        net.execute("update pyorch.call set deadline = clock_timestamp()")
        net.execute("select pyorch._settle_lost(100, pyorch._now())")
        locker.rollback()
    assert call(net, number)["outcome"] == "lost"
    net.execute("select net.wake()")
    time.sleep(1.5)
    assert receiver.arrivals() == []


def test_a_worker_that_sends_its_batch_again_and_again_is_seen_and_shut_out(net, receiver):
    endpoint(net, "e", receiver.url("/ok"))
    net.execute(
        "create function net.poison() returns trigger language plpgsql as 'begin raise exception ''poison''; end'"
    )
    net.execute("create trigger poison before insert on net._http_response for each row execute function net.poison()")
    try:
        trigger(net, "e")
        codes = "select code from pyorch._health_calls()"
        until(
            lambda: (
                net.execute("select pyorch.settle()") and "pg_net_resends" in {r["code"] for r in net.execute(codes)}
            )
        )
        assert net.execute("select pyorch._transport() as t").fetchone()["t"] is None
        keys = {a["headers"]["idempotency-key"] for a in receiver.arrivals()}
        assert len(receiver.arrivals()) > 1 and len(keys) == 1
    finally:
        net.execute("drop function net.poison() cascade")
    until(lambda: net.execute("select pyorch.settle(), pyorch._transport() as t").fetchone()["t"] == "pg_net")


def test_a_database_that_its_worker_does_not_serve_has_no_pg_net(net, server):
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as other:
        other.execute("create database not_served")
    try:
        server.psql("not_served", "-1", "-f", "sql/install.sql")
        with psycopg.connect(server.dsn("not_served"), autocommit=True) as other:
            other.execute("create extension pg_net")
            assert other.execute("select pyorch._pg_net_here(), pyorch._transport()").fetchone() == (False, None)
    finally:
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as other:
            other.execute("drop database not_served with (force)")


def test_push_by_pg_net_completes_and_fails_items(net, receiver):
    net.execute("create table public.work (id bigint generated always as identity primary key, status text default 'pending', payload jsonb default '{}', attempts int default 0, locked_at timestamptz)")  # fmt: skip  # noqa: E501
    net.execute("insert into public.work (payload) select '{}' from generate_series(1, 5)")
    net.execute("select pyorch.attach_queue('work', 'public.work')")
    net.execute("select pyorch.set_secret('sign', 'key-to-sign')")
    options = {"queue": "work", "mode": "push", "batch_size": 5, "signing_secrets": ["sign"], **LOCAL}
    net.execute("select pyorch.set_endpoint('p', 'processor', %s, %s)", [receiver.url("/ok"), Jsonb(options)])
    net.execute("select pyorch._dispatch('processor', null, null)")
    number = net.execute("select call_id from pyorch.call").fetchone()["call_id"]
    assert settled(net, number)["outcome"] == "ok"
    (arrival,) = receiver.arrivals()
    signature = net.execute(
        "select pyorch._webhook_signature('{key-to-sign}', %s, %s, %s) as s",
        [arrival["headers"]["webhook-id"], int(arrival["headers"]["webhook-timestamp"]), arrival["body"]],
    ).fetchone()["s"]
    assert arrival["headers"]["webhook-signature"] == signature
    assert net.execute("select count(*) as n from public.work where status = 'complete'").fetchone()["n"] == 5
