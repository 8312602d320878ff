"""Native queues against a model: any sequence of calls in any order does what the words say (hypothesis, stateful)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests import queues

LEASE = 60
MAX_ATTEMPTS = 3
MAX_LEASE_LOSSES = 2
# a failure is not made smaller: that can take longer than reading it
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass
class Known:
    """What the model knows of one item."""

    id: int
    priority: int
    group: str | None
    key: str | None
    ready_at: int
    state: str = "pending"  # pending | processing | dead | done
    attempts: int = 0
    losses: int = 0
    receipt: str | None = None
    lease_until: int = 0
    straight: bool = True  # stood in line from the start and was never claimed: its place is certain
    stale: list[str] = field(default_factory=list)


class QueueMachine(RuleBasedStateMachine):
    """One queue, several sessions, a clock that only the test moves."""

    db: Any
    sessions: list[psycopg.Connection]
    clock: Any
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.items: list[Known] = []
        # of each group that has unfinished items the one that may be worked on
        self.heads: dict[str, int] = {}
        self.queue = f"m{next(self.numbers)}"
        queues.create(
            self.db, self.queue, lease=f"{LEASE} seconds", max_attempts=MAX_ATTEMPTS,
            max_lease_losses=MAX_LEASE_LOSSES, backoff={"base": "10 seconds", "factor": 1, "jitter": 0},
        )  # fmt: skip
        self.prepare()

    def prepare(self) -> None:
        """Before the first call."""

    # the model

    def held(self) -> list[Known]:
        return [item for item in self.items if item.state == "processing"]

    def claimable(self) -> list[Known]:
        free = [
            item
            for item in self.items
            if item.state == "pending"
            and item.ready_at <= self.now
            and (item.group is None or self.heads[item.group] == item.id)
        ]
        return sorted(free, key=lambda item: (-item.priority, item.id))

    def give_back(self, item: Known) -> None:
        assert item.receipt is not None
        item.stale.append(item.receipt)
        item.receipt = None
        item.state = "pending"

    def end(self, item: Known, state: str) -> None:
        """An item is done or dead: the oldest of its group that is left goes on."""
        item.state = state
        if item.group is not None:
            line = [other.id for other in self.items if other.group == item.group and other.state == "pending"]
            del self.heads[item.group]
            if line:
                self.heads[item.group] = min(line)

    # what can happen

    @rule(
        priority=st.sampled_from([0, 0, 0, 5, -5]),
        group=st.sampled_from([None, None, "a", "b"]),
        key=st.sampled_from([None, None, None, "k", "l"]),
        wait=st.sampled_from([None, None, 0, 30]),
        session=st.integers(0, 2),
    )
    def enqueue(self, priority: int, group: str | None, key: str | None, wait: int | None, session: int) -> None:
        got = self.sessions[session].execute(
            'select pyorch.enqueue(%s, to_jsonb(%s::int), key => %s, priority => %s, "group" => %s,'
            " run_at => pyorch._now() + %s * interval '1 second')",
            [self.queue, len(self.items), key, priority, group, wait],
        )
        item_id = int(got.fetchone()[0])  # type: ignore[index]
        taken = [i for i in self.items if key is not None and i.key == key and i.state in ("pending", "processing")]
        if taken:
            assert item_id == taken[0].id
        else:
            assert item_id not in [item.id for item in self.items]
            straight = not wait and group is None
            self.items.append(Known(item_id, priority, group, key, self.now + (wait or 0), straight=straight))
            if group is not None:
                self.heads.setdefault(group, item_id)

    @rule(batch=st.sampled_from([1, 1, 2, 5, 40]), session=st.integers(0, 2))
    def claim(self, batch: int, session: int) -> None:
        expected = self.claimable()
        got = queues.claim(self.sessions[session], batch, self.queue)
        by_id = {item.id: item for item in self.items}
        taken = [by_id[int(item.id)] for item in got]
        assert {item.id for item in taken} <= {item.id for item in expected}
        if len(got) < batch:
            assert len(got) == len(expected), "a claim that came back short left something"
        # what stands in line goes in order; what came back, or came in late behind a session's place, may be seen a
        # moment later
        line = [item.id for item in expected if item.straight]
        assert [item.id for item in taken if item.straight] == line[: sum(item.straight for item in taken)]
        for item, row in zip(taken, got, strict=True):
            item.state, item.receipt, item.straight = "processing", row.receipt, False
            item.attempts += 1
            item.lease_until = self.now + LEASE
            assert row.attempt == item.attempts

    @precondition(lambda self: self.held())
    @rule(data=st.data(), session=st.integers(0, 2))
    def complete(self, data: st.DataObject, session: int) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.held()), unique_by=lambda item: item.id, min_size=1))
        receipts = [item.receipt for item in chosen] + [r for item in self.items for r in item.stale[-1:]]
        rows = self.sessions[session].execute("select pyorch.complete(%s, %s)", [self.queue, receipts]).fetchall()
        assert sorted(row[0] for row in rows) == sorted(str(item.receipt) for item in chosen)
        for item in chosen:
            self.give_back(item)
            self.end(item, "done")

    @precondition(lambda self: self.held())
    @rule(data=st.data(), retry_in=st.sampled_from([None, 0, 20]), permanent=st.sampled_from([False, False, True]))
    def fail(self, data: st.DataObject, retry_in: int | None, permanent: bool) -> None:
        item = data.draw(st.sampled_from(self.held()))
        row = self.db.execute(
            "select status from pyorch.fail(%s, %s, 'x', %s * interval '1 second', %s)",
            [self.queue, [item.receipt, *item.stale], retry_in, permanent],
        ).fetchall()
        dead = permanent or item.attempts >= MAX_ATTEMPTS
        assert row == [("failed" if dead else "pending",)]
        self.give_back(item)
        if dead:
            self.end(item, "dead")
        item.ready_at = self.now + (10 if retry_in is None else retry_in)

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.held()))
        receipts = [item.receipt, *item.stale]
        rows = self.db.execute("select pyorch.release(%s, %s)", [self.queue, receipts]).fetchall()
        assert rows == [(item.receipt,)]
        self.give_back(item)
        item.attempts -= 1

    @precondition(lambda self: self.held())
    @rule(data=st.data())
    def heartbeat(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.held()))
        receipts = [item.receipt, *item.stale]
        rows = self.db.execute("select pyorch.heartbeat(%s, %s)", [self.queue, receipts]).fetchall()
        assert rows == [(item.receipt,)]
        item.lease_until = self.now + LEASE

    @rule(seconds=st.sampled_from([5, 15, 61]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(f"{seconds} seconds")
        self.now += seconds

    @rule(session=st.integers(0, 2))
    def unlock(self, session: int) -> None:
        orphans = [item for item in self.held() if item.lease_until <= self.now]
        dead = [i for i in orphans if i.attempts >= MAX_ATTEMPTS or i.losses + 1 >= MAX_LEASE_LOSSES]
        got = queues.unlock(self.sessions[session], self.queue)
        assert got == (len(orphans) - len(dead), len(dead))
        for item in orphans:
            self.give_back(item)
            item.losses += 1
            if item in dead:
                self.end(item, "dead")

    @precondition(lambda self: any(item.state == "dead" for item in self.items))
    @rule()
    def redrive(self) -> None:
        live = [item.key for item in self.items if item.key is not None and item.state in ("pending", "processing")]
        back = []
        for item in self.items:
            if item.state == "dead" and (item.key is None or item.key not in live):
                back.append(item)
                live.append(item.key)
        assert self.db.execute("select pyorch.redrive(%s)", [self.queue]).fetchone() == (len(back),)
        for item in back:
            item.state, item.attempts, item.losses, item.ready_at = "pending", 0, 0, self.now
            if item.group is not None:
                # behind the one that may be worked on, before those that are younger
                self.heads.setdefault(item.group, item.id)

    # what always holds

    @invariant()
    def the_counts_agree(self) -> None:
        due = [item for item in self.items if item.state == "pending" and item.ready_at <= self.now]
        dead = [item for item in self.items if item.state == "dead"]
        assert queues.status(self.db, self.queue) == (len(due), len(self.held()), len(dead))
        (pending,) = self.db.execute("select pyorch._queue_pending(pyorch._queue_id(%s))", [self.queue]).fetchone()
        assert pending == len(self.claimable())


class LongQueueMachine(QueueMachine):
    """The same, as if two items waiting were many: claims draw what they take."""

    def prepare(self) -> None:
        (routine,) = self.db.execute("select pg_get_functiondef('pyorch._queue_draws'::regproc)").fetchone()
        assert re.search(r"\) - (64|1)$", routine, re.M)
        self.db.execute(routine.replace(") - 64\n", ") - 1\n"))


@pytest.mark.parametrize("machine", [QueueMachine, LongQueueMachine])
def test_any_sequence_of_calls_does_what_the_words_say(db, connect, clock, machine):
    QueueMachine.db = db
    QueueMachine.sessions = [db, connect(), connect()]
    QueueMachine.clock = clock
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=25, stateful_step_count=40, phases=PHASES),
    )


@pytest.mark.torture
@pytest.mark.parametrize("machine", [QueueMachine, LongQueueMachine])
def test_many_more_sequences(db, connect, clock, machine):
    QueueMachine.db = db
    QueueMachine.sessions = [db, connect(), connect()]
    QueueMachine.clock = clock
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=400, stateful_step_count=80, derandomize=False),
    )
