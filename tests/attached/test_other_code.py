"""The table is the user's: other code claims, finishes and changes its rows, too."""

import pytest

from tests.attached.shapes import (
    SHAPES,
    attach,
    claim,
    complete,
    fail,
    heartbeat,
    make,
    release,
    states,
    statuses,
    unlock,
)

FULL = SHAPES["uuid id, enum status, all columns"]


def test_what_other_code_left_in_processing_is_unlocked_by_the_age_of_locked_at(db, clock):
    make(db, FULL, 3)
    db.execute(
        "update import_queue set status = 'processing', locked_at = %s::timestamptz - interval '16 minutes'"
        " where payload = '1'",
        [clock.now],
    )
    db.execute(
        "update import_queue set status = 'processing', locked_at = %s::timestamptz - interval '14 minutes'"
        " where payload = '2'",
        [clock.now],
    )
    assert unlock(db) == (1, 0)
    assert statuses(db, FULL) == {"pending": 2, "processing": 1}
    clock.advance("2 minutes")
    assert unlock(db) == (1, 0)


def test_without_locked_at_the_age_of_updated_at_counts(db, clock):
    db.execute("create table t (id serial primary key, status text default 'pending', updated_at timestamptz)")
    db.execute("insert into t (status, updated_at) values ('processing', %s), ('processing', null)", [clock.now])
    answer = attach(db, "t")
    assert any("updated_at" in sentence for sentence in answer["degrades"])
    assert unlock(db) == (0, 0)
    clock.advance("15 minutes")
    assert unlock(db) == (1, 0)


def test_an_empty_locked_at_falls_back_to_updated_at(db, clock):
    make(db, FULL, 1)
    db.execute("update import_queue set status = 'processing', updated_at = %s", [clock.now])
    assert unlock(db) == (0, 0)
    clock.advance("15 minutes")
    assert unlock(db) == (1, 0)


def test_without_any_age_only_own_claims_are_unlocked_and_attach_says_so(db, clock):
    db.execute("create table t (id serial primary key, status text default 'pending')")
    db.execute("insert into t (status) values ('processing'), ('pending')")
    answer = attach(db, "t")
    assert any("only items that pyorch claimed" in sentence for sentence in answer["degrades"])
    claim(db)
    clock.advance("1 hour")
    assert unlock(db) == (1, 0)


def test_oldest_orphans_go_first_and_a_batch_bounds_the_work(db, clock):
    make(db, FULL, 5)
    db.execute(
        "update import_queue set status = 'processing',"
        " locked_at = %s::timestamptz - interval '1 hour' * (payload #>> '{}')::integer",
        [clock.now],
    )
    assert unlock(db, 2) == (2, 0)
    left = db.execute("select payload from import_queue where status = 'processing' order by 1").fetchall()
    assert left == [(1,), (2,), (3,)]


def test_unlock_takes_own_and_foreign_orphans_within_one_batch(db, clock):
    make(db, FULL, 4)
    claim(db, 2)
    db.execute("update import_queue set status = 'processing', locked_at = %s where status = 'pending'", [clock.now])
    clock.advance("1 hour")
    assert unlock(db, 3) == (3, 0)
    assert unlock(db, 3) == (1, 0)


def test_an_app_that_loses_the_same_item_again_and_again_gets_it_dead(db, clock):
    make(db, FULL, 1, max_lease_losses=2)
    for expected in ((1, 0), (0, 1)):
        db.execute("update import_queue set status = 'processing', locked_at = %s", [clock.now])
        clock.advance("1 hour")
        assert unlock(db) == expected
    assert db.execute("select status::text, error_message from import_queue").fetchone() == ("failed", "lease ran out")


@pytest.mark.parametrize("end", ["complete", "failed", "skipped", "pending"])
def test_what_other_code_has_finished_is_not_held_any_more(db, clock, end):
    make(db, FULL, 4)
    items = claim(db, 4)
    db.execute("update import_queue set status = %s::import_status", [end])
    receipts = [item[3] for item in items]
    assert heartbeat(db, receipts[0]) == []
    assert complete(db, receipts[0]) == []
    assert fail(db, receipts[1]) == []
    assert release(db, receipts[2]) == []
    clock.advance("1 hour")
    assert unlock(db) == (0, 0)
    assert states(db) == {}, "their state rows went silently"
    assert statuses(db, FULL) == {end: 4}


def test_a_deleted_row_takes_its_state_with_it(db, clock):
    make(db, FULL, 3)
    items = claim(db, 3)
    fail(db, items[0][3])
    fail(db, items[1][3], permanent=True)
    db.execute("delete from import_queue")
    clock.advance("1 hour")
    unlock(db)
    assert states(db) == {}


def test_states_of_what_is_gone_are_forgotten_with_the_batch_that_is_not_full(db, clock):
    make(db, FULL, 3)
    [(_, _, _, receipt, _)] = claim(db)
    fail(db, receipt)
    db.execute("delete from import_queue where attempts = 1")
    db.execute(
        "update import_queue set status = 'processing', locked_at = %s::timestamptz - interval '16 minutes'",
        [clock.now],
    )
    assert (unlock(db, 1), states(db)) == ((1, 0), {"waiting": 2})
    assert (unlock(db, 2), states(db)) == ((1, 0), {"waiting": 2})


