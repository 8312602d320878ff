"""Writes sql/catalog.json, what `pyorch verify` expects a fresh database to hold, and docs/reference.md.  make catalog

Made from sql/install.sql by psql alone, on a server of its own (the embedded one, or --pg VERSION).
"""

import json
import sys

import psycopg

from pyorch import catalog
from tests import reference
from tests.conftest import INSTALL
from tests.servers import Server


def text(fresh: catalog.Catalog) -> str:
    """Return the file's content: one line for each object, so that a review sees what changed."""
    kinds = []
    for kind, objects in fresh.items():
        lines = [f"    {json.dumps(name)}: {json.dumps(facts, sort_keys=True)}" for name, facts in objects.items()]
        kinds.append(f"  {json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(kinds) + "\n}\n"


def read(dsn: str) -> catalog.Catalog:
    """Return the catalog of a fresh database with the default roles, by part."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return catalog.by_part(catalog.read(connection), catalog.roles(connection))


def main(version: int = 18) -> None:
    """Install into a new server, read, write."""
    server = Server(version, in_memory=True)
    try:
        server.start()
        server.psql("postgres", "-1", "-f", INSTALL)
        catalog.golden_path().write_text(text(read(server.dsn("postgres"))))
        with psycopg.connect(server.dsn("postgres")) as db:
            reference.PATH.write_text(reference.text(db), encoding="utf-8")
    finally:
        server.remove()
    sys.stdout.write(f"written: {catalog.golden_path()}, {reference.PATH}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 18)
