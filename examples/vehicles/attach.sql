-- All that pyorch is told. It adds no column and no trigger to the team's tables.
-- The variable vehicles_url and the secret vehicles_key are set per environment, see README.md.

select pyorch.attach_queue('import_queue', 'vehicles_demo.import_queue', '{"lease": "5 seconds"}');

select pyorch.attach_queue(
  'bat_extraction_queue', 'vehicles_demo.bat_extraction_queue', '{"lease": "5 seconds"}'
);

-- scrapers fill queues and run when they are due
select pyorch.set_endpoint(
  'sync-active-auctions', 'scraper', '{{vehicles_url}}/sync-active-auctions',
  '{
    "queues": ["import_queue", "bat_extraction_queue"],
    "every": "10 minutes",
    "headers": {"apikey": "{{vehicles_key}}"},
    "allow_http": true,
    "allow_private": true
  }'
);

select pyorch.set_endpoint(
  'extract-all-orgs-inventory', 'scraper', '{{vehicles_url}}/extract-all-orgs-inventory',
  '{
    "queues": ["import_queue"],
    "every": "10 minutes",
    "headers": {"apikey": "{{vehicles_key}}"},
    "allow_http": true,
    "allow_private": true
  }'
);

-- processors drain one queue each and run while work waits; max_busy stands a little above the time
-- after which a worker stops by itself (WALL_CLOCK in worker.py)
select pyorch.set_endpoint(
  'process-import-queue-fast', 'processor', '{{vehicles_url}}/process-import-queue-fast',
  '{
    "queue": "import_queue",
    "batch_size": 50,
    "fan_out": 1,
    "max_in_flight": 2,
    "max_busy": "15 seconds",
    "headers": {"apikey": "{{vehicles_key}}"},
    "body": {"batch": "{{batch_size}}"},
    "allow_http": true,
    "allow_private": true
  }'
);

select pyorch.set_endpoint(
  'process-bat-extraction-queue', 'processor', '{{vehicles_url}}/process-bat-extraction-queue',
  '{
    "queue": "bat_extraction_queue",
    "batch_size": 20,
    "max_busy": "15 seconds",
    "headers": {"apikey": "{{vehicles_key}}"},
    "body": {"batch": "{{batch_size}}"},
    "allow_http": true,
    "allow_private": true
  }'
);
