-- pyorch._set_queue_options(integer, jsonb)
-- Check all options of a queue and write what they come to. What only an attached queue knows
-- (columns, statuses, order_by, where) is passed over here: pyorch.attach_queue reads it.
-- Calls: pyorch._check_options, pyorch._option_interval, pyorch._option_number,
-- pyorch._option_flag, pyorch._option_word, pyorch._check_backoff, pyorch._rate,
-- pyorch._set_slots.  Writes: pyorch.queue, pyorch.queue_slot.
create or replace function pyorch._set_queue_options(
  p_queue_id integer,
  -- all of them: what is missing here has its default again
  p_options jsonb
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
  v_rate record;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  perform pyorch._check_options(
    p_options, pyorch._queue_option_names(v_queue.kind), 'queue option'
  );
  perform pyorch._check_options(
    coalesce(nullif(p_options -> 'objective', 'null'), '{}'), array['oldest_pending'], 'objective'
  );
  select r.calls, r.per into v_rate from pyorch._rate(p_options -> 'rate') r;
  if v_rate.calls > 10000 then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('a rate of %s is too many at once', v_rate.calls),
      hint = 'At most 10000 within its time: 6000/minute is 100/second.';
  end if;
  update pyorch.queue q
     -- a null inside columns stays: it says that the table has none
     set options = coalesce(
           (select pg_catalog.jsonb_object_agg(o.key, o.value)
              from pg_catalog.jsonb_each(p_options) o
             where o.value <> 'null'),
           '{}'
         ),
         lease = pyorch._option_interval(p_options, 'lease', '15 minutes', '1 second', '30 days'),
         max_attempts = pyorch._option_number(p_options, 'max_attempts', 5, 1, 1000000)::integer,
         max_lease_losses
           = pyorch._option_number(p_options, 'max_lease_losses', 3, 1, 1000000)::integer,
         backoff = pyorch._check_backoff(coalesce(nullif(p_options -> 'backoff', 'null'), '{}')),
         concurrency = pyorch._option_number(p_options, 'concurrency', null, 1, 10000)::integer,
         rate_limit = v_rate.calls,
         rate_per = v_rate.per,
         retention = case
           when p_options ->> 'retention' <> 'delete' then
             pyorch._option_interval(p_options, 'retention', null, '1 hour', '100 years')
         end,
         key_conflict
           = pyorch._option_word(p_options, 'key_conflict', array['same', 'replace', 'refuse']),
         claims_may_be_lost
           = pyorch._option_word(
             p_options, 'durability', array['safe', 'claims_may_be_lost']
           ) <> 'safe',
         notify = pyorch._option_flag(p_options, 'notify', false),
         rpc = pyorch._option_flag(p_options, 'rpc', false),
         objective_oldest_pending = pyorch._option_interval(
           nullif(p_options -> 'objective', 'null'), 'oldest_pending', null, '1 second', '1 year'
         )
   where q.queue_id = p_queue_id;
  perform pyorch._set_slots(p_queue_id);
end;
$$;

comment on function pyorch._set_queue_options(integer, jsonb) is
  'Check all options of a queue and write what they come to (PY001).';

revoke all on function pyorch._set_queue_options(integer, jsonb) from public;
