-- pyorch._rebuild_dispatch(text)
-- Make the functions that lead to those of a queue anew, if the queues are others than they know.
-- Calls: pyorch._dispatch_source, pyorch._close_off.  Writes: functions pyorch._q_to_<verb>.
create or replace function pyorch._rebuild_dispatch(
  -- leave this queue out: it is about to go
  p_without text default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v record;
begin
  -- two at once would replace the same function, and one of them fail
  perform pg_catalog.pg_advisory_xact_lock('pyorch.queue'::regclass::oid::integer, 1);
  for v in
    select s.routine, s.statement
      from pyorch._dispatch_source(p_without) s
      left join pg_catalog.pg_proc p on p.oid = pg_catalog.to_regprocedure(s.routine)
     where p.prosrc is distinct from s.body
  loop
    execute v.statement;
    call pyorch._close_off('routine', v.routine);
  end loop;
end;
$$;

comment on function pyorch._rebuild_dispatch(text) is
  'Make the functions that lead to those of a queue anew.';

revoke all on function pyorch._rebuild_dispatch(text) from public;
