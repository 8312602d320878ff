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
    # instead of pgbench: its own worker, a file in bench/queue/workers, in so many processes
    worker: str = ""
    processes: int = 1
    # the batches in which that worker claims, so the workloads that it may stand beside
    batch: int = 1

    def verbs(self, load: Workload) -> Verbs | None:
        """Return the verbs for this workload."""
        return self.one if load.batch == 1 else self.many

    def script(self, load: Workload) -> str | None:
        """Return what pgbench repeats, or the worker's file; None when this queue has no such work."""
        if self.worker:
            return self.worker if (load.what, load.batch, load.clients) == ("drain", self.batch, 8) else None
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
    return f"select receipt as r, payload as p from pyorch.{verb}"


PUT = f"select pyorch.enqueue('q', '{PAYLOAD}')"
PUT_MANY = f"select count(*) from pyorch.enqueue_batch('q', array_fill('{PAYLOAD}'::jsonb, array[:batch::integer]))"
CLAIM = Verbs(claimed("claim('q', 'w')", False), "select pyorch.complete('q', array[:r])", PUT)
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
    " locked_at = now() from n where q.id = n.id returning q.id, q.payload) select {what} from u"
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
            NAIVE.format(n=1, what="id as r, payload as p"),
            "update q_naive set status = 'complete' where id = :r",
            NAIVE_PUT,
        ),
        Verbs(
            NAIVE.format(n=":batch", what="coalesce(array_agg(id), '{}') as r, max(payload::text) as p"),
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
            "select msg_id as r, message as p from pgmq.read('q', 900, 1)",
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
    Peer(
        "graphile-worker",
        "graphile",
        (),
        "select count(*) from graphile_worker.add_jobs(array(select ('work', payload, null, null, null, null, null,"
        f" null)::graphile_worker.job_spec from ({ITEMS}) items (payload)))",
        "select count(*) from graphile_worker._private_jobs",
        worker="graphile.mjs",
        batch=50,
    ),
    Peer(
        "procrastinate",
        "procrastinate",
        (),
        "select count(*) from procrastinate_defer_jobs_v1(array(select ('default', 'work', 0, null, null, payload,"
        f" null)::procrastinate_job_to_defer_v1 from ({ITEMS}) items (payload)))",
        "select count(*) from procrastinate_jobs where status in ('todo', 'doing')",
        worker="procrastinate_worker.py",
        processes=2,
    ),
    Peer(
        "pgqueuer",
        "pgqueuer",
        (),
        "insert into pgqueuer (priority, status, entrypoint, payload)"
        f" select 0, 'queued', 'work', convert_to(payload::text, 'UTF8') from ({ITEMS}) items (payload)",
        "select count(*) from pgqueuer",
        worker="pgqueuer_worker.py",
        processes=2,
        batch=50,
    ),
]
