-- pyorch._step_unlock(jsonb)
-- Step of a run: return one bounded batch of orphans.
-- Calls: pyorch.unlock, pyorch._setting.
create or replace function pyorch._step_unlock(p_run jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = ''
as $$
declare
  v_batch constant integer := (pyorch._setting('unlock_batch') #>> '{}')::integer;
  v_unlocked jsonb := coalesce(p_run -> 'unlocked', '{}');
  v_dead jsonb := coalesce(p_run -> 'dead', '{}');
  v_began constant timestamptz := p_run ->> 'began';
  v_done bigint := 0;
  v record;
begin
  for v in select u.queue, u.unlocked, u.dead from pyorch.unlock(null, v_batch) u loop
    v_done := v_done + v.unlocked + v.dead;
    if v.unlocked > 0 then
      v_unlocked := v_unlocked || pg_catalog.jsonb_build_object(
        v.queue, v.unlocked + coalesce((v_unlocked ->> v.queue)::bigint, 0)
      );
    end if;
    if v.dead > 0 then
      v_dead := v_dead || pg_catalog.jsonb_build_object(
        v.queue, v.dead + coalesce((v_dead ->> v.queue)::bigint, 0)
      );
    end if;
  end loop;
  return pg_catalog.jsonb_build_object(
    -- a full batch: there may be more. A tick takes it at once, for half of its budget; orchestrate() leaves it to the
    -- next run
    'again', v_done >= v_batch
      and pg_catalog.clock_timestamp() < v_began + ((p_run ->> 'deadline')::timestamptz - v_began) / 2,
    'answer', pg_catalog.jsonb_build_object('unlocked', v_unlocked, 'dead', v_dead)
  );
end;
$$;

comment on function pyorch._step_unlock(jsonb) is
  'Step of a run: return one bounded batch of orphans.';

revoke all on function pyorch._step_unlock(jsonb) from public;
