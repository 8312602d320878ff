"""pyorch._check_options: a key that nobody knows is refused, and the nearest known one is named."""

import psycopg
import pytest


def check(db, options):
    db.execute("select pyorch._check_options(%s, array['lease', 'max_attempts', 'backoff'], 'queue option')", [options])


@pytest.mark.parametrize("options", ["{}", '{"lease": "1 minute"}', '{"lease": null, "backoff": {"any": 1}}'])
def test_known_keys_pass(db, options):
    check(db, options)


def test_an_unknown_key_is_refused_with_the_nearest_known_one(db):
    with pytest.raises(psycopg.Error) as refused:
        check(db, '{"lease": "1 minute", "max_atempts": 3}')
    assert refused.value.sqlstate == "PY001"
    assert refused.value.diag.message_primary == 'unknown queue option "max_atempts"'
    assert refused.value.diag.message_hint.startswith('Did you mean "max_attempts"?')


@pytest.mark.parametrize("options", ["[]", "3", "null", None])
def test_what_is_no_object_is_refused(db, options):
    with pytest.raises(psycopg.Error) as refused:
        check(db, options)
    assert refused.value.sqlstate == "PY001"
    assert refused.value.diag.message_primary == "queue options must be a JSON object"
