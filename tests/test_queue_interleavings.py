"""Native queues: sessions that meet in the middle, callers with one snapshot, clocks that step, names used again."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.queues import claim, complete, create, enqueue, fail, heartbeat, payloads, release, unlock


def meanwhile(db: psycopg.Connection, other: psycopg.Connection, work: Callable[[], Any]) -> Any:
    """Do `work` in a session of its own, commit `other` as soon as it waits for that; return what work returns."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        while (
            not running.done()
            and not db.execute(
                "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            ).fetchall()
        ):
            time.sleep(0.01)
        other.execute("commit")
        return running.result()


def test_a_replaced_item_in_work_is_followed_inside_its_group(db):
    create(db, key_conflict="replace")
    enqueue(db, "old", key="k", group="g")
    first = claim(db)
    enqueue(db, "new", key="k", group="g")
    enqueue(db, "last", group="g")
    assert claim(db, 5) == []
    complete(db, first)
    assert payloads(claim(db, 5)) == ["new"]


def test_of_two_that_replace_at_once_the_later_one_stays(db, connect):
    create(db, key_conflict="replace")
    enqueue(db, "old", key="k")
    one, two = connect(), connect()
    one.execute("begin")
    enqueue(one, "first", key="k")
    meanwhile(db, one, lambda: enqueue(two, "second", key="k"))
    assert payloads(claim(db, 5)) == ["second"]


@pytest.mark.parametrize("back", [lambda s, i: fail(s, i, retry_in="0 s"), lambda s, i: release(s, i)])
def test_an_item_that_comes_back_while_it_is_replaced_goes(db, connect, back):
    create(db, key_conflict="replace")
    enqueue(db, "old", key="k")
    one, two = connect(), connect()
    items = claim(one)
    one.execute("begin")
    back(one, items)
    meanwhile(db, one, lambda: enqueue(two, "new", key="k"))
    assert payloads(claim(db, 5)) == ["new"]


def test_a_group_goes_on_after_one_who_cannot_see_the_next(db, connect):
    create(db)
    enqueue(db, 1, group="g")
    head = claim(db)
    other = connect()
    other.execute("begin isolation level repeatable read")
    other.execute("select from pyorch.queue")
    enqueue(db, 2, group="g")
    complete(other, head)
    other.execute("commit")
    unlock(db)
    assert payloads(claim(db)) == [2]


def test_an_empty_group_ends_at_the_next_unlock_when_a_snapshot_could_not_tell(db, connect):
    create(db)
    enqueue(db, 1, group="g")
    head = claim(db)
    other = connect()
    other.execute("begin isolation level repeatable read")
    complete(other, head)
    other.execute("commit")
    unlock(db)
    assert db.execute(
        "select (select count(*) from pyorch.group_q), (select count(*) from pyorch.stalled_q)"
    ).fetchone() == (0, 0)
    enqueue(db, 2, group="g")
    assert payloads(claim(db)) == [2]


def test_a_drop_waits_for_an_open_enqueue_and_is_refused_by_what_it_brings(db, connect):
    create(db)
    one, two = connect(), connect()
    one.execute("begin")
    enqueue(one, 1)
    with pytest.raises(psycopg.Error) as caught:
        meanwhile(db, one, lambda: two.execute("select pyorch.drop_queue('q')"))
    assert caught.value.sqlstate == "PY006"
    assert payloads(claim(db)) == [1]


@pytest.mark.parametrize("verb", [complete, release, heartbeat, fail])
def test_a_receipt_of_a_dropped_queue_means_nothing_to_the_next_one_of_that_name(db, verb):
    create(db)
    enqueue(db, 1)
    old = claim(db)
    db.execute("select pyorch.drop_queue('q', true)")
    create(db)
    enqueue(db, 2)
    held = claim(db)
    assert verb(db, old) == []
    assert len(complete(db, held)) == 1


def test_a_new_rate_does_not_wait_for_the_old_one(db, clock):
    create(db, rate="1/day")
    enqueue(db, 1, 2)
    claim(db)
    db.execute("select pyorch.alter_queue('q', %s)", [Jsonb({"rate": "1/minute"})])
    clock.advance("2 minutes")
    assert payloads(claim(db)) == [2]


def test_a_rate_does_not_stand_still_when_the_clock_is_set_back(db, clock):
    create(db, rate="1/minute")
    enqueue(db, 1, 2)
    claim(db)
    clock.advance("-1 day")
    assert payloads(claim(db)) == [2]


def test_claims_find_what_becomes_due_after_the_clock_was_set_back(db, clock):
    create(db)
    clock.advance("1 hour")
    unlock(db)
    clock.advance("-1 hour")
    enqueue(db, 1, run_at="2026-03-01 12:01:00+00")
    clock.advance("5 minutes")
    assert payloads(claim(db)) == [1]


