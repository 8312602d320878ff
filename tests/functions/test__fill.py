"""pyorch._fill: values in the place of {{names}}, in one pass."""

import pytest
from psycopg.types.json import Jsonb


def fill(db, template, **values):
    return db.execute("select pyorch._fill(%s, %s)", [template, Jsonb(values)]).fetchone()[0]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("no name at all", "no name at all"),
        ("", ""),
        ("{{a}}", "1"),
        ("x{{a}}y{{ b }}z{{a}}", "x1y2z1"),
        ("{{a}}\n{{b}}", "1\n2"),
        ("{{unknown}} {{ also_unknown }}", "{{unknown}} {{also_unknown}}"),
        ("{{1a}} {{}} {{a b}} {{a", "{{1a}} {{}} {{a b}} {{a"),
        ("{a}", "{a}"),
    ],
)
def test_names_with_a_value_are_replaced_and_others_stay(db, given, text):
    assert fill(db, given, a="1", b="2") == text


def test_what_a_value_holds_is_not_read_as_a_name(db):
    assert fill(db, "{{a}}{{b}}", a="{{b}}", b="{{a}}") == "{{b}}{{a}}"


def test_a_backslash_in_a_value_is_just_that(db):
    assert fill(db, "{{a}}", a=r"\1\\&") == r"\1\\&"
