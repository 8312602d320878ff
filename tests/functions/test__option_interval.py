"""pyorch._option_interval: an interval within its bounds, its default, or PY001."""

import psycopg
import pytest

QUERY = "select pyorch._option_interval(%s, 'lease', '15 minutes', '1 second', '1 day')::text"


@pytest.mark.parametrize(
    ("options", "found"),
    [("{}", "00:15:00"), ('{"lease": null}', "00:15:00"), ('{"lease": "5 minutes"}', "00:05:00"), (None, "00:15:00")],
)
def test_a_given_one_or_the_default(db, options, found):
    assert db.execute(QUERY, [options]).fetchone() == (found,)


@pytest.mark.parametrize("given", ["soon", "0 seconds", "-1 hour", "2 days", "", "99999999999999 years"])
def test_what_is_none_or_out_of_bounds_is_refused_with_the_bounds(db, given):
    with pytest.raises(psycopg.Error) as refused:
        db.execute(QUERY, [f'{{"lease": "{given}"}}'])
    assert refused.value.sqlstate == "PY001"
    assert "lease" in refused.value.diag.message_primary
    assert "00:00:01 to 1 day" in refused.value.diag.message_hint
