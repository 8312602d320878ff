-- pyorch._attached_fenced(jsonb)
-- Whether a table can hold a claim by itself: attempts counts it, and locked_at, exact to the
-- microsecond, tells it from every other claim of the item. Then a claim writes no state row.
create or replace function pyorch._attached_fenced(
  -- word → column, as found
  p_columns jsonb
)
  returns boolean
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select p_columns ? 'attempts' and coalesce((p_columns #>> '{locked_at,exact}')::boolean, false);
$$;

comment on function pyorch._attached_fenced(jsonb) is
  'Whether an attached table can hold a claim by itself.';

revoke all on function pyorch._attached_fenced(jsonb) from public;
