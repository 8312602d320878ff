"""pyorch._option_number: a number within its bounds, its default, or PY001."""

import psycopg
import pytest

QUERY = "select pyorch._option_number(%s, 'max_attempts', 5, 1, 100)"


@pytest.mark.parametrize(
    ("options", "found"),
    [("{}", 5), ('{"max_attempts": null}', 5), ('{"max_attempts": 7}', 7), ('{"max_attempts": "7"}', 7), (None, 5)],
)
def test_a_given_one_or_the_default(db, options, found):
    assert db.execute(QUERY, [options]).fetchone() == (found,)


@pytest.mark.parametrize("given", ["0", "101", '"many"', "true", "[1]", '"NaN"', "1e400"])
def test_what_is_none_or_out_of_bounds_is_refused_with_the_bounds(db, given):
    with pytest.raises(psycopg.Error) as refused:
        db.execute(QUERY, [f'{{"max_attempts": {given}}}'])
    assert refused.value.sqlstate == "PY001"
    assert refused.value.diag.message_hint == "Give one from 1 to 100."
