"""docs/reference.md is what the database says of itself, and docs/errors.md has every code."""

import re

import psycopg
import pytest

from pyorch.errors import CODES
from tests import reference
from tests.conftest import ROOT
from tests.servers import Server


def test_the_reference_is_up_to_date(db: psycopg.Connection, server: Server) -> None:
    if server.version != 18:
        pytest.skip("the reference is written on PostgreSQL 18; other versions print some defaults differently")
    kept = reference.PATH.read_text(encoding="utf-8")
    assert kept == reference.text(db), "docs/reference.md is out of date: python -m tests.golden"


def test_every_public_function_is_in_the_reference_with_a_comment(db: psycopg.Connection) -> None:
    kept = reference.PATH.read_text(encoding="utf-8")
    rows = db.execute(
        "select proname, obj_description(oid, 'pg_proc') from pg_proc"
        " where pronamespace = 'pyorch'::regnamespace and proname !~ '^_'"
    ).fetchall()
    assert rows
    assert [name for name, _ in rows if f"### pyorch.{name}\n" not in kept] == []
    assert [name for name, comment in rows if not comment] == []


def test_every_error_code_is_in_the_documentation_with_its_meaning() -> None:
    text = reference.PATH.with_name("errors.md").read_text(encoding="utf-8")
    assert [code for code, meaning in CODES.items() if f"| {code} | {meaning} |" not in text] == []


@pytest.mark.parametrize("kind", ["native", "attached"])
def test_every_option_of_a_queue_is_in_its_page(db: psycopg.Connection, kind: str) -> None:
    text = reference.PATH.with_name("queues.md").read_text(encoding="utf-8")
    (names,) = db.execute("select pyorch._queue_option_names(%s)", [kind]).fetchone() or ([],)
    assert names
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_option_of_an_endpoint_is_in_its_page() -> None:
    text = reference.PATH.with_name("endpoints.md").read_text(encoding="utf-8")
    source = (ROOT / "sql" / "functions" / "_endpoint_row.sql").read_text(encoding="utf-8")
    known = re.search(r"array\[([^]]*)\],\s*'endpoint option'", source)
    assert known is not None
    names = re.findall(r"'(\w+)'", known[1])
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in text] == []
