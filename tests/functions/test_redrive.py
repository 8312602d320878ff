"""pyorch.redrive: dead letters go back."""

from tests.queues import claim, create, enqueue, explain, fail, payloads, status


def redrive(db, ids=None):
    return db.execute("select pyorch.redrive('q', %s)", [ids]).fetchone()[0]


def test_all_of_them(db):
    create(db, max_attempts=1)
    enqueue(db, 1, 2, 3)
    fail(db, claim(db, 3))
    assert redrive(db) == 3
    assert status(db) == (3, 0, 0)
    items = claim(db, 3)
    assert payloads(items) == [1, 2, 3]
    assert {item.attempt for item in items} == {1}


def test_only_the_named(db):
    create(db, max_attempts=1)
    ids = enqueue(db, 1, 2, 3)
    fail(db, claim(db, 3))
    assert redrive(db, [ids[1], "999", "no id"]) == 1
    assert payloads(claim(db, 3)) == [2]


def test_its_history_stays(db):
    create(db, max_attempts=1)
    ids = enqueue(db, 1)
    fail(db, claim(db), "first life")
    redrive(db)
    assert explain(db, ids[0])["history"][0]["error"] == "first life"


def test_one_whose_key_is_taken_stays_dead(db):
    create(db, max_attempts=1)
    enqueue(db, "old", key="k")
    fail(db, claim(db))
    enqueue(db, "new", key="k")
    assert redrive(db) == 0
    assert status(db) == (1, 0, 1)


def test_a_grouped_one_waits_for_its_turn(db):
    create(db, max_attempts=1)
    enqueue(db, "a1", "a2", group="a")
    fail(db, claim(db))
    held = claim(db)
    assert payloads(held) == ["a2"]
    assert redrive(db) == 1
    assert claim(db, 5) == []
    fail(db, held)
    assert payloads(claim(db, 5)) == ["a1"]
