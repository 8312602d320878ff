-- pyorch._dispatch_tree(integer[], text[], text)
-- Code that leads from p_queue_id to the static call of that queue's function: halves, so that
-- with hundreds of queues it asks a handful of questions.
create or replace function pyorch._dispatch_tree(
  -- ascending
  p_ids integer[],
  p_queues text[],
  -- the call, with {q} for the name of the queue
  p_call text
)
  returns text
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = ''
as $$
declare
  v_count constant integer := coalesce(pg_catalog.cardinality(p_ids), 0);
  v_half constant integer := v_count / 2;
begin
  if v_count = 0 then
    return '';
  end if;
  if v_count = 1 then
    return pg_catalog.format(
      E'if p_queue_id = %s then\nreturn query %s;\nreturn;\nend if;\n',
      p_ids[1], pg_catalog.replace(p_call, '{q}', p_queues[1])
    );
  end if;
  return pg_catalog.format(
    E'if p_queue_id <= %s then\n%selse\n%send if;\n',
    p_ids[v_half],
    pyorch._dispatch_tree(p_ids[: v_half], p_queues[: v_half], p_call),
    pyorch._dispatch_tree(p_ids[v_half + 1 :], p_queues[v_half + 1 :], p_call)
  );
end;
$$;

comment on function pyorch._dispatch_tree(integer[], text[], text) is
  'Code that leads from a queue''s number to the static call of its function.';

revoke all on function pyorch._dispatch_tree(integer[], text[], text) from public;
