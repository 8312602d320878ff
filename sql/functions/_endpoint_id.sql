-- pyorch._endpoint_id(text)
-- The id of an endpoint; PY003, with a near name, when there is none.
-- Calls: pyorch._nearest.  Reads: pyorch.endpoint.
create or replace function pyorch._endpoint_id(p_endpoint text)
  returns integer
  language plpgsql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_id integer;
  v_known text[];
begin
  select e.endpoint_id into v_id from pyorch.endpoint e where e.endpoint = p_endpoint;
  if found then
    return v_id;
  end if;
  v_known := array(select e.endpoint from pyorch.endpoint e);
  raise exception using
    errcode = 'PY003',
    message = pg_catalog.format('there is no endpoint "%s"', p_endpoint),
    hint = case
      when v_known = '{}' then 'There is none yet. Make one: select pyorch.set_endpoint(…);'
      else
        coalesce('Did you mean "' || pyorch._nearest(p_endpoint, v_known) || '"? ', '')
        || 'All: select endpoint from pyorch.endpoint_status;'
    end;
end;
$$;

comment on function pyorch._endpoint_id(text) is
  'The id of an endpoint by its name (PY003 when unknown).';

revoke all on function pyorch._endpoint_id(text) from public;
