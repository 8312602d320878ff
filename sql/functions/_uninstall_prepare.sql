-- pyorch._uninstall_prepare(boolean)
-- Before everything of ours is dropped: attached items in work go back to pending; native queues
-- must hold nothing unfinished, unless their data may go, too. Answers {queue: items returned, or
-- why not}.
-- Calls: pyorch._native_unfinished, pyorch._return_attached.  Reads: pyorch.queue.
create or replace function pyorch._uninstall_prepare(p_drop_data boolean)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue text;
begin
  if not coalesce(p_drop_data, false) then
    select q.queue
      into v_queue
      from pyorch.queue q
     where q.kind = 'native'
       and pyorch._native_unfinished(q.queue)
     order by q.queue
     limit 1;
    if found then
      raise exception using
        errcode = 'PY006',
        message = pg_catalog.format('queue "%s" has unfinished items', v_queue),
        hint = 'Let them finish, or lose them: pyorch uninstall --yes --drop-data';
    end if;
  end if;
  return pyorch._return_attached();
end;
$$;

comment on function pyorch._uninstall_prepare(boolean) is
  'Return attached items in work; refuse (PY006) while native queues hold unfinished ones.';

revoke all on function pyorch._uninstall_prepare(boolean) from public;
