-- After 20260101000100_pyorch.sql, which `pyorch sql install` writes (see README.md).

-- the lease is longer than the longest wall clock of an edge function (400 s on paid plans)
select pyorch.attach_queue(
  'import_queue', 'public.import_queue', '{"lease": "10 minutes", "rpc": true}'
);

-- timeout: the function answers 202 at once; max_busy: a little more than the wall clock
select pyorch.set_endpoint(
  'process-import-queue-fast', 'processor', '{{functions_url}}/process-import-queue-fast',
  '{
    "queue": "import_queue",
    "batch_size": 25,
    "timeout": "5 seconds",
    "max_busy": "420 seconds",
    "headers": {"x-processor-key": "{{processor_key}}"},
    "body": {"batch": "{{batch_size}}"}
  }'
);

-- the vehicle and the end of its item, both or neither: each rpc of PostgREST is a transaction
create function public.import_vehicle(receipt text, listing_url text, title text)
  returns void
  language sql
  volatile
  security invoker
  set search_path = ''
as $$
  insert into public.vehicles (listing_url, title)
  values (import_vehicle.listing_url, import_vehicle.title);
  select pyorch_api.complete('import_queue', array[import_vehicle.receipt], strict => true);
$$;

revoke all on function public.import_vehicle(text, text, text) from public, anon, authenticated;
grant execute on function public.import_vehicle(text, text, text) to service_role;
grant insert on public.vehicles to service_role;
