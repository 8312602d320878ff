-- pyorch._queue_verbs()
-- The functions that every queue has, native or attached, each named pyorch._q_<verb>_<queue>:
-- made by pyorch._rebuild_queue from the bodies that _native_source or _attached_source gives.
create or replace function pyorch._queue_verbs()
  returns table (
    verb text,
    -- parameters with their names and types, as in CREATE FUNCTION
    arguments text,
    -- the types alone, as in DROP FUNCTION
    types text,
    returns text
  )
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  values
    -- claim and complete of one item
    ('one', 'p_worker text, p_lease interval', 'text, interval', 'pyorch.claimed'),
    ('done', 'p_receipt text, p_result jsonb', 'text, jsonb', 'boolean'),
    (
      'claim',
      'p_worker text, p_batch integer, p_lease interval',
      'text, integer, interval',
      'table (item_id text, payload jsonb, attempt integer, receipt text, lease_until timestamptz)'
    ),
    (
      'complete',
      'p_receipts text[], p_results jsonb[]',
      'text[], jsonb[]',
      'setof text'
    ),
    (
      'fail',
      'p_receipts text[], p_error text, p_retry_in interval, p_permanent boolean',
      'text[], text, interval, boolean',
      'table (receipt text, status text)'
    ),
    ('release', 'p_receipts text[]', 'text[]', 'setof text'),
    ('heartbeat', 'p_receipts text[], p_lease interval', 'text[], interval', 'setof text'),
    ('unlock', 'p_batch integer', 'integer', 'table (unlocked bigint, dead bigint)'),
    ('pending', 'p_cap integer', 'integer', 'bigint'),
    (
      'depth',
      '',
      '',
      'table (pending bigint, processing bigint, dead bigint,'
        ' oldest_pending_seconds double precision, estimated boolean)'
    ),
    ('in_work', 'p_token bigint, p_since timestamptz', 'bigint, timestamptz', 'boolean'),
    ('redrive', 'p_item_ids text[]', 'text[]', 'bigint'),
    ('explain', 'p_item_id text', 'text', 'jsonb'),
    -- attached alone
    (
      'hold',
      'p_receipts text[]',
      'text[]',
      'table (receipt text, item_id text, token bigint, attempts integer, claimed_at timestamptz,'
        ' worker text)'
    ),
    -- native alone
    (
      'enqueue',
      'p_payloads jsonb[], p_keys text[], p_priority integer, p_run_at timestamptz, p_group text',
      'jsonb[], text[], integer, timestamptz, text',
      'text[]'
    ),
    (
      'place',
      'p_payload jsonb, p_key text, p_priority integer, p_run_at timestamptz, p_group text',
      'jsonb, text, integer, timestamptz, text',
      'bigint'
    ),
    (
      'put',
      'p_id bigint, p_payload jsonb, p_key text, p_priority integer, p_run_at timestamptz,'
        ' p_group text, p_is_head boolean, p_history jsonb',
      'bigint, jsonb, text, integer, timestamptz, text, boolean, jsonb',
      'void'
    ),
    ('leave', 'p_ids bigint[], p_keys text[], p_groups text[]', 'bigint[], text[], text[]', 'void'),
    ('move', 'p_ids bigint[]', 'bigint[]', 'bigint'),
    ('ready', 'p_batch integer, p_from timestamptz', 'integer, timestamptz', 'bigint'),
    (
      'first',
      'p_mark pyorch.queue_mark, p_end bigint',
      'pyorch.queue_mark, bigint',
      'pyorch.queue_mark'
    ),
    (
      'orphans',
      'p_lane integer, p_first bigint, p_last bigint, p_batch integer',
      'integer, bigint, bigint, integer',
      'table (unlocked bigint, dead bigint, first_unlocked bigint, last bigint)'
    )
$$;

comment on function pyorch._queue_verbs() is
  'The functions that each queue has, with their signatures.';

revoke all on function pyorch._queue_verbs() from public;
