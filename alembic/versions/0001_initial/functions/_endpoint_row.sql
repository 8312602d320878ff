-- pyorch._endpoint_row(text, text, text, jsonb, timestamptz)
-- An endpoint's row out of what set_endpoint was given; every option is checked (PY001), the queues
-- must exist (PY002).
-- Calls: pyorch._check_options, pyorch._option_interval, pyorch._option_number,
-- pyorch._option_flag, pyorch._rate, pyorch._status_codes, pyorch._queue_id,
-- pyorch._check_endpoint.
create or replace function pyorch._endpoint_row(
  p_endpoint text,
  p_kind text,
  p_url text,
  p_options jsonb,
  p_now timestamptz
)
  returns pyorch.endpoint
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  e pyorch.endpoint;
  v_breaker jsonb := coalesce(nullif(p_options -> 'breaker', 'null'), '{}');
begin
  perform pyorch._check_options(
    p_options,
    array[
      'queue', 'queues', 'method', 'headers', 'body', 'timeout', 'max_busy', 'every', 'cron',
      'min_pending', 'batch_size', 'fan_out', 'max_in_flight', 'rate', 'max_attempts', 'backoff',
      'success_codes', 'breaker', 'high_water', 'mode', 'signing_secrets', 'wake_at_once',
      'allow_http', 'allow_private', 'follow_redirects'
    ],
    'endpoint option'
  );
  perform pyorch._check_options(v_breaker, array['failures', 'cool_off'], 'breaker option');
  e.endpoint := p_endpoint;
  e.kind := p_kind;
  e.url := p_url;
  e.options := pg_catalog.jsonb_strip_nulls(p_options);
  e.queue_id := case when p_options ->> 'queue' is not null
    then pyorch._queue_id(p_options ->> 'queue') end;
  e.fills := array(
    select pyorch._queue_id(q)
      from pg_catalog.jsonb_array_elements_text(pyorch._option_array(p_options, 'queues')) q
  );
  e.method := upper(coalesce(p_options ->> 'method', 'POST'));
  e.headers := coalesce(nullif(p_options -> 'headers', 'null'), '{}');
  e.body := nullif(p_options -> 'body', 'null');
  -- pg_net knows whole milliseconds, and takes 0 for "for ever"
  e.timeout := pyorch._option_interval(p_options, 'timeout', '5 seconds', '10 milliseconds',
    '10 minutes');
  e.max_busy := pyorch._option_interval(p_options, 'max_busy', '150 seconds', '0', '1 day');
  e.cron := p_options ->> 'cron';
  e.every := pyorch._option_interval(
    p_options, 'every', case when p_kind = 'scraper' and e.cron is null
      then interval '10 minutes' end, '1 second'
  );
  e.min_pending := pyorch._option_number(p_options, 'min_pending', 1, 0, 1000000);
  e.batch_size := pyorch._option_number(p_options, 'batch_size', 100, 1, 1000000);
  e.fan_out := pyorch._option_number(p_options, 'fan_out', null, 1, 10000);
  e.max_in_flight := pyorch._option_number(p_options, 'max_in_flight', 1, 1, 10000);
  select r.calls, r.per into e.rate_calls, e.rate_per from pyorch._rate(p_options -> 'rate') r;
  e.max_attempts := pyorch._option_number(p_options, 'max_attempts', 3, 1, 100);
  e.backoff := pyorch._check_backoff(coalesce(nullif(p_options -> 'backoff', 'null'), '{}'));
  e.success_codes := pyorch._status_codes(p_options -> 'success_codes');
  e.breaker_failures := pyorch._option_number(v_breaker, 'failures', 5, 1, 1000000);
  e.breaker_cool_off := pyorch._option_interval(v_breaker, 'cool_off', '1 minute', '1 second',
    '30 days');
  e.high_water := pyorch._option_number(p_options, 'high_water', null, 1);
  e.mode := coalesce(p_options ->> 'mode', 'wake');
  e.signing_secrets := array(
    select s from pg_catalog.jsonb_array_elements_text(pyorch._option_array(p_options,
      'signing_secrets')) s
  );
  e.wake_at_once := pyorch._option_flag(p_options, 'wake_at_once', false);
  e.allow_http := pyorch._option_flag(p_options, 'allow_http', false);
  e.allow_private := pyorch._option_flag(p_options, 'allow_private', false);
  e.follow_redirects := pyorch._option_flag(p_options, 'follow_redirects', false);
  e.paused := false;
  e.created_at := p_now;
  perform pyorch._check_endpoint(e, p_now);
  return e;
end;
$$;

comment on function pyorch._endpoint_row(text, text, text, jsonb, timestamptz) is
  'A checked row of pyorch.endpoint out of what set_endpoint was given.';

revoke all on function pyorch._endpoint_row(text, text, text, jsonb, timestamptz) from public;
