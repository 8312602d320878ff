"""Where a busy session goes on: a hint, with which no item waits longer than for the next look from the start."""

import json
import random

import psycopg
import pytest

from tests.attached.shapes import attach, claim, complete, fail, release
from tests.attached.test_cost import move, place

COLUMNS = "status text not null default 'pending', attempts integer not null default 0, locked_at timestamptz"
TIME = "created_at timestamptz not null default clock_timestamp()"
# as if one item waiting were many: claims draw what they take
DRAWN = f"id integer primary key, {COLUMNS}, drawn boolean"
KINDS = {
    "number": f"id integer primary key, {COLUMNS}",
    "time": f"id bigint primary key, {COLUMNS}, {TIME}",
    "priority, number": f"id smallint primary key, {COLUMNS}, priority smallint not null",
    "priority, time": f"id bigint primary key, {COLUMNS}, {TIME}, priority bigint",
    "priority of a domain, time": f"id text primary key, {COLUMNS}, {TIME}, priority rank, run_at timestamptz",
    "priority, time without a zone": f"id bigint primary key, {COLUMNS}, created_at timestamp not null"
    " default clock_timestamp()::timestamp(0), priority integer not null, run_at timestamptz",
}


def make(db, columns):
    """Attach a table t as queue q, which has no pauses between the attempts of an item."""
    db.execute("create domain rank as integer check (value > -1000)")
    if columns == DRAWN:
        (routine,) = db.execute(
            "select pg_get_functiondef(oid) from pg_proc where proname = '_attached_draws'"
        ).fetchone()
        assert ") - 64 from" in routine
        db.execute(routine.replace(") - 64 from", ") - 1 from"))
    db.execute(f"create table t ({columns})")
    attach(db, "t", max_attempts=1000, backoff={"base": "0 seconds", "cap": "0 seconds", "jitter": 0})


def ready(db, columns):
    """The items that may be claimed, in their order."""
    order = [f"{name} {how}" for name, how in ORDER if f"{name} " in columns]
    due = "run_at is null or run_at <= now()" if "run_at" in columns else "true"
    return [
        row[0]
        for row in db.execute(
            f"select id::text as item from t where status = 'pending' and ({due}) order by {', '.join(order)}"
        )
    ]


ORDER = [("priority", "desc nulls last"), ("created_at", ""), ("id", "")]
PRIORITIES = [-7, 0, 0, 0, 5, 999]


class World:
    """A session that claims, another one that does, too, and the user's own code."""

    def __init__(self, db, other, columns, seed):
        self.db, self.other, self.columns = db, other, columns
        self.chance = random.Random(seed)
        self.items = 0
        self.held = []

    def has(self, column):
        return f"{column} " in self.columns

    def put(self):
        """An item comes: the user's code may give it any priority, and a time to wait for."""
        self.items += 1
        values = {"id": self.items}
        if self.has("priority"):
            values["priority"] = self.chance.choice(
                PRIORITIES
                if "priority smallint" in self.columns or "priority integer" in self.columns
                else [*PRIORITIES, None]
            )
        if self.has("run_at"):
            values["run_at"] = self.chance.choice([None, None, "2000-01-01", "2100-01-01"])
        self.db.execute(
            f"insert into t ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})", list(values.values())
        )

    def change(self):
        """The user's code changes one that is anywhere."""
        changes = ["status = 'pending'", "status = 'complete'"]
        if self.has("priority"):
            changes += [f"priority = {p}" for p in PRIORITIES]
        if self.has("created_at"):
            changes += ["created_at = created_at - interval '1 hour'", "created_at = clock_timestamp()"]
        if self.has("run_at"):
            changes += ["run_at = '2000-01-01'", "run_at = '2100-01-01'"]
        self.db.execute(
            f"update t set {self.chance.choice(changes)} where id::text = %s",
            [str(self.chance.randint(1, max(self.items, 1)))],
        )

    def give_back(self):
        """What somebody holds comes back, or is done."""
        if self.held:
            session, receipt = self.held.pop(self.chance.randrange(len(self.held)))
            self.chance.choice([complete, complete, release, fail])(session, receipt)

    def elsewhere(self):
        """The other session claims, alone or several."""
        self.held += [(self.other, item[3]) for item in claim(self.other, self.chance.choice([1, 1, 4]))]

    def roll_back(self):
        """A transaction that claims is lost."""
        with self.db.transaction(force_rollback=True):
            for _ in range(self.chance.randint(1, 3)):
                claim(self.db, self.chance.choice([1, 1, 2]))

    def claim_ahead(self):
        """As a busy session does: what it gets is ready, and nothing only where nothing is."""
        waiting = ready(self.db, self.columns)
        move(self.db, 9)
        got = [item[0] for item in self.take(self.chance.choice([1, 1, 1, 3]))]
        assert set(got) <= set(waiting)
        assert got or not waiting

    def claim_from_the_start(self):
        """What is due is claimed in the table's order."""
        waiting = ready(self.db, self.columns)
        move(self.db, -1)
        batch = self.chance.choice([1, 1, 1, 3])
        assert [item[0] for item in self.take(batch)] == waiting[:batch]

    def take(self, batch):
        got = claim(self.db, batch)
        self.held += [(self.db, item[3]) for item in got]
        return got


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("columns", [*KINDS.values(), DRAWN], ids=[*KINDS, "number, drawn"])
def test_whatever_happens_a_busy_session_finds_what_is_ready(db, connect, columns, seed):
    make(db, columns)
    world = World(db, connect(), columns, seed)
    steps = (
        [world.put] * 5
        + [world.claim_ahead] * 5
        + [world.change, world.give_back, world.give_back, world.elsewhere, world.roll_back, world.claim_from_the_start]
    )
    for _ in range(400):
        world.chance.choice(steps)()


