"""The demo: the scene that pyorch comes from, played on a PostgreSQL that it brings along, or on yours."""
