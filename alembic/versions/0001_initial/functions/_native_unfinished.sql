-- pyorch._native_unfinished(text)
-- Does a native queue hold anything that is not done: pending, in work, waiting or dead?
create or replace function pyorch._native_unfinished(p_queue text)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = ''
as $$
declare
  v_unfinished boolean;
begin
  execute pg_catalog.format(
    'select exists (select 1 from pyorch.native_%1$s) or exists (select 1 from pyorch.waiting_%1$s)'
      ' or exists (select 1 from pyorch.dead_%1$s)',
    p_queue
  ) into v_unfinished;
  return v_unfinished;
end;
$$;

comment on function pyorch._native_unfinished(text) is
  'Whether a native queue holds anything that is not done.';

revoke all on function pyorch._native_unfinished(text) from public;
