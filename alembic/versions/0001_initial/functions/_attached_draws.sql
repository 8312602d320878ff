-- pyorch._attached_draws(jsonb, boolean)
-- The pieces of SQL with which the claim of one item of an attached queue draws its id from the
-- front (q_front_<queue>), while more than 64 items stand beyond everybody's last claim, as that of
-- a native queue does: pyorch._native_draw. Up to which id that is, is the last part of the cursor;
-- negative until what was left behind the front has been claimed: pyorch._attached_front.
create or replace function pyorch._attached_draws(
  -- the row of pyorch.attached, with the names of relation and queue
  p_attached jsonb,
  -- is the order that of the id, and are most ids this queue's?
  p_can boolean
)
  returns jsonb
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant text := pg_catalog.quote_ident(p_attached #>> '{columns,id,name}');
  v_front constant text := pg_catalog.quote_literal('pyorch.q_front_' || (p_attached ->> 'queue'));
begin
  if not p_can then
    return '{"up_to": "", "still_up_to": "", "moved_up_to": ""}';
  end if;
  return pg_catalog.jsonb_build_object(
    'front', v_front,
    'drawn', pg_catalog.jsonb_build_object(
      'ahead_k', pg_catalog.format(E'\n          and k.%s operator(pg_catalog.=) v_drawn', v_id),
      'moved', '',
      'moved_to', ''
    ) || case
      -- in the whole table, not in each partition alone, there is one at most
      when p_attached -> 'is_one' = 'true' then '{"first": ""}'::jsonb
      else '{}'
    end,
    -- after a look from the start
    'up_to', pg_catalog.format(
      E' || ''|'' || case when v_count < 64 then 0 else pyorch._attached_front(\n'
        '        %s, item_id::bigint, (select pg_catalog.max(m.%s) - 64 from %s m)\n      ) end',
      v_front, v_id, p_attached ->> 'relation'),
    -- after a batch
    'still_up_to', pg_catalog.format(
      E' || ''|'' || pyorch._attached_front(\n'
        '        %s, item_id::bigint, pg_catalog.abs(v_cursor[5]::bigint))',
      v_front),
    -- after one that was not drawn. A session whose draws all missed, as where ids have gaps, draws
    -- no more until its next look from the start (1), but moves the front for those that do
    'moved_up_to', pg_catalog.format(
      ', ''|'', case when v_missed > 0 or v_cursor[5]::bigint < 2 then least('
        'pyorch._attached_front(%s, j.%s::bigint, pg_catalog.abs(v_cursor[5]::bigint)),'
        ' case when v_missed > 0 then 1 end)::text else v_cursor[5] end',
      v_front, v_id)
  );
end;
$$;

comment on function pyorch._attached_draws(jsonb, boolean) is
  'The pieces of SQL with which the claim of one item of an attached queue draws what it takes.';

revoke all on function pyorch._attached_draws(jsonb, boolean) from public;
