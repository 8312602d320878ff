-- pyorch._dispatch_tree(text[], text[])
-- Code that leads from p_queue to the static call of that queue's function: halves, so that
-- with hundreds of queues it asks a handful of questions.
create or replace function pyorch._dispatch_tree(
  -- ascending as bytes; null: none
  p_queues text[],
  -- what to do for each
  p_calls text[]
)
  returns text
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := coalesce(pg_catalog.cardinality(p_queues), 0);
  v_half constant integer := v_count / 2;
begin
  if v_count = 0 then
    return '';
  end if;
  if v_count = 1 then
    return pg_catalog.format(E'if p_queue = %L then\n%send if;\n', p_queues[1], p_calls[1]);
  end if;
  return pg_catalog.format(
    E'if p_queue <= %L collate "C" then\n%selse\n%send if;\n',
    p_queues[v_half],
    pyorch._dispatch_tree(p_queues[: v_half], p_calls[: v_half]),
    pyorch._dispatch_tree(p_queues[v_half + 1 :], p_calls[v_half + 1 :])
  );
end;
$$;

comment on function pyorch._dispatch_tree(text[], text[]) is
  'Code that leads from a queue''s name to the static call of its function.';

revoke all on function pyorch._dispatch_tree(text[], text[]) from public;
