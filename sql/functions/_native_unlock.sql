-- pyorch._native_unlock()
-- Template of unlock of a native queue. There is no index on leases, since that would make each
-- claim pay. Instead unlock sweeps, in windows by position, from the first item that is left
-- (queue_mark.live) to the shared high mark, beyond which nothing was claimed yet: that is what is
-- in work, plus what came back. One call looks at 200,000 rows at most; the next one goes on from
-- there.
create or replace function pyorch._native_unlock()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$
declare
  v_now constant timestamptz := {now};
  v_mark pyorch.queue_mark;
  v_mine boolean;
  v_whole boolean;
  v_left integer := p_batch;
  -- rows of a window: the next call looks again at those that this one has no room for
  v_step constant integer := greatest(1000, least(p_batch, 20000));
  v_lane integer;
  v_seen bigint := 0;
  v_from bigint;
  v_high bigint;
  v_end bigint;
  v_first_pending bigint;
  v_window record;
  v_found record;
  v_last bigint;
begin
  unlocked := 0;
  dead := 0;
  perform pyorch._q_ready_{q}(p_batch, '-infinity');
  select i.last_value, h.last_value into v_end, v_high from pyorch.q_id_{q} i, pyorch.q_high_{q} h;
  -- somebody else sweeps just now: look, but keep no marks
  select * into v_mark from pyorch.queue_mark m where m.queue_id = {id} for update skip locked;
  v_mine := found;
  v_mark.live := coalesce(v_mark.live, 0);
  if v_mine and v_mark.sweep_priority is null then
    v_mark := pyorch._q_first_{q}(v_mark, v_end);
  end if;
  v_whole := v_mine and v_mark.sweep_priority is null;

  <<sweep>>
  for v_lane in
    select l.priority
      from pyorch.lane_{q} l
     where v_mark.sweep_priority is null or l.priority <= v_mark.sweep_priority
     order by l.priority desc
  loop
    v_from := case when v_lane = v_mark.sweep_priority then v_mark.sweep_id else v_mark.live end;
    loop
      select pg_catalog.count(*) as seen,
             pg_catalog.max(s.id) as last,
             pg_catalog.min(s.id) filter (where s.token = 0) as first_pending,
             pg_catalog.min(s.id) filter (where s.lease_until <= v_now) as first_orphan
        into v_window
        from (
          select i.id, i.token, i.lease_until
            from pyorch.native_{q} i
           where i.priority = v_lane
             and i.id > v_from
             and i.id <= v_high
           order by i.id
           limit v_step
        ) s;
      v_first_pending := least(v_first_pending, v_window.first_pending);
      v_seen := v_seen + v_window.seen;
      if v_window.first_orphan is not null then
        select *
          into v_found
          from pyorch._q_orphans_{q}(v_lane, v_window.first_orphan, v_window.last, v_left);
        unlocked := unlocked + v_found.unlocked;
        dead := dead + v_found.dead;
        v_last := v_found.last;
        v_left := v_left - v_found.unlocked - v_found.dead;
        v_first_pending := least(v_first_pending, v_found.first_unlocked);
      end if;
      v_from := case when v_left <= 0 then v_last else v_window.last end;
      if v_left <= 0 or v_seen >= 200000 then
        v_mark.sweep_priority := v_lane;
        v_mark.sweep_id := v_from;
        v_whole := false;
        exit sweep;
      end if;
      exit when v_window.seen < v_step;
    end loop;
    v_mark.sweep_priority := null;
  end loop;

  -- never up when something came back: sessions that are ahead are told
  perform pyorch._queue_low(
    '{q}',
    least(v_first_pending, case when v_whole then least(v_high, v_end) end) - 1,
    v_whole and unlocked = 0
  );
  if v_whole then
    -- with several priorities nobody else makes sure
    perform pyorch._queue_sure('{q}', least(v_first_pending, v_high, v_end) - 1);
  end if;
  if v_mine then
    update pyorch.queue_mark m
       set live = v_mark.live,
           sweep_priority = v_mark.sweep_priority,
           sweep_id = v_mark.sweep_id,
           full_look_at = v_mark.full_look_at
     where m.queue_id = {id}
       and (m.live, m.sweep_priority, m.sweep_id, m.full_look_at)
         is distinct from
           (v_mark.live, v_mark.sweep_priority, v_mark.sweep_id, v_mark.full_look_at);
  end if;
  return next;
end;
$body$
$template$;

comment on function pyorch._native_unlock() is
  'Template of pyorch._q_unlock_<queue> of a native queue.';

revoke all on function pyorch._native_unlock() from public;
