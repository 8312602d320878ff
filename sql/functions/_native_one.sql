-- pyorch._native_one()
-- Template of pyorch._q_one_<queue> of a native queue that has no limits and is not paused: claim
-- one item where the session's last claim ended, or rather where anybody's did: q_front_{q}. On a
-- long queue it draws its item from there: pyorch._native_draw. A session that is 160 behind the
-- front looks back for all or follows: pyorch._queue_look_back. Each looks back when something has
-- come back since (q_back_{q}). Whatever is not that simple, _q_claim_{q} does: no cursor yet or an
-- exact look due, several priorities, nothing within 128 positions, beyond the high mark. The
-- window has an upper bound since a scan reads all of an index page that its bounds allow. Each
-- expression here costs as much as reading a row, so there are few; while the queue is paused,
-- pyorch._plain_one is here.
-- Calls: pyorch._native_draw, pyorch._queue_look_back, pyorch._queue_follow.
create or replace function pyorch._native_one()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select pg_catalog.replace(pg_catalog.replace($body$
declare
  v_now constant timestamptz := {now};
  -- as _q_claim_{q} keeps it: position, when the next exact look is due, high mark, the returns as
  -- known and as looked back for, up to where to draw
  v_cursor bigint[] := nullif(
    pg_catalog.current_setting('pyorch.q{id}_100000', true), ''
  )::bigint[];
  v_front bigint;
  v_back bigint;
  v_from bigint;
  v_window integer := 128;
  v_id bigint;
  v_passed bigint;
  v_missed boolean := false;
  v_item pyorch.claimed;
  v_context text;
begin
{async}  -- less than 90 s before the exact look that is due; BETWEEN would ask the clock twice
  if pg_catalog.abs(
       v_cursor[2] - 45000 - pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) * 1000
     ) <= 45000
  then
{draw}    v_front := pg_catalog.pg_sequence_last_value('pyorch.q_front_{q}');
    v_back := pg_catalog.pg_sequence_last_value('pyorch.q_back_{q}');
  end if;
  -- one priority alone; asked after the returns, as pyorch._queue_returns does
  if v_back is not null and pg_catalog.pg_sequence_last_value('pyorch.q_lanes_{q}') is null then
    v_from := case
      when v_missed then v_id - 1
      when v_back = v_cursor[5] and v_front between v_cursor[1] and v_cursor[1] + 159 then v_front
      else v_cursor[1] - 16
    end;
    if not v_missed and v_from <> v_front and v_front > v_cursor[1] and v_back = v_cursor[5] then
      v_from := pyorch._queue_look_back('{q}', v_front, v_cursor[1], 1);
      if v_from is null then
        v_cursor := pyorch._queue_follow('{q}', v_cursor, v_front, v_back);
        v_context := pg_catalog.set_config('pyorch.q{id}_100000', v_cursor::text, false);
        if v_front < v_cursor[6] then
          return pyorch._q_one_{q}(p_worker, p_lease);
        end if;
        v_from := v_front;
      else
        v_window := 320;
      end if;
    end if;
{take}     where i.ctid = (
       select j.ctid
         from pyorch.native_{q} j
        where j.priority = 0
          and j.id > v_from
          and j.id <= least(v_cursor[3], v_from + v_window)
          and j.token = 0
        order by j.id
        limit 1
          for no key update skip locked
     )
    returning i.id,
              i.id::text,
              i.payload,
              i.attempts,
              pg_catalog.concat('0.', i.id, '.', i.token),
              i.lease_until,
              -- nextval is the cheaper of the two: it writes to the log only now and then. It goes
              -- too far where another session has moved the front meanwhile
              case
                when i.id = v_front + 1 and pg_catalog.nextval('pyorch.q_front_{q}') = i.id
                  then i.id
                when i.id > v_front then pg_catalog.setval('pyorch.q_front_{q}', i.id)
              end
         into v_id,
              v_item.item_id,
              v_item.payload,
              v_item.attempt,
              v_item.receipt,
              v_item.lease_until,
              v_passed;
    if v_id is not null then
      if not v_missed and v_from <> v_front then
        v_cursor[1] := v_id;
        if v_id > v_front then
          v_cursor[5] := v_back;
        end if;
        v_cursor[6] := pyorch._queue_draws('{q}', v_cursor);
        v_context := pg_catalog.set_config('pyorch.q{id}_100000', v_cursor::text, false);
      end if;
      return v_item;
    end if;
    -- whoever enqueues it has not committed yet
    if v_missed then
      v_passed := pg_catalog.setval('pyorch.q_front_{q}', v_front - 1);
    end if;
  end if;
  select c.*
    into v_item
    from pyorch.queue q
   cross join lateral pyorch._q_claim_{q}(p_worker, 1, coalesce(p_lease, q.lease)) c
   where q.queue_id = {id}
     and not q.paused;
  return v_item;
end;
$body$, '{draw}', pyorch._native_draw()), '{take}', $take$    update pyorch.native_{q} i
       set token = {token},
           attempts = i.attempts + 1,
           claimed_at = v_now,
           lease_until = v_now + coalesce(p_lease, {lease}),
           worker = p_worker
$take$)
$template$;

comment on function pyorch._native_one() is
  'Template of pyorch._q_one_<queue> of a native queue without limits.';

revoke all on function pyorch._native_one() from public;
