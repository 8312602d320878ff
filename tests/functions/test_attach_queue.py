"""pyorch.attach_queue: what it finds, what it says, what it refuses."""

import json

import psycopg
import pytest

from tests.attached.shapes import SHAPES, attach, claim, complete, make, put, statuses
from tests.conftest import INSTALL

FULL = SHAPES["uuid id, enum status, all columns"]
PLAIN = "create table t (id bigint generated always as identity primary key, status text default 'pending'%s)"


def refused(db, table, sqlstate, /, queue="q", **options):
    """Attach must fail with this code and a hint; returns message and hint."""
    with pytest.raises(psycopg.Error) as caught:
        attach(db, table, queue, **options)
    assert caught.value.sqlstate == sqlstate, str(caught.value)
    assert caught.value.diag.message_hint
    return caught.value.diag.message_primary, caught.value.diag.message_hint


@pytest.mark.parametrize(
    ("word", "type_", "names"),
    [
        ("attempts", "integer", ["attempts", "attempt_count", "retry_count", "tries"]),
        ("priority", "integer", ["priority", "Priority"]),
        ("run_at", "timestamptz", ["run_at", "scheduled_at", "scheduled_for", "next_retry_at"]),
        ("locked_at", "timestamptz", ["locked_at", "claimed_at", "started_at", "processing_started_at"]),
        ("locked_by", "text", ["locked_by", "worker_id", "claimed_by"]),
        ("error", "text", ["error", "last_error", "error_message"]),
        ("updated_at", "timestamptz", ["updated_at"]),
        ("completed_at", "timestamptz", ["completed_at", "processed_at", "finished_at"]),
        ("payload", "jsonb", ["payload", "data", "body"]),
        ("created_at", "timestamp", ["created_at", "inserted_at", "enqueued_at"]),
    ],
)
def test_the_usual_names_are_found(db, word, type_, names):
    for number, name in enumerate(names):
        db.execute(f'create table t{number} (id uuid primary key, status text, "{name}" {type_})')
        assert attach(db, f"t{number}", f"q{number}")["mapping"]["columns"][word] == name


@pytest.mark.parametrize(
    "words",
    [
        ["pending", "processing", "complete", "failed"],
        ["pending", "processing", "completed", "failed"],
        ["queued", "in_progress", "done", "error"],
        ["new", "running", "finished", "errored"],
        ["PENDING", "PROCESSING", "COMPLETED", "FAILED"],
    ],
)
@pytest.mark.parametrize("how", ["enum", "check", "varchar check", "free text"])
def test_status_words_are_matched(db, words, how):
    listed = ", ".join(f"'{word}'" for word in [*words, "skipped"])
    if how == "enum":
        db.execute(f"create type w as enum ({listed})")
        db.execute("create table t (id uuid primary key default gen_random_uuid(), status w)")
    elif how.endswith("check"):
        type_ = "varchar(20)" if how.startswith("varchar") else "text"
        db.execute(
            f"create table t (id uuid primary key default gen_random_uuid(), status {type_}"
            f" check (status in ({listed})))"
        )
    else:
        db.execute("create table t (id uuid primary key default gen_random_uuid(), status text)")
        for word in words:
            db.execute("insert into t (status) values (%s)", [word])
    found = attach(db, "t")["mapping"]["statuses"]
    assert [found[w] for w in ("pending", "processing", "complete", "failed")] == words


def test_options_override_columns_and_statuses(db):
    db.execute("create table t (id int primary key, key text unique not null, a text, status text, attempts int)")
    mapping = attach(
        db, "t", columns={"status": "a", "attempts": None, "id": "key"}, statuses={"pending": "todo", "failed": "bad"}
    )["mapping"]
    assert mapping["columns"] == {"id": "key", "status": "a"}
    assert mapping["statuses"] == {
        "pending": "todo",
        "processing": "processing",
        "complete": "complete",
        "failed": "bad",
    }


