"""What pyorch has put into a database, as plain facts that can be compared: with the sources, or with another database.

Facts do not depend on object ids, on the position of columns or on the server's version (PostgreSQL 15 to 18 print
the same view differently, so a view's text is reduced to its words). What pyorch generates for each queue is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pyorch import assets

Facts = dict[str, Any]
Catalog = dict[str, dict[str, Facts]]

KINDS = ("schemas", "types", "relations", "columns", "constraints", "indexes", "triggers", "routines")
QUERIES = Path(__file__).parent / "queries"

WHAT = {
    "body": "its body is not the source's",
    "arguments": "its arguments differ",
    "result": "its result type differs",
    "config": "its settings (search_path) differ",
    "security_definer": "security definer/invoker differs",
    "foreign_owner": "it belongs to another role than the schema",
    "definition": "its definition differs",
    "comment": "its comment differs",
    "enabled": "it is enabled or disabled by hand",
    "valid": "it is invalid",
}
# how a difference of rights ends
TOO_MUCH = ", which nobody asked for"
TOO_LITTLE = ", but should"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the sources say. ``kind`` is the singular of a catalog kind, ``name`` is qualified."""

    kind: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.what}"

    @property
    def is_right(self) -> bool:
        """Whether somebody may do too much or too little: a dump that was restored without its grants, say."""
        return self.what.endswith((TOO_MUCH, TOO_LITTLE))


def read(connection: psycopg.Connection[Any]) -> Catalog:
    """Read the live catalog of the schemas ``pyorch`` and ``pyorch_api``; changes nothing.

    Grantees stand in ``acl`` as role names. Raises psycopg.Error.
    """
    catalog: Catalog = {}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("set local search_path to ''")
        # what is printed must not depend on the database's settings
        cursor.execute("set local quote_all_identifiers to off")
        for kind in KINDS:
            cursor.execute((QUERIES / f"{kind}.sql").read_text().encode())
            catalog[kind] = {row[0]: row[1] for row in sorted(cursor.fetchall(), key=lambda row: str(row[0]))}
    for facts in catalog["relations"].values():
        if facts["definition"]:
            facts["definition"] = _words(facts["definition"])
    return {
        kind: {
            name: {fact: it for fact, it in facts.items() if it not in (None, [], "")}
            for name, facts in objects.items()
        }
        for kind, objects in catalog.items()
    }


def roles(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Which role plays which part (``pyorch.role_map``); the owner of the schema plays none, he may do all.

    Roles are the cluster's: one that another database made since has a name of ours and no right here, and plays none.
    """
    return {part: role for part, role, served in _mapped(connection) if served}


def latecomers(connection: psycopg.Connection[Any]) -> list[str]:
    """Roles that ``pyorch.role_map`` names, that exist, and that have no right here: made since the installation."""
    return sorted(role for _, role, served in _mapped(connection) if not served)


def _mapped(connection: psycopg.Connection[Any]) -> list[tuple[str, str, bool]]:
    """Each part, its role where that exists, and whether it may execute anything of ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.part, m.role_name::text, exists ("
            "   select from pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a"
            "    where p.pronamespace = 'pyorch'::regnamespace and a.grantee = r.oid)"
            " from pyorch.role_map m join pg_catalog.pg_roles r on r.rolname = m.role_name"
            " where r.oid <> (select nspowner from pg_catalog.pg_namespace where nspname = 'pyorch')"
        )
        return cursor.fetchall()


def by_part(catalog: Catalog, parts: dict[str, str]) -> Catalog:
    """The same catalog with parts (``worker=execute``) for role names, so that it fits every database.

    ``parts`` must map each part to a role of its own, as in a database that was installed with the default roles.
    """
    part_of = {role: part for part, role in parts.items()}

    def entry(acl: str) -> str:
        role, privilege = acl.rsplit("=", 1)
        return f"{part_of.get(role, role)}={privilege}"

    return {
        kind: {
            name: {**facts, "acl": sorted(entry(acl) for acl in facts["acl"])} if "acl" in facts else facts
            for name, facts in objects.items()
        }
        for kind, objects in catalog.items()
    }


def fingerprint(catalog: Catalog) -> str:
    """One hash of everything: two databases with the same one hold the same pyorch."""
    return hashlib.sha256(json.dumps(catalog, sort_keys=True).encode()).hexdigest()


def golden_path() -> Path:
    """Where the expected catalog lies: ``sql/catalog.json``, in the wheel too."""
    return Path(assets.sql_dir()) / "catalog.json"


def golden() -> Catalog:
    """The catalog of the sources that this package carries, by part (see :func:`by_part`)."""
    catalog: Catalog = json.loads(golden_path().read_text())
    return catalog


def diff(expected: Catalog, live: Catalog, parts: dict[str, str]) -> list[Difference]:
    """Compare the expected catalog (by part) with a live one (by role); ``parts`` are the roles of the live one."""
    found: list[Difference] = []
    for kind in KINDS:
        one = "index" if kind == "indexes" else kind[:-1]
        wanted, there = expected.get(kind, {}), live.get(kind, {})
        for name in sorted(wanted.keys() - there.keys()):
            found.append(Difference(one, name, "is missing"))
        for name in sorted(there.keys() - wanted.keys()):
            found.append(Difference(one, name, "is not ours: no source defines it"))
        for name in sorted(wanted.keys() & there.keys()):
            found += [Difference(one, name, what) for what in _changes(wanted[name], there[name], parts)]
    return found


def _changes(wanted: Facts, there: Facts, parts: dict[str, str]) -> list[str]:
    """What differs between the facts of one object, in words."""
    changes = []
    for fact in sorted((wanted.keys() | there.keys()) - {"acl"}):
        if wanted.get(fact) != there.get(fact):
            changes.append(WHAT.get(fact, f"its {fact.replace('_', ' ')} differs"))
    granted = set(there.get("acl", []))
    entitled = set()
    for entry in wanted.get("acl", []):
        part, privilege = entry.rsplit("=", 1)
        if part in parts:
            entitled.add(f"{parts[part]}={privilege}")
    for entry in sorted(granted - entitled):
        changes.append("{} may {}".format(*entry.rsplit("=", 1)) + TOO_MUCH)
    for entry in sorted(entitled - granted):
        changes.append("{} may not {}".format(*entry.rsplit("=", 1)) + TOO_LITTLE)
    return changes


def _words(definition: str) -> str:
    """Hash of a view's text without what versions print differently: qualifiers, casts, brackets, layout."""
    text = re.sub(r"::[a-z_]+(\s(varying|precision|with(out)? time zone))?(\(\d+\))?(\[\])?", "", definition)
    text = re.sub(r"\b[a-z_][a-z_0-9]*\.", "", text)
    return hashlib.md5(re.sub(r"[\s()]+", "", text).encode()).hexdigest()
