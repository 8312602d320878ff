"""An agent behind a pooler in transaction mode: it cannot hear notifications, says so, and works all the same."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.agents import endpoint, outcomes, trigger, until
from tests.http_receiver import Receiver
from tests.pooler import transaction_pooler
from tests.servers import Server


def beats(db: psycopg.Connection, times: int) -> None:
    """Wait for so many further beats of the only agent."""
    for _ in range(times):
        seen = db.execute("select seen_at from pyorch.agent").fetchone()
        until(lambda seen=seen: db.execute("select seen_at from pyorch.agent").fetchone() != seen)


def test_an_agent_behind_a_pooler_in_transaction_mode_says_that_it_is_deaf_once_and_carries_calls(
    db: psycopg.Connection, dsn: str, server: Server, receiver: Receiver, start_agent: Any
) -> None:
    with transaction_pooler(server.host, server.port) as port:
        agent = start_agent(f"{dsn} port={port}")
        line = agent.said("agent.is_deaf")
        assert " warning " in line and "session pooler" in line
        endpoint(db, "e", receiver.url("/ok"))
        assert outcomes(db, trigger(db, "e"))[0][0] == "ok"
        beats(db, 2)
        assert len([line for line in agent.log if "agent.is_deaf" in line]) == 1
        agent.kill()


def test_an_agent_with_a_direct_connection_hears(db: psycopg.Connection, start_agent: Any) -> None:
    agent = start_agent()
    beats(db, 2)
    assert not [line for line in agent.log if "agent.is_deaf" in line]
