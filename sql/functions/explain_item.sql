-- pyorch.explain_item(text, text)
-- Where an item is, and why it is not being worked on.
-- Calls: pyorch._q_explain_<queue>.  Reads: pyorch.queue.
create or replace function pyorch.explain_item(queue text, item_id text)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_found jsonb;
  v_paused boolean;
begin
  perform pyorch._queue_id(explain_item.queue);
  execute 'select pyorch._q_explain_' || explain_item.queue || '($1)'
    into v_found
    using explain_item.item_id;
  if v_found is null then
    raise exception using
      errcode = 'PY016',
      message = pg_catalog.format(
        'queue "%s" has no item %L', explain_item.queue, explain_item.item_id
      ),
      hint = (
        select case q.kind
                 when 'native' then 'It may be finished: a queue keeps finished items only with '
                                    'the option "retention".'
                 else pg_catalog.format('An item is named by its id in %s.', q.relation)
               end
          from pyorch.queue q
         where q.queue = explain_item.queue
      );
  end if;
  select q.paused into v_paused from pyorch.queue q where q.queue = explain_item.queue;
  if v_paused and v_found ->> 'status' = 'pending' then
    v_found := v_found || pg_catalog.jsonb_build_object(
      'why', pg_catalog.format(
        'the queue is paused: select pyorch.resume_queue(%L);', explain_item.queue
      )
    );
  end if;
  return v_found;
end;
$$;

comment on function pyorch.explain_item(text, text) is
  'Where an item is and why it is not being worked on: item_id, status, why, attempts, '
  'lease_losses and more. Raises PY002, PY016 (no such item).';

revoke all on function pyorch.explain_item(text, text) from public;

call pyorch._grant('viewer', 'execute', 'function', 'pyorch.explain_item(text,text)');
