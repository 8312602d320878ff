-- pyorch._attached_go_on_template(text)
-- Part of the template of _q_one_<queue>: take an item where the session's last claim ended.
create or replace function pyorch._attached_go_on_template(
  -- unranked: some have no priority; drawn: many are drawn from the front; null: neither
  p_kind text
)
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case p_kind
    when 'unranked' then $template$    v_cursor := pg_catalog.string_to_array(v_place, '|');
    if v_cursor[3] <> '' then
{take}    else
{take_unranked}    end if;
$template$
    when 'drawn' then $template$    if pg_catalog.pg_sequence_last_value({front})
      < pg_catalog.split_part(v_place, '|', 5)::bigint
    then
      loop
        v_drawn := pg_catalog.nextval({front});
{take_drawn}        if v_is_first then
          return v_item;
        end if;
        v_missed := coalesce(v_missed, 0) + 1;
        exit when v_item.item_id is not null or v_missed = 4;
      end loop;
    end if;
    if v_item.item_id is null then
      v_cursor := pg_catalog.string_to_array(v_place, '|');
      -- where what nobody has drawn begins; where something was left behind, there
      if v_cursor[5]::bigint > 0 then
        v_cursor[4] := greatest(
          v_cursor[4]::bigint, pg_catalog.pg_sequence_last_value({front}) + 1)::text;
      end if;
{take}    end if;
$template$
    else $template$    v_cursor := pg_catalog.string_to_array(v_place, '|');
{take}$template$
  end;
$$;

comment on function pyorch._attached_go_on_template(text) is
  'Part of the template of _q_one_<queue> of attached queues: from the last claim on.';

revoke all on function pyorch._attached_go_on_template(text) from public;
