-- pyorch._check_backoff(jsonb)
-- Refuse a backoff that pyorch._backoff could not compute with (PY001); gives it back otherwise.
-- Calls: pyorch._check_options, pyorch._option_interval, pyorch._option_number.
create or replace function pyorch._check_backoff(p_backoff jsonb)
  returns jsonb
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pyorch._check_options(p_backoff, array['base', 'factor', 'cap', 'jitter'],
    'backoff option');
  perform pyorch._option_interval(p_backoff, 'base', '10 seconds', '0', '1 day');
  perform pyorch._option_interval(p_backoff, 'cap', '1 hour', '0', '30 days');
  perform pyorch._option_number(p_backoff, 'factor', 2, 1, 100);
  perform pyorch._option_number(p_backoff, 'jitter', 0.2, 0, 1);
  return p_backoff;
end;
$$;

comment on function pyorch._check_backoff(jsonb) is
  'A backoff object whose every part is usable (PY001).';

revoke all on function pyorch._check_backoff(jsonb) from public;
