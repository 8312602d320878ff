"""Push: pyorch claims the items and sends them in the body; the answer settles them."""

import base64
import hashlib
import hmac
import json

import pytest
from psycopg.types.json import Jsonb


@pytest.fixture
def push(world):
    world.queue(items=5)
    world.one("select pyorch.set_secret('push_key', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')")
    world.processor(mode="push", batch_size=3, signing_secrets=["push_key"])
    world.tick()
    (call,) = world.take()
    return call


def states(world):
    return dict(world.db.execute("select status, count(*) from public.work group by status").fetchall())


def test_the_body_carries_claimed_items_with_their_receipts(world, push):
    body = json.loads(push["body"])
    assert set(body) == {"call_id", "queue", "items"} and body["queue"] == "work"
    assert body["call_id"] == push["call_id"]
    assert [set(i) for i in body["items"]] == [{"item_id", "payload", "attempt", "receipt", "lease_until"}] * 3
    assert states(world) == {"processing": 3, "pending": 2}


def test_the_lease_begins_at_the_hand_over_and_outlasts_the_call(world):
    world.queue(items=1)
    world.processor(mode="push", timeout="10 minutes")
    world.tick()
    assert states(world) == {"pending": 1}
    world.clock.advance("5 seconds")
    (call,) = world.take()
    lease = json.loads(call["body"])["items"][0]["lease_until"]
    assert lease.startswith("2026-03-01T12:15:05")


def test_a_2xx_completes_all_items(world, push):
    world.report(push["call_id"], 200, body='{"fine": true}')
    assert states(world) == {"complete": 3, "pending": 2}
    assert world.call(push["call_id"])["outcome"] == "ok"


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_push_is_never_busy_after_its_answer(world, push, status):
    world.report(push["call_id"], status)
    assert world.call(push["call_id"])["finished_at"] is not None
    assert states(world)["complete"] == 3


def test_a_list_of_failures_fails_those_and_completes_the_others(world, push):
    receipts = [i["receipt"] for i in json.loads(push["body"])["items"]]
    listed = [{"receipt": receipts[1], "error": "no such page", "retry_in": 60}, {"receipt": "of another call"}]
    world.report(push["call_id"], 200, body=json.dumps({"failed": listed}))
    assert states(world) == {"complete": 2, "pending": 3}
    assert world.one("select last_error from public.work where last_error is not null") == "no such page"
    assert len(world.claim(10)) == 2
    world.clock.advance("60 seconds")
    assert len(world.claim(10)) == 1


def test_a_retry_time_beyond_what_fail_takes_is_thirty_days(world, push):
    receipts = [i["receipt"] for i in json.loads(push["body"])["items"]]
    world.report(push["call_id"], 200, body=json.dumps({"failed": [{"receipt": receipts[0], "retry_in": "100 years"}]}))
    assert states(world) == {"complete": 2, "pending": 3}
    world.complete(world.claim(10))
    world.clock.advance("30 days")
    assert len(world.claim(10)) == 1


@pytest.mark.parametrize("body", ["", "not json", "[]", '{"failed": 7}', '{"failed": [1, null]}', '{"x": "\\u0000"}'])
def test_a_2xx_with_any_other_body_completes_all(world, push, body):
    world.report(push["call_id"], 200, body=body)
    assert states(world) == {"complete": 3, "pending": 2}


@pytest.mark.parametrize("status", [500, 400, 502])
def test_an_error_on_them_uses_an_attempt_and_returns_them_later(world, push, status):
    world.report(push["call_id"], status)
    assert states(world) == {"pending": 5}
    assert len(world.claim(10)) == 2
    # the call itself is not retried: its items are on their way back
    assert len(world.calls()) == 1