def long_queue(db):
    """A queue of many items, and a busy session that has claimed the first two."""
    make(db, KINDS["number"])
    db.execute("insert into t (id) select generate_series(1, 300)")
    claim(db)
    move(db, -1)
    assert claim(db)[0][0] == "2"
    move(db, 9)


def test_on_a_long_queue_a_claim_passes_a_locked_item_without_waiting(db, connect):
    long_queue(db)
    other = connect()
    other.execute("begin")
    other.execute("select from t where id = 3 for update")
    db.execute("set statement_timeout = '5s'")
    assert [claim(db)[0][0] for _ in range(3)] == ["4", "5", "6"]
    other.execute("rollback")
    move(db, -1)
    assert [claim(db)[0][0] for _ in range(2)] == ["3", "7"]


def test_on_a_long_queue_a_claim_passes_what_is_not_there(db):
    long_queue(db)
    db.execute("delete from t where id in (3, 4, 90) or id between 20 and 70")
    assert [int(claim(db)[0][0]) for _ in range(60)] == [*range(5, 20), *range(71, 90), *range(91, 117)]


def test_a_session_that_meets_a_gap_draws_no_more_but_moves_the_front(db):
    long_queue(db)
    db.execute("delete from t where id between 20 and 70")
    taken = [int(claim(db)[0][0]) for _ in range(30)]
    assert taken[-1] == 83
    assert db.execute(
        "select last_value, split_part(current_setting(%s), '|', 5) from pyorch.q_front_q", [place(db)]
    ).fetchone() == (83, "1")
    move(db, -1)
    claim(db)
    assert db.execute("select split_part(current_setting(%s), '|', 5)", [place(db)]).fetchone() == ("236",)


def test_on_a_long_queue_busy_sessions_share_the_items_in_their_order(db, connect):
    long_queue(db)
    other = connect()
    claim(other, 64)
    assert [int(claim(session)[0][0]) for _ in range(80) for session in (db, other)] == list(range(67, 227))


def test_on_a_long_queue_what_was_left_behind_is_claimed_before_what_is_newer(db):
    long_queue(db)
    for _ in range(20):
        claim(db)
    db.execute("update t set status = 'pending' where id in (5, 6, 9)")
    move(db, -1)
    assert [claim(db)[0][0] for _ in range(5)] == ["5", "6", "9", "23", "24"]


def due(session):
    """When the next look from the start is due."""
    return session.execute("select split_part(current_setting(%s), '|', 1)", [place(session)]).fetchone()[0]


@pytest.mark.parametrize("columns", KINDS.values(), ids=KINDS)
def test_no_claim_puts_off_the_next_look_from_the_start(db, columns):
    make(db, columns)
    put = "insert into t (id) select generate_series(%s::integer, %s::integer)"
    if "priority" in columns:
        put = "insert into t (id, priority) select i, i / 7 from generate_series(%s::integer, %s::integer) i"
    db.execute(put, [1, 6])
    claim(db)
    move(db, 9)
    before = due(db)
    # the second group has a larger priority, where there are some
    for first in (7, 12):
        assert claim(db)
        db.execute(put, [first, first + 4])
        assert claim(db)
        assert due(db) == before


@pytest.mark.parametrize("columns", KINDS.values(), ids=KINDS)
def test_a_session_whose_claims_are_rolled_back_claims_the_same_items_again(db, columns):
    make(db, columns)
    names, values = ("id, priority", "i, 0") if "priority" in columns else ("id", "i")
    db.execute(f"insert into t ({names}) select {values} from generate_series(1, 9) i")
    claim(db)
    move(db, 9)
    for _ in range(2):
        with db.transaction():
            with db.transaction(force_rollback=True):
                assert [claim(db)[0][0] for _ in range(3)] == ["2", "3", "4"]
            assert claim(db)[0][0] == "2"
            raise psycopg.Rollback
    with db.transaction(force_rollback=True):
        claim(db, 2)
    assert claim(db)[0][0] == "2"


