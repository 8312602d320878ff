-- pyorch._run_is_ours(jsonb)
-- Does a run that commits between its steps still hold its job? A look without a lock.
-- Reads: pyorch.run_lock.
create or replace function pyorch._run_is_ours(p_run jsonb)
  returns boolean
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select not (p_run ->> 'commits')::boolean
    or exists (
      select
        from pyorch.run_lock l
       where l.job = p_run ->> 'job'
         and l.run_id = (p_run ->> 'run_id')::bigint
    );
$$;

comment on function pyorch._run_is_ours(jsonb) is
  'Does a run that commits between its steps still hold its job?';

revoke all on function pyorch._run_is_ours(jsonb) from public;
