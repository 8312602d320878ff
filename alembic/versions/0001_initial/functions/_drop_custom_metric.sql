-- pyorch._drop_custom_metric(text)
-- Forget a custom metric; its samples stay until they are too old. False: there is none of that
-- name.
-- Writes: pyorch.custom_metric.
create or replace function pyorch._drop_custom_metric(p_metric text)
  returns boolean
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  delete from pyorch.custom_metric m where m.metric = p_metric;
  return found;
end;
$$;

comment on function pyorch._drop_custom_metric(text) is
  'Forget a custom metric; false when there is none of that name.';

revoke all on function pyorch._drop_custom_metric(text) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch._drop_custom_metric(text)');
