-- pyorch._attached_fence(jsonb, pyorch.queue, text)
-- The pieces of SQL that tell one claim of an attached table from another: tokens, receipts,
-- leases.
-- Calls: pyorch._attached_fenced, pyorch._attached_receipt.
create or replace function pyorch._attached_fence(
  -- the row of pyorch.attached
  p_attached jsonb,
  p_queue pyorch.queue,
  -- the time, as SQL
  p_now text
)
  returns jsonb
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_in_table constant boolean := pyorch._attached_fenced(p_attached -> 'columns');
  v_base constant text := p_attached #>> '{columns,id,base}';
  v_locked_at constant text := pg_catalog.quote_ident(p_attached #>> '{columns,locked_at,name}');
  v_token constant text := pg_catalog.format(
    'pg_catalog.nextval(%L)', 'pyorch.q_token_' || p_queue.queue);
begin
  return pg_catalog.jsonb_build_object(
    'in_table', v_in_table,
    -- casts, so that each operator has an exact match in pg_catalog: see `eq`
    -- microseconds since 1970, so no two claims of an item have the same
    'token', case
      when v_in_table then '(pg_catalog.date_part(''epoch'', v_now) * 1e6::float8)::bigint'
      else v_token
    end,
    -- the time of a claim: a clock that stands still, as in tests, goes on
    'claim_now', case when v_in_table then pg_catalog.format(
        E'case when pg_catalog.current_setting(''pyorch.fake_now'', true) is null\n'
          '    then pg_catalog.clock_timestamp()\n'
          '    else pyorch._now() + (%s %% 1000::bigint)::float8 * ''1 microsecond''::interval end',
        v_token)
      else p_now end,
    -- what the templates keep as v_fence; one microsecond later where there is a state row
    'fence', case when v_in_table then 'pg_catalog.to_timestamp(v_token::float8 / 1e6::float8)'
      else 'null' end,
    'claim_fence', case when v_in_table then pg_catalog.format(
        'pg_catalog.to_timestamp((v_token + (p_lease <> %L::interval)::integer)::float8'
          ' / 1e6::float8)', p_queue.lease)
      else 'null' end,
    -- the token of a claim that has none
    'token_j', case when v_in_table then pg_catalog.format(
        '(pg_catalog.date_part(''epoch'', j.%s) * 1e6::float8)::bigint', v_locked_at)
      else 'null' end,
    'locked_j', case when v_in_table then 'j.' || v_locked_at else 'null::timestamptz' end,
    'locked_k', case when v_in_table then 'k.' || v_locked_at else 'null::timestamptz' end,
    'claimed_t', case when v_in_table then 't.locked_at' else 'v_now' end,
    -- how long a claim without a state row holds its item: the lease; for a while after that was
    -- made shorter, the one before, which was promised
    'held_for', pg_catalog.format(
      'case when v_now < %L::timestamptz then %L::interval else %L::interval end',
      coalesce(p_attached ->> 'old_until', '-infinity'), p_attached ->> 'old_lease', p_queue.lease
    ),
    -- a receipt: the queue, 16 digits, the id
    'token_at', pg_catalog.length(p_queue.queue_id || '-') + 1,
    'item_at', pg_catalog.length(p_queue.queue_id || '-') + 18,
    -- for the short way, which leaves negative ids to the long one: each function in a condition is
    -- looked up again in each transaction
    'is_receipt_p', case
      when v_base like 'int%' then pg_catalog.format(
        'pg_catalog.rtrim(p_receipt, ''0123456789'') like ''%s-%s-'''
          ' and pg_catalog.length(p_receipt) < %s',
        p_queue.queue_id,
        pg_catalog.repeat('_', 16),
        pg_catalog.length(p_queue.queue_id || '-') + 36
      )
      else pyorch._attached_receipt('p_receipt', p_queue.queue_id, v_base)
    end,
    'is_receipt_t', pyorch._attached_receipt('t.receipt', p_queue.queue_id, v_base),
    -- what its id is cast to: any number of 18 digits fits
    'id_cast', case
      when v_base like 'int%' then 'bigint'
      else p_attached #>> '{columns,id,type}'
    end
  );
end;
$$;

comment on function pyorch._attached_fence(jsonb, pyorch.queue, text) is
  'The pieces of SQL that tell one claim of an attached table from another.';

revoke all on function pyorch._attached_fence(jsonb, pyorch.queue, text) from public;
