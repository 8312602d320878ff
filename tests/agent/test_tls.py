"""TLS is verified: a certificate that nobody vouches for, or of another host, gets no byte of the call."""

from __future__ import annotations

import http.server
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.agents import endpoint, outcomes, trigger


@dataclass
class SecureServer:
    """An https server with a certificate of its own making."""

    port: int
    certificate: Path
    arrivals: list[dict[str, str]] = field(default_factory=list)

    def url(self, host: str = "localhost") -> str:
        return f"https://{host}:{self.port}/"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[SecureServer]:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    options = f"-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {certificate}"
    command = ["openssl", "req", *options.split(), "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            running.arrivals.append(dict(self.headers))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    running = SecureServer(server.server_address[1], certificate)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield running
    server.shutdown()
    thread.join()
    server.server_close()


def call(db: psycopg.Connection, url: str) -> Any:
    """The outcome of one call that carries a secret."""
    db.execute("select pyorch.set_secret('service_key', 's3cret-and-long-enough')")
    endpoint(db, "secure", url, allow_http=False, headers={"Authorization": "Bearer {{service_key}}"})
    return outcomes(db, trigger(db, "secure"))[0]


def test_a_self_signed_certificate_fails_the_call_and_nothing_is_sent(
    db: psycopg.Connection, secure: SecureServer, start_agent: Any
) -> None:
    start_agent()
    outcome, status, error, _ = call(db, secure.url())
    assert (outcome, status) == ("failed", None)
    assert error == "certificate of localhost not accepted: self-signed certificate"
    assert secure.arrivals == []


def test_a_certificate_that_this_machine_trusts_is_accepted_for_its_own_host_alone(
    db: psycopg.Connection, secure: SecureServer, start_agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    start_agent()
    assert call(db, secure.url())[:3] == ("ok", 200, None)
    assert [a["Authorization"] for a in secure.arrivals] == ["Bearer s3cret-and-long-enough"]
    outcome, status, error, _ = call(db, secure.url("127.0.0.1"))
    assert (outcome, status) == ("failed", None)
    assert error.startswith("certificate of 127.0.0.1 not accepted: ") and "mismatch" in error
    assert len(secure.arrivals) == 1


def test_a_host_that_is_not_in_allowed_hosts_is_refused_also_after_the_decision(
    db: psycopg.Connection, secure: SecureServer, start_agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    db.execute("select pyorch.configure(%s)", (json.dumps({"allowed_hosts": ["localhost"], "transport": "agent"}),))
    # an agent that nobody runs: the call is decided, and waits
    db.execute("select pyorch._agent_beat(gen_random_uuid(), '{}')")
    endpoint(db, "secure", secure.url())
    [waiting] = trigger(db, "secure")
    db.execute("select pyorch.configure(%s)", (json.dumps({"allowed_hosts": ["api.example.com"]}),))
    start_agent()
    outcome, _, error, _ = outcomes(db, [waiting])[0]
    assert (outcome, error) == ("refused", "the host localhost is not in allowed_hosts")
    assert secure.arrivals == []
