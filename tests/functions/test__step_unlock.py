"""pyorch._step_unlock(jsonb): orphans of many queues, in bounded batches"""

from datetime import UTC, datetime

import pytest
from psycopg.types.json import Jsonb

from tests.orch import call, orchestrate, watch_dispatch


@pytest.fixture(autouse=True)
def _watched(db):
    watch_dispatch(db)


def attach(db, name, stuck, pending=0):
    db.execute(
        f"create table public.{name} (id bigint generated always as identity primary key, status text not null,"
        " attempts integer not null default 0, locked_at timestamptz, created_at timestamptz not null default now())"
    )
    db.execute(
        f"insert into public.{name} (status, attempts, locked_at)"
        f" select 'processing', 1, now() - interval '1 day' from generate_series(1, {stuck})"
    )
    db.execute(f"insert into public.{name} (status) select 'pending' from generate_series(1, {pending})")
    db.execute("select pyorch.attach_queue(%s, %s::text::regclass)", [name, f"public.{name}"])


def stuck(db, name):
    return db.execute(f"select count(*) from public.{name} where status = 'processing'").fetchone()[0]


def test_orphans_return_and_the_answer_says_how_many_of_which_queue(db):
    attach(db, "imports", 99, pending=10)
    attach(db, "exports", 3)
    answer = orchestrate(db)
    assert answer["unlocked"] == {"exports": 3, "imports": 99}
    assert answer["queue_depths"]["imports"]["pending"] == 109
    assert answer["queue_depths"]["imports"]["processing"] == 0


def test_orchestrate_takes_one_batch_of_each_queue_and_a_tick_takes_all(db):
    db.execute("""select pyorch.configure('{"unlock_batch": 10}')""")
    attach(db, "imports", 55)
    attach(db, "exports", 25)
    assert orchestrate(db)["unlocked"] == {"imports": 10, "exports": 10}
    assert call(db)["unlocked"] == {"imports": 45, "exports": 15}


def test_those_that_used_up_their_attempts_become_dead(db):
    attach(db, "imports", 2)
    db.execute("update public.imports set attempts = 5 where id = 1")
    answer = orchestrate(db)
    assert (answer["unlocked"], answer["dead"]) == ({"imports": 1}, {"imports": 1})


def test_a_locked_row_costs_nothing(db, connect):
    attach(db, "imports", 5)
    other = connect()
    with other.transaction():
        other.execute("select from public.imports where id = 3 for update")
        answer = orchestrate(db)
    assert answer["unlocked"] == {"imports": 4}
    assert answer["success"]
    # one that waited would have given up after 100 ms, and said so
    assert "why" not in answer["steps"][0]
    assert orchestrate(db)["unlocked"] == {"imports": 1}


def test_a_locked_table_is_left_for_the_next_run_and_keeps_no_other_queue_waiting(db, connect):
    attach(db, "exports", 4)
    attach(db, "imports", 5)
    attach(db, "zoo", 6)
    orchestrate(db, "skip => '{unlock}'")
    db.execute("call pyorch.collect_metrics()")
    other = connect()
    with other.transaction():
        other.execute("lock table public.imports")
        answer = orchestrate(db)
    assert answer["unlocked"] == {"exports": 4, "zoo": 6}
    assert answer["success"], answer["errors"]
    assert answer["steps"][0]["why"] == "locked: imports"
    # its last known depth, marked so
    assert answer["queue_depths"]["imports"]["processing"] == 5
    assert answer["queue_depths"]["imports"]["estimated"] is True
    assert orchestrate(db)["unlocked"] == {"imports": 5}


def test_a_queue_that_cannot_be_unlocked_is_named_and_the_others_are_served(db):
    attach(db, "exports", 4)
    attach(db, "imports", 5)
    db.execute("drop table public.imports")
    answer = orchestrate(db)
    assert answer["unlocked"] == {"exports": 4}
    assert {error["subject"] for error in answer["errors"] if error["step"] == "unlock"} <= {"imports"}


def test_many_orphans_do_not_keep_the_triggers_waiting(db):
    attach(db, "imports", 60)
    db.execute("""select pyorch.configure('{"unlock_batch": 16}')""")
    # the second batch takes longer than the second that a tick has before it triggers
    db.execute("create sequence public.batches")
    db.execute("alter function pyorch._unlock_queue(text, integer) rename to _unlock_fast")
    db.execute(
        "create function pyorch._unlock_queue(q text, b integer) returns jsonb language plpgsql as $$"
        " begin if nextval('public.batches') = 2 then perform pg_sleep(1.1); end if;"
        " return pyorch._unlock_fast(q, b); end $$"
    )
    db.execute(
        "create function public.note() returns trigger language plpgsql as $$ begin"
        " new.run_id := (select count(*) from public.imports where status = 'processing'); return new; end $$"
    )
    db.execute("create trigger note before insert on public.dispatched for each row execute function public.note()")
    answer = call(db)
    # two batches of 16 before the triggers, two after them
    assert db.execute("select distinct run_id from public.dispatched").fetchall() == [(28,)]
    assert answer["unlocked"] == {"imports": 60}
    assert [step["name"] for step in answer["steps"]] == ["settle", "scrapers", "processors", "unlock"]
    assert not {"orphans_left", "dispatched", "unlocked_to", "unlock_next"} & answer.keys()


