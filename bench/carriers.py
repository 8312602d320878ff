"""What bench.calls measures with: one database, one receiver."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg

from tests.agents import endpoint, until
from tests.http_receiver import Receiver

# sessions of each transport in pg_stat_activity
SESSIONS = {"agent": "application_name = 'pyorch agent'", "pg_net": "backend_type like 'pg_net%'"}
# looks at those sessions while a call of 10 s is in flight: four a second
SAMPLES = 36


class Bench:
    """One database, one receiver, and what was seen meanwhile."""

    def __init__(self, dsn: str, receiver: Receiver) -> None:
        self.dsn, self.receiver = dsn, receiver
        self.db = psycopg.connect(dsn, autocommit=True)
        self.settle: Callable[[], Any] = lambda: None

    def one(self, query: str, *values: Any) -> Any:
        row = self.db.execute(query, values).fetchone()
        return None if row is None else row[0]

    def carry(self, transport: str) -> None:
        """Choose a transport; with pg_net somebody has to settle, as a tick would."""
        self.one("select pyorch.configure(%s)", json.dumps({"transport": transport}))
        settle = "select (pyorch.settle()).ok"
        self.settle = (lambda: self.one(settle)) if transport == "pg_net" else lambda: time.sleep(0.02)

    def net_batch(self, size: int) -> None:
        """Set pg_net's batch size; its worker reads it when it starts."""
        self.db.execute(f"alter system set pg_net.batch_size = {size}")
        self.db.execute("select pg_reload_conf()")
        self.db.execute("select net.worker_restart()")
        time.sleep(2)

    def throughput(self, calls: int) -> float:
        """Calls a second, from the commit of the decisions to the last outcome."""
        endpoint(self.db, "fast", self.receiver.url("/ok"))
        # what a decision for so many calls does; `trigger` decides a single one
        ids = self.one(
            "select pyorch._new_calls(e, %s, null, 'trigger', pyorch._transport(), null, false, pyorch._now())"
            " from pyorch.endpoint e where e.endpoint = 'fast'",
            calls,
        )
        first = min(ids)
        started = time.monotonic()
        self.wait(first, calls)
        return calls / (time.monotonic() - started)

    def wait(self, first: int, calls: int, seconds: float = 300) -> None:
        """Settle until all calls from the first one on have an outcome."""

        def done() -> bool:
            self.settle()
            return bool(
                self.one("select count(*) from pyorch.call where call_id >= %s and outcome is null", first) == 0
            )

        until(done, seconds)
        good = self.one("select count(*) from pyorch.call_log where call_id >= %s and outcome = 'ok'", first)
        if good != calls:
            print(f"warning: {good} of {calls} calls ended ok", file=sys.stderr)

    def delays(self, seconds: float, slow: bool) -> list[float]:
        """Dispatch-to-arrival of a fast endpoint in ms, 50 calls a second; with `slow` another one sleeps 10 s."""
        endpoint(self.db, "timed", self.receiver.url("/ok?c={{call_id}}"))
        endpoint(self.db, "slow", self.receiver.url("/slow/10"), timeout="20 seconds")
        self.receiver.reset()
        decided: dict[str, float] = {}
        end = time.monotonic() + seconds
        if slow:
            self.one("select pyorch.trigger('slow')")
            time.sleep(0.2)
        while time.monotonic() < end:
            began = time.time()
            decided[str(self.one("select pyorch.trigger('timed')"))] = began
            self.settle()
            time.sleep(max(0.0, 0.02 - (time.time() - began)))

        def arrived() -> dict[str, float] | None:
            self.settle()
            time.sleep(0.2)
            seen = {a["query"]["c"]: a["at"] for a in self.receiver.arrivals("/ok") if "c" in a["query"]}
            return seen if decided.keys() <= seen.keys() else None

        at = until(arrived, 60)
        return sorted((at[call] - began) * 1000 for call, began in decided.items())

    def wake(self, items: int) -> list[float]:
        """Enqueue-to-arrival in ms, one item at a time, each taken and completed before the next."""
        self.db.execute("select pyorch.create_queue('woken')")
        options = {"queue": "woken", "wake_at_once": True, "allow_http": True, "allow_private": True, "every": "1 hour"}
        url = self.receiver.url("/ok?woken=1")
        self.db.execute("select pyorch.set_endpoint('worker', 'processor', %s, %s)", (url, json.dumps(options)))
        delays = []
        for _ in range(items):
            self.receiver.reset()
            began = time.time()
            self.db.execute("select pyorch.enqueue('woken', '{}')")
            arrival = until(lambda: self.receiver.arrivals("/ok"), 30)[0]
            delays.append((arrival["at"] - began) * 1000)
            receipts = [row[0] for row in self.db.execute("select receipt from pyorch.claim('woken', 'bench', 10)")]
            self.db.execute("select pyorch.complete('woken', %s)", (receipts,))
            idle = "select count(*) from pyorch.call where endpoint_id = (select endpoint_id from pyorch.endpoint where"
            until(lambda query=idle: self.one(f"{query} endpoint = 'worker')") == 0, 30)
        return sorted(delays)

    def held(self, transport: str) -> tuple[int, int]:
        """Look at the transport's sessions while a call sleeps 10 s.

        Returns:
            (in how many samples a session was in the transaction, with a snapshot, that the sample before had seen
            it in; how many samples). A statement is over between two samples, and jobs are not the transport.
        """
        query = (
            f"select pid, xact_start from pg_stat_activity where {SESSIONS[transport]}"
            " and (backend_xmin is not null or backend_xid is not null) and query not like 'call %%'"
        )
        endpoint(self.db, "slow", self.receiver.url("/slow/10"), timeout="20 seconds")
        self.receiver.reset()
        self.one("select pyorch.trigger('slow')")
        until(lambda: self.receiver.arrivals("/slow"))
        held, before = 0, set[tuple[Any, ...]]()
        for _ in range(SAMPLES):
            time.sleep(9 / SAMPLES)
            now = set(self.db.execute(query))
            held += bool(now & before)
            before = now
        return held, SAMPLES
