"""A real HTTP server in its own process, for tests: odd answers by path, every arrival recorded.

    with Receiver.start() as receiver:
        receiver.url("/status/503")     # the endpoint under test
        receiver.arrivals("/status")    # what came, in order of arrival

Paths (a query string tells endpoints apart and is recorded):
    /ok                 200 {"ok": true}, keep-alive                /echo        200, the request as JSON
    /status/CODE        that status; ?retry_after=TEXT adds the header; ?body=TEXT
    /slow/SECONDS       200 after that long; ?status=CODE           /hang        never answers
    /once/SECONDS       as /slow, and honours Idempotency-Key: only the first of a key has an effect (see `effects`)
    /together/NUMBER    200 once so many of them are at work at one time
    /work/SECONDS       202 at once, then "at work" for that long (see `peak`)
    /redirect/CODE?to=URL                                           /binary      200, NULs and broken UTF-8
    /huge               200, 10 MB                                  /empty       closes without a byte
    /endless            200, a body that never ends                 /drip        headers, then a byte every 0.1 s
    /stall/BYTES        200, so much of 10 MB, and no more
    /script/NAME        the next answer given by `script(NAME, [...])`, the last one for ever

Written on asyncio.Protocol and not on a framework: the bench needs a receiver that is faster than what it measures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

BINARY = bytes(range(256)) * 2
HUGE = 10_000_000
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"ok": true}'


# ---- the test's side ------------------------------------------------------------------------------------------------
@dataclass
class Receiver:
    """Handle on a running receiver process."""

    process: subprocess.Popen[bytes]
    port: int
    host: str = "127.0.0.1"

    @classmethod
    def start(cls, *options: str) -> Receiver:
        """Start the server on a free port and wait until it listens."""
        process = subprocess.Popen([sys.executable, str(Path(__file__).resolve()), *options], stdout=subprocess.PIPE)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the receiver did not start")
        return cls(process, int(line))

    def url(self, path: str = "/ok", host: str | None = None) -> str:
        return f"http://{host or self.host}:{self.port}{path}"

    def arrivals(self, prefix: str = "/") -> list[dict[str, Any]]:
        """Requests in order of arrival: method, path, query, headers (lower-case keys), body, at (epoch seconds)."""
        return [a for a in self._control("arrivals") if a["path"].startswith(prefix)]

    def peak(self, path: str) -> int:
        """The most requests of that path (with its query) that were ever at work at one time."""
        return int(self._control("peak").get(path, 0))

    def effects(self) -> list[dict[str, str]]:
        """What took effect at /once, in order: {"key", "body"}."""
        return list(self._control("effects"))

    def script(self, name: str, answers: list[dict[str, Any]]) -> str:
        """Answers of /script/NAME, in order: {"status", "body", "headers", "delay"}; returns its url."""
        self._control("script", {"name": name, "answers": answers})
        return self.url(f"/script/{name}")

    def reset(self) -> None:
        """Forget arrivals, peaks and scripts."""
        self._control("reset")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _control(self, what: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(self.url(f"/_{what}"), data=body, timeout=90) as answer:
            return json.loads(answer.read())


# ---- the server's side ----------------------------------------------------------------------------------------------
@dataclass
class State:
    """What the server remembers."""

    record: bool = True
    arrivals: list[dict[str, Any]] = field(default_factory=list)
    at_work: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)
    scripts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    effects: dict[str, str] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @contextlib.contextmanager
    def working(self, target: str) -> Any:
        """Count a request as being at work."""
        self.at_work[target] += 1
        self.peak[target] = max(self.peak[target], self.at_work[target])
        try:
            yield
        finally:
            self.at_work[target] -= 1


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """A whole HTTP/1.1 answer as bytes."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}"]
    lines += [f"{key}: {value}" for key, value in (headers or {"Content-Type": "application/json"}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests on it are answered one after the other."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.buffer = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head_end = self.buffer.find(b"\r\n\r\n")
            if head_end < 0:
                return
            head = self.buffer[:head_end].decode("latin-1").split("\r\n")
            headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in head[1:])}
            end = head_end + 4 + int(headers.get("content-length", 0))
            if len(self.buffer) < end:
                return
            body, self.buffer = self.buffer[head_end + 4 : end], self.buffer[end:]
            method, target, _ = head[0].split(" ", 2)
            self.request(method, target, headers, body)

    def request(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        url = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        if url.path.startswith("/_"):
            self.send(answer(200, json.dumps(self.control(url.path[2:], body)).encode()))
            return
        arrival = {"method": method, "path": url.path, "query": query, "at": time.time()}
        if self.state.record:
            arrival |= {"headers": headers, "body": body.decode("utf-8", "replace")}
        self.state.arrivals.append(arrival)
        if url.path == "/ok":
            self.send(OK)
            return
        task = asyncio.ensure_future(self.odd(method, target, unquote(url.path), query, headers, body))
        self.state.tasks.add(task)
        task.add_done_callback(self.state.tasks.discard)

    async def odd(
        self, method: str, target: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> None:
        kind, _, rest = path[1:].partition("/")
        status = int(query.get("status", 200))
        if kind == "status":
            extra = {"Retry-After": query["retry_after"]} if "retry_after" in query else {}
            self.send(answer(int(rest), query.get("body", "").encode(), {"Content-Type": "text/plain", **extra}))
        elif kind == "echo":
            seen = {"method": method, "target": target, "headers": headers, "body": body.decode("utf-8", "replace")}
            self.send(answer(status, json.dumps(seen).encode()))
        elif kind in ("slow", "once"):
            if kind == "once":
                self.state.effects.setdefault(headers["idempotency-key"], body.decode())
            with self.state.working(target):
                await asyncio.sleep(float(rest))
            self.send(answer(status, b'{"slow": true}'))
        elif kind == "together":
            with self.state.working(target):
                while self.state.peak[target] < int(rest):
                    await asyncio.sleep(0.01)
            self.send(answer(200))
        elif kind == "work":
            with self.state.working(target):
                self.send(answer(202, b'{"accepted": true}'))
                await asyncio.sleep(float(rest))
        elif kind == "hang":
            with self.state.working(target):
                await asyncio.sleep(3600)
        elif kind == "redirect":
            self.send(answer(int(rest), b"", {"Location": query["to"]}))
        elif kind == "binary":
            self.send(answer(200, BINARY, {"Content-Type": "application/octet-stream"}))
        elif kind == "huge":
            self.send(answer(200, b"x" * HUGE))
        elif kind == "stall":
            whole = answer(200, b"x" * HUGE)
            self.send(whole[: len(whole) - HUGE + int(rest)])
        elif kind == "empty":
            self.transport.close()
        elif kind in ("endless", "drip"):
            await self.stream(b"x" * 65536 if kind == "endless" else b"x", 0.001 if kind == "endless" else 0.1)
        elif kind == "script" and self.state.scripts.get(rest):
            steps = self.state.scripts[rest]
            step = steps.pop(0) if len(steps) > 1 else steps[0]
            with self.state.working(target):
                await asyncio.sleep(step.get("delay", 0))
            text = step.get("body", "")
            text = text if isinstance(text, str) else json.dumps(text)
            self.send(answer(step.get("status", 200), text.encode(), step.get("headers")))
        else:
            self.send(answer(404, b'{"error": "no such path"}'))

    async def stream(self, piece: bytes, pause: float) -> None:
        self.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n")
        while not self.transport.is_closing():
            if self.transport.get_write_buffer_size() < 1_000_000:
                self.transport.write(piece)
            await asyncio.sleep(pause)

    def control(self, what: str, body: bytes) -> Any:
        if what == "arrivals":
            return self.state.arrivals
        if what == "peak":
            return self.state.peak
        if what == "effects":
            return [{"key": key, "body": text} for key, text in self.state.effects.items()]
        if what == "script":
            data = json.loads(body)
            self.state.scripts[data["name"]] = data["answers"]
        if what == "reset":
            self.state.arrivals, self.state.scripts = [], {}
            self.state.peak.clear()
            self.state.effects.clear()
        return {}

    def send(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)


async def serve(record: bool) -> None:
    """Listen on a free port, print it, serve until the parent is gone."""
    state = State(record=record)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)


if __name__ == "__main__":
    # --lean keeps path and time of an arrival only
    asyncio.run(serve(record="--lean" not in sys.argv))
