"""pyorch.detach_queue: the mapping is forgotten, the table is not touched."""

import psycopg
import pytest

from tests.attached.shapes import SHAPES, attach, claim, fail, make, statuses

FULL = SHAPES["uuid id, enum status, all columns"]


def test_it_forgets_everything_and_touches_no_row(db):
    make(db, FULL, 3)
    items = claim(db, 2)
    fail(db, items[0][3])
    rows = "select to_jsonb(t) from import_queue t order by 1"
    before = db.execute(rows).fetchall()
    notices = []
    db.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    answer = db.execute("select pyorch.detach_queue('q')").fetchone()[0]
    assert answer == {"queue": "q", "relation": "public.import_queue", "left_in_processing": 1}
    # and no word about functions that only a native queue has
    (notice,) = notices
    assert "1 items of public.import_queue stay in processing" in notice
    assert db.execute(rows).fetchall() == before
    for table in ("queue", "attached", "item_state"):
        assert db.execute(f"select count(*) from pyorch.{table}").fetchone() == (0,)
    left = "select count(*) from pg_proc where pronamespace = 'pyorch'::regnamespace and proname ~ '^_q_(?!to_)'"
    assert db.execute(left).fetchone() == (0,)
    assert db.execute("select to_regclass('pyorch.q_token_q')").fetchone() == (None,)


def test_the_table_can_be_attached_again_and_what_was_left_is_unlocked_by_age(db, clock):
    make(db, FULL, 1)
    claim(db)
    db.execute("select pyorch.detach_queue('q')")
    attach(db, "import_queue")
    clock.advance("1 hour")
    assert db.execute("select unlocked from pyorch.unlock('q')").fetchone() == (1,)
    assert statuses(db, FULL) == {"pending": 1}


def test_a_dropped_table_can_be_detached(db):
    make(db, FULL, 1, wake_trigger=True)
    db.execute("drop table import_queue")
    db.execute("select pyorch.detach_queue('q')")
    assert db.execute("select count(*) from pyorch.queue").fetchone() == (0,)


def test_a_native_or_unknown_queue_is_refused(db):
    db.execute("select pyorch.create_queue('n')")
    for queue, sqlstate in (("n", "PY001"), ("nowhere", "PY002")):
        with pytest.raises(psycopg.Error) as caught:
            db.execute("select pyorch.detach_queue(%s)", [queue])
        assert caught.value.sqlstate == sqlstate and caught.value.diag.message_hint


def again(world, name):
    """Attach the table again."""
    world.one("select pyorch.attach_queue(%s, %s)", name, f"public.{name}")


def test_a_processor_goes_on_when_the_table_is_attached_again(world):
    world.queue(items=3)
    world.processor()
    world.one("select pyorch.detach_queue('work')")
    assert world.tick() == []
    (row,) = world.health("queue_gone")
    assert (row["severity"], row["subject"]) == ("critical", "process")
    assert row["evidence"] == 'it drains queue "work", which is no more' and "'process'" in row["advice"]
    again(world, "work")
    assert world.status("process")["queue"] == "work"
    assert world.health("queue_gone") == []
    assert world.tick() == ["process"]


@pytest.mark.parametrize("mark", [5, 10001])
def test_a_scraper_looks_at_the_tables_that_are_attached_again(world, mark):
    names = [world.queue(name) for name in ("one", "two", "three")]
    world.scraper(queues=names, high_water=mark)
    world.processor(queue="two")
    for name in ("two", "one"):
        world.one("select pyorch.detach_queue(%s)", name)
    gone = {row["evidence"]: (row["severity"], row["subject"]) for row in world.health("queue_gone")}
    assert gone == {
        'it drains queue "two", which is no more': ("critical", "process"),
        'it fills queue "one", which is no more: high_water sees nothing': ("warning", "scrape"),
        'it fills queue "two", which is no more: high_water sees nothing': ("warning", "scrape"),
    }
    assert world.tick() == ["scrape"]
    world.send()
    world.clock.advance("10 minutes")
    again(world, "one")
    assert [row["subject"] for row in world.health("queue_gone")] == ["process", "scrape"]
    again(world, "two")
    assert world.health("queue_gone") == []
    known = {row["queue"]: row["queue_id"] for row in world.rows("select queue, queue_id from pyorch.queue")}
    assert world.one("select fills from pyorch.endpoint where endpoint = 'scrape'") == [known[name] for name in names]
    for name in names:
        world.add(mark, name)
        assert "scrape" not in world.tick(), f"{name} is full"
        world.db.execute(f"delete from public.{name}")
    assert world.tick() == ["scrape"]


def test_a_scraper_without_high_water_needs_none_of_them(world):
    world.scraper(queues=world.queue())
    world.one("select pyorch.detach_queue('work')")
    assert world.health("queue_gone") == []
    assert world.tick() == ["scrape"]
    again(world, "work")


def test_another_name_is_another_queue(world):
    world.queue(items=3)
    world.processor()
    world.one("select pyorch.detach_queue('work')")
    world.one("select pyorch.attach_queue('works', 'public.work')")
    assert world.tick() == []
    assert [row["subject"] for row in world.health("queue_gone")] == ["process"]


def test_who_wants_to_be_woken_at_once_is_woken_by_the_new_one(world):
    world.queue()
    world.processor(wake_at_once=True)
    world.one("select pyorch.detach_queue('work')")
    again(world, "work")
    assert world.one("select wake from pyorch.queue where queue = 'work'")
