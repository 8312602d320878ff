-- pyorch._canary_item()
-- Send one item through the whole machine: enqueue, claim, orphan, unlock, a stale receipt refused,
-- claim again, complete. All of it in a subtransaction that is rolled back: it leaves nothing
-- behind.
-- Answers {ok, seen}.
-- Calls: pyorch.create_queue, pyorch.enqueue, pyorch.claim, pyorch.unlock, pyorch.complete.
create or replace function pyorch._canary_item()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue constant text := 'canary_' || pg_catalog.pg_backend_pid();
  v_seen text := 'a queue could not be made';
  v_first record;
  v_second record;
  v_count bigint;
begin
  begin
    perform pyorch.create_queue(v_queue);
    v_seen := 'an item could not be enqueued';
    perform pyorch.enqueue(v_queue, '{"canary": true}');
    v_seen := 'the item could not be claimed';
    select * into strict v_first from pyorch.claim(v_queue, 'canary', 1, '1 microsecond');
    perform pg_catalog.pg_sleep(0.002);
    v_seen := 'the orphan was not unlocked';
    select u.unlocked into v_count from pyorch.unlock(v_queue) u;
    if v_count = 1 then
      v_seen := 'a stale receipt was accepted';
      select count(*) into v_count from pyorch.complete(v_queue, array[v_first.receipt]);
      if v_count = 0 then
        v_seen := 'the unlocked item could not be claimed';
        select * into strict v_second from pyorch.claim(v_queue, 'canary', 1, '1 minute');
        v_seen := 'the item could not be completed';
        select count(*) into v_count from pyorch.complete(v_queue, array[v_second.receipt]);
        if v_count = 1 and v_second.attempt = v_first.attempt + 1 then
          v_seen := null;
        end if;
      end if;
    end if;
    raise exception using errcode = 'PYZZZ', message = 'nothing of it shall stay';
  exception
    when sqlstate 'PYZZZ' then
      null;
    when others then
      v_seen := v_seen || ': ' || sqlerrm;
  end;
  return pg_catalog.jsonb_build_object(
    'ok', v_seen is null,
    'seen', coalesce(
      v_seen,
      'enqueued, claimed, orphaned, unlocked, stale receipt refused, claimed again, completed'
    )
  );
end;
$$;

comment on function pyorch._canary_item() is
  'Send one item through the whole machine and leave nothing behind.';

revoke all on function pyorch._canary_item() from public;

call pyorch._grant('operator', 'execute', 'function', 'pyorch._canary_item()');
