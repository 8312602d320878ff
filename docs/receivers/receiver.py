"""A receiver of push calls, in plain Python: no access to the database, no dependency.

    PUSH_SECRET=whsec_… python receiver.py --port 8099

pyorch claims the items and sends them in the body, signed by the Standard Webhooks scheme. The receiver checks the
signature, does each delivery once (Idempotency-Key), and answers 200; what failed it names by receipt:

    {"failed": [{"receipt": "…", "error": "why", "retry_in": "5 minutes"}]}

Copy it, and put your own work into `handle`.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# seconds that a signature is good for, in both directions: an old request cannot be replayed
TOLERANCE = 300
# bytes: a larger body is refused unread
LARGEST = 10_000_000

Work = Callable[[dict[str, Any]], None]


class SignatureError(Exception):
    """The request was not signed by a holder of the secret, or too long ago."""


def verify(secrets: list[str], headers: Mapping[str, str], body: bytes, now: float | None = None) -> None:
    """Check the signature of a request.

    Args:
        secrets: the accepted secrets, `whsec_` + base64 or any other text; two of them while you rotate.
        headers: the request's headers, names in any case.
        body: the bytes as they came; never parse and print them again before this.
        now: seconds since 1970, for tests.

    Raises:
        SignatureError: a header is missing, the time is off by more than TOLERANCE, or no signature matches.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        message, stamp, given = (lower[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        moment = int(stamp)
    except (KeyError, ValueError) as why:
        raise SignatureError(f"header missing or malformed: {why}") from None
    if abs((time.time() if now is None else now) - moment) > TOLERANCE:
        raise SignatureError("the timestamp is too far from our clock")
    signed = f"{message}.{stamp}.".encode() + body
    for secret in secrets:
        named, _, encoded = secret.partition("whsec_")
        key = secret.encode() if named or not encoded else base64.b64decode(encoded)
        expected = hmac.new(key, signed, hashlib.sha256).digest()
        for entry in given.split(" "):
            version, _, signature = entry.partition(",")
            try:
                if version == "v1" and hmac.compare_digest(base64.b64decode(signature, validate=True), expected):
                    return
            except binascii.Error:
                continue
    raise SignatureError("no signature matches")


class Deliveries:
    """The answers of deliveries that were done, by idempotency key.

    This one forgets when the process ends. Yours should be a table with the key as primary key, written in the
    transaction that does the work: then a delivery takes effect once, whatever dies in between.
    """

    def __init__(self) -> None:
        self._answers: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}

    def once(self, key: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the answer for a key; do the work only if it was not done before."""
        with self._lock:
            turn = self._busy.setdefault(key, threading.Lock())
        with turn:
            if key not in self._answers:
                self._answers[key] = work()
            return self._answers[key]


def deliver(body: bytes, handle: Work) -> dict[str, Any]:
    """Hand each item to `handle`; return the answer, which names those that raised."""
    failed = []
    for item in json.loads(body)["items"]:
        try:
            handle(item)
        except Exception as why:
            failed.append({"receipt": item["receipt"], "error": str(why)[:1000]})
    return {"failed": failed}


def receive(
    secrets: list[str], deliveries: Deliveries, handle: Work, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, Any]]:
    """Do one request: return the status code and the answer."""
    try:
        verify(secrets, headers, body)
    except SignatureError as why:
        return 401, {"error": str(why)}
    key = {name.lower(): value for name, value in headers.items()}.get("idempotency-key")
    if not key:
        return 400, {"error": "the header Idempotency-Key is missing"}
    return 200, deliveries.once(key, lambda: deliver(body, handle))


def server(secrets: list[str], handle: Work, port: int) -> ThreadingHTTPServer:
    """Return an HTTP server on 127.0.0.1; call its serve_forever."""
    deliveries = Deliveries()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # headers and body leave in one packet
        wbufsize = -1

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            if size > LARGEST:
                self.close_connection = True
                status, answer = 413, {"error": "too large"}
            else:
                status, answer = receive(secrets, deliveries, handle, dict(self.headers), self.rfile.read(size))
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing for each request."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def handle(item: dict[str, Any]) -> None:
    """Do the work of one item. Raise to fail it: pyorch tries it again by the queue's policy."""
    print(item["item_id"], item["payload"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="receive push calls of pyorch")
    parser.add_argument("--port", type=int, default=8099)
    # two secrets, separated by a space, while you rotate
    server(os.environ["PUSH_SECRET"].split(), handle, parser.parse_args().port).serve_forever()
