"""What a revision may do: install, replace, drop. Old revisions call these for ever: names and meaning stay."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from pyorch import assets


def install(revision: str, *names: str) -> None:
    """Run frozen files of a revision, exactly as they are.

    Args:
        revision: folder under versions/, e.g. "0001_initial".
        names: files in it without .sql, e.g. "functions/claim"; none: all that its install.sql lists, in order.
    """
    folder = assets.versions_dir() / revision
    files = [folder / f"{name}.sql" for name in names] or assets.manifest(folder / "install.sql")
    for file in files:
        _send(file)


def replace(name: str, revision: str, *, signature_changed: bool = False) -> None:
    """Bring a routine or view to the text that a revision froze; a downgrade names the revision before.

    Args:
        name: e.g. "functions/claim".
        revision: whose frozen copy to install.
        signature_changed: drop every routine of that name first, as PostgreSQL demands when arguments, their names or
            the result differ. The file's own comment and grants come back with it.
    """
    if signature_changed:
        drop(name)
    install(revision, name)


def drop(name: str) -> None:
    """Drop what a file made, e.g. drop("functions/claim"), drop("views/health"); refused while it is used."""
    kind, _, thing = name.partition("/")
    if kind == "functions":
        _send_text(_DROP_ROUTINES.format(name=thing))
    else:
        _send_text(f"drop {kind.removesuffix('s')} pyorch.{thing};")


_DROP_ROUTINES = """do $$
declare
  v_routine regprocedure;
begin
  for v_routine in
    select p.oid
      from pg_catalog.pg_proc p
     where p.pronamespace = 'pyorch'::regnamespace
       and p.proname = '{name}'
  loop
    execute pg_catalog.format('drop routine %s', v_routine);
  end loop;
end;
$$;"""


def _send(file: Path) -> None:
    _send_text(file.read_text(encoding="utf-8"))


def _send_text(text: str) -> None:
    """Hand the text over unchanged: no colon, percent sign or backslash in it may mean anything on the way."""
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text)
    else:
        op.get_bind().exec_driver_sql(text, execution_options={"no_parameters": True})
