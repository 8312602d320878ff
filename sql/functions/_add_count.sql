-- pyorch._add_count(jsonb, text, jsonb)
-- Add a number to the one that an object holds under a key.
create or replace function pyorch._add_count(p_counts jsonb, p_key text, p_more jsonb)
  returns jsonb
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select p_counts || pg_catalog.jsonb_build_object(
    p_key, coalesce((p_counts ->> p_key)::bigint, 0) + p_more::bigint
  );
$$;

comment on function pyorch._add_count(jsonb, text, jsonb) is
  'Add a number to the one that an object holds under a key.';

revoke all on function pyorch._add_count(jsonb, text, jsonb) from public;
