"""What the agent's tests share: a receiver, and agents as real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.agents import AgentProcess
from tests.http_receiver import Receiver

StartAgent = Callable[..., AgentProcess]


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
def no_poll(db: psycopg.Connection) -> None:
    """Agents poll once an hour: what happens before is not owed to a poll."""
    (beat,) = db.execute("select pg_get_functiondef('pyorch._agent_beat(uuid, jsonb)'::regprocedure)").fetchone()
    assert "'poll_ms', 1000" in beat
    db.execute(beat.replace("'poll_ms', 1000", "'poll_ms', 3600000"))


@pytest.fixture
def start_agent(dsn: str) -> Iterator[StartAgent]:
    """Start an agent on the test's database and wait until it lives; options as of pyorch.agent.run."""
    started: list[AgentProcess] = []

    def start(at: str | None = None, **options: Any) -> AgentProcess:
        agent = AgentProcess(at or dsn, **options)
        started.append(agent)
        return agent.ready()

    yield start
    for agent in started:
        agent.kill()
