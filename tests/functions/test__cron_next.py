"""pyorch._cron_next: the next minute of a cron expression, as Vixie's cron and pg_cron read it, in UTC."""

from datetime import UTC, datetime, timedelta

import pytest
from croniter import CroniterBadDateError, croniter
from hypothesis import assume, given, settings
from hypothesis import strategies as st


def next_of(db, cron, after="2026-03-01 12:00:30+00"):
    row = db.execute(
        "select to_char(pyorch._cron_next(%s, %s) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')", [cron, after]
    ).fetchone()
    return row[0]


@pytest.mark.parametrize(
    ("cron", "then"),
    [
        ("* * * * *", "2026-03-01 12:01"),
        ("*/10 * * * *", "2026-03-01 12:10"),
        ("0 12 * * *", "2026-03-02 12:00"),
        ("15,45 8-10 * * *", "2026-03-02 08:15"),
        ("0-30/15 13 * * *", "2026-03-01 13:00"),
        ("5/20 * * * *", "2026-03-01 12:05"),
        ("0 0 * * mon", "2026-03-02 00:00"),
        ("0 0 * * MON-wed", "2026-03-02 00:00"),
        ("0 0 1 jan *", "2027-01-01 00:00"),
        ("0 0 * * 7", "2026-03-08 00:00"),
        ("0 0 * * 0", "2026-03-08 00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("  0   0  31 * * ", "2026-03-31 00:00"),
        ("59 23 31 12 *", "2026-12-31 23:59"),
    ],
)
def test_it_finds_the_next_minute(db, cron, then):
    assert next_of(db, cron) == then


def test_a_day_of_month_or_a_day_of_week_is_enough_when_both_are_given(db):
    assert next_of(db, "0 0 13 * fri") == "2026-03-06 00:00"
    assert next_of(db, "0 0 2 * fri") == "2026-03-02 00:00"


def test_a_field_that_begins_with_a_star_does_not_count_as_given(db):
    # pg_cron: day 1, 11, 21 or 31 that is a Friday, too
    assert next_of(db, "0 0 */10 * fri") == "2026-05-01 00:00"


def test_29_february_on_a_weekday_is_found_years_ahead(db):
    assert next_of(db, "0 0 29 2 */7") == "2032-02-29 00:00"


def test_the_minute_itself_is_not_after_itself(db):
    assert next_of(db, "0 12 * * *", "2026-03-01 12:00+00") == "2026-03-02 12:00"
    assert next_of(db, "0 12 * * *", "2026-03-01 11:59:59.999+00") == "2026-03-01 12:00"


def test_the_time_zone_of_the_session_does_not_matter(db):
    db.execute("set timezone = 'Asia/Kathmandu'")
    assert next_of(db, "0 0 * * *") == "2026-03-02 00:00"


@pytest.mark.parametrize(
    "cron",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
     "*/0 * * * *", "5-1 * * * *", "1,,2 * * * *", "* * * foo *", "0 0 30 2 *", "-1 * * * *", "1.5 * * * *", "@daily",
     "99999999999 * * * *"],
)  # fmt: skip
def test_what_is_malformed_or_never_true_gives_null(db, cron):
    assert next_of(db, cron) is None


def field(low, high):
    number = st.integers(low, high)
    # croniter takes '0-0' in a weekday for the whole week
    span = st.tuples(number, number).filter(lambda ab: ab[0] < ab[1]).map(lambda ab: f"{ab[0]}-{ab[1]}")
    step = st.integers(1, high)
    part = st.one_of(number.map(str), span, st.tuples(span, step).map(lambda ps: f"{ps[0]}/{ps[1]}"))
    return st.one_of(st.just("*"), step.map(lambda s: f"*/{s}"), st.lists(part, min_size=1, max_size=3).map(",".join))


@settings(max_examples=150)
@given(
    minute=field(0, 59),
    hour=field(0, 23),
    day=field(1, 31),
    month=field(1, 12),
    weekday=field(0, 6),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
)
def test_it_agrees_with_croniter(db, minute, hour, day, month, weekday, after):
    # croniter takes '*/2' for a day that is given, pg_cron does not: that difference has a test of its own
    assume("*/" not in (day[:2], weekday[:2]))
    cron = f"{minute} {hour} {day} {month} {weekday}"
    after = after.replace(tzinfo=UTC)
    theirs = croniter(cron, after, max_years_between_matches=30)
    try:
        expected = theirs.get_next(datetime)
    except CroniterBadDateError:
        expected = None
    ours = db.execute("select pyorch._cron_next(%s, %s)", [cron, after]).fetchone()[0]
    if expected is None:
        assert ours is None or ours - after > timedelta(days=25 * 365)
    else:
        assert ours == expected, cron
