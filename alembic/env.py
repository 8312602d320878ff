"""Runs revisions on the connection that pyorch.migrate hands over, or prints them (offline)."""

from alembic import context

# of everybody who migrates a database, one at a time; the rest wait
LOCK = 7_093_874_113_550_263_297

# `create schema if not exists` would ask for the right to create even where the schema is there already
PREPARE = f"""set local statement_timeout = 0;

-- long enough for the install before ours, then short: whoever locks our tables is not ours to block
set local lock_timeout = '60s';

select pg_catalog.pg_advisory_xact_lock({LOCK});

set local lock_timeout = '5s';

do $$
begin
  if pg_catalog.to_regnamespace('pyorch') is null then
    create schema pyorch;
  end if;
end;
$$;

set local search_path = '';"""

SHARED = {"version_table": "alembic_version", "version_table_schema": "pyorch"}


def offline() -> None:
    """Print the revisions as SQL."""
    context.configure(dialect_name="postgresql", as_sql=True, dialect_opts={"paramstyle": "named"}, **SHARED)
    with context.begin_transaction():
        context.get_context().impl.static_output(PREPARE)
        context.run_migrations()


def online() -> None:
    """Run them in the transaction of the given connection: all of them, or none."""
    connection = context.config.attributes["connection"]
    done = context.config.attributes["done"]
    connection.exec_driver_sql(PREPARE, execution_options={"no_parameters": True})
    context.configure(
        connection=connection,
        on_version_apply=lambda step, **_: done.append(step.up_revision_id),
        **SHARED,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    online()
