"""The queues that are compared by pgbench: how each is made and filled, and the SQL of its work."""

from __future__ import annotations

from dataclasses import dataclass

from bench.queue.loads import Workload

PAYLOAD = '{"url": "https://example.com/listing/' + "x" * 50 + '"}'
ITEMS = f"select '{PAYLOAD}'::jsonb from generate_series(1, %(items)s)"
TABLE = (
    "create table {name} (id bigint generated always as identity primary key, status text not null default 'pending',"
    " attempts integer not null default 0, locked_at timestamptz, payload jsonb not null)"
)


@dataclass(frozen=True)
class Verbs:
    """The SQL of one item, or of :batch items. :r: what the last claim returned to be completed."""

    claim: str
    done: str = ""
    enqueue: str = ""


@dataclass(frozen=True)
class Peer:
    """One queue, called `q`."""

    name: str
    # peers of one template work on the same kind of database
    template: str = ""
    # statements that make it empty, and one that puts %(items)s items in
    make: tuple[str, ...] = ()
    fill: str = ""
    # how many items are still to be claimed; empty: every transaction is an item
    left: str = ""
    one: Verbs | None = None
    many: Verbs | None = None
    # instead of verbs: the whole script of draining
    drain: str = ""
    # what must be installed first: pyorch, pgmq
    needs: str = ""

    def verbs(self, load: Workload) -> Verbs | None:
        """Return the verbs for this workload."""
        return self.one if load.batch == 1 else self.many

    def script(self, load: Workload) -> str | None:
        """Return what pgbench repeats; None when this queue has no such work."""
        verbs = self.verbs(load)
        if verbs is None:
            return self.drain if self.drain and load.what == "drain" and load.batch == 1 else None
        if load.what == "enqueue":
            return f"{verbs.enqueue};\n" if verbs.enqueue else None
        lines = [f"{verbs.claim} \\gset"] + [f"{verbs.done};"] * bool(verbs.done)
        if load.what == "cycle":
            if not verbs.enqueue:
                return None
            lines.insert(0, f"{verbs.enqueue};")
        return "\n".join(lines) + "\n"


def claimed(verb: str, batch: bool) -> str:
    """Return a claim that fetches receipts as :r, and the payloads."""
    if batch:
        return f"select coalesce(array_agg(receipt), '{{}}') as r, max(payload::text) as p from pyorch.{verb}"
    return f"select coalesce(max(receipt), '') as r, max(payload::text) as p from pyorch.{verb}"


PUT = f"select pyorch.enqueue('q', '{PAYLOAD}')"
PUT_MANY = f"select count(*) from pyorch.enqueue_batch('q', array_fill('{PAYLOAD}'::jsonb, array[:batch::integer]))"
CLAIM = Verbs(claimed("claim('q', 'w')", False), "select count(*) from pyorch.complete('q', array[:r])", PUT)
CLAIM_MANY = Verbs(claimed("claim('q', 'w', :batch)", True), "select count(*) from pyorch.complete('q', :r)", PUT_MANY)
NATIVE = {
    "template": "native",
    "needs": "pyorch",
    "make": ("select pyorch.create_queue('q')",),
    "fill": f"select count(*) from pyorch.enqueue_batch('q', array({ITEMS}))",
}
NATIVE_LEFT = "select count(*) from pyorch.native_q where token = 0"
NAIVE = (
    "with n as materialized (select id from q_naive where status = 'pending' order by id limit {n}"
    " for update skip locked), u as (update q_naive q set status = 'processing', attempts = attempts + 1,"
    " locked_at = now() from n where q.id = n.id returning q.id, q.payload) select {what} as r,"
    " max(payload::text) as p from u"
)
NAIVE_PUT = f"insert into q_naive (payload) select '{PAYLOAD}' from generate_series(1, :batch::integer)"
# the least that claim and complete can do, on the very table of a native queue; clients walk it side by side
WALK = "\\set n :n + 1\n\\set id :n * :clients + :client_id + 1\n"
FIRST_UPDATE = (
    "update pyorch.native_q set attempts = attempts + 1, claimed_at = now(), lease_until = now(), worker = 'w'"
    " where priority = 0 and id = :id returning payload;\n"
)
SECOND_UPDATE = "update pyorch.native_q set worker = 'x' where priority = 0 and id = :id;\n"

PEERS = [
    Peer("pyorch", **NATIVE, left=NATIVE_LEFT, one=CLAIM, many=CLAIM_MANY),
    Peer(
        "pyorch-next",
        **NATIVE,
        left=NATIVE_LEFT,
        one=Verbs(claimed("next('q', 'w', 1, array[:r])", False)),
        many=Verbs(claimed("next('q', 'w', :batch, :r)", True)),
    ),
    Peer(
        "pyorch-attached",
        "attached",
        (
            TABLE.format(name="q_attached"),
            "select pyorch.attach_queue('q', 'q_attached')",
            "create index on q_attached (id) where status = 'pending'",
        ),
        f"insert into q_attached (payload) {ITEMS}",
        "select count(*) from q_attached where status = 'pending'",
        Verbs(CLAIM.claim, CLAIM.done),
        Verbs(CLAIM_MANY.claim, CLAIM_MANY.done),
        needs="pyorch",
    ),
    Peer(
        "naive",
        "naive",
        (TABLE.format(name="q_naive"), "create index on q_naive (id) where status = 'pending'"),
        f"insert into q_naive (payload) {ITEMS}",
        "select count(*) from q_naive where status = 'pending'",
        Verbs(
            NAIVE.format(n=1, what="coalesce(max(id), 0)"),
            "update q_naive set status = 'complete' where id = :r",
            NAIVE_PUT,
        ),
        Verbs(
            NAIVE.format(n=":batch", what="coalesce(array_agg(id), '{}')"),
            "update q_naive set status = 'complete' where id = any (:r::bigint[])",
            NAIVE_PUT,
        ),
    ),
    Peer(
        "pgmq",
        "pgmq",
        ("select pgmq.create('q')",),
        f"select count(*) from pgmq.send_batch('q', array({ITEMS}))",
        "select count(*) from pgmq.q_q where vt <= clock_timestamp()",
        Verbs(
            "select coalesce(max(msg_id), 0) as r, max(message::text) as p from pgmq.read('q', 900, 1)",
            "select pgmq.delete('q', :r::bigint)",
            f"select pgmq.send('q', '{PAYLOAD}')",
        ),
        Verbs(
            "select coalesce(array_agg(msg_id), '{}') as r, max(message::text) as p from pgmq.read('q', 900, :batch)",
            "select count(*) from pgmq.delete('q', :r::bigint[])",
            f"select count(*) from pgmq.send_batch('q', array_fill('{PAYLOAD}'::jsonb, array[:batch::integer]))",
        ),
        needs="pgmq",
    ),
    Peer("limit-1", **NATIVE, drain=WALK + FIRST_UPDATE),
    Peer("limit-2", **NATIVE, drain=WALK + FIRST_UPDATE + SECOND_UPDATE),
]
