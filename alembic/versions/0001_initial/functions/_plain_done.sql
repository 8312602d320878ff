-- pyorch._plain_done(pyorch.queue)
-- Body of pyorch._q_done_<queue> where there is no short way: complete of several, asked for one.
create or replace function pyorch._plain_done(p_queue pyorch.queue)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select pg_catalog.format(
    $body$
declare
  v_done constant text[] := array(
    select pyorch._q_complete_%s(array[p_receipt], array[p_result])
  );
begin
%s  return pg_catalog.cardinality(v_done) = 1;
end;
$body$,
    p_queue.queue,
    case when p_queue.concurrency is not null
      then pg_catalog.format(E'  perform pyorch._free_slots(%L, v_done);\n', p_queue.queue)
      else ''
    end
  );
$template$;

comment on function pyorch._plain_done(pyorch.queue) is
  'The body of _q_done_<queue> where there is no short way.';

revoke all on function pyorch._plain_done(pyorch.queue) from public;
