-- pyorch._check_queue_name(text)
-- Refuse a name that no queue can have (PY001) or that one has already (PY004).
create or replace function pyorch._check_queue_name(p_queue text)
  returns void
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
begin
  if p_queue is null or p_queue !~ '^[a-z_][a-z0-9_]{0,39}$' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('no name for a queue: %L', p_queue),
      hint = 'Take lower-case letters, digits and underscores, at most 40, not a digit first.';
  end if;
  if exists (select 1 from pyorch.queue q where q.queue = p_queue) then
    raise exception using
      errcode = 'PY004',
      message = pg_catalog.format('queue "%s" exists already', p_queue),
      hint = pg_catalog.format('To change it: select pyorch.alter_queue(%L, ''{…}'');', p_queue);
  end if;
end;
$$;

comment on function pyorch._check_queue_name(text) is
  'Refuse a name that no queue can have (PY001) or that one has already (PY004).';

revoke all on function pyorch._check_queue_name(text) from public;
