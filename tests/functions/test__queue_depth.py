"""pyorch._queue_depth(integer): how each queue is, in queue_status and in an answer"""

from tests.orch import orchestrate
from tests.queues import claim, create, enqueue

AGES = "select queue, oldest_pending_seconds from pyorch.queue_status order by queue"


def test_nothing_pending_has_no_age_and_something_just_pending_is_of_age_0(db, clock):
    create(db, "native")
    db.execute(
        "create table public.items (id bigint generated always as identity primary key, status text not null,"
        " created_at timestamptz not null)"
    )
    db.execute("select pyorch.attach_queue('attached', 'public.items')")
    assert db.execute(AGES).fetchall() == [("attached", None), ("native", None)]
    assert orchestrate(db)["queue_depths"]["attached"]["oldest_pending_seconds"] is None
    db.execute("insert into public.items (status, created_at) values ('complete', '2020-01-01')")
    db.execute("insert into public.items (status, created_at) values ('pending', pyorch._now())")
    enqueue(db, 1, queue="native")
    assert db.execute(AGES).fetchall() == [("attached", 0.0), ("native", 0.0)]
    clock.advance("90 seconds")
    assert db.execute(AGES).fetchall() == [("attached", 90.0), ("native", 90.0)]
    for queue in ("attached", "native"):
        claim(db, queue=queue)
    assert db.execute(AGES).fetchall() == [("attached", None), ("native", None)]
