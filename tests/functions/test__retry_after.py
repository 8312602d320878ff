"""pyorch._retry_after: how long a Retry-After header asks to wait; it never raises."""

import pytest

NOW = "2026-03-01 12:00:00+00"


def wait(db, header):
    row = db.execute("select extract(epoch from pyorch._retry_after(%s, %s))::float", [header, NOW]).fetchone()
    return row[0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("999999999", 86400),
        ("Sun, 01 Mar 2026 12:05:00 GMT", 300),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2076 11:00:00 GMT", 86400),
    ],
)
def test_seconds_and_dates_are_read(db, header, seconds):
    assert wait(db, header) == seconds


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-5", "1e99", "99999999999999999999", "Sun, 32 Foo 2026 12:00:00 GMT",
               "Sun, 01 Mar 2026 25:00:00 GMT"]
)  # fmt: skip
def test_what_says_nothing_usable_gives_null(db, header):
    assert wait(db, header) is None


@pytest.mark.parametrize("day", ["31 Feb", "00 Mar", "39 Dec"])
def test_a_day_that_does_not_exist_does_not_raise(db, day):
    assert wait(db, f"Sun, {day} 2026 12:00:00 GMT") is not None
