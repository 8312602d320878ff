-- pyorch._native_explain()
-- Template of explain_item of a native queue.
create or replace function pyorch._native_explain()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_id constant bigint := case when p_item_id ~ '^\d{1,18}$' then p_item_id end;
  v_item jsonb;
  v_why text;
begin
  select pg_catalog.to_jsonb(i)
    into v_item
    from pyorch.native_{q} i
   where i.priority = any (array(select l.priority from pyorch.lane_{q} l))
     and i.id = v_id;
  if found then
    if (v_item ->> 'token')::bigint = 0 then
      return pyorch._explained(v_item, 'pending', 'nothing holds it: the next claims take it');
    end if;
    v_why := case
      when (v_item ->> 'lease_until')::timestamptz > v_now then
        pg_catalog.format('%s holds it until %s', v_item ->> 'worker', v_item ->> 'lease_until')
      else
        pg_catalog.format(
          'the lease of %s ran out: the next unlock returns it', v_item ->> 'worker'
        )
    end;
    return pyorch._explained(v_item, 'processing', v_why);
  end if;

  select pg_catalog.to_jsonb(w) into v_item from pyorch.waiting_{q} w where w.id = v_id;
  if found then
    v_why := case
      when (v_item ->> 'blocked')::boolean then
        pg_catalog.format(
          'item %s of its group goes first',
          (select g.head from pyorch.group_{q} g where g.group_name = v_item ->> 'group_name')
        )
      else pg_catalog.format('not before %s', v_item ->> 'run_at')
    end;
    return pyorch._explained(v_item, 'pending', v_why);
  end if;

  select pg_catalog.to_jsonb(d) into v_item from pyorch.dead_{q} d where d.id = v_id;
  if found then
    return pyorch._explained(
      v_item,
      'failed',
      pg_catalog.format('dead: %s; to try again: select pyorch.redrive(''{q}'', array[''%s'']);',
                        v_item ->> 'error', v_id)
    );
  end if;

  select pg_catalog.to_jsonb(f) into v_item from pyorch.done_{q} f where f.id = v_id limit 1;
  if found then
    return pyorch._explained(v_item, 'complete', 'done at ' || (v_item ->> 'finished_at'));
  end if;
  return null;
end;
$body$
$template$;

comment on function pyorch._native_explain() is
  'Template of pyorch._q_explain_<queue> of a native queue.';

revoke all on function pyorch._native_explain() from public;
