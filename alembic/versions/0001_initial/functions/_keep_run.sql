-- pyorch._keep_run(jsonb)
-- Extend the hold of a run that commits between its steps. False: it was lost to another one (this
-- session slept for longer than it may), and nothing more may be done in its name.
-- Writes: pyorch.run_lock.
create or replace function pyorch._keep_run(p_run jsonb)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  if not (p_run ->> 'commits')::boolean then
    return true;
  end if;
  update pyorch.run_lock l
     set until = pyorch._now() + (p_run ->> 'hold')::interval
   where l.job = p_run ->> 'job'
     and l.run_id = (p_run ->> 'run_id')::bigint;
  return found;
exception
  -- whoever holds the row has taken it over
  when lock_not_available then
    return false;
end;
$$;

comment on function pyorch._keep_run(jsonb) is
  'Extend the hold of a run; false when another one has taken over.';

revoke all on function pyorch._keep_run(jsonb) from public;