def test_extra_statuses_stay_untouched(db, clock):
    make(db, FULL, 2)
    db.execute("update import_queue set status = 'skipped', locked_at = '2000-01-01' where payload = '1'")
    assert len(claim(db, 10)) == 1
    clock.advance("1 day")
    unlock(db)
    assert statuses(db, FULL) == {"pending": 1, "skipped": 1}


def test_a_claim_of_an_item_that_other_code_put_back_voids_the_old_receipt(db):
    make(db, FULL, 1)
    (old,) = claim(db)
    db.execute("update import_queue set status = 'pending'")
    (new,) = claim(db)
    assert complete(db, old[3]) == []
    assert complete(db, new[3]) == [new[3]]


def test_columns_are_written_where_the_table_has_them(db, clock):
    make(db, FULL, 1)
    (item,) = claim(db, worker="worker-7")
    look = (
        "select status::text, attempts, locked_by, date_trunc('milliseconds', locked_at) = %s::timestamptz,"
        " date_trunc('milliseconds', updated_at) = %s::timestamptz, error_message, processed_at = %s::timestamptz,"
        " result, next_retry_at > %s::timestamptz from import_queue"
    )
    now = [clock.now] * 4
    assert db.execute(look, now).fetchone() == ("processing", 1, "worker-7", True, True, None, None, None, None)
    fail(db, item[3], error="no answer")
    assert db.execute(look, now).fetchone() == ("pending", 1, None, None, True, "no answer", None, None, True)
    now = [clock.advance("1 hour")] * 4
    (item,) = claim(db)
    db.execute("select pyorch.complete('q', %s, array['{\"vehicle\": 7}']::jsonb[])", [[item[3]]])
    row = db.execute(look, now).fetchone()
    assert row[:2] == ("complete", 2) and row[4:8] == (True, None, True, {"vehicle": 7})


def test_long_texts_are_cut_to_the_column(db):
    shape = SHAPES["bigint id, checked status, other words"]
    make(db, shape, 1)
    (item,) = claim(db, worker="a-worker-with-a-long-name")
    fail(db, item[3], error="a very long error message")
    assert db.execute("select last_error from jobs").fetchone() == ("a very long ",)


def test_a_trigger_finds_its_own_tables_whatever_path_the_caller_has(db, connect):
    shape = SHAPES["text id, free status, only updated_at by a trigger"]
    make(db, shape, 1)
    worker = connect()
    worker.execute("set search_path = pg_catalog")
    worker.execute("create temporary table extraction_log (note text)")
    (item,) = claim(worker)
    complete(worker, item[3])
    assert db.execute("select note from public.extraction_log").fetchall() == [("PROCESSING",), ("COMPLETE",)]


def jobs(db, more=""):
    """Make a table with 90 items, whose claims start at the session's last one once that is busy."""
    db.execute(
        "create table jobs (id bigint generated always as identity primary key, status text default 'pending',"
        f" attempts int default 0, locked_at timestamptz, created_at timestamptz not null default now(){more});"
        " insert into jobs (attempts) select 0 from generate_series(1, 90)"
    )


def test_a_busy_session_goes_on_when_columns_are_mapped_anew(db):
    jobs(db)
    attach(db, "jobs", columns={"created_at": None})
    for _ in range(70):
        claim(db)
    db.execute("""select pyorch.alter_queue('q', '{"columns": {"created_at": "created_at"}}')""")
    assert len(claim(db)) == 1
    assert len(claim(db, 2)) == 2


@pytest.mark.parametrize("more", ["", ", priority bigint default 0", ", priority smallint not null default 0"])
def test_operators_that_others_put_into_a_schema_of_the_path_are_never_ours(db, more):
    jobs(db, more)
    # for each pair of types that pg_catalog has no operator of its own for
    db.execute("""
      do $$
      declare v record;
      begin
        for v in
          select a, b, o, row_number() over () as n
            from unnest('{int4,int8,float8,numeric}'::regtype[]) a,
                 unnest('{int4,int8,float8,numeric}'::regtype[]) b,
                 unnest('{+,-,*,/,%,<,<=,>,>=,=}'::text[]) o
           where not exists (
             select from pg_operator p where p.oprname = o and p.oprleft = a and p.oprright = b
           )
        loop
          execute format(
            'create function public.theirs_%s(a %s, b %s) returns %s language plpgsql as
               %L', v.n, v.a, v.b, case when v.o ~ '[<>=]' then 'boolean' else 'float8' end,
            format('begin raise exception using message = %L; end', concat_ws(' ', v.a, v.o, v.b)));
          execute format(
            'create operator public.%s (leftarg = %s, rightarg = %s, function = public.theirs_%s)',
            v.o, v.a, v.b, v.n);
        end loop;
      end $$""")
    attach(db, "jobs")
    for _ in range(70):
        (item,) = claim(db)
        assert complete(db, item[3]) == [item[3]]
    items = [item[3] for item in claim(db, 5)]
    assert complete(db, *items[:2]) == items[:2]
    assert heartbeat(db, items[2]) == [items[2]]
    assert release(db, items[2]) == [items[2]]
    assert fail(db, items[3])
    unlock(db)