@pytest.mark.parametrize("answer", [{"status": 503}, {"status": 401}, {"status": None, "error": "connection refused"}])
def test_an_endpoint_that_never_had_them_costs_them_nothing(world, push, answer):
    world.report(push["call_id"], **answer)
    assert len(world.claim(10)) == 5
    assert world.one("select max(attempts) from public.work") <= 1


def test_a_timeout_and_a_lost_call_return_them_too(world, push):
    world.report(push["call_id"], None, timed_out=True, error="timeout")
    assert states(world) == {"pending": 5}


def test_what_nobody_reports_comes_back(world, push):
    world.clock.advance("1 minute")
    world.tick()
    assert world.call(push["call_id"])["outcome"] == "lost"
    assert states(world) == {"pending": 5}


def test_nothing_left_to_push_ends_the_call_without_blame(world):
    world.queue(items=1)
    world.processor(mode="push")
    world.tick()
    world.claim(10)
    assert world.take() == []
    (call,) = world.calls()
    assert call["outcome"] == "refused" and "push" in call["error"]
    assert world.health("endpoint_refused") == []


def test_payloads_do_not_stay_in_the_ledger(world, push):
    world.report(push["call_id"], 200)
    assert world.one("select body from pyorch.call_history where call_id = %s", push["call_id"]) is None