@pytest.mark.parametrize("columns", KINDS.values(), ids=KINDS)
def test_what_a_repeatable_read_transaction_could_not_see_is_found_after_it(db, connect, columns):
    make(db, columns)
    names, values = ("id, priority", "i, 0") if "priority" in columns else ("id", "i")
    put = f"insert into t ({names}) select {values} from generate_series(%s::integer, %s::integer) i"
    db.execute(put, [4, 9])
    session = connect(autocommit=False)
    session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    assert claim(session)[0][0] == "4"
    db.execute(put, [1, 2])
    move(session, 9)
    assert [claim(session)[0][0] for _ in range(5)] == ["5", "6", "7", "8", "9"]
    assert claim(session) == []
    session.commit()
    assert sorted(item[0] for _ in range(2) for item in claim(session)) == ["1", "2"]


def test_a_session_at_work_goes_on_when_columns_of_other_types_are_mapped(db):
    db.execute(
        f"create table t (id integer primary key, uid uuid unique not null default gen_random_uuid(), {COLUMNS},"
        f" {TIME}, since timestamp not null default localtimestamp, priority bigint not null,"
        " weight smallint default 0)"
    )
    attach(db, "t")
    db.execute("insert into t (id, priority) select i, 5000000000 from generate_series(1, 9) i")
    for columns in ({}, {"id": "uid"}, {"priority": "weight"}, {"created_at": "since"}, {"created_at": None}):
        db.execute("select pyorch.alter_queue('q', jsonb_build_object('columns', %s::jsonb))", [json.dumps(columns)])
        assert len(claim(db)) == 1
        move(db, 9)


def test_a_session_at_work_goes_on_when_a_condition_goes(db):
    db.execute(f"create table t ({KINDS['number']})")
    db.execute("select pyorch._attach_checked('q', 't', %s)", [json.dumps({"where": "id > 0"})])
    db.execute("insert into t (id) select generate_series(1, 9)")
    claim(db)
    move(db, 9)
    db.execute("select pyorch.alter_queue('q', %s)", [json.dumps({"where": None})])
    for number in range(2, 9):
        assert claim(db)[0][0] == str(number)
        move(db, 9)


def test_a_session_at_work_outlives_an_installation_whose_queue_had_other_columns(db):
    make(db, KINDS["priority, time"])
    db.execute("insert into t (id, priority) select i, 5000000000 from generate_series(1, 9) i")
    claim(db)
    move(db, 9)
    db.execute("select pyorch.detach_queue('q')")
    db.execute("drop table t")
    db.execute(f"create table t ({KINDS['priority, number']})")
    # as the first queue of the next installation has the number of the first queue of this one
    db.execute("select setval(pg_get_serial_sequence('pyorch.queue', 'queue_id'), 1, false)")
    attach(db, "t")
    db.execute("insert into t (id, priority) values (1, 5)")
    assert claim(db)[0][0] == "1"


@pytest.mark.parametrize("columns", [KINDS["number"], KINDS["time"], KINDS["priority, number"]])
def test_a_busy_session_passes_an_item_ahead_of_it_until_its_retry_time(db, connect, clock, columns):
    make(db, columns)
    priority = (", priority", ", 0") if "priority" in columns else ("", "")
    db.execute(f"insert into t (id{priority[0]}) select i{priority[1]} from generate_series(1, 4) i")
    assert claim(db)[0][0] == "1"
    move(db, 9)
    other = connect()
    second = claim(other)[0]
    other.execute("select pyorch.fail('q', %s, 'x', '1 minute')", [[second[3]]])
    with db.transaction(force_rollback=True):
        assert claim(db)[0][0] == "3"
    clock.advance("2 minutes")
    assert [item[::2][:2] for item in claim(db)] == [("2", 2)]
    assert claim(db)[0][0] == "3"


def test_a_busy_session_gets_nothing_from_the_moment_on_that_its_queue_is_paused(db, connect):
    make(db, KINDS["number"])
    db.execute("insert into t (id) select generate_series(1, 9)")
    worker = connect()
    claim(worker)
    move(worker, 9)
    assert claim(worker)[0][0] == "2"
    with db.transaction(force_rollback=True):
        db.execute("select pyorch.pause_queue('q')")
        assert claim(db) == []
        assert claim(worker)[0][0] == "3"
    assert claim(worker)[0][0] == "4"
    db.execute("select pyorch.pause_queue('q')")
    assert claim(worker) == [] == claim(worker, 2)
    assert db.execute("select * from pyorch._queue_drift()").fetchall() == []
    db.execute("select pyorch.resume_queue('q')")
    assert claim(worker)[0][0] == "5"
    assert db.execute("select * from pyorch._queue_drift()").fetchall() == []


def test_a_queue_whose_table_is_gone_can_be_paused(db):
    make(db, KINDS["number"])
    db.execute("drop table t")
    db.execute("select pyorch.pause_queue('q')")
    assert db.execute("select paused from pyorch.queue").fetchone() == (True,)
    db.execute("select pyorch.resume_queue('q')")
