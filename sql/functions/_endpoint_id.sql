-- pyorch._endpoint_id(text)
-- The id of an endpoint; PY003, naming the nearest one, when there is none.
-- Calls: pyorch._edit_distance.  Reads: pyorch.endpoint.
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
  v_nearest text;
begin
  select e.endpoint_id into v_id from pyorch.endpoint e where e.endpoint = p_endpoint;
  if found then
    return v_id;
  end if;
  select e.endpoint
    into v_nearest
    from pyorch.endpoint e
   order by pyorch._edit_distance(left(p_endpoint, 63), e.endpoint), e.endpoint
   limit 1;
  raise exception using
    errcode = 'PY003',
    message = pg_catalog.format('there is no endpoint "%s"', p_endpoint),
    hint = case
      when v_nearest is null then 'There is none yet. Make one: select pyorch.set_endpoint(…);'
      else pg_catalog.format(
        'Did you mean "%s"? List them with: select endpoint from pyorch.endpoint_status;', v_nearest
      )
    end;
end;
$$;

comment on function pyorch._endpoint_id(text) is
  'The id of an endpoint by its name (PY003 when unknown).';

revoke all on function pyorch._endpoint_id(text) from public;