def test_the_signature_covers_the_exact_body(world, push):
    headers = push["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{push['body']}".encode()
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-id"] == headers["Idempotency-Key"]


def test_while_keys_change_both_sign(world):
    world.queue(items=1)
    world.one("select pyorch.set_secret('new', 'new-key')")
    world.one("select pyorch.set_secret('old', 'old-key')")
    world.processor(mode="push", signing_secrets=["new", "old"])
    world.tick()
    assert len(world.take()[0]["headers"]["webhook-signature"].split(" ")) == 2


def test_a_missing_signing_key_refuses_the_call_before_anything_is_claimed(world):
    world.queue(items=1)
    world.processor(mode="push", signing_secrets=["missing"])
    assert world.tick() == []
    assert world.calls()[0]["error"] == 'secret "missing" is not set'
    assert states(world) == {"pending": 1}


def test_unsigned_push_is_said_by_health(world):
    world.queue()
    world.processor(mode="push")
    assert len(world.health("push_unsigned")) == 1


def test_a_queue_that_is_gone_costs_the_others_nothing(world, push):
    world.queue("other", items=1)
    world.processor("second", queue="other", mode="push")
    world.tick()
    (second,) = world.take()
    world.one("select pyorch.detach_queue('work')")
    world.one(
        "select pyorch._report_calls(%s, %s)",
        world.agent,
        Jsonb([{"call_id": c["call_id"], "status_code": 200, "timed_out": False} for c in (push, second)]),
    )
    assert world.call(second["call_id"])["outcome"] == "ok"
    assert "could not be settled" in world.call(push["call_id"])["error"]
    assert world.one("select status from public.other") == "complete"


@pytest.fixture
def unclaimable(world):
    """A push endpoint with a slot every ten minutes, whose queue can be counted but not claimed from."""
    world.queue(items=5)
    world.processor(mode="push", batch_size=3, every="10 minutes", max_in_flight=2)
    world.db.execute("create function public.no() returns trigger language plpgsql as $$ begin raise 'not now'; end $$")
    world.db.execute("create trigger no before update on public.work for each row execute function public.no()")
    return world


def tick_and_take(world, ticks=1):
    taken = []
    for _ in range(ticks):
        world.tick()
        taken += world.take()
        world.clock.advance("10 seconds")
    return taken


def test_a_queue_that_cannot_be_claimed_from_is_recorded_once_and_said_by_health(unclaimable):
    assert tick_and_take(unclaimable, 3) == []
    (call,) = unclaimable.calls()
    assert (call["outcome"], call["error"]) == ("refused", "its items cannot be claimed: not now")
    (found,) = unclaimable.health("endpoint_refused")
    assert found["evidence"] == call["error"] and '"work"' in found["advice"]
    assert str(found["since"]).startswith("2026-03-01 12:00:00")


def test_when_it_can_be_claimed_from_again_the_next_tick_pushes_in_the_same_slot(unclaimable):
    tick_and_take(unclaimable, 3)
    unclaimable.db.execute("drop trigger no on public.work")
    assert len(tick_and_take(unclaimable)) == 2
    assert unclaimable.health("endpoint_refused") == []
    assert str(unclaimable.status("process")["next_due_at"]).startswith("2026-03-01 12:10:00")


def test_a_call_by_hand_is_recorded_each_time_it_is_refused(unclaimable):
    for _ in range(2):
        unclaimable.beat()
        unclaimable.one("select pyorch.trigger('process')")
        unclaimable.take()
    assert [c["source"] for c in unclaimable.calls()] == ["trigger", "trigger"]


def test_that_no_item_was_left_is_no_such_cause_and_ends_one(unclaimable):
    tick_and_take(unclaimable)
    unclaimable.db.execute("drop trigger no on public.work")
    unclaimable.tick()
    unclaimable.claim(10)
    assert unclaimable.take() == []
    assert [c["error"] for c in unclaimable.calls()][1:] == ["no item was left to push"] * 2
    assert unclaimable.health("endpoint_refused") == []


@pytest.fixture
def poisoned(world):
    """A push endpoint of two calls with a slot every ten minutes; the last item of its queue cannot be claimed."""
    world.queue()
    world.processor(mode="push", batch_size=3, every="10 minutes", max_in_flight=2)
    world.db.execute("insert into public.work (id) overriding system value values (1000)")
    world.db.execute("create function public.no() returns trigger language plpgsql as $$ begin raise 'not now'; end $$")
    world.db.execute(
        "create trigger no before update on public.work for each row when (new.id = 1000) execute function public.no()"
    )
    return world


def slot_with_three_good_items(world):
    """One slot of `poisoned`; returns the calls that went out, answered."""
    world.add(3)
    world.tick()
    sent = world.send(200)
    world.clock.advance("10 minutes")
    return sent


def refused(world):
    return [c["error"] for c in world.calls() if c["outcome"] == "refused"]


def test_where_one_call_goes_out_and_another_cannot_the_reason_is_recorded_once_while_that_lasts(poisoned):
    assert [len(slot_with_three_good_items(poisoned)) for _ in range(3)] == [1, 1, 1]
    assert refused(poisoned) == ["its items cannot be claimed: not now"]
    (found,) = poisoned.health("endpoint_refused")
    assert str(found["since"]).startswith("2026-03-01 12:00:00")


def test_a_hand_over_that_refuses_none_ends_it_and_the_next_refusal_is_recorded_anew(poisoned):
    slot_with_three_good_items(poisoned)
    poisoned.db.execute("alter table public.work disable trigger no")
    assert len(slot_with_three_good_items(poisoned)) == 2
    assert poisoned.health("endpoint_refused") == []
    poisoned.db.execute("update public.work set status = 'pending', locked_at = null where id = 1000")
    poisoned.db.execute("alter table public.work enable trigger no")
    slot_with_three_good_items(poisoned)
    assert len(refused(poisoned)) == 2


def test_the_answer_of_a_call_that_was_out_before_ends_no_refusal(poisoned):
    poisoned.add(3)
    poisoned.tick()
    (sent,) = poisoned.take()
    poisoned.report(sent["call_id"], 200)
    assert len(poisoned.health("endpoint_refused")) == 1


def test_a_slot_of_which_one_call_went_out_is_used_up(poisoned):
    poisoned.add(3)
    poisoned.tick()
    assert len(poisoned.send(200)) == 1
    assert str(poisoned.status("process")["next_due_at"]).startswith("2026-03-01 12:10:00")
    poisoned.add(3)
    poisoned.clock.advance("10 seconds")
    assert poisoned.tick() == []