def test_advised_indexes_are_what_the_claim_uses_and_are_not_advised_again(db):
    make(db, FULL, 3)
    answer = db.execute("select pyorch._attachment(1)").fetchone()[0]
    assert len(answer["advised"]) == 3
    for statement in answer["advised"]:
        db.execute(statement)
    assert db.execute("select pyorch._attachment(1) -> 'advised'").fetchone()[0] == []
    claim(db)
    db.execute("select pg_stat_force_next_flush()")
    used = "select idx_scan > 0 from pg_stat_user_indexes where indexrelname = 'import_queue_pyorch_claim_idx'"
    assert db.execute(used).fetchone() == (True,)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_the_advised_statements_run_and_are_then_seen(db, shape):
    for statement in make(db, shape)["advised"]:
        db.execute(statement)
    assert db.execute("select pyorch._attachment(1) -> 'advised'").fetchone()[0] == []


def test_an_index_of_the_user_that_serves_as_well_is_accepted(db):
    db.execute(PLAIN % ", created_at timestamptz not null, locked_at timestamptz")
    db.execute("create index on t (status, created_at, id)")
    assert attach(db, "t")["advised"] == []


def test_larger_priority_goes_first_then_the_older_item(db):
    make(db, FULL, 4)
    db.execute("update import_queue set priority = 5 where payload in ('3', '4')")
    assert [item[1] for item in claim(db, 10)] == [3, 4, 1, 2]


def test_an_item_is_not_taken_before_its_time(db, clock):
    make(db, FULL, 2)
    db.execute(
        "update import_queue set next_retry_at = %s::timestamptz + interval '1 minute' where payload = '1'", [clock.now]
    )
    assert [item[1] for item in claim(db, 10)] == [2]
    clock.advance("1 minute")
    assert [item[1] for item in claim(db, 10)] == [1]


def test_a_group_has_one_item_in_work_and_keeps_its_order(db):
    db.execute(PLAIN % ", customer text, created_at timestamptz default clock_timestamp()")
    db.execute("insert into t (customer) values ('a'), ('a'), ('b'), (null), (null)")
    attach(db, "t", columns={"group": "customer"})
    first = claim(db, 10)
    assert [item[0] for item in first] == ["1", "3", "4", "5"]
    assert claim(db, 10) == []
    complete(db, first[0][3])
    assert [item[0] for item in claim(db, 10)] == ["2"]


def test_where_and_order_from_the_command_line_are_followed(db):
    make(db, FULL, 0)
    db.execute("select pyorch.detach_queue('q')")
    options = json.dumps({"where": "(payload #>> '{}')::int > 1", "order_by": "payload desc"})
    put(db, FULL, 3)
    db.execute("select pyorch._attach_checked('q', 'import_queue', %s)", [options])
    assert [item[1] for item in claim(db, 10)] == [3, 2]
    assert statuses(db, FULL) == {"processing": 2, "pending": 1}


def test_concurrency_and_rate_hold(db, clock):
    make(db, FULL, 9, concurrency=2)
    items = claim(db, 5)
    assert len(items) == 2 and claim(db) == []
    complete(db, items[0][3])
    assert len(claim(db, 5)) == 1


def test_the_payload_is_the_mapped_column_or_the_whole_row(db):
    make(db, FULL, 1)
    assert claim(db)[0][1] == 1
    db.execute(PLAIN % ", url text")
    db.execute("insert into t (url) values ('u')")
    attach(db, "t", "whole")
    row = db.execute("select payload from pyorch.claim('whole', 'w')").fetchone()[0]
    assert (row["url"], row["status"]) == ("u", "processing")


# ---- refusals


def test_a_name_that_is_taken_or_none(db):
    make(db, FULL)
    refused(db, "import_queue", "PY004")
    refused(db, "import_queue", "PY001", queue="Not A Name")


def test_an_unknown_option_column_word_or_status_word(db):
    db.execute(FULL.ddl)
    for options in (
        {"leese": "1 minute"},
        {"columns": {"stat": "status"}},
        {"statuses": {"done": "complete"}},
        {"columns": {"status": "nowhere"}},
        {"columns": {"attempts": "payload"}},
    ):
        refused(db, "import_queue", "PY001", **options)
    assert db.execute("select count(*) from pyorch.queue").fetchone() == (0,), "nothing half-done"


