"""What the agent's tests share: a receiver, and agents as real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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
