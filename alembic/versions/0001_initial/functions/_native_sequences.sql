-- pyorch._native_sequences(text)
-- The sequences of a native queue: ids, the claim counter, marks.
create or replace function pyorch._native_sequences(p_queue text)
  returns text[]
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select array(
    select 'pyorch.q_' || s || '_' || p_queue
      from pg_catalog.unnest(array['id', 'token', 'low', 'high', 'front', 'seen', 'sure', 'look',
             'due', 'back', 'lanes']) s
  );
$$;

comment on function pyorch._native_sequences(text) is
  'The sequences of a native queue.';

revoke all on function pyorch._native_sequences(text) from public;
