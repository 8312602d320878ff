-- pyorch._native_source(integer)
-- The bodies of all functions of a native queue: the templates with the queue's name and options
-- put in, so that each statement is static and its plan is kept.
-- Calls: pyorch._native_<verb>.  Reads: pyorch.queue.
create or replace function pyorch._native_source(p_queue_id integer)
  returns table (verb text, source text)
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
  v_pieces jsonb;
  v_piece record;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  v_pieces := pg_catalog.jsonb_build_object(
    '{q}', v_queue.queue,
    '{id}', v_queue.queue_id,
    -- a session without a fake clock, which is every real one, saves a call
    '{now}', 'case when pg_catalog.current_setting(''pyorch.fake_now'', true) is null'
      ' then pg_catalog.clock_timestamp() else pyorch._now() end',
    '{lease}', pg_catalog.quote_literal(v_queue.lease) || '::interval',
    '{max_attempts}', v_queue.max_attempts,
    '{max_lease_losses}', v_queue.max_lease_losses,
    '{backoff}', pg_catalog.quote_literal(v_queue.backoff) || '::jsonb',
    '{key_conflict}', v_queue.key_conflict,
    -- the last 20 failures
    '{history}', 'case when pg_catalog.jsonb_array_length(i.history) >= 20 then i.history - 0'
      ' else coalesce(i.history, ''[]'') end',
    '{single}', v_queue.retention is null,
    '{kept_columns}', case
      when v_queue.retention is null then 'i.id, i.key, i.group_name' else 'i.*'
    end,
    '{mine}', pyorch._native_mine(),
    '{keep}', case when v_queue.retention is null then '' else pyorch._native_keep() end,
    '{async}', case when v_queue.claims_may_be_lost then pyorch._native_async() else '' end,
    -- a lost claim can take the counter's advance with it: then its token must not come again
    '{token}', case
      when v_queue.claims_may_be_lost then
        '(pg_catalog.nextval(''pyorch.q_token_{q}'') << 28)'
          ' + (pg_catalog.random() * 268435455)::bigint'
      else 'pg_catalog.nextval(''pyorch.q_token_{q}'')'
    end,
    '{after}', case when v_queue.claims_may_be_lost then '>> 28 >' else '>' end
  );
  for verb, source in
    values
      (
        'one',
        case when coalesce(v_queue.concurrency, v_queue.rate_limit) is null and not v_queue.paused
          then pyorch._native_one()
          else pyorch._plain_one(v_queue)
        end
      ),
      (
        'done',
        case when v_queue.concurrency is null and v_queue.retention is null
          then pyorch._native_done()
          else pyorch._plain_done(v_queue)
        end
      ),
      ('claim', pyorch._native_claim()),
      ('complete', pyorch._native_complete()),
      ('fail', pyorch._native_fail()),
      ('release', pyorch._native_release()),
      ('heartbeat', pyorch._native_heartbeat()),
      ('unlock', pyorch._native_unlock()),
      ('orphans', pyorch._native_orphans()),
      ('first', pyorch._native_first()),
      ('pending', pyorch._native_pending()),
      ('depth', pyorch._native_depth()),
      ('in_work', pyorch._native_in_work()),
      ('redrive', pyorch._native_redrive()),
      ('explain', pyorch._native_explain()),
      ('enqueue', pyorch._native_enqueue()),
      ('place', pyorch._native_place()),
      ('put', pyorch._native_put()),
      ('leave', pyorch._native_leave()),
      ('move', pyorch._native_move()),
      ('ready', pyorch._native_ready())
  loop
    -- the name last: pieces name it, too
    for v_piece in
      select p.key, p.value from pg_catalog.jsonb_each_text(v_pieces) p order by p.key = '{q}'
    loop
      source := pg_catalog.replace(source, v_piece.key, v_piece.value);
    end loop;
    return next;
  end loop;
end;
$$;

comment on function pyorch._native_source(integer) is
  'The bodies of all functions of a native queue.';

revoke all on function pyorch._native_source(integer) from public;
