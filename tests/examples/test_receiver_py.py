"""docs/receivers/receiver.py: what a receiver of push calls accepts, refuses, and does once."""

import base64
import hashlib
import hmac
import http.client
import importlib.util
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SPEC = importlib.util.spec_from_file_location(
    "push_receiver", Path(__file__).parents[2] / "docs" / "receivers" / "receiver.py"
)
assert SPEC is not None and SPEC.loader is not None
receiver = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = receiver
SPEC.loader.exec_module(receiver)

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes.....").decode()
OTHER = "whsec_" + base64.b64encode(b"the secret before the rotation...").decode()
BODY = json.dumps({"items": [{"item_id": "1", "payload": {}, "receipt": "r1", "attempt": 1}]}).encode()


def signed(body: bytes, secret: str = SECRET, at: float | None = None, key: str = "key-1") -> dict[str, str]:
    """Return the headers of a push call, signed by the book."""
    stamp = str(int(time.time() if at is None else at))
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(raw, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256).digest()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        "Idempotency-Key": key,
    }


def test_the_example_of_the_specification_is_accepted() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    receiver.verify([secret], headers, b'{"test": 2432232314}', now=1614265330)


def test_a_signature_with_any_accepted_secret_passes_while_one_rotates() -> None:
    receiver.verify([SECRET, OTHER], signed(BODY, OTHER), BODY)


def test_any_of_several_signatures_may_match() -> None:
    headers = signed(BODY)
    headers["webhook-signature"] = "v2,xyz v1,AAAA v1,not-base64! " + headers["webhook-signature"]
    receiver.verify([SECRET], headers, BODY)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_future_timestamp_is_refused(seconds: int) -> None:
    with pytest.raises(receiver.SignatureError, match="timestamp"):
        receiver.verify([SECRET], signed(BODY, at=time.time() + seconds), BODY)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(receiver.SignatureError, match="no signature matches"):
        receiver.verify([SECRET], signed(BODY), BODY + b" ")


def test_a_wrong_secret_is_refused() -> None:
    with pytest.raises(receiver.SignatureError, match="no signature matches"):
        receiver.verify([SECRET], signed(BODY, OTHER), BODY)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(missing: str) -> None:
    headers = {name: value for name, value in signed(BODY).items() if name != missing}
    with pytest.raises(receiver.SignatureError, match="missing"):
        receiver.verify([SECRET], headers, BODY)


@pytest.fixture
def calls() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def address(calls: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """A receiver that serves; its work notes the items and fails those that say so."""

    def handle(item: dict[str, Any]) -> None:
        calls.append(item)
        if item["payload"].get("fail"):
            raise ValueError("cannot do this one")

    serving = receiver.server([SECRET], handle, 0)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving.server_address
    serving.shutdown()
    thread.join()
    serving.server_close()


def post(address: tuple[str, int], headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(*address, timeout=90)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def test_items_that_fail_are_named_by_receipt_and_the_rest_are_done(
    address: tuple[str, int], calls: list[dict[str, Any]]
) -> None:
    items = [{"item_id": str(n), "payload": {"fail": n == 2}, "receipt": f"r{n}", "attempt": 1} for n in (1, 2, 3)]
    body = json.dumps({"items": items}).encode()
    status, answer = post(address, signed(body), body)
    assert (status, answer) == (200, {"failed": [{"receipt": "r2", "error": "cannot do this one"}]})
    assert [item["item_id"] for item in calls] == ["1", "2", "3"]


def test_a_delivery_that_comes_twice_is_done_once_and_answered_twice(
    address: tuple[str, int], calls: list[dict[str, Any]]
) -> None:
    first = post(address, signed(BODY), BODY)
    again = post(address, signed(BODY, key="key-1"), BODY)
    assert first == again == (200, {"failed": []})
    assert len(calls) == 1


def test_an_unsigned_request_is_answered_401_and_does_nothing(
    address: tuple[str, int], calls: list[dict[str, Any]]
) -> None:
    status, _ = post(address, {"Idempotency-Key": "key-1"}, BODY)
    assert (status, calls) == (401, [])


def test_a_signed_request_without_an_idempotency_key_is_answered_400(
    address: tuple[str, int], calls: list[dict[str, Any]]
) -> None:
    headers = signed(BODY)
    del headers["Idempotency-Key"]
    status, _ = post(address, headers, BODY)
    assert (status, calls) == (400, [])
