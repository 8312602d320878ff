"""Whatever becomes of a request, the call ends in the documented outcome within its timeout plus a grace."""

from __future__ import annotations

import pytest

from tests.http_receiver import Receiver
from tests.servers import deaf_port
from tests.transports.conftest import Carried


def test_an_answer_of_200_is_ok(carried: Carried, receiver: Receiver) -> None:
    row = carried.call(receiver.url("/ok"))
    assert (row["outcome"], row["status_code"], row["error"]) == ("ok", 200, None)
    [arrival] = receiver.arrivals("/ok")
    assert arrival["method"] == "POST"
    assert arrival["headers"]["idempotency-key"] == str(row["idempotency_key"])
    assert arrival["headers"]["pyorch-call"] == str(row["call_id"])


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_status_is_failed(carried: Carried, receiver: Receiver, status: int) -> None:
    row = carried.call(receiver.url(f"/status/{status}"))
    assert (row["outcome"], row["status_code"]) == ("failed", status)
    assert len(receiver.arrivals()) == 1


def test_a_slow_answer_within_the_timeout_is_ok(carried: Carried, receiver: Receiver) -> None:
    row = carried.call(receiver.url("/slow/1"), timeout="20 seconds")
    assert (row["outcome"], row["status_code"]) == ("ok", 200)
    if carried.name != "pg_net":  # it keeps no time from which a latency could be read
        assert row["latency_ms"] >= 1000


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_no_complete_answer_within_the_timeout_is_timed_out(carried: Carried, receiver: Receiver, path: str) -> None:
    row = carried.call(receiver.url(path), timeout="1 second")
    assert row["outcome"] == "timed_out"
    assert row["error"]
    assert len(receiver.arrivals()) == 1


def test_a_refused_connection_is_failed(carried: Carried) -> None:
    with deaf_port() as port:
        row = carried.call(f"http://127.0.0.1:{port}/")
    assert (row["outcome"], row["status_code"]) == ("failed", None)
    assert "connect" in row["error"]


def test_an_unknown_host_is_failed(carried: Carried) -> None:
    row = carried.call("http://no-such-host.invalid/", timeout="3 seconds", allow_private=False)
    assert (row["outcome"], row["status_code"]) == ("failed", None)
    assert "resolve host" in row["error"]


def test_a_redirect_is_failed_or_with_pg_net_followed(carried: Carried, receiver: Receiver) -> None:
    row = carried.call(receiver.url("/redirect/302?to=/ok"))
    if carried.name == "pg_net":
        # libcurl follows it, the POST becomes a GET, and nothing of it can be seen in the answer
        assert (row["outcome"], row["status_code"]) == ("ok", 200)
        assert [a["method"] for a in receiver.arrivals("/ok")] == ["GET"]
    else:
        assert (row["outcome"], row["status_code"]) == ("failed", 302)
        assert receiver.arrivals("/ok") == []


def test_a_binary_answer_is_ok_and_its_head_is_kept_safely(carried: Carried, receiver: Receiver) -> None:
    row = carried.call(receiver.url("/binary"))
    assert (row["outcome"], row["status_code"]) == ("ok", 200)
    if carried.name != "pg_net":  # it cuts at the first NUL
        assert len(row["answer_head"]) == 200
        assert "ABCDEFG" in row["answer_head"]
        assert row["answer_head"][:9] == "\N{REPLACEMENT CHARACTER}" * 9


def test_an_answer_of_ten_megabytes_is_ok_and_200_bytes_are_kept(carried: Carried, receiver: Receiver) -> None:
    row = carried.call(receiver.url("/huge"))
    assert (row["outcome"], row["status_code"]) == ("ok", 200)
    assert len(row["answer_head"]) <= 400


def test_a_connection_closed_without_an_answer_is_failed(carried: Carried, receiver: Receiver) -> None:
    row = carried.call(receiver.url("/empty"))
    assert (row["outcome"], row["status_code"]) == ("failed", None)
    assert row["error"]
    if carried.name != "pg_net":
        assert len(receiver.arrivals("/empty")) == 1
