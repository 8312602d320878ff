"""One call over HTTP: what each kind of answer, and of trouble, becomes. No database here."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from pyorch.agent.call import Answer, Call
from pyorch.agent.sender import Sender
from tests.http_receiver import BINARY, HUGE, Receiver
from tests.servers import deaf_port

Send = Callable[..., Any]


@pytest_asyncio.fixture
async def send() -> AsyncIterator[Send]:
    """Send one call and return its answer; options as columns of pyorch._take_calls."""
    async with Sender() as sender:

        async def one(url: str, **columns: Any) -> Answer:
            row = {
                "call_id": 7,
                "method": "POST",
                "url": url,
                "headers": {"Content-Type": "application/json"},
                "body": "{}",
                "timeout_ms": 60_000,
                "follow_redirects": False,
                "allow_private": True,
            }
            return await sender.send(Call.of(row | columns))

        yield one


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A DNS of our own: addresses of a host name, one for each look-up, the last one for ever."""
    hosts: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in hosts:
            return real(host, port, *args, **kwargs)
        address = hosts[host].pop(0) if len(hosts[host]) > 1 else hosts[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return hosts


async def test_an_answer_has_status_head_and_true_latency(send: Send, receiver: Receiver) -> None:
    started = time.monotonic()
    answer = await send(receiver.url("/slow/0.2"))
    elapsed = (time.monotonic() - started) * 1000
    assert (answer.status_code, answer.error, answer.timed_out, answer.refused) == (200, None, False, False)
    assert answer.content == b'{"slow": true}'
    assert 200 <= answer.latency_ms <= elapsed


async def test_method_headers_and_body_arrive_as_given(send: Send, receiver: Receiver) -> None:
    await send(receiver.url("/echo?x=1"), method="PUT", headers={"Idempotency-Key": "k", "X-Own": "v"}, body='{"ü": 1}')
    [arrival] = receiver.arrivals()
    assert (arrival["method"], arrival["path"], arrival["query"], arrival["body"]) == (
        "PUT",
        "/echo",
        {"x": "1"},
        '{"ü": 1}',
    )
    assert arrival["headers"]["idempotency-key"] == "k"
    assert arrival["headers"]["x-own"] == "v"
    assert arrival["headers"]["user-agent"].startswith("pyorch/")


async def test_an_error_status_is_an_answer_with_its_retry_after(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/status/503?retry_after=120&body=busy"))
    assert (answer.status_code, answer.error, answer.retry_after, answer.content) == (503, None, "120", b"busy")


@pytest.mark.parametrize("path", ["/hang", "/drip", "/slow/600"])
async def test_the_timeout_holds_for_the_whole_answer(send: Send, receiver: Receiver, path: str) -> None:
    # none of these ends by itself; of a drip the head has come by then
    timeout_ms = 2000 if path == "/drip" else 300
    async with asyncio.timeout(60):
        answer = await send(receiver.url(path), timeout_ms=timeout_ms)
    assert answer.timed_out
    assert answer.error == f"no complete answer within {timeout_ms} ms"
    assert answer.status_code == (200 if path == "/drip" else None)


async def test_of_an_answer_that_stops_halfway_what_came_is_kept(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/stall/300"), timeout_ms=2000)
    assert (answer.status_code, answer.timed_out, answer.content) == (200, True, b"x" * 300)


async def test_a_refused_connection_says_so(send: Send) -> None:
    with deaf_port() as port:
        answer = await send(f"http://127.0.0.1:{port}/")
    assert answer.status_code is None
    assert not answer.refused
    assert answer.error.startswith("could not connect to 127.0.0.1:")
    assert answer.error.endswith(": Connection refused")


async def test_an_unknown_host_says_so(send: Send) -> None:
    answer = await send("http://no-such-host.invalid/", allow_private=False)
    assert answer.error == "could not resolve host no-such-host.invalid"
    assert not answer.timed_out


async def test_a_connection_closed_without_a_byte_is_an_error(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/empty"))
    assert (answer.status_code, answer.error) == (None, "server closed the connection without an answer")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_call_is_never_sent_twice_by_the_client(send: Send, receiver: Receiver, method: str) -> None:
    """A kept connection that breaks tempts HTTP clients to send idempotent methods again."""
    await send(receiver.url("/ok"))
    answer = await send(receiver.url("/empty"), method=method)
    assert answer.error is not None
    assert len(receiver.arrivals("/empty")) == 1


async def test_connections_are_kept(send: Send, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    connect = asyncio.get_running_loop().sock_connect

    async def counted(sock: socket.socket, address: Any) -> None:
        opened.append(address)
        await connect(sock, address)

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", counted)
    for _ in range(5):
        await send(receiver.url("/ok"))
    assert len(opened) == 1


async def test_a_redirect_is_an_answer_and_is_not_followed(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url(f"/redirect/302?to={receiver.url('/ok')}"))
    assert (answer.status_code, answer.error) == (302, None)
    assert receiver.arrivals("/ok") == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_that_is_asked_for_keeps_method_and_body(send: Send, receiver: Receiver, status: int) -> None:
    """A POST that became a GET would read 200 although nothing was done."""
    answer = await send(receiver.url(f"/redirect/{status}?to=/echo"), follow_redirects=True, body='{"a": 1}')
    assert answer.status_code == 200
    [arrival] = receiver.arrivals("/echo")
    assert (arrival["method"], arrival["body"]) == ("POST", '{"a": 1}')


async def test_see_other_is_not_followed(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/redirect/303?to=/ok"), follow_redirects=True)
    assert answer.status_code == 303


async def test_a_redirect_to_another_origin_sees_no_secret_header(send: Send, receiver: Receiver) -> None:
    with Receiver.start() as other:
        headers = {"apikey": "s3cret", "Authorization": "Bearer s3cret", "Idempotency-Key": "k", "Pyorch-Call": "7"}
        url = receiver.url(f"/redirect/307?to={other.url('/echo')}")
        answer = await send(url, follow_redirects=True, headers=headers)
        assert answer.status_code == 200
        [arrival] = other.arrivals("/echo")
    assert "s3cret" not in str(arrival["headers"])
    assert arrival["headers"]["idempotency-key"] == "k"
    assert arrival["headers"]["pyorch-call"] == "7"


async def test_a_redirect_to_another_host_is_refused(send: Send, receiver: Receiver) -> None:
    """allowed_hosts was asked about the first host; an endpoint that is allowed must not be able to add others."""
    url = receiver.url(f"/redirect/307?to={receiver.url('/echo', host='localhost')}")
    answer = await send(url, follow_redirects=True)
    assert answer.error == "redirect to another host refused"
    assert receiver.arrivals("/echo") == []


async def test_what_an_endpoint_echoes_of_our_headers_is_masked(send: Send, receiver: Receiver) -> None:
    headers = {"Authorization": "Bearer s3cret-and-long", "Idempotency-Key": "a-key-that-is-long"}
    answer = await send(receiver.url("/echo"), headers=headers)
    assert b"s3cret" not in answer.content
    assert b'"Bearer ***"' in answer.content and b"a-key-that-is-long" in answer.content


async def test_a_circle_of_redirects_ends(send: Send, receiver: Receiver) -> None:
    receiver.script("round", [{"status": 307, "headers": {"Location": "/script/round"}}])
    answer = await send(receiver.url("/script/round"), follow_redirects=True)
    assert answer.error == "more than 5 redirects"
    assert len(receiver.arrivals("/script/round")) == 5


async def test_a_binary_answer_is_kept_as_it_came(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/binary"))
    assert answer.content == BINARY
    report = answer.report()
    assert report["head"] == BINARY[:200].hex()
    assert report["body"] is None


async def test_of_ten_megabytes_64_kilobytes_are_kept(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/huge"))
    assert 10 * len(answer.content) < HUGE
    assert (answer.status_code, answer.error, len(answer.content)) == (200, None, 65_536)


async def test_a_large_answer_needs_not_come_to_its_end(send: Send, receiver: Receiver) -> None:
    """All that is kept of it is there long before, and the end never comes."""
    answer = await send(receiver.url("/stall/2000000"))
    assert (answer.status_code, answer.timed_out, answer.error, len(answer.content)) == (200, False, None, 65_536)


async def test_an_endless_answer_is_cut_off(send: Send, receiver: Receiver) -> None:
    answer = await send(receiver.url("/endless"))
    assert (answer.status_code, len(answer.content)) == (200, 65_536)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_a_private_address_is_refused_however_it_is_written(send: Send, receiver: Receiver, host: str) -> None:
    answer = await send(receiver.url("/ok", host=host), allow_private=False)
    # of the odd spellings some are no valid url at all, which will do
    assert answer.refused
    assert receiver.arrivals() == []


async def test_a_redirect_cannot_reach_a_private_address(
    receiver: Receiver, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # the first hop passes as a public address, the second one, of the same name, is judged by its own
    names["public.test"] = ["127.0.0.1", "127.0.0.2"]
    monkeypatch.setattr("pyorch.agent.sender.DNS_CACHE", 0)
    monkeypatch.setattr("pyorch.agent.addresses._why", lambda ip: None if str(ip) == "127.0.0.1" else "loopback")
    async with Sender() as sender:
        with Receiver.start() as other:
            url = receiver.url(f"/redirect/307?to={other.url('/ok', host='public.test')}", host="public.test")
            row = {"call_id": 7, "method": "POST", "url": url, "headers": {}, "body": "{}", "timeout_ms": 60_000}
            answer = await sender.send(Call.of(row | {"follow_redirects": True, "allow_private": False}))
            assert other.arrivals() == []
    assert answer.refused
    assert [a["path"] for a in receiver.arrivals()] == ["/redirect/307"]


async def test_a_name_that_turns_private_after_a_check_gains_nothing(
    send: Send, receiver: Receiver, names: dict[str, list[str]]
) -> None:
    """DNS rebinding: what is checked is the address that is connected to, whatever an earlier look-up said."""
    names["rebind.test"] = ["93.184.216.34", "127.0.0.1"]
    names["private.test"] = ["127.0.0.1"]
    assert socket.getaddrinfo("rebind.test", 80)[0][4][0] == "93.184.216.34"
    for host in ("rebind.test", "private.test"):
        answer = await send(receiver.url("/ok", host=host), allow_private=False)
        assert answer.refused
        assert answer.error == f"target not allowed: 127.0.0.1 is loopback (host {host}); allow_private permits it"
    assert receiver.arrivals() == []


async def test_a_permission_for_private_addresses_holds_for_its_own_call_alone(send: Send, receiver: Receiver) -> None:
    """A connection that one call opened must not be lent to a call that may not go there."""
    assert (await send(receiver.url("/ok"))).status_code == 200
    assert (await send(receiver.url("/ok"), allow_private=False)).refused
    assert len(receiver.arrivals()) == 1


async def test_a_dns_black_hole_delays_no_other_call(
    send: Send, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    answered = threading.Event()

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        if host.endswith(".hole"):
            answered.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    stuck = [asyncio.create_task(send(f"http://n{n}.hole/", timeout_ms=600_000)) for n in range(40)]
    await asyncio.sleep(0)
    try:
        # its own timeout holds for a look-up, too
        assert (await send("http://another.hole/", timeout_ms=300)).timed_out
        assert (await send(receiver.url("/ok", host="localhost"))).status_code == 200
        assert not any(task.done() for task in stuck)
    finally:
        answered.set()
    assert {answer.status_code for answer in await asyncio.gather(*stuck)} == {None}


@pytest.mark.parametrize(
    "columns",
    [
        {"url": "ftp://example.com/"},
        {"url": "not a url"},
        {"url": "file:///etc/passwd"},
        {"headers": {"X-Own": "a\r\nX-Injected: s3cret"}},
    ],
)
async def test_what_cannot_be_sent_is_an_error_that_shows_nothing(
    send: Send, receiver: Receiver, columns: dict[str, Any]
) -> None:
    answer = await send(columns.pop("url", receiver.url("/ok")), **columns)
    assert answer.error is not None
    assert "s3cret" not in answer.error
    assert receiver.arrivals() == []


async def test_a_report_holds_nothing_that_jsonb_cannot() -> None:
    answer = Answer(1, status_code=200, content=b'{"a": "\x00"}', error="bad \x00 \udcff", retry_after="1\x00")
    report = answer.report()
    assert "\x00" not in f"{report['body']}{report['error']}{report['retry_after']}"
    report["error"].encode("utf-8")
    assert Answer(1, content=b"{\xff}").report()["body"] is None
    assert Answer(1, content=b"hello").report()["body"] is None
