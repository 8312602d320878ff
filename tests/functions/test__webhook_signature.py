"""pyorch._webhook_signature and pyorch._hmac_sha256: the Standard Webhooks scheme, byte for byte."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples=60)
@given(key=st.binary(max_size=150), message=st.binary(max_size=300))
def test_the_hmac_is_that_of_python(db, key, message):
    ours = db.execute("select pyorch._hmac_sha256(%s, %s)", [key, message]).fetchone()[0]
    assert ours == hmac.digest(key, message, hashlib.sha256)


def test_the_example_of_the_specification(db):
    row = db.execute(
        "select pyorch._webhook_signature(%s, %s, %s, %s)",
        [
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            '{"test": 2432232314}',
        ],
    ).fetchone()
    assert row == ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",)


@pytest.mark.parametrize("key", ["plain key", "whsec_not base64!", "schlüssel"])
def test_a_key_without_the_prefix_is_taken_as_it_is(db, key):
    ours = db.execute("select pyorch._webhook_signature(array[%s], 'id', 1, 'body')", [key]).fetchone()[0]
    theirs = base64.b64encode(hmac.digest(key.encode(), b"id.1.body", hashlib.sha256)).decode()
    assert ours == f"v1,{theirs}"


def test_every_key_signs_so_that_keys_can_change_without_a_gap(db):
    both = db.execute("select pyorch._webhook_signature('{new,old}', 'id', 1, 'b')").fetchone()[0].split(" ")
    new = db.execute("select pyorch._webhook_signature('{new}', 'id', 1, 'b')").fetchone()[0]
    old = db.execute("select pyorch._webhook_signature('{old}', 'id', 1, 'b')").fetchone()[0]
    assert both == [new, old]
