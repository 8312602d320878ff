-- pyorch.pause_endpoint(text)
-- No call is decided for the endpoint, and none that waits is handed over, until resume_endpoint.
-- Calls that are out go on.
-- Calls: pyorch._endpoint_id.  Writes: pyorch.endpoint.
create or replace function pyorch.pause_endpoint(endpoint text)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  update pyorch.endpoint x
     set paused = true
   where x.endpoint_id = pyorch._endpoint_id(pause_endpoint.endpoint);
$$;

comment on function pyorch.pause_endpoint(text) is
  'Decide and send no more calls for an endpoint until resume_endpoint. Raises PY003 when unknown.';

revoke all on function pyorch.pause_endpoint(text) from public;
call pyorch._grant('operator', 'execute', 'function', 'pyorch.pause_endpoint(text)');
