"""pyorch.reconcile_jobs(): where there is no pg_cron; with a real one: tests/test_pg_cron.py"""

import pytest
from psycopg.types.json import Jsonb


def reconcile(db):
    return db.execute("select job, done, state from pyorch.reconcile_jobs()").fetchall()


def without_pg_cron(db):
    if db.execute("select pyorch._pg_cron() ->> 'state'").fetchone() != ("absent",):
        pytest.skip("this cluster has pg_cron")


def test_without_pg_cron_the_agent_runs_the_jobs(db):
    without_pg_cron(db)
    assert reconcile(db) == [
        ("pyorch_tick", "run by the agent, every 00:00:10", "ok"),
        ("pyorch_metrics", "run by the agent, every 00:01:00", "ok"),
        ("pyorch_maintain", "run by the agent, every 01:00:00", "ok"),
    ]


def test_intervals_follow_the_settings(db):
    db.execute("select pyorch.configure(%s)", [Jsonb({"tick": "5 minutes", "metrics_every": "10 minutes"})])
    rows = db.execute("select job, every::text from pyorch.job order by every").fetchall()
    assert rows == [("pyorch_tick", "00:05:00"), ("pyorch_metrics", "00:10:00"), ("pyorch_maintain", "01:00:00")]


@pytest.mark.parametrize(
    ("every", "seconds", "words"),
    [
        ("1 second", True, "1 second"),
        ("10 seconds", True, "10 seconds"),
        ("10 seconds", False, None),
        ("1 minute", True, "* * * * *"),
        ("15 minutes", False, "*/15 * * * *"),
        ("7 minutes", True, None),
        ("1 hour", True, "17 * * * *"),
        ("6 hours", True, "17 */6 * * *"),
        ("1 day", True, "17 3 * * *"),
        ("2 days", True, None),
        ("1.5 seconds", True, None),
    ],
)
def test_an_interval_in_the_words_of_pg_cron(db, every, seconds, words):
    assert db.execute("select pyorch._cron_text(%s, %s)", [every, seconds]).fetchone() == (words,)


def test_a_pg_cron_elsewhere_gets_minutes_or_a_loop(db):
    rows = dict(db.execute("select job, schedule || ' ' || command from pyorch._plan_jobs(false)").fetchall())
    assert rows["pyorch_tick"] == "* * * * * call pyorch.tick()"
    db.execute("""select pyorch.configure('{"tick": "20 seconds"}')""")
    rows = dict(db.execute("select job, schedule || ' ' || command from pyorch._plan_jobs(false)").fetchall())
    assert rows["pyorch_tick"] == "* * * * * call pyorch._tick_loop()"
    rows = dict(db.execute("select job, schedule || ' ' || command from pyorch._plan_jobs(true)").fetchall())
    assert rows["pyorch_tick"] == "20 seconds call pyorch.tick()"


def test_where_missed_slots_are_made_up_pg_cron_looks_every_few_minutes_whether_one_is_open(db):
    plan = "select job, schedule || ' ' || command from pyorch._plan_jobs(true)"
    assert dict(db.execute(plan).fetchall()) == {
        "pyorch_tick": "10 seconds call pyorch.tick()",
        "pyorch_metrics": "* * * * * call pyorch.collect_metrics()",
        "pyorch_maintain": "2-59/5 * * * * call pyorch._run_due('pyorch_maintain')",
    }
    missed = {"pyorch_tick": "each", "pyorch_metrics": "once", "pyorch_maintain": "skip"}
    db.execute("select pyorch.configure(%s)", [Jsonb({"missed": missed, "metrics_every": "15 minutes"})])
    assert dict(db.execute(plan).fetchall()) == {
        "pyorch_tick": "10 seconds call pyorch._run_due('pyorch_tick')",
        "pyorch_metrics": "2-59/5 * * * * call pyorch._run_due('pyorch_metrics')",
        "pyorch_maintain": "17 * * * * call pyorch.maintain()",
    }


def test_with_the_agent_chosen_pg_cron_gets_nothing(db):
    db.execute("""select pyorch.configure('{"scheduler": "agent"}')""")
    assert db.execute("select * from pyorch._plan_jobs(true)").fetchall() == []
