"""pyorch._edit_distance: how far two words are apart."""

import pytest


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("", "", 0),
        ("lease", "lease", 0),
        ("leese", "lease", 1),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
    ],
)
def test_it_counts_insertions_deletions_and_changes(db, a, b, distance):
    assert db.execute("select pyorch._edit_distance(%s, %s)", [a, b]).fetchone() == (distance,)