def test_what_was_done_while_nobody_made_partitions_is_no_obstacle_to_making_them(db, clock):
    create(db, retention="30 days")
    enqueue(db, 1, 2)
    clock.advance("20 days")
    complete(db, claim(db))
    db.execute("select pyorch._maintain_queues()")
    complete(db, claim(db))
    assert db.execute("select tableoid::regclass::text, count(*) from pyorch.done_q group by 1").fetchall() == [
        ("pyorch.part_q_20260321", 2)
    ]
    clock.advance("40 days")
    db.execute("select pyorch._maintain_queues()")
    assert db.execute("select count(*) from pyorch.done_q").fetchone() == (0,)


@pytest.mark.parametrize("text", ["begin; select pyorch.claim('q', 'w')", "begin;select pyorch.claim('q', 'w');"])
def test_a_begin_sent_along_keeps_the_callers_own_commit_on_the_disk(db, text):
    create(db, durability="claims_may_be_lost")
    enqueue(db, 1)
    db.execute(text)
    assert db.execute("show synchronous_commit").fetchone() == ("on",)


def test_what_came_back_is_claimed_before_what_is_newer(db, connect):
    create(db)
    enqueue(db, *range(40))
    other = connect()
    # both sessions have a cursor, and the front is ahead of both
    held = claim(db, 2) + claim(other) + claim(db) + claim(other, 2)
    assert payloads(held) == [0, 1, 2, 3, 4, 5]
    release(db, held[1:4])
    assert payloads(claim(other) + claim(db) + claim(other, 2)) == [1, 2, 3, 6]


def test_on_a_long_queue_a_claim_passes_a_locked_item_without_waiting(db, connect):
    create(db)
    enqueue(db, *range(300))
    assert payloads(claim(db) + claim(db)) == [0, 1]
    other = connect()
    other.execute("begin")
    other.execute("select from pyorch.native_q where payload = '2' for update")
    db.execute("set statement_timeout = '5s'")
    assert payloads(claim(db) + claim(db)) == [3, 4]
    other.execute("rollback")


def test_on_a_long_queue_what_nobody_holds_any_more_is_claimed_in_its_turn(db, connect):
    create(db)
    enqueue(db, *range(300))
    assert payloads(claim(db)) == [0]
    other = connect()
    for end in ("commit", "rollback"):
        other.execute("begin")
        other.execute("select from pyorch.native_q where payload in ('5', '6', '8') for update")
        other.execute("update pyorch.native_q set payload = payload where payload = '10'")
        other.execute(end)
    assert payloads([item for _ in range(30) for item in claim(db)]) == list(range(1, 31))


def test_on_a_long_queue_a_claim_passes_what_is_not_there(db):
    create(db)
    enqueue(db, *range(300))
    claim(db)
    db.execute("delete from pyorch.native_q where payload in ('2', '3', '90')")
    assert payloads([item for _ in range(100) for item in claim(db)]) == [
        number for number in range(1, 104) if number not in (2, 3, 90)
    ]


def test_sessions_that_follow_the_front_keep_the_shared_marks_near_it(db, connect):
    create(db)
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 3000) i")
    other = connect()
    # the next mark of 1,024 is 8 items away: without them each session would stop there
    assert payloads([item for _ in range(1020) for item in claim(db) + claim(other)]) == list(range(1, 2041))
    low, high = db.execute("select l.last_value, h.last_value from pyorch.q_low_q l, pyorch.q_high_q h").fetchone()
    assert high == 3072
    assert low > 1500


def test_on_a_long_queue_a_new_priority_is_seen_once_its_enqueue_commits(db, connect):
    create(db)
    enqueue(db, *range(300))
    assert payloads(claim(db) + claim(db)) == [0, 1]
    other = connect()
    other.execute("begin")
    enqueue(other, "urgent", priority=5)
    assert payloads([item for _ in range(20) for item in claim(db)]) == list(range(2, 22))
    other.execute("commit")
    assert payloads(claim(db)) == ["urgent"]


def test_polls_leave_nothing_behind_that_is_about_to_be_enqueued(db, connect):
    create(db)
    enqueue(db, 0)
    other = connect()
    other.execute("begin")
    enqueue(other, *range(1, 400))
    assert payloads(claim(db)) == [0]
    for _ in range(200):
        assert claim(db) == []
    other.execute("commit")
    assert payloads([item for _ in range(399) for item in claim(db)]) == list(range(1, 400))


def test_what_a_rolled_back_claim_had_taken_is_not_left_behind(db, connect):
    create(db)
    enqueue(db, *range(4))
    claim(db)
    other = connect()
    other.execute("begin")
    assert payloads(claim(other)) == [1]
    assert payloads(claim(db, 2)) == [2, 3]
    other.execute("rollback")
    assert payloads(claim(db)) == [1]


def test_what_had_become_due_is_not_hidden_by_a_claim_that_rolls_back(db, connect, clock):
    create(db)
    enqueue(db, "late", run_at="2026-03-01 12:01:00+00")
    other = connect()
    clock.advance("5 minutes")
    other.execute("begin")
    assert payloads(claim(other, 5)) == ["late"]
    other.execute("rollback")
    assert payloads(claim(db)) == ["late"]
