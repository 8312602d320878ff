-- pyorch._add_failure(jsonb, timestamptz, integer, text, text)
-- The history of an item with one more failure; the last ten are kept.
create or replace function pyorch._add_failure(
  p_history jsonb,
  p_at timestamptz,
  p_attempt integer,
  p_error text,
  p_worker text
)
  returns jsonb
  language sql
  stable
  parallel safe
  security invoker
  set search_path = ''
as $$
  select case
      when pg_catalog.jsonb_array_length(p_history) >= 10 then p_history - 0
      else coalesce(p_history, '[]')
    end
    || pg_catalog.jsonb_build_array(
         pg_catalog.jsonb_build_object(
           'at', p_at, 'attempt', p_attempt, 'error', p_error, 'worker', p_worker
         )
       );
$$;

comment on function pyorch._add_failure(jsonb, timestamptz, integer, text, text) is
  'The history of an item with one more failure; the last ten are kept.';

revoke all on function pyorch._add_failure(jsonb, timestamptz, integer, text, text) from public;
