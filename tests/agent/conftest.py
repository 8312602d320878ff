"""What the agent's tests share: a receiver, and agents as real processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http_receiver import Receiver


@pytest.fixture(scope="session")
def receiver_process() -> Iterator[Receiver]:
    with Receiver.start() as running:
        yield running


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    """A real HTTP server that has seen nothing yet."""
    receiver_process.reset()
    return receiver_process