def test_queues_take_turns_where_there_is_no_time_for_all(db):
    for name in ("exports", "imports", "zoo"):
        attach(db, name, 3)
    run = {"run_id": 1, "commits": True, "began": "2026-01-01", "deadline": "2026-01-01"}
    part = db.execute("select pyorch._step_unlock(%s)", [Jsonb(run)]).fetchone()[0]
    assert (part["why"], part["answer"]["orphans_left"], part["again"]) == ("budget", True, False)
    db.execute("create table public.asked (n serial, queue text)")
    db.execute("alter function pyorch._unlock_queue(text, integer) rename to _unlock_really")
    db.execute(
        "create function pyorch._unlock_queue(q text, b integer) returns jsonb language plpgsql as $$"
        " begin insert into public.asked (queue) values (q); return pyorch._unlock_really(q, b); end $$"
    )
    orders = []
    for run_id in (1, 2, 3):
        db.execute("truncate public.asked")
        run = {"run_id": run_id, "commits": True, "began": str(datetime.now(UTC)), "deadline": "2999-01-01"}
        db.execute("select pyorch._step_unlock(%s)", [Jsonb(run)])
        orders.append([queue for (queue,) in db.execute("select queue from public.asked order by n")])
    assert len({order[0] for order in orders}) == 3


def test_a_tick_waits_for_no_flush_of_what_it_returns_but_for_that_of_its_triggers(db):
    attach(db, "imports", 1)
    db.execute("create table public.seen (at serial, what text, flush text)")
    db.execute(
        "create function public.note() returns trigger language plpgsql as $$ begin"
        " insert into public.seen (what, flush) values (tg_table_name, current_setting('synchronous_commit'));"
        " return new; end $$"
    )
    for table, event in (("imports", "update"), ("dispatched", "insert")):
        db.execute(f"create trigger note after {event} on public.{table} for each row execute function public.note()")
    seen = "select distinct what, flush from public.seen order by 1, 2"
    call(db)
    assert db.execute(seen).fetchall() == [("dispatched", "on"), ("imports", "off")]
    db.execute("truncate public.seen")
    db.execute("update public.imports set status = 'processing', locked_at = now() - interval '1 day'")
    db.execute("truncate public.seen")
    orchestrate(db)
    assert db.execute(seen).fetchall() == [("dispatched", "on"), ("imports", "on")]


def test_further_batches_of_one_queue_cost_no_look_at_the_others(db):
    db.execute("""select pyorch.configure('{"unlock_batch": 10}')""")
    attach(db, "imports", 25)
    attach(db, "exports", 3)
    attach(db, "zoo", 0)
    db.execute("create table public.asked (queue text)")
    db.execute("alter function pyorch._unlock_queue(text, integer) rename to _unlock_really")
    db.execute(
        "create function pyorch._unlock_queue(q text, b integer) returns jsonb language plpgsql as $$"
        " begin insert into public.asked values (q); return pyorch._unlock_really(q, b); end $$"
    )
    assert call(db)["unlocked"] == {"imports": 25, "exports": 3}
    asked = db.execute("select queue, count(*) from public.asked group by 1 order by 1").fetchall()
    assert asked == [("exports", 1), ("imports", 3), ("zoo", 1)]


def test_a_queue_that_was_locked_is_tried_again_with_the_next_batch(db):
    db.execute("""select pyorch.configure('{"unlock_batch": 10}')""")
    attach(db, "imports", 25)
    attach(db, "exports", 3)
    db.execute("create table public.asked (queue text)")
    db.execute("alter function pyorch._unlock_queue(text, integer) rename to _unlock_really")
    db.execute(
        "create function pyorch._unlock_queue(q text, b integer) returns jsonb language plpgsql as $$ begin"
        " insert into public.asked values (q);"
        " if q = 'exports' and (select count(*) from public.asked a where a.queue = q) = 1 then"
        """ return '{"locked": true}'; end if;"""
        " return pyorch._unlock_really(q, b); end $$"
    )
    assert call(db)["unlocked"] == {"imports": 25, "exports": 3}
