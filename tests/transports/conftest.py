"""The same calls, carried by each transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from pyorch.agent import direct
from tests.agents import PATIENCE, AgentProcess, endpoint, trigger, until
from tests.http_receiver import Receiver

LEDGER = "select * from pyorch.call_log where call_id = %s and outcome is not null"


@dataclass
class Carried:
    """One transport at work: `call` triggers an endpoint and returns the ledger's row once it has an outcome."""

    name: str
    db: psycopg.Connection
    begin: Callable[[str], int]
    settle: Callable[[], None]

    def call(self, url: str, seconds: float = PATIENCE, **options: Any) -> dict[str, Any]:
        """Make one call.

        Args:
            url: where to.
            seconds: until when there must be an outcome.
            options: of the endpoint.
        """
        number = self.begin(endpoint(self.db, "under-test", url, **options))

        def row() -> dict[str, Any] | None:
            self.settle()
            cursor = self.db.cursor(row_factory=psycopg.rows.dict_row)
            return cursor.execute(LEDGER, (number,)).fetchone()

        found: dict[str, Any] = until(row, seconds)
        assert found["transport"] == self.name
        return found


@pytest.fixture(scope="session")
def receiver_process() -> Iterator[Receiver]:
    with Receiver.start() as running:
        yield running


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    """A real HTTP server that has seen nothing yet."""
    receiver_process.reset()
    return receiver_process


@pytest.fixture
def own_receiver() -> Iterator[Receiver]:
    """A receiver of the test's own: what another test left at work would count here."""
    with Receiver.start() as running:
        yield running


@pytest.fixture(params=["agent", "direct", pytest.param("pg_net", marks=pytest.mark.pg_net)])
def carried(request: pytest.FixtureRequest) -> Iterator[Carried]:
    """Each transport in turn: a live agent, calls by hand, and the real pg_net."""
    name = request.param
    dsn = request.getfixturevalue("cron_dsn" if name == "pg_net" else "dsn")
    with psycopg.connect(dsn, autocommit=True) as db:
        if name == "agent":
            agent = AgentProcess(dsn)
            try:
                agent.ready()
                yield Carried(name, db, lambda e: trigger(db, e)[0], lambda: None)
            finally:
                agent.kill()
                # shown when the test failed
                print("\n".join(agent.log))
        elif name == "direct":
            yield Carried(name, db, lambda e: direct(dsn, [e])[0]["call_id"], lambda: None)
        else:
            # what the tick does, without waiting for one
            yield Carried(name, db, lambda e: trigger(db, e)[0], lambda: db.execute("select pyorch.settle()") and None)
