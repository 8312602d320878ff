-- The state in which the team called for help: 1,026 items wait, and 99 are stuck in 'processing',
-- because the process that had them died an hour ago. %(site)s is where the listing pages are.

insert into vehicles_demo.import_queue (listing_url, created_at, updated_at)
select
  %(site)s || '/listings/' || listing,
  clock_timestamp() - interval '3 hours',
  clock_timestamp() - interval '3 hours'
from generate_series(1, 1026) as listing;

insert into vehicles_demo.import_queue
  (listing_url, status, attempts, locked_at, locked_by, created_at, updated_at)
select
  %(site)s || '/listings/' || listing,
  'processing',
  1,
  clock_timestamp() - interval '1 hour',
  'edge-function-that-died',
  clock_timestamp() - interval '3 hours',
  clock_timestamp() - interval '1 hour'
from generate_series(1027, 1125) as listing;

insert into vehicles_demo.bat_extraction_queue (listing_url, created_at, updated_at)
select
  %(site)s || '/auctions/' || listing,
  clock_timestamp() - interval '3 hours',
  clock_timestamp() - interval '3 hours'
from generate_series(1, 120) as listing;
