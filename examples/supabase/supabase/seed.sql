-- Your machine only: `supabase start` and `supabase db reset` run this file, a linked project never does.
-- Inside the local stack the database reaches the functions at this address.
select pyorch.set_variable('functions_url', 'http://api.supabase.internal:8000/functions/v1');
select pyorch.set_secret('processor_key', 'local-processor-key');

-- the local stack speaks plain http at a private address; real projects do neither
select pyorch.set_endpoint(
  'process-import-queue-fast', 'processor', '{{functions_url}}/process-import-queue-fast',
  '{"allow_http": true, "allow_private": true}'
);

insert into public.import_queue (listing_url)
select 'https://example.com/listings/' || number
from generate_series(1, 20) as number;
