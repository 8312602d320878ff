-- pyorch._native_done()
-- Template of pyorch._q_done_<queue> of a native queue that keeps nothing and has no limits:
-- complete with one receipt, the common case.
-- A receipt is priority.id.token; a token of 0, which a pending item has, is never accepted. One
-- that has something else than digits is for complete: a pattern costs more than all the rest. A
-- priority that need not be read from the receipt saves as much as the row costs.
create or replace function pyorch._native_done()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select pg_catalog.replace($body$
declare
  v_key text;
  v_group text;
begin
  if p_receipt like '0.%' and pg_catalog.ltrim(p_receipt, '0123456789.') = '' then
    delete from pyorch.native_{q} i
     where i.priority = 0{held};
  elsif pg_catalog.ltrim(p_receipt, '0123456789.') = '' then
    delete from pyorch.native_{q} i
     where i.priority = ('0' || right(pg_catalog.split_part(p_receipt, '.', 1), 18))::bigint{held};
  else
    return exists (select 1 from pyorch._q_complete_{q}(array[p_receipt], array[p_result]));
  end if;
  if v_key is not null or v_group is not null then
    perform pyorch._q_leave_{q}(
      array[pg_catalog.split_part(p_receipt, '.', 2)::bigint], array[v_key], array[v_group]
    );
    return true;
  end if;
  return found;
end;
$body$, '{held}', $held$
       and i.id = ('0' || right(pg_catalog.split_part(p_receipt, '.', 2), 18))::bigint
       and i.token > 0
       and pg_catalog.concat_ws('.', i.priority, i.id, i.token) = p_receipt
    returning i.key, i.group_name
         into v_key, v_group$held$)
$template$;

comment on function pyorch._native_done() is
  'Template of pyorch._q_done_<queue> of a native queue.';

revoke all on function pyorch._native_done() from public;
