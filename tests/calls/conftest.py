"""The world of the tests of calls."""

from tests.world import world

__all__ = ["world"]
