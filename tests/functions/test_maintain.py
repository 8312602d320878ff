"""pyorch.maintain()"""

import pytest

from tests.orch import break_step, call


@pytest.fixture(autouse=True)
def _without_the_ledger(db):
    db.execute(
        "create or replace function pyorch._maintain_partitions() returns jsonb language sql"
        " set search_path = '' as $$ select '{}'::jsonb $$"
    )


def maintain(db):
    return call(db, "maintain")


def test_old_runs_go_and_young_ones_stay(db, clock):
    break_step(db, "settle", "perform 1;")
    db.execute(
        "insert into pyorch.run (job, source, pid, started_at)"
        " select 'pyorch_tick', 'sql', 1, pyorch._now() - interval '31 days' from generate_series(1, 2500)"
    )
    db.execute("insert into pyorch.run (job, source, pid, started_at) values ('pyorch_tick', 'sql', 1, pyorch._now())")
    assert maintain(db)["success"]
    assert db.execute("select count(*) from pyorch.run where job = 'pyorch_tick'").fetchone() == (1,)


def test_samples_are_rolled_up_hour_by_hour(db, clock):
    db.execute(
        "insert into pyorch.metric (at, kind, subject, metric, value)"
        " select pyorch._now() - interval '3 days' + i * interval '1 minute', 'queue', 'q', 'pending', i"
        "   from generate_series(0, 119) i"
    )
    assert maintain(db)["success"]
    rows = db.execute("select value, low, high, samples from pyorch.metric_log where metric = 'pending' order by at")
    assert rows.fetchall() == [(29.5, 0, 59, 60), (89.5, 60, 119, 60)]
    assert db.execute("select last from pyorch.metric_hour order by at").fetchall() == [(59,), (119,)]


def test_young_samples_stay_as_they_are(db, clock):
    db.execute("insert into pyorch.metric values (pyorch._now() - interval '1 day', 'queue', 'q', 'pending', 1, false)")
    maintain(db)
    assert db.execute("select count(*) from pyorch.metric").fetchone() == (1,)


def test_hourly_rows_go_when_metrics_are_too_old(db, clock):
    db.execute(
        "insert into pyorch.metric_hour select pyorch._now() - i * interval '1 day', 'queue', 'q', 'pending',"
        " 1, 1, 1, 1, 1, false from generate_series(29, 40) i"
    )
    maintain(db)
    assert db.execute("select count(*) from pyorch.metric_hour").fetchone() == (2,)


def test_late_samples_join_the_row_of_their_hour(db, clock):
    for value in (10, 20):
        db.execute(
            "insert into pyorch.metric values (pyorch._now() - interval '3 days', 'queue', 'q', 'pending', %s, false)",
            [value],
        )
        maintain(db)
        clock.advance("1 hour")
        db.execute("update pyorch.metric_hour set at = at + interval '1 hour'")
    assert db.execute("select value, low, high, samples from pyorch.metric_hour").fetchone() == (15, 10, 20, 2)


def test_one_step_that_fails_does_not_stop_the_others(db, clock):
    db.execute(
        "create or replace function pyorch._maintain_runs() returns jsonb language plpgsql"
        " set search_path = '' as $$ begin perform 1 / 0; end $$"
    )
    answer = maintain(db)
    assert not answer["success"]
    states = {step["name"]: step["state"] for step in answer["steps"]}
    assert list(states) == ["partitions", "queues", "runs", "rollup", "samples", "cron_history"]
    assert [name for name, state in states.items() if state == "failed"] == ["runs"]
