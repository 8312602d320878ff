-- pyorch._look_at_queue(integer)
-- The depth of a queue as jsonb. Where we cannot look (a lock on its table), the last known one,
-- with "as_of"; where the look fails otherwise, "error", too.
-- Calls: pyorch._queue_depth.  Reads: pyorch.queue_depth.
create or replace function pyorch._look_at_queue(p_queue_id integer)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_error text;
  v_depth jsonb;
begin
  perform pg_catalog.set_config('pyorch.blind', '', true);
  select pg_catalog.to_jsonb(d) into v_depth from pyorch._queue_depth(p_queue_id) d;
  if pg_catalog.current_setting('pyorch.blind') <> '' then
    raise lock_not_available;
  end if;
  return v_depth;
exception
  when others then
    v_error := case when sqlstate <> '55P03' then sqlerrm end;
    return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('error', v_error))
      || coalesce(
           (
             select pg_catalog.to_jsonb(d) - 'queue_id' - 'at'
                    || pg_catalog.jsonb_build_object('estimated', true, 'as_of', d.at)
               from pyorch.queue_depth d
              where d.queue_id = p_queue_id
           ),
           '{"pending": null, "processing": null, "dead": null, '
           '"oldest_pending_seconds": null, "estimated": true}'
         );
end;
$$;

comment on function pyorch._look_at_queue(integer) is
  'The depth of a queue, or the last known one where a lock keeps us from looking.';

revoke all on function pyorch._look_at_queue(integer) from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch._look_at_queue(integer)');
