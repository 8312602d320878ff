-- pyorch._attached_cursor(jsonb, integer)
-- The pieces of SQL with which a claim of an attached queue starts at the session's last one. Only
-- where the order is one of time: a created_at that is never empty, then the id; or a number as id.
-- Not with priorities, an order of the user's or groups, whose next item mostly stands behind.
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
  v_id constant text := 'k.' || pg_catalog.quote_ident(v_columns #>> '{id,name}');
  v_at constant text := pg_catalog.quote_ident(v_columns #>> '{created_at,name}');
  v_cast constant text := case when v_columns #>> '{id,base}' like 'int%' then 'bigint'
    else v_columns #>> '{id,type}' end;
  -- a session goes on with what it kept when the columns are mapped anew: it must be a time always
  v_place constant text := case when v_at is null then '''infinity''' else
    pg_catalog.format('(pg_catalog.to_json(j.%s) #>> ''{}'')', v_at) end;
  v_first constant text := case
    when v_columns #>> '{id,base}' like 'int%' then '-9223372036854775808'
    when v_columns #>> '{id,base}' = 'uuid' then '00000000-0000-0000-0000-000000000000'
    else ''
  end;
  v_moves constant boolean := p_attached ->> 'order_sql' is null
    and not v_columns ?| array['priority', 'group']
    and case
          when v_at is null then v_columns #>> '{id,base}' like 'int%'
          else not (v_columns #>> '{created_at,nullable}')::boolean
        end;
begin
  return pg_catalog.jsonb_build_object(
    'moves', v_moves,
    'cursor', case when v_moves then pg_catalog.format(
      'pg_catalog.string_to_array(pg_catalog.current_setting(%L, true), ''|'')',
      'pyorch.q' || p_queue_id || '_from'
    ) else 'null' end,
    -- pages of the table and its indexes that this transaction has looked at
    'blocks', case when v_moves then pg_catalog.format(
      '(select pg_catalog.sum(pg_catalog.pg_stat_get_xact_blocks_fetched(i.indexrelid))::bigint'
        ' + pg_catalog.pg_stat_get_xact_blocks_fetched(%1$L::regclass)'
        ' from pg_catalog.pg_index i where i.indrelid = %1$L::regclass)',
      p_attached ->> 'relation'
    ) else 'null' end,
    'ahead', case
      when v_moves then
        'coalesce(v_cursor[2] = ''64'' and pg_catalog.date_part(''epoch'','
          ' pg_catalog.clock_timestamp()) between v_cursor[1]::float8 - 11::float8'
          ' and v_cursor[1]::double precision, false)'
      else 'false'
    end,
    'from_at', case when v_moves and v_at is not null then
      'case when v_ahead then v_cursor[3] else ''-infinity'' end' else 'null' end,
    'from_id', case when v_moves then
      pg_catalog.format('case when v_ahead then v_cursor[4] else %L end', v_first) else 'null' end,
    'from_k', case
      when not v_moves then ''
      when v_at is null then pg_catalog.format(E'\n            and %s >= v_from_id', v_id)
      else pg_catalog.format(
        E'\n            and (k.%s, %s) >= (v_from_at, v_from_id)', v_at, v_id)
    end,
    -- the same, straight from the cursor
    'ahead_k', case
      when not v_moves then ''
      when v_at is null then pg_catalog.format(
        E'\n          and %s >= v_cursor[4]::%s', v_id, v_cast)
      else pg_catalog.format(
        E'\n          and (k.%s, %s) >= (v_cursor[3]::%s, v_cursor[4]::%s)',
        v_at, v_id, v_columns #>> '{created_at,type}', v_cast
      )
    end,
    'moved', case when v_moves then pg_catalog.format(
      'pg_catalog.set_config(%L, v_cursor[1] || ''|64|'' || %s || ''|'' || j.%I::text, false)',
      'pyorch.q' || p_queue_id || '_from', v_place, v_columns #>> '{id,name}'
    ) else '''''' end,
    'at_type', coalesce(v_columns #>> '{created_at,type}', 'text'),
    -- as JSON has it: read the same whatever the session's DateStyle
    'at_j', v_place,
    'first_at', case when v_moves and v_at is not null then '''-infinity''' else 'null' end,
    'first_id', pg_catalog.quote_literal(v_first)
  );
end;
$$;

comment on function pyorch._attached_cursor(jsonb, integer) is
  'The pieces of SQL with which a claim of an attached queue starts at the last one.';

revoke all on function pyorch._attached_cursor(jsonb, integer) from public;
