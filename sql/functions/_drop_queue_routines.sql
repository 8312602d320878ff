-- pyorch._drop_queue_routines(text)
-- Drop the functions of one queue and its claim counter.
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
  for v in select * from pyorch._queue_verbs() loop
    execute pg_catalog.format(
      'drop function if exists pyorch._q_%s_%s(%s)', v.verb, p_queue, v.types
    );
  end loop;
  execute pg_catalog.format('drop sequence if exists pyorch.q_token_%s', p_queue);
end;
$$;

comment on function pyorch._drop_queue_routines(text) is
  'Drop the functions of one queue and its claim counter.';

revoke all on function pyorch._drop_queue_routines(text) from public;
