-- pyorch._refuse_enqueue(text, jsonb[], text[], integer, timestamptz)
-- Say what is wrong with an enqueue; only called when something is.
-- Reads: pyorch.queue.
create or replace function pyorch._refuse_enqueue(
  p_queue text,
  p_payloads jsonb[],
  p_keys text[],
  p_priority integer,
  p_run_at timestamptz
)
  returns void
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
begin
  select * into strict v_queue from pyorch.queue q where q.queue = p_queue;
  if v_queue.kind <> 'native' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format(
        'queue "%s" is a table of yours: pyorch does not fill it', p_queue
      ),
      hint = pg_catalog.format('insert into %s (…) values (…);', v_queue.relation);
  end if;
  if coalesce(p_priority, 10001) not between -10000 and 10000 then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format(
        'priority %s is not from -10000 to 10000', coalesce(p_priority::text, 'null')
      ),
      hint = 'A larger one goes first; the default is 0.';
  end if;
  if p_run_at = 'infinity' then
    raise exception using
      errcode = 'PY001',
      message = '"run_at" is no time that comes: infinity',
      hint = 'Give a finite one, however far; at once: leave it out.';
  end if;
  raise exception using
    errcode = 'PY001',
    message = case
      when pg_catalog.cardinality(p_keys) <> pg_catalog.cardinality(p_payloads) then
        pg_catalog.format('%s keys for %s payloads', pg_catalog.cardinality(p_keys),
                          pg_catalog.cardinality(p_payloads))
      else 'a payload is null'
    end,
    hint = 'One key for each payload, or none at all. An item without content has the payload {}.';
end;
$$;

comment on function pyorch._refuse_enqueue(text, jsonb[], text[], integer, timestamptz) is
  'Say what is wrong with an enqueue (PY001).';

revoke all on function pyorch._refuse_enqueue(text, jsonb[], text[], integer, timestamptz)
  from public;
