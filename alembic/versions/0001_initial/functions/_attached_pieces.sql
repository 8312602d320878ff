-- pyorch._attached_pieces(integer)
-- All that the templates of an attached queue's functions ask for, as SQL text.
-- Calls: pyorch._attached_condition, pyorch._attached_order, pyorch._attached_set,
-- pyorch._attached_fence, pyorch._attached_cursor.  Reads: pyorch.queue, pyorch.attached.
create or replace function pyorch._attached_pieces(p_queue_id integer)
  returns jsonb
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_queue pyorch.queue;
  v_attached jsonb;
  v_columns jsonb;
  v_pieces jsonb;
  v_payload jsonb;
  v_age jsonb;
begin
  select * into strict v_queue from pyorch.queue q where q.queue_id = p_queue_id;
  select pg_catalog.to_jsonb(a) || pg_catalog.jsonb_build_object(
           'relation', v_queue.relation::text,
           'queue', v_queue.queue,
           'is_one', c.relkind = 'r' and not c.relhassubclass
         )
    into strict v_attached
    from pyorch.attached a,
         pg_catalog.pg_class c
   where a.queue_id = p_queue_id
     and c.oid = v_queue.relation;
  v_columns := v_attached -> 'columns';
  v_payload := v_columns -> 'payload';
  v_age := coalesce(v_columns -> 'locked_at', v_columns -> 'updated_at');

  v_pieces := pg_catalog.jsonb_build_object(
    'q', p_queue_id,
    -- the path of these functions is the user's: an operator of somebody else must not stand in for
    -- a comparison
    'eq', 'operator(pg_catalog.=)',
    'queue', v_queue.queue,
    'rel', v_attached ->> 'relation',
    'id', pg_catalog.quote_ident(v_columns #>> '{id,name}'),
    'id_type', v_columns #>> '{id,type}',
    'id_type_text', pg_catalog.quote_literal(v_columns #>> '{id,type}'),
    'status', pg_catalog.quote_ident(v_columns #>> '{status,name}'),
    -- a session without a fake clock, which is every real one, saves a call
    'now', E'case when pg_catalog.current_setting(''pyorch.fake_now'', true) is null\n'
      '    then pg_catalog.clock_timestamp() else pyorch._now() end',
    'lease', pg_catalog.quote_literal(v_queue.lease) || '::interval',
    'worker_k', coalesce(
      'k.' || pg_catalog.quote_ident(v_columns #>> '{locked_by,name}') || '::text', 'null::text'),
    'grouped', v_columns ? 'group',
    'group_k', coalesce(
      'k.' || pg_catalog.quote_ident(v_columns #>> '{group,name}') || '::text', 'null::text'),
    -- rows are found again by their place, where that is one for the whole table
    'at', case v_attached ->> 'is_one' when 'true' then 'ctid'
      else pg_catalog.quote_ident(v_columns #>> '{id,name}') end,
    'place_type', case v_attached ->> 'is_one' when 'true' then 'tid'
      else v_columns #>> '{id,type}' end,
    -- the last ten failures are kept
    'history_s', 'case when pg_catalog.jsonb_array_length(s.history) >= 10 then s.history - 0'
      ' else coalesce(s.history, ''[]''::jsonb) end',
    'max_attempts', v_queue.max_attempts,
    'max_lease_losses', v_queue.max_lease_losses,
    -- a CASE, for it fits no index: where an id is given, the plan must go by the id, although
    -- statistics may say that nothing is in processing
    'held_j', pg_catalog.format(
      'case when j.%I operator(pg_catalog.=) %L then true end',
      v_columns #>> '{status,name}', v_attached #>> '{statuses,processing}'
    ),
    'held_k', pg_catalog.format(
      'case when k.%I operator(pg_catalog.=) %L then true end',
      v_columns #>> '{status,name}', v_attached #>> '{statuses,processing}'
    ),
    'backoff', pg_catalog.quote_literal(v_queue.backoff) || '::jsonb',
    'order', coalesce(v_attached ->> 'order_sql', pyorch._attached_order(v_columns, 'k.')),
    'mine_k', pyorch._attached_condition('mine', v_attached, 'k'),
    'mine_j', pyorch._attached_condition('mine', v_attached, 'j'),
    'ready_k', pyorch._attached_condition('ready', v_attached, 'k'),
    'ready_one_k', pyorch._attached_condition('ready_one', v_attached, 'k'),
    'stale_k', pyorch._attached_condition('stale', v_attached, 'k'),
    'undated_k', pyorch._attached_condition('stale_undated', v_attached, 'k'),
    'stale_order', coalesce('k.' || pg_catalog.quote_ident(v_age ->> 'name'), '1'),
    'payload', case
      when v_payload is null then 'pg_catalog.to_jsonb(j)'
      when v_payload ->> 'base' = 'jsonb' then 'j.' || pg_catalog.quote_ident(v_payload ->> 'name')
      else pg_catalog.format('pg_catalog.to_jsonb(j.%I)', v_payload ->> 'name')
    end,
    -- the attempt that this claim begins, and how it meets a state row of an earlier one
    'attempt_j', coalesce(
      'j.' || pg_catalog.quote_ident(v_columns #>> '{attempts,name}') || '::integer', '1'),
    'attempt_kept', case
      when v_columns ? 'attempts' then 'excluded.attempts'
      else 'case s.phase when ''dead'' then 1 else s.attempts + 1 end'
    end,
    -- the attempts behind us, when an item is found left by its worker
    'attempts_k', coalesce('coalesce(k.'
      || pg_catalog.quote_ident(v_columns #>> '{attempts,name}') || ', 0)::integer', '0'),
    -- the same, where s is the item's state row or nothing
    'attempts_known', case
      when v_columns ? 'attempts' then
        'coalesce(k.' || pg_catalog.quote_ident(v_columns #>> '{attempts,name}') || ', 0)::integer'
      else 'coalesce(s.state_attempts, 0)'
    end,
    'has_attempts', v_columns ? 'attempts',
    'has_undated', v_columns ?& array['locked_at', 'updated_at'],
    'created_k', coalesce('k.' || pg_catalog.quote_ident(v_columns #>> '{created_at,name}')
        || case when v_columns #>> '{created_at,base}' = 'timestamp' then
             pg_catalog.format(' at time zone %L', v_attached ->> 'time_zone') else '' end,
      'null::timestamptz'
    ),
    'since_k', case when v_age is null then 'false' else pg_catalog.format(
      'k.%I >= (pg_catalog.date_trunc(''milliseconds'', p_since)%s)',
      v_age ->> 'name',
      case when v_age ->> 'base' = 'timestamp' then
        pg_catalog.format(' at time zone %L', v_attached ->> 'time_zone') else '' end
    ) end
  );

  return v_pieces
    || pg_catalog.jsonb_build_object('first', pg_catalog.format(
         E'\n        order by %s\n        limit 1', v_pieces ->> 'order'))
    || pyorch._attached_fence(v_attached, v_queue, v_pieces ->> 'now')
    || pyorch._attached_cursor(v_attached, p_queue_id)
    -- the time, where a completion writes one
    || pg_catalog.jsonb_build_object('complete_at', case
         when v_columns ?| array['completed_at', 'updated_at'] then ' := ' || (v_pieces ->> 'now')
         else ''
       end)
    || (
      select pg_catalog.jsonb_object_agg('is_' || s.key, pg_catalog.quote_literal(s.value))
        from pg_catalog.jsonb_each_text(v_attached -> 'statuses') s
    )
    || (
      select pg_catalog.jsonb_object_agg(
               'set_' || e,
               pyorch._attached_set(
                 v_columns, v_attached -> 'statuses', v_attached ->> 'time_zone', e
               )
             )
        from pg_catalog.unnest(array['claim', 'complete', 'fail', 'release', 'heartbeat', 'unlock',
               'redrive']) e
    );
end;
$$;

comment on function pyorch._attached_pieces(integer) is
  'The pieces of SQL that the templates of an attached queue ask for.';

revoke all on function pyorch._attached_pieces(integer) from public;
