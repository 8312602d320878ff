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
        ("tikc", "tick", 1),
        ("shceduler", "scheduler", 1),
        ("ba", "ab", 1),
        ("abc", "cba", 2),
        ("aab", "aba", 1),
    ],
)
def test_it_counts_insertions_deletions_changes_and_neighbours_that_changed_places(db, a, b, distance):
    assert db.execute("select pyorch._edit_distance(%s, %s)", [a, b]).fetchone() == (distance,)
