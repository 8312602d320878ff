-- pyorch._queue_id(text)
-- The id of a queue; PY002, with a near name, when there is none.
-- Calls: pyorch._nearest.  Reads: pyorch.queue.
create or replace function pyorch._queue_id(p_queue text)
  returns integer
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue_id integer;
  v_known text[];
begin
  select q.queue_id
    into v_queue_id
    from pyorch.queue q
   where q.queue = p_queue;
  if found then
    return v_queue_id;
  end if;
  v_known := array(select q.queue from pyorch.queue q);
  raise exception using
    errcode = 'PY002',
    message = pg_catalog.format('queue %s does not exist', coalesce('"' || p_queue || '"', 'null')),
    hint = case
      when v_known = '{}' then
        'Make one: select pyorch.create_queue(''name'');'
          ' or select pyorch.attach_queue(''name'', ''table'');'
      else
        coalesce('Did you mean "' || pyorch._nearest(p_queue, v_known) || '"? ', '')
        || 'All: select queue from pyorch.queue_status;'
    end;
end;
$$;

comment on function pyorch._queue_id(text) is
  'The id of a queue; PY002 when there is none.';

revoke all on function pyorch._queue_id(text) from public;
