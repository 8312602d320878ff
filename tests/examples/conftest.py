"""Fixtures that several files of this folder share."""

from tests.examples.test_typescript import node_home, serve

__all__ = ["node_home", "serve"]
