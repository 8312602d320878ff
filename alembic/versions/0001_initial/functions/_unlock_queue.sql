-- pyorch._unlock_queue(text, integer)
-- Unlock one batch of one queue, caught: {unlocked, dead}, or "locked": another session keeps us
-- from it, or the error as a row for the run's errors.
-- Calls: pyorch.unlock.
create or replace function pyorch._unlock_queue(p_queue text, p_batch integer)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_done jsonb;
begin
  perform pg_catalog.set_config('pyorch.blind', '', true);
  select pg_catalog.jsonb_build_object(
           'unlocked', coalesce(pg_catalog.sum(u.unlocked), 0),
           'dead', coalesce(pg_catalog.sum(u.dead), 0)
         )
    into v_done
    from pyorch.unlock(p_queue, p_batch) u;
  -- that its table is gone, or not ours any more, stands in pyorch.health
  if pg_catalog.current_setting('pyorch.blind') = '55P03' then
    return '{"locked": true}';
  end if;
  return v_done;
exception
  when lock_not_available then
    return '{"locked": true}';
  when others then
    return pg_catalog.jsonb_build_object(
      'step', 'unlock', 'subject', p_queue, 'code', sqlstate, 'message', sqlerrm
    );
end;
$$;

comment on function pyorch._unlock_queue(text, integer) is
  'Unlock one batch of one queue; its error stays with it.';

revoke all on function pyorch._unlock_queue(text, integer) from public;
