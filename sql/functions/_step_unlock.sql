-- pyorch._step_unlock(jsonb)
-- Step of a run: return one bounded batch of orphans of each queue, in turns. A queue whose table
-- is locked is left for the next run, and keeps none of the others waiting; nor does a pile of
-- orphans keep the triggers waiting: see pyorch._unlock_until.
-- Calls: pyorch._unlock_queue, pyorch._unlock_until, pyorch._setting.
create or replace function pyorch._step_unlock(p_run jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  -- small, in a tick as well, which commits it and takes the next: what is written at once is what
  -- a claim's commit has to wait for
  v_batch constant integer := (pyorch._setting('unlock_batch') #>> '{}')::integer;
  v_until constant timestamptz := pyorch._unlock_until(p_run);
  -- where this pass begins: after the queue at which the last one ended
  v_after text := p_run ->> 'unlocked_to';
  v_unlocked jsonb := coalesce(p_run -> 'unlocked', '{}');
  v_dead jsonb := coalesce(p_run -> 'dead', '{}');
  v_errors jsonb := '[]';
  v_full boolean := false;
  v_cut boolean := false;
  -- where a batch was full, or could not be had: the next pass of this run goes to these alone, so
  -- that small batches of one queue do not pay for a look at all others
  v_next text[] := '{}';
  v_left text;
  v_part jsonb;
  v_queue text;
begin
  if (p_run ->> 'commits')::boolean then
    -- nobody waits for the flush: orphans whose return a crash undoes are orphans again
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
  end if;
  for v_queue in
    select q.queue
      from (
        select x.queue,
               pg_catalog.row_number() over (order by x.queue) as n,
               pg_catalog.count(*) over () as all_of_them
          from pyorch.queue x
      ) q
     where coalesce(p_run -> 'unlock_next' ? q.queue, true)
     order by q.queue > v_after desc,
              -- each run begins with another one
              case
                when v_after is null then (q.n + (p_run ->> 'run_id')::bigint) % q.all_of_them
              end,
              q.queue
  loop
    if pg_catalog.clock_timestamp() >= v_until then
      v_left := 'budget';
      v_cut := true;
      exit;
    end if;
    v_after := v_queue;
    v_part := pyorch._unlock_queue(v_queue, v_batch);
    if v_part ? 'locked' then
      v_left := coalesce(v_left || ', ', 'locked: ') || v_queue;
    elsif v_part ? 'message' then
      v_errors := v_errors || v_part;
    end if;
    if (v_part ->> 'unlocked')::bigint > 0 then
      v_unlocked := pyorch._add_count(v_unlocked, v_queue, v_part -> 'unlocked');
    end if;
    if (v_part ->> 'dead')::bigint > 0 then
      v_dead := pyorch._add_count(v_dead, v_queue, v_part -> 'dead');
    end if;
    if (v_part ->> 'unlocked')::bigint + (v_part ->> 'dead')::bigint >= v_batch then
      v_full := true;
      v_next := v_next || v_queue;
    elsif v_part ?| '{locked,message}' then
      v_next := v_next || v_queue;
    end if;
  end loop;
  return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'state', case when v_errors = '[]' then 'ok' else 'failed' end,
    'why', v_left,
    'errors', v_errors,
    -- a full batch: there may be more. A tick takes it at once, while it has time;
    -- orchestrate() leaves it to the next run
    'again', v_full and pg_catalog.clock_timestamp() < v_until,
    'answer', pg_catalog.jsonb_build_object(
      'unlocked', v_unlocked,
      'dead', v_dead,
      'orphans_left', v_cut or v_full,
      -- a pass that was cut short has not been everywhere
      'unlock_next', case
        when v_cut then p_run -> 'unlock_next'
        else pg_catalog.to_jsonb(v_next)
      end,
      'unlocked_to', v_after
    )
  ));
end;
$$;

comment on function pyorch._step_unlock(jsonb) is
  'Step of a run: return one bounded batch of orphans of each queue.';

revoke all on function pyorch._step_unlock(jsonb) from public;
