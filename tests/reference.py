"""The text of docs/reference.md, from the comments in the database; `python -m tests.golden` writes it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import psycopg

PATH = Path(__file__).parent.parent / "docs" / "reference.md"

ROUTINES = """
    select
      p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as identity,
      case p.prokind when 'p' then 'call ' else '' end || n.nspname || '.' || p.proname as name,
      pg_get_function_arguments(p.oid) as arguments,
      pg_get_function_result(p.oid) as result,
      coalesce(obj_description(p.oid, 'pg_proc'), '') as comment,
      coalesce((
        select string_agg(distinct g.part, ', ' order by g.part)
          from pyorch.wanted_grant g
         where g.object_kind = 'function'
           and g.object_name = p.oid::regprocedure::text
      ), '') as parts
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = %s
      and p.proname !~ '^_'
      and p.prorettype <> 'trigger'::regtype
    order by p.proname, identity
"""

VIEWS = """
    select c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
           array_agg(format('`%s`', a.attname) order by a.attnum)
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'pyorch'::regnamespace
       and c.relkind = 'v'
       and c.relname !~ '^_'
     group by c.oid, c.relname
     order by c.relname
"""

HEAD = """\
# Reference

Written by `python -m tests.golden` from the comments in the database: what stands here is what `\\df+ pyorch.*` shows.
Functions and views that begin with an underscore, and all tables, are the inside: they may change at any time.
"""


def text(db: psycopg.Connection) -> str:
    """Return the text of docs/reference.md for a database that has pyorch."""
    parts = [HEAD, "## Functions and procedures\n"]
    parts += [_routine(*row) for row in db.execute(ROUTINES, ["pyorch"]).fetchall()]
    parts.append("## Views\n")
    for name, comment, columns in db.execute(VIEWS).fetchall():
        parts.append(f"### pyorch.{name}\n\n{_wrap(comment)}\n\n{_wrap('Columns: ' + ', '.join(columns) + '.')}\n")
    parts.append(
        "## Schema pyorch_api\n\nThin wrappers for PostgREST; for each queue with `rpc` there is"
        " `claim_<queue>(worker, batch, lease)` as well.\n"
    )
    parts += [f"- `{name}({arguments})`" for _, name, arguments, *_ in db.execute(ROUTINES, ["pyorch_api"]).fetchall()]
    return "\n".join(parts).rstrip() + "\n"


def _routine(identity: str, name: str, arguments: str, result: str | None, comment: str, parts: str) -> str:
    lines = [f"### {name.removeprefix('call ')}\n", "```sql", f"{name}({arguments})"]
    if result not in (None, "void"):
        lines.append(f"  returns {result}")
    lines += ["```\n", _wrap(comment)]
    if parts:
        lines.append(f"\nFor: {parts}.")
    return "\n".join(lines) + "\n"


def _wrap(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)
