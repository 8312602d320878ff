"""The queues that the torture works on: how each is made and filled, and what is left of it at the end."""

from __future__ import annotations

from dataclasses import dataclass

QUEUE = "torture"


@dataclass(frozen=True)
class Kind:
    """One kind of queue, called as QUEUE says."""

    # statements that make it; %(options)s: the options of the queue
    make: tuple[str, ...]
    # the SQL that puts items in and returns their ids: so many plain ones, one that is urgent, three of one group
    plain: str
    urgent: str = ""
    group: str = ""
    # the ids of the dead letters, and of what is neither dead nor done
    dead: str = "select id from jobs where status = 'failed'"
    left: str = "select id from jobs where status in ('pending', 'processing')"


def table(*columns: str) -> str:
    """Return the table of an application, with these columns besides those that each has."""
    more = "".join(f", {column}" for column in columns)
    return (
        "create table jobs (id bigint generated always as identity primary key, status text not null default 'pending',"
        f" payload jsonb not null{more}) with (autovacuum_vacuum_scale_factor = 0.02)"
    )


ATTACH = f"select pyorch.attach_queue('{QUEUE}', 'jobs', %(options)s)"
PLAIN = "insert into jobs (payload) select '1' from generate_series(1, %s) returning id::text"
KINDS = {
    "native": Kind(
        make=(f"select pyorch.create_queue('{QUEUE}', %(options)s)",),
        plain=f"select pyorch.enqueue_batch('{QUEUE}', array_fill('1'::jsonb, array[%s]))",
        urgent=f"select pyorch.enqueue('{QUEUE}', '1', priority => 5)",
        group=f"select pyorch.enqueue_batch('{QUEUE}', array['1', '2', '3']::jsonb[], \"group\" => %s)",
        dead=f"select id from pyorch.dead_{QUEUE}",
        left=f"select id from pyorch.native_{QUEUE} union all select id from pyorch.waiting_{QUEUE}",
    ),
    # what pyorch advises: short ways, and the receipt's proof in the table itself
    "attached": Kind(
        make=(
            table("attempts integer not null default 0", "locked_at timestamptz"),
            ATTACH,
            "create index on jobs (id) where status = 'pending'",
            "create index on jobs (locked_at) where status = 'processing'",
        ),
        plain=PLAIN,
    ),
    # priorities and groups, and no column that could hold a lease
    "attached, bare": Kind(
        make=(
            table("priority integer not null default 0", '"group" text'),
            ATTACH.replace("%(options)s", '%(options)s || \'{"columns": {"group": "group"}}\''),
            "create index on jobs (priority desc, id) where status = 'pending'",
            "create index on jobs (\"group\", id) where status in ('pending', 'processing')",
        ),
        plain=PLAIN,
        urgent="insert into jobs (payload, priority) values ('1', 5) returning id::text",
        group="insert into jobs (payload, \"group\") select '1', %s from generate_series(1, 3) returning id::text",
    ),
}
