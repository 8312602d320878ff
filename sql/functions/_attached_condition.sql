-- pyorch._attached_condition(text, jsonb, text)
-- SQL conditions on a row of an attached table: which rows are pyorch's business (`mine`), which of
-- them may be claimed now (`ready`), and which other code left in processing (`stale`, and
-- `stale_undated` where locked_at is empty).
create or replace function pyorch._attached_condition(
  -- mine | ready | ready_one (the claim of one) | stale | stale_undated
  p_condition text,
  -- the row of pyorch.attached, with relation and queue_id
  p_attached jsonb,
  p_alias text
)
  returns text
  language plpgsql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_columns constant jsonb := p_attached -> 'columns';
  v_statuses constant jsonb := p_attached -> 'statuses';
  v_status constant text := p_alias || '.' || pg_catalog.quote_ident(v_columns #>> '{status,name}');
  v_mine constant text := coalesce(E'\n         and (' || (p_attached ->> 'where_sql') || ')', '');
  v_column jsonb;
  v_name text;
begin
  if p_condition = 'mine' then
    return v_mine;
  elsif p_condition in ('ready', 'ready_one') then
    return pg_catalog.format('%s operator(pg_catalog.=) %L', v_status, v_statuses ->> 'pending')
      || case when not v_columns ? 'run_at' then '' else pg_catalog.format(
           E'\n         and (%1$s.%2$I is null or %1$s.%2$I <= (v_now%3$s))',
           p_alias,
           v_columns #>> '{run_at,name}',
           case when v_columns #>> '{run_at,base}' = 'timestamp' then
             pg_catalog.format(' at time zone %L', p_attached ->> 'time_zone') else '' end
         ) end
      -- a look-up by key, where the table has no column for it and this is no first attempt
      || case when v_columns ? 'run_at' then '' else pg_catalog.format(
           case p_condition
             -- a call, made for few rows: a look-up here is made ready for each claim
             when 'ready_one' then
               E'\n         and (%spyorch._attached_due(%s, %s.%I::text, v_now))'
             else
               E'\n         and (%scoalesce((\n'
                 '           select s.retry_at from pyorch.item_state s\n'
                 '            where s.queue_id = %s and s.item_id = %s.%I::text\n'
                 '              and s.phase = ''waiting''\n'
                 '         ), ''-infinity'') <= v_now)'
           end,
           case when v_columns ? 'attempts' then pg_catalog.format(
             'coalesce(%s.%I, 0) = 0 or ', p_alias, v_columns #>> '{attempts,name}') end,
           p_attached ->> 'queue_id', p_alias, v_columns #>> '{id,name}'
         ) end
      || v_mine
      || pyorch._attached_group(p_attached, p_alias);
  end if;

  -- the age of what other code took: locked_at where it is filled, else updated_at
  v_column := case
    when p_condition = 'stale' then coalesce(v_columns -> 'locked_at', v_columns -> 'updated_at')
    when v_columns ? 'locked_at' then v_columns -> 'updated_at'
  end;
  if v_column is null then
    return 'false';
  end if;
  v_name := v_columns #>> '{locked_at,name}';
  return pg_catalog.format('%s operator(pg_catalog.=) %L', v_status, v_statuses ->> 'processing')
    || case when p_condition = 'stale' then '' else
         pg_catalog.format(E'\n         and %s.%I is null', p_alias, v_name) end
    || pg_catalog.format(
         E'\n         and %s.%I <= (v_cutoff%s)',
         p_alias,
         v_column ->> 'name',
         case when v_column ->> 'base' = 'timestamp' then
           pg_catalog.format(' at time zone %L', p_attached ->> 'time_zone') else '' end
       )
    || v_mine;
end;
$$;

comment on function pyorch._attached_condition(text, jsonb, text) is
  'SQL conditions on a row of an attached table: ready to be claimed, left by other code, …';

revoke all on function pyorch._attached_condition(text, jsonb, text) from public;
