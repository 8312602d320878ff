"""The receivers of docs/receivers with real push calls: claimed and signed by pyorch, carried by the agent."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.agents import AgentProcess, until
from tests.conftest import ROOT
from tests.examples.test_receiver_py import receiver as receiver_py
from tests.examples.test_typescript import BODY, post, signed

OLD = "whsec_" + base64.b64encode(b"the secret before the rotation...").decode()
NEW = "whsec_" + base64.b64encode(b"the secret after the rotation....").decode()
WORK = "console.log(item.item_id, item.payload);"
Start = Callable[[str], tuple[str, int]]


def typescript(folder: Path, work: str) -> Path:
    """The receiver with work of ours in its `handle`, as its users have it."""
    text = (ROOT / "docs/receivers/receiver.ts").read_text()
    assert WORK in text
    changed = folder / "receiver.ts"
    changed.write_text(text.replace(WORK, work))
    return changed


@pytest.fixture
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Start a receiver, "python" or "typescript", that knows the old secret alone; it fails what says so."""
    serving: list[tuple[object, threading.Thread]] = []

    def handle(item: dict[str, dict[str, str]]) -> None:
        if "fail" in item["payload"]:
            raise ValueError(item["payload"]["fail"])

    def run(language: str) -> tuple[str, int]:
        if language == "typescript":
            serve = request.getfixturevalue("serve")
            work = "if ((item.payload as any).fail) throw new Error((item.payload as any).fail);"
            return serve(typescript(tmp_path, work), {"PUSH_SECRET": OLD})
        server = receiver_py.server([OLD], handle, 0)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        serving.append((server, thread))
        return server.server_address

    yield run
    for server, thread in serving:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_items_are_pushed_completed_and_failed_while_the_secret_rotates(
    db: psycopg.Connection, dsn: str, start: Start, language: str
) -> None:
    host, port = start(language)
    db.execute("update pyorch.job set enabled = false")
    db.execute("select pyorch.create_queue('mails')")
    payloads = ({}, {"fail": "no such address"}, {})
    put = "select pyorch.enqueue('mails', %s)::text"
    items = [db.execute(put, [json.dumps(payload)]).fetchone()[0] for payload in payloads]
    db.execute("select pyorch.set_secret('push_new', %s), pyorch.set_secret('push_old', %s)", [NEW, OLD])
    options = {
        "queue": "mails",
        "mode": "push",
        "batch_size": 10,
        "signing_secrets": ["push_new", "push_old"],
        "allow_http": True,
        "allow_private": True,
    }
    url = f"http://{host}:{port}/"
    db.execute("select pyorch.set_endpoint('push', 'processor', %s, %s)", [url, json.dumps(options)])
    agent = AgentProcess(dsn).ready()
    try:
        db.execute("select pyorch.orchestrate(skip => '{metrics}')")
        ended = "select outcome, status_code, error from pyorch.call_log where outcome is not null"
        assert until(lambda: db.execute(ended).fetchall()) == [("ok", 200, None)]
    finally:
        agent.kill()
    # two are done; the third waits for its retry
    db.execute("call pyorch.collect_metrics()")
    status = "select pending, processing, dead from pyorch.queue_status where queue = 'mails'"
    assert db.execute(status).fetchone() == (1, 0, 0)
    explained = db.execute("select pyorch.explain_item('mails', %s)::text", [items[1]]).fetchone()
    assert "no such address" in explained[0]


def test_in_typescript_too_a_delivery_that_comes_twice_is_done_once_and_answered_twice(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    serve = request.getfixturevalue("serve")
    work = "throw new Error(`time ${(globalThis as any).times = ((globalThis as any).times ?? 0) + 1}`);"
    address = serve(typescript(tmp_path, work), {"PUSH_SECRET": OLD})
    first, again = (post(address, signed(BODY, secret=OLD, key="one")) for _ in range(2))
    other = post(address, signed(BODY, secret=OLD, key="two"))
    assert "time 1" in str(first) and again == first
    assert "time 2" in str(other)
