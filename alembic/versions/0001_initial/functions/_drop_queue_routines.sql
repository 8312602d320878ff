-- pyorch._drop_queue_routines(text)
-- Drop the functions of one queue and its counters.
-- Calls: pyorch._queue_verbs, pyorch._rebuild_dispatch.
create or replace function pyorch._drop_queue_routines(p_queue text)
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
  perform pyorch._rebuild_dispatch(p_queue);
  -- those that there are: a queue of the other kind has others, and IF EXISTS would name each
  for v in
    select p.oid::regprocedure as routine
      from pyorch._queue_verbs() w
      join pg_catalog.pg_proc p on p.oid = pg_catalog.to_regprocedure(
        pg_catalog.format('pyorch._q_%s_%s(%s)', w.verb, p_queue, w.types))
  loop
    execute pg_catalog.format('drop function %s', v.routine);
  end loop;
  execute pg_catalog.format(
    'drop sequence if exists pyorch.q_token_%1$s, pyorch.q_front_%1$s', p_queue
  );
end;
$$;

comment on function pyorch._drop_queue_routines(text) is
  'Drop the functions of one queue and its counters.';

revoke all on function pyorch._drop_queue_routines(text) from public;
