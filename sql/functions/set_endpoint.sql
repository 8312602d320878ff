-- pyorch.set_endpoint(text, text, text, jsonb)
-- Create an endpoint, or change one: named options change, null resets one, the others stay. State
-- (failures, breaker, schedule) stays, too, unless the schedule itself changes.
-- Calls: pyorch._endpoint_row, pyorch._sync_queue_wake.  Writes: pyorch.endpoint,
-- pyorch.endpoint_state, pyorch.queue.
create or replace function pyorch.set_endpoint(
  -- its name: letters, digits, _ . : -
  endpoint text,
  -- 'scraper' (fills queues, runs when due) or 'processor' (drains one queue, runs when there is
  -- work)
  kind text,
  -- https://…, may name {{variables}}
  url text,
  options jsonb default '{}'
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := pyorch._now();
  v_old pyorch.endpoint;
  e pyorch.endpoint;
begin
  select x.* into v_old from pyorch.endpoint x where x.endpoint = set_endpoint.endpoint for update;
  if pg_catalog.jsonb_typeof(set_endpoint.options) is distinct from 'object' then
    raise exception using
      errcode = 'PY001',
      message = 'endpoint options must be a JSON object',
      hint = 'Give for example: ''{"every": "10 minutes"}''.';
  end if;
  e := pyorch._endpoint_row(
    set_endpoint.endpoint,
    set_endpoint.kind,
    set_endpoint.url,
    case
      when v_old.endpoint_id is null then set_endpoint.options
      -- one schedule replaces the other
      when set_endpoint.options ? 'cron' then (v_old.options - 'every') || set_endpoint.options
      when set_endpoint.options ? 'every' then (v_old.options - 'cron') || set_endpoint.options
      else v_old.options || set_endpoint.options
    end,
    v_now
  );
  if v_old.endpoint_id is null then
    e.endpoint_id := pg_catalog.nextval(pg_catalog.pg_get_serial_sequence('pyorch.endpoint',
      'endpoint_id'));
    insert into pyorch.endpoint overriding system value select e.*;
    insert into pyorch.endpoint_state (endpoint_id, next_due_at, breaker)
    values (e.endpoint_id, pyorch._cron_next(e.cron, v_now), 'closed');
  else
    update pyorch.endpoint x
       set (kind, url, queue_id, fills, options, method, headers, body, timeout, max_busy, every,
         cron,
            min_pending, batch_size, fan_out, max_in_flight, rate_calls, rate_per, max_attempts,
              backoff,
            success_codes, breaker_failures, breaker_cool_off, high_water, mode, signing_secrets,
            wake_at_once, allow_http, allow_private, follow_redirects)
         = (e.kind, e.url, e.queue_id, e.fills, e.options, e.method, e.headers, e.body, e.timeout,
           e.max_busy, e.every, e.cron,
            e.min_pending, e.batch_size, e.fan_out, e.max_in_flight, e.rate_calls, e.rate_per,
              e.max_attempts, e.backoff,
            e.success_codes, e.breaker_failures, e.breaker_cool_off, e.high_water, e.mode,
              e.signing_secrets,
            e.wake_at_once, e.allow_http, e.allow_private, e.follow_redirects)
     where x.endpoint_id = v_old.endpoint_id;
    if (e.every, e.cron) is distinct from (v_old.every, v_old.cron) then
      update pyorch.endpoint_state s
         set next_due_at = pyorch._cron_next(e.cron, v_now)
       where s.endpoint_id = v_old.endpoint_id;
    end if;
  end if;
  perform pyorch._sync_queue_wake(array[v_old.queue_id, e.queue_id]);
end;
$$;

comment on function pyorch.set_endpoint(text, text, text, jsonb) is
  'Create or change an HTTP endpoint. kind: scraper | processor. options: queue, queues, method, '
  'headers, body, timeout (interval), '
  'max_busy (interval), every (interval) or cron (UTC), min_pending, batch_size, fan_out, '
  'max_in_flight, rate, max_attempts, backoff, '
  'success_codes, breaker {failures, cool_off}, high_water, mode (wake | push), signing_secrets, '
  'wake_at_once, allow_http, allow_private, '
  'follow_redirects. Named options change, null resets one. Raises PY001 (option), PY002 (queue), '
  'PY015 (target).';

revoke all on function pyorch.set_endpoint(text, text, text, jsonb) from public;
call pyorch._grant('admin', 'execute', 'function', 'pyorch.set_endpoint(text, text, text, jsonb)');
