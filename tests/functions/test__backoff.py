"""pyorch._backoff: exponential, capped, spread by jitter."""

import pytest


def seconds(db, backoff, attempt):
    row = db.execute("select extract(epoch from pyorch._backoff(%s, %s))", [backoff, attempt]).fetchone()
    return float(row[0])


@pytest.mark.parametrize(("attempt", "wait"), [(1, 10), (2, 20), (3, 40), (5, 160), (40, 3600), (2_000_000_000, 3600)])
def test_it_doubles_from_ten_seconds_up_to_an_hour(db, attempt, wait):
    assert seconds(db, '{"jitter": 0}', attempt) == wait


def test_an_attempt_before_the_first_counts_as_the_first(db):
    assert seconds(db, '{"jitter": 0}', 0) == 10


def test_every_part_can_be_set(db):
    assert seconds(db, '{"base": "1 minute", "factor": 3, "cap": "5 minutes", "jitter": 0}', 2) == 180
    assert seconds(db, '{"base": "1 minute", "factor": 3, "cap": "5 minutes", "jitter": 0}', 3) == 300


def test_jitter_spreads_to_both_sides_and_not_further(db):
    waits = [seconds(db, '{"base": "100 seconds", "jitter": 0.2}', 1) for _ in range(60)]
    assert 80 <= min(waits) < 95 and 105 < max(waits) <= 120


def test_without_options_the_defaults_hold(db):
    assert 8 <= seconds(db, None, 1) <= 12
