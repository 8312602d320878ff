"""pyorch.explain_item: where an item is, and why nobody works on it."""

import psycopg
import pytest

from tests.queues import claim, create, enqueue, explain, fail


def test_each_place_has_its_reason(db, clock):
    create(db, lease="1 minute")
    (free,) = enqueue(db, 1)
    (later,) = enqueue(db, 2, run_at="2026-03-02 00:00:00+00")
    head, behind = enqueue(db, 3, 4, group="g")
    assert explain(db, free)["status"] == "pending"
    assert "not before" in explain(db, later)["why"]
    assert head in explain(db, behind)["why"]
    claim(db, worker="host-1")
    assert "host-1 holds it until" in explain(db, free)["why"]
    clock.advance("2 minutes")
    assert "next unlock returns it" in explain(db, free)["why"]


def test_a_dead_one_says_how_to_go_on(db):
    create(db)
    (item_id,) = enqueue(db, 1)
    fail(db, claim(db), "no such page", permanent=True)
    told = explain(db, item_id)
    assert told["status"] == "failed"
    assert "no such page" in told["why"]
    assert "redrive" in told["why"]


def test_a_paused_queue_is_the_reason(db):
    create(db)
    (item_id,) = enqueue(db, 1)
    db.execute("select pyorch.pause_queue('q')")
    assert "resume_queue" in explain(db, item_id)["why"]


def test_the_payload_is_not_told(db):
    create(db)
    (item_id,) = enqueue(db, {"secret": "swordfish"})
    assert "swordfish" not in str(explain(db, item_id))


@pytest.mark.parametrize("item_id", ["12345", "no id", None])
def test_no_such_item(db, item_id):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        explain(db, item_id)
    assert error.value.sqlstate == "PY016"


def test_of_an_attached_queue_the_hint_names_its_table(db):
    db.execute("create table public.t (id int primary key, status text)")
    db.execute("select pyorch.attach_queue('attached', 'public.t')")
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.explain_item('attached', '17')")
    assert error.value.sqlstate == "PY016"
    assert "its id in public.t" in error.value.diag.message_hint
