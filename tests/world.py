"""A world to test calls in: a database under a fake clock, a queue on a table of ours, and an agent that we play."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

URL = "https://api.example.com/work"


class World:
    """What a test of calls needs: endpoints, items, ticks, and answers as an agent would report them."""

    def __init__(self, db: psycopg.Connection, clock: Any) -> None:
        self.db, self.clock = db, clock
        self.agent = uuid4()

    def one(self, query: str, *values: Any) -> Any:
        """First column of the first row; None when there is none."""
        row = self.db.execute(query, values).fetchone()
        return None if row is None else row[0]

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.db.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(query, values).fetchall()

    def queue(self, name: str = "work", items: int = 0) -> str:
        """A queue on a table of the user's, with items that wait."""
        self.db.execute(
            f"create table public.{name} (id bigint generated always as identity primary key,"
            " status text not null default 'pending', payload jsonb not null default '{}',"
            " attempts int not null default 0, locked_at timestamptz, last_error text,"
            " updated_at timestamptz not null default now())"
        )
        self.one("select pyorch.attach_queue(%s, %s)", name, f"public.{name}")
        self.add(items, name)
        return name

    def add(self, items: int, name: str = "work") -> None:
        self.db.execute(f"insert into public.{name} (payload) select '{{}}' from generate_series(1, %s)", [items])

    def scraper(self, name: str = "scrape", url: str = URL, **options: Any) -> str:
        self.one("select pyorch.set_endpoint(%s, 'scraper', %s, %s)", name, url, Jsonb(options))
        return name

    def processor(self, name: str = "process", url: str = URL, queue: str = "work", **options: Any) -> str:
        options = {"queue": queue, "batch_size": 10, **options}
        self.one("select pyorch.set_endpoint(%s, 'processor', %s, %s)", name, url, Jsonb(options))
        return name

    def beat(self) -> dict[str, Any]:
        return self.one("select pyorch._agent_beat(%s, %s)", self.agent, Jsonb({"host": "test", "pid": 1}))

    def dispatch(self, kind: str = "processor", run_id: int | None = None) -> dict[str, Any]:
        return self.one("select pyorch._dispatch(%s, %s, null)", kind, run_id)

    def tick(self) -> list[str]:
        """What a run does for calls, with the agent live; returns the endpoints triggered."""
        self.beat()
        self.rows("select * from pyorch.settle()")
        return self.dispatch("scraper")["triggered"] + self.dispatch("processor")["triggered"]

    def take(self, batch: int = 100) -> list[dict[str, Any]]:
        self.beat()
        return self.rows("select * from pyorch._take_calls(%s, %s)", self.agent, batch)

    def report(self, call_id: int, status: int | None = None, **answer: Any) -> None:
        """Report one answer; `head` and `body` as text or bytes."""
        head = answer.pop("head", None)
        if isinstance(head, str):
            head = head.encode()
        answer = {
            "call_id": call_id,
            "status_code": status,
            "timed_out": False,
            "latency_ms": 12.5,
            "head": None if head is None else head[:200].hex(),
            **answer,
        }
        self.one("select pyorch._report_calls(%s, %s)", self.agent, Jsonb([answer]))

    def send(self, status: int | None = 200, **answer: Any) -> list[dict[str, Any]]:
        """Take what waits and report the same answer for all of it; returns what was taken."""
        taken = self.take()
        for call in taken:
            self.report(call["call_id"], status, **answer)
        return taken

    def calls(self, endpoint: str | None = None) -> list[dict[str, Any]]:
        """The ledger, oldest first."""
        return self.rows(
            "select * from pyorch.call_log where endpoint = coalesce(%s, endpoint) order by call_id", endpoint
        )

    def call(self, call_id: int) -> dict[str, Any]:
        return self.rows("select * from pyorch.call_log where call_id = %s", call_id)[0]

    def status(self, endpoint: str) -> dict[str, Any]:
        return self.rows("select * from pyorch.endpoint_status where endpoint = %s", endpoint)[0]

    def claim(self, batch: int = 1, queue: str = "work") -> list[str]:
        """Claim items as a worker; returns receipts."""
        return [r["receipt"] for r in self.rows("select * from pyorch.claim(%s, 'worker', %s)", queue, batch)]

    def complete(self, receipts: list[str], queue: str = "work") -> None:
        self.rows("select pyorch.complete(%s, %s)", queue, receipts)

    def health(self, code: str) -> list[dict[str, Any]]:
        return self.rows("select * from pyorch._health_calls() where code = %s", code)


@pytest.fixture
def world(db: psycopg.Connection, clock: Any) -> World:
    """A World at the clock's start, in a database that knows itself."""
    db.execute("select pyorch._record_identity()")
    return World(db, clock)
