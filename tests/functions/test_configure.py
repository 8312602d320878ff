"""pyorch.configure(jsonb)"""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.orch import dispatched, orchestrate, states, watch_dispatch


def configure(db, **options):
    return db.execute("select pyorch.configure(%s)", [Jsonb(options)]).fetchone()[0]


def setting(db, name):
    return db.execute("select pyorch._setting(%s)", [name]).fetchone()[0]


def test_only_named_settings_change_and_null_resets(db):
    configure(db, budget="3 seconds", transport="agent")
    configure(db, budget=None)
    assert (setting(db, "budget"), setting(db, "transport")) == ("10 seconds", "agent")


def test_the_answer_shows_what_is_in_force(db):
    answer = configure(db, retention={"runs": "1 day"})
    assert answer["retention"]["runs"] == "1 day"
    assert answer["retention"]["calls"] == "14 days"


def test_parts_of_retention_add_up(db):
    configure(db, retention={"runs": "1 day"})
    configure(db, retention={"calls": "2 days"})
    configure(db, retention={"runs": None})
    assert (setting(db, "retention")["runs"], setting(db, "retention")["calls"]) == ("30 days", "2 days")


def test_skip_metrics_is_the_lasting_simplified_mode(db):
    watch_dispatch(db)
    configure(db, skip=["metrics"])
    answer = orchestrate(db)
    assert list(states(answer)) == ["unlock", "settle", "scrapers", "processors"]
    assert dispatched(db) == ["scraper", "processor"]


def test_queues_means_processors(db):
    assert configure(db, skip=["queues"])["skip"] == ["processors"]


@pytest.mark.parametrize(
    "options",
    [
        {"scheduler": "cron"},
        {"transport": "http"},
        {"tick": "7 minutes"},
        {"tick": "-1 second"},
        {"budget": "1 hour"},
        {"budget": "soon"},
        {"skip": ["everything"]},
        {"skip": "metrics"},
        {"retention": {"rows": "1 day"}},
        {"retention": {"runs": "1 second"}},
        {"retention": 3},
        {"unlock_batch": 0},
        {"missed": {"pyorch_tick": "twice"}},
        {"missed": {"other": "skip"}},
        {"allowed_hosts": "example.com"},
        {"shedule": "auto"},
    ],
)
def test_what_does_not_fit_is_refused_with_a_hint_and_changes_nothing(db, options):
    with pytest.raises(psycopg.Error) as error:
        configure(db, budget="3 seconds", **options) if "budget" not in options else configure(db, **options)
    assert error.value.sqlstate == "PY001"
    assert error.value.diag.message_hint
    assert setting(db, "budget") == "10 seconds"


def test_an_unknown_setting_is_told_the_nearest_one(db):
    with pytest.raises(psycopg.Error) as error:
        configure(db, shceduler="auto")
    assert '"scheduler"' in error.value.diag.message_hint


def test_a_ping_names_an_endpoint_that_exists(db):
    with pytest.raises(psycopg.Error) as error:
        configure(db, ping="nowhere")
    assert error.value.sqlstate == "PY003"
    assert "select pyorch.set_endpoint(" in error.value.diag.message_hint
    db.execute("select pyorch.set_endpoint('somewhere', 'scraper', 'https://a.example/x')")
    with pytest.raises(psycopg.Error) as error:
        configure(db, ping="nowhere")
    assert error.value.sqlstate == "PY003"
    assert 'Did you mean "somewhere"?' not in error.value.diag.message_hint
    with pytest.raises(psycopg.Error) as error:
        configure(db, ping="somewheer")
    assert 'Did you mean "somewhere"?' in error.value.diag.message_hint


def test_the_schedule_follows(db):
    answer = configure(db, tick="30 seconds", missed={"pyorch_maintain": "each"})
    assert {row["job"] for row in answer["jobs"]} == {"pyorch_tick", "pyorch_metrics", "pyorch_maintain"}
    rows = db.execute("select job, every::text, missed from pyorch.job order by job").fetchall()
    assert rows == [
        ("pyorch_maintain", "01:00:00", "each"),
        ("pyorch_metrics", "00:01:00", "skip"),
        ("pyorch_tick", "00:00:30", "skip"),
    ]
