-- pyorch._queue_option_names(text)
-- The options that a queue of this kind knows.
create or replace function pyorch._queue_option_names(p_kind text)
  returns text[]
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select array[
    'lease', 'max_attempts', 'max_lease_losses', 'backoff', 'concurrency', 'rate', 'objective'
  ] || case p_kind
    when 'native' then array['retention', 'durability', 'key_conflict', 'notify']
    else array['columns', 'statuses', 'order_by', 'where', 'search_path', 'wake_trigger',
      'time_zone', 'group', 'rpc']
  end;
$$;

comment on function pyorch._queue_option_names(text) is
  'The options that a queue of this kind knows.';

revoke all on function pyorch._queue_option_names(text) from public;
