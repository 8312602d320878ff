-- pyorch._attached_cursor(jsonb, integer)
-- The pieces of SQL with which a claim of an attached queue starts at the session's last one. Only
-- where the order is one of time: a created_at that is never empty, then the id; or a number as id.
-- Not with an order of the user's or groups, whose next item mostly stands behind. With priorities
-- the claim of one item starts there, once it has seen that nothing newer of a larger priority is
-- ready; a batch looks from the start. In the order of the id alone, the claim of one item draws
-- what it takes, where many stand.
-- Calls: pyorch._attached_fenced, pyorch._attached_draws, pyorch._attached_session.
create or replace function pyorch._attached_cursor(
  -- the row of pyorch.attached
  p_attached jsonb,
  p_queue_id integer
)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_columns constant jsonb := p_attached -> 'columns';
  v_id constant text := pg_catalog.quote_ident(v_columns #>> '{id,name}');
  v_at constant text := pg_catalog.quote_ident(v_columns #>> '{created_at,name}');
  v_lane constant text := pg_catalog.quote_ident(v_columns #>> '{priority,name}');
  v_first constant text := case
    when v_columns #>> '{id,base}' like 'int%' then '-9223372036854775808'
    when v_columns #>> '{id,base}' = 'uuid' then '00000000-0000-0000-0000-000000000000'
    else ''
  end;
  v_moves constant boolean := p_attached ->> 'order_sql' is null
    and not v_columns ? 'group'
    -- only the short way to claim one item goes by priorities
    and (v_lane is null or pyorch._attached_fenced(v_columns))
    and case
          when v_at is null then v_columns #>> '{id,base}' like 'int%'
          else not (v_columns #>> '{created_at,nullable}')::boolean
        end;
  -- claims of a batch start there, too
  v_for_all constant boolean := v_moves and v_lane is null;
  v_draws constant jsonb := pyorch._attached_draws(
    p_attached, v_for_all and v_at is null and p_attached ->> 'where_sql' is null);
  -- a place is one of this table in this order: where that changes, sessions at work begin anew
  v_setting constant text := pg_catalog.format(
    'pyorch.q%s_from_%s',
    p_queue_id,
    pg_catalog.left(pg_catalog.md5(pg_catalog.concat_ws(
      ' ', p_attached ->> 'relation', v_columns -> 'priority', v_columns -> 'created_at',
      v_columns -> 'id', v_draws -> 'front')), 8)
  );
  -- where an item stands: its priority, where there are some (empty: it has none), its time, its id
  v_place constant text := pg_catalog.concat(
    case when (v_columns #>> '{priority,nullable}')::boolean
      then 'coalesce(j.' || v_lane || '::text, '''') || ''|'' || '
      else 'j.' || v_lane || '::text || ''|'' || ' end,
    -- as JSON has it: read the same whatever the session's DateStyle
    case when v_at is null then '''''' else
      pg_catalog.format('(pg_catalog.to_json(j.%s) #>> ''{}'')', v_at) end
  );
  v_n constant integer := case when v_lane is null then 3 else 4 end;
  -- read once for each look, not for each row
  v_from_lane constant text := pg_catalog.format(
    '(select v_cursor[3]::pg_catalog.%s)', v_columns #>> '{priority,base}');
  v_from_at constant text := pg_catalog.format(
    '(select v_cursor[%s]::%s)', v_n, v_columns #>> '{created_at,type}');
  v_from_id constant text := pg_catalog.format(
    '(select v_cursor[%s]::%s)', v_n + 1, case
      when v_columns #>> '{id,base}' like 'int%' then 'bigint'
      else v_columns #>> '{id,type}'
    end);
  -- what comes behind the place in its priority, what came into another one since
  v_behind constant text := case
    when v_at is null then pg_catalog.format(
      E'\n          and k.%s operator(pg_catalog.>=) %s', v_id, v_from_id)
    else pg_catalog.format(
      E'\n          and (k.%s, k.%s) operator(pg_catalog.>=) (%s, %s)',
      v_at, v_id, v_from_at, v_from_id)
  end;
  v_since constant text := case
    when v_at is null then v_behind
    else pg_catalog.format(
      E'\n          and k.%s operator(pg_catalog.>=) %s', v_at, v_from_at)
  end;
  v_moved constant text := pg_catalog.format(
    'pg_catalog.set_config(%L, pg_catalog.concat(v_cursor[1], ''|64|'', %s, ''|'', j.%s%s), false)',
    v_setting, v_place, v_id, v_draws ->> 'moved_up_to'
  );
begin
  return pg_catalog.jsonb_build_object(
    'moves', v_moves,
    'setting', v_setting,
    -- pages of the table and its indexes that this transaction has looked at
    'blocks', case when v_moves then pg_catalog.format(
      '(select pg_catalog.sum(pg_catalog.pg_stat_get_xact_blocks_fetched(i.indexrelid))::bigint'
        ' + pg_catalog.pg_stat_get_xact_blocks_fetched(%1$L::regclass)'
        ' from pg_catalog.pg_index i where i.indrelid = %1$L::regclass)',
      p_attached ->> 'relation'
    ) else 'null' end,
    'at_type', coalesce(v_columns #>> '{created_at,type}', 'text'),
    'at_j', v_place,
    'first_at', case when v_for_all and v_at is not null then '''-infinity''' else 'null' end,
    'first_id', pg_catalog.quote_literal(v_first),
    'for_all', v_for_all,
    'from_at', case when v_for_all and v_at is not null then
      'case when v_ahead then v_cursor[3] else ''-infinity'' end' else 'null' end,
    'from_id', case when v_for_all then
      pg_catalog.format('case when v_ahead then v_cursor[4] else %L end', v_first) else 'null' end,
    'from_k', case
      when not v_for_all then ''
      when v_at is null then pg_catalog.format(
        E'\n            and k.%s operator(pg_catalog.>=) v_from_id', v_id)
      else pg_catalog.format(
        E'\n            and (k.%s, k.%s) operator(pg_catalog.>=) (v_from_at, v_from_id)',
        v_at, v_id)
    end
  )
  || pyorch._attached_session(case when v_moves then v_setting end)
  || v_draws
  -- the same, straight from the cursor; an item of a larger priority leaves that where it is
  || case
    when not v_moves then '{"ahead_k": "", "moved": "", "moved_to": ""}'
    when v_lane is null then
      pg_catalog.jsonb_build_object(
        'ahead_k', v_behind, 'moved', ', ' || v_moved, 'moved_to', ', v_at')
    else pg_catalog.jsonb_build_object(
      'ahead_k', pg_catalog.format(
        E'\n          and k.%s operator(pg_catalog.=) %s', v_lane, v_from_lane) || v_behind,
      'above_k', pg_catalog.format(
        E'\n          and k.%s operator(pg_catalog.>) %s', v_lane, v_from_lane) || v_since,
      'moved', pg_catalog.format(
        ', case when j.%s operator(pg_catalog.=) v_cursor[3]::pg_catalog.%s then %s end',
        v_lane, v_columns #>> '{priority,base}', v_moved),
      'moved_to', ', v_at'
    )
  end
  -- where it stands among those without a priority
  || case when v_moves and (v_columns #>> '{priority,nullable}')::boolean then
    pg_catalog.jsonb_build_object('unranked', pg_catalog.jsonb_build_object(
      'ahead_k', pg_catalog.format(E'\n          and k.%s is null', v_lane) || v_behind,
      'above_k', pg_catalog.format(E'\n          and k.%s is not null', v_lane) || v_since,
      'moved', pg_catalog.format(', case when j.%s is null then %s end', v_lane, v_moved)
    ))
  else '{}' end;
end;
$$;

comment on function pyorch._attached_cursor(jsonb, integer) is
  'The pieces of SQL with which a claim of an attached queue starts at the last one.';

revoke all on function pyorch._attached_cursor(jsonb, integer) from public;