@pytest.mark.parametrize("word", ["pending", "processing", "complete", "failed"])
@pytest.mark.parametrize("given", ["", "  ", {}, ["done"]])
@pytest.mark.parametrize("shape", ["uuid id, enum status, all columns", "id and status alone"])
def test_a_status_word_that_is_empty_or_none(db, word, given, shape):
    db.execute(SHAPES[shape].ddl)
    table = SHAPES[shape].table
    message, hint = refused(db, table, "PY001", statuses={word: given})
    assert message == f'no status word for "{word}": {json.dumps(given)}'
    assert f'{{"statuses": {{"{word}": "…"}}}}' in hint
    assert attach(db, table, statuses={word: None})["queue"] == "q"
    with pytest.raises(psycopg.Error) as caught:
        db.execute("select pyorch.alter_queue('q', %s)", [json.dumps({"statuses": {word: given}})])
    assert caught.value.sqlstate == "PY001" and caught.value.diag.message_hint == hint


@pytest.mark.parametrize(
    "ddl",
    [
        "create view t as select 1 as id, 'pending' as status",
        "create materialized view t as select 1 as id, 'pending' as status",
        "create temporary table t (id int primary key, status text)",
        "create table t (id int, status text)",
        "create table t (id int unique, status text)",
        "create table t (id numeric primary key, status text)",
        "create table t (a int, b int, status text, primary key (a, b))",
        "create table t (id int primary key)",
        "create table t (id int primary key, status int)",
        "create table t (id int primary key, status text check (status in ('pending', 'done')))",
        "create table t (id int primary key, status text generated always as ('pending') stored)",
    ],
)
def test_a_relation_that_cannot_be_a_queue(db, ddl):
    db.execute(ddl)
    refused(db, "t", "PY008")


def test_our_own_tables(db):
    refused(db, "pyorch.queue", "PY008")


def test_user_sql_from_plain_sql(db):
    db.execute(FULL.ddl)
    for key in ("where", "order_by"):
        _, hint = refused(db, "import_queue", "PY013", **{key: "true"})
        assert "pyorch queue attach q public.import_queue" in hint


def test_a_caller_who_does_not_own_the_table(db, connect):
    db.execute(FULL.ddl)
    db.execute("create role att_admin_1 login in role pyorch_admin")
    db.execute("create role att_owner_1")
    try:
        db.execute("alter table import_queue owner to att_owner_1")
        db.execute("alter type import_status owner to att_owner_1")
        other = connect(user="att_admin_1")
        refused(other, "import_queue", "PY007")
        db.execute("grant att_owner_1 to att_admin_1")
        assert attach(other, "import_queue")["queue"] == "q"
    finally:
        db.execute("drop owned by att_owner_1 cascade")
        db.execute("drop owned by att_admin_1")
        db.execute("drop role att_admin_1, att_owner_1")


def test_row_level_security_that_would_hide_rows_until_its_hint_is_followed(server, empty_dsn):
    server.psql("postgres", "-c", "create role att_pyorch login", "-c", "create role att_app login")
    database = empty_dsn.rpartition("dbname=")[2]
    try:
        server.psql(
            "postgres", "-c", "grant att_app to att_pyorch", "-c", f"grant create on database {database} to att_pyorch"
        )
        server.psql(empty_dsn.replace("user=postgres", "user=att_pyorch"), "-1", "-f", INSTALL)
        with psycopg.connect(empty_dsn, autocommit=True) as db:
            db.execute("grant create, usage on schema public to att_app")
            db.execute("set role att_app")
            db.execute(FULL.ddl)
            db.execute("reset role")
            db.execute("revoke att_app from att_pyorch")
            db.execute("alter table import_queue enable row level security")
            _, hint = refused(db, "import_queue", "PY007")
            assert hint == "grant select, update on public.import_queue to att_pyorch;"
            db.execute(hint)
            db.execute("create policy mine on import_queue using (locked_by = current_user)")
            message, hint = refused(db, "import_queue", "PY007")
            assert "row level security" in message
            db.execute(hint)
            put(db, FULL, 1)
            assert attach(db, "import_queue")["queue"] == "q"
            assert len(claim(db)) == 1
            db.execute("drop policy pyorch on import_queue")
            critical = "select code from pyorch.health where severity = 'critical' and subject = 'q' order by code"
            assert db.execute(critical).fetchall() == [("attached_rows_hidden",)]
            db.execute("revoke all on import_queue from att_pyorch")
            assert db.execute(critical).fetchall() == [("attached_not_allowed",), ("attached_rows_hidden",)]
    finally:
        server.psql(database, "-c", "drop owned by att_pyorch, att_app cascade")
        server.psql(
            "postgres",
            "-c",
            f"revoke all on database {database} from att_pyorch",
            "-c",
            "drop role att_pyorch, att_app",
        )
