-- pyorch._native_unfinished(text)
-- Does a native queue hold anything that is not done: pending, in work, waiting or dead? Asked
-- before it is dropped: when it does not, it is locked and looked at once more, so that what an
-- open transaction enqueues is waited for and counts.
create or replace function pyorch._native_unfinished(p_queue text)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_unfinished boolean;
begin
  for v_look in 1 .. 2 loop
    execute pg_catalog.format(
      'select exists (select 1 from pyorch.native_%1$s)'
        ' or exists (select 1 from pyorch.waiting_%1$s)'
        ' or exists (select 1 from pyorch.dead_%1$s)',
      p_queue
    ) into v_unfinished;
    exit when v_unfinished or v_look = 2;
    execute pg_catalog.format(
      'lock table pyorch.native_%1$s, pyorch.waiting_%1$s, pyorch.dead_%1$s'
        ' in access exclusive mode',
      p_queue
    );
  end loop;
  return v_unfinished;
end;
$$;

comment on function pyorch._native_unfinished(text) is
  'Whether a native queue holds anything that is not done.';

revoke all on function pyorch._native_unfinished(text) from public;
