"""The queues that are compared: how each is filled, and the pgbench scripts of its work."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

PAYLOAD = '{"url": "https://example.com/listing/' + "x" * 50 + '"}'
ITEMS = f"select '{PAYLOAD}'::jsonb from generate_series(1, %(items)s)"
TABLE = (
    "create table {name} (id bigint generated always as identity primary key, status text not null default 'pending',"
    " attempts integer not null default 0, locked_at timestamptz, payload jsonb not null)"
)


@dataclass
class Peer:
    """One queue, always called `q`. In scripts :batch is the batch, :r what the last call returned."""

    name: str
    # statements that make it empty, and one that puts %(items)s items in
    make: list[str]
    fill: str
    # how many items are still to be claimed
    left: str
    # one item, or a batch: claimed, its payload read, done
    work: str
    work_batch: str
    # the script that enqueues :batch items; None: not comparable
    enqueue: str | None = None
    # the table whose size and dead rows matter
    table: str = ""


def pgmq_sql() -> str | None:
    """Return the SQL of pgmq out of its PyPI package, or None where that is not installed."""
    spec = importlib.util.find_spec("pgmq")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "sql" / "pgmq.sql"
    return path.read_text() if path.exists() else None


def native(name: str, work: str, work_batch: str) -> Peer:
    """Return a native queue of pyorch with this way to work on it."""
    return Peer(
        name,
        ["select pyorch.create_queue('q')"],
        f"select count(*) from pyorch.enqueue_batch('q', array({ITEMS}))",
        "select count(*) from pyorch.native_q where token = 0",
        work,
        work_batch,
        f"select count(*) from pyorch.enqueue_batch('q', array_fill('{PAYLOAD}'::jsonb, array[:batch::integer]));\n",
        "pyorch.native_q",
    )


CLAIM = "select coalesce(max(receipt), '') as r, max(payload::text) as p from pyorch.claim('q', 'w') \\gset\n"
CLAIM_BATCH = (
    "select coalesce(array_agg(receipt), '{}') as r, max(payload::text) as p"
    " from pyorch.claim('q', 'w', :batch) \\gset\n"
)
DONE = "select count(*) from pyorch.complete('q', array[:r]);\n"
DONE_BATCH = "select count(*) from pyorch.complete('q', :r);\n"
NAIVE = (
    "with n as materialized (select id from q_naive where status = 'pending' order by id limit {n}"
    " for update skip locked), u as (update q_naive q set status = 'processing', attempts = attempts + 1,"
    " locked_at = now() from n where q.id = n.id returning q.id, q.payload) select {what} as r,"
    " max(payload::text) as p from u \\gset\n"
)
PEERS = [
    native("pyorch", CLAIM + DONE, CLAIM_BATCH + DONE_BATCH),
    native(
        "pyorch-next",
        "select coalesce(max(receipt), '') as r, max(payload::text) as p"
        " from pyorch.next('q', 'w', 1, array[:r]) \\gset\n",
        "select coalesce(array_agg(receipt), '{}') as r, max(payload::text) as p"
        " from pyorch.next('q', 'w', :batch, :r) \\gset\n",
    ),
    Peer(
        "pyorch-attached",
        [
            TABLE.format(name="q_attached"),
            "select pyorch.attach_queue('q', 'q_attached')",
            "create index on q_attached (id) where status = 'pending'",
        ],
        f"insert into q_attached (payload) {ITEMS}",
        "select count(*) from q_attached where status = 'pending'",
        CLAIM + DONE,
        CLAIM_BATCH + DONE_BATCH,
        table="q_attached",
    ),
    Peer(
        "naive",
        [TABLE.format(name="q_naive"), "create index on q_naive (id) where status = 'pending'"],
        f"insert into q_naive (payload) {ITEMS}",
        "select count(*) from q_naive where status = 'pending'",
        NAIVE.format(n=1, what="coalesce(max(id), 0)") + "update q_naive set status = 'complete' where id = :r;\n",
        NAIVE.format(n=":batch", what="coalesce(array_agg(id), '{}')")
        + "update q_naive set status = 'complete' where id = any (:r::bigint[]);\n",
        f"insert into q_naive (payload) select '{PAYLOAD}' from generate_series(1, :batch::integer);\n",
        "q_naive",
    ),
    Peer(
        "pgmq",
        ["select pgmq.create('q')"],
        f"select count(*) from pgmq.send_batch('q', array({ITEMS}))",
        "select count(*) from pgmq.q_q where vt <= clock_timestamp()",
        "select coalesce(max(msg_id), 0) as r, max(message::text) as p from pgmq.read('q', 900, 1) \\gset\n"
        "select pgmq.delete('q', :r::bigint);\n",
        "select coalesce(array_agg(msg_id), '{}') as r, max(message::text) as p"
        " from pgmq.read('q', 900, :batch) \\gset\n"
        "select count(*) from pgmq.delete('q', :r::bigint[]);\n",
        f"select count(*) from pgmq.send_batch('q', array_fill('{PAYLOAD}'::jsonb, array[:batch::integer]));\n",
        "pgmq.q_q",
    ),
    # not a queue: what two one-row updates for each item cost, the least that claim and complete can do
    Peer(
        "limit",
        [TABLE.format(name="q_limit")],
        f"insert into q_limit (payload) {ITEMS}",
        "select 0",
        "\\set id random(1, :items)\n"
        "update q_limit set attempts = attempts + 1 where id = :id;\n"
        "update q_limit set status = 'complete' where id = :id;\n",
        "",
        table="q_limit",
    ),
]
