-- pyorch._native_claim()
-- Template of pyorch._q_claim_<queue> of a native queue. {q}: its name, {id}: its number.
--
-- A claim changes no indexed column, so it is a HOT update: it leaves nothing behind in the index.
-- Its scan starts where this session's last claim ended (a custom setting, so that it comes back
-- when the transaction rolls back), less a look-back of 16, and so passes neither leased items nor
-- dead rows again. Where a scan starts is only ever a hint: what may be claimed is decided on the
-- locked row. What came back, or committed late, behind the cursor is found by an exact look from
-- the start, which comes as often as it is cheap: it may take half a percent of a session's time.
-- A session without a cursor starts at the shared mark q_low_{q}; a claim that finds too little
-- looks there as well. Marks are sequences: they leave no dead rows, and nobody waits for them.
-- q_high_{q} is beyond every claim made; an exact look reads it anew, for a session may be older
-- than this installation.
create or replace function pyorch._native_claim()
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
  -- milliseconds since 1970
  v_start bigint := extract(epoch from pg_catalog.clock_timestamp()) * 1000;
  -- of an exact look, in seconds
  v_began double precision;
  v_token bigint;
  v_lanes constant integer[] := array(
    select l.priority from pyorch.lane_{q} l order by l.priority desc
  );
  v_left integer := p_batch;
  v_lane integer;
  v_cursor bigint[];
  v_mark bigint;
  v_exact boolean;
  v_front bigint;
  v_ahead boolean;
  v_skipped boolean := false;
  v_looked bigint;
  v_crossed boolean;
  v_from bigint;
  v_last bigint;
  v_end bigint;
  v_low bigint;
  v_back bigint;
  v_due timestamptz;
  v_found tid[];
  v_again boolean := false;
  v_moved bigint := 0;
  v_context text;
begin
{async}  v_token := {token};
  <<pass>>
  loop
    foreach v_lane in array v_lanes loop
      -- position, next exact look, high mark, returns known, looked back for, up to where to draw
      v_cursor := nullif(
        pg_catalog.current_setting('pyorch.q{id}_' || (v_lane + 100000), true), ''
      )::bigint[];
      if v_cursor[6] is null then
        select array[l.last_value, k.last_value, h.last_value, b.last_value, -1, 0]
          into v_cursor
          from pyorch.q_low_{q} l, pyorch.q_look_{q} k, pyorch.q_high_{q} h, pyorch.q_back_{q} b;
      end if;
      v_mark := v_cursor[1];
      v_looked := v_cursor[5];
      -- a look far in the future: the clock was set back
      v_exact := not v_again and (v_start >= v_cursor[2] or v_cursor[2] > v_start + 90000);
      if v_again then
        continue when v_moved = 0 and not v_skipped and v_low >= v_mark - 16;
        v_from := least(v_low, v_mark - 16);
        select i.last_value into v_end from pyorch.q_id_{q} i;
      elsif v_exact then
        select i.last_value into v_end from pyorch.q_id_{q} i;
        v_cursor[3] := coalesce(pg_catalog.pg_sequence_last_value('pyorch.q_high_{q}'), 0);
        v_from := 0;
        v_began := extract(epoch from pg_catalog.clock_timestamp());
      else
        v_from := v_mark - 16;
      end if;

      -- set off beyond what others are about to take, and look back now and then: see _native_one
      v_ahead := false;
      if pg_catalog.cardinality(v_lanes) = 1 and not v_again then
        v_front := pg_catalog.pg_sequence_last_value('pyorch.q_front_{q}');
        v_back := pyorch._queue_returns('{q}');
        v_ahead := not v_exact and v_front >= v_mark and coalesce(v_back = v_looked, false);
        if v_ahead and v_front > v_mark + 64 * p_batch then
          v_from := pyorch._queue_look_back('{q}', v_front, v_mark, p_batch);
          v_ahead := v_from is null;
          v_mark := case when v_ahead then v_front else v_mark end;
        end if;
      end if;
      if v_ahead then
        v_from := v_front;
        v_skipped := true;
        if v_front + p_batch <= pg_catalog.pg_sequence_last_value('pyorch.q_id_{q}') then
          v_front := pg_catalog.setval('pyorch.q_front_{q}', v_front + p_batch);
        end if;
      end if;

      select pg_catalog.array_agg(c.ctid), pg_catalog.max(c.id)
        into v_found, v_last
        from (
          select j.ctid, j.id
            from pyorch.native_{q} j
           where j.priority = v_lane
             and j.id > v_from
             and j.token = 0
           order by j.id
           limit v_left
             for no key update skip locked
        ) c;
      if v_last is not null then
        return query
          with claimed as (
            update pyorch.native_{q} i
               set token = v_token,
                   attempts = i.attempts + 1,
                   claimed_at = v_now,
                   lease_until = v_now + p_lease,
                   worker = p_worker
             where i.ctid = any (v_found)
            returning i.id, i.payload, i.attempts
          )
          select c.id::text,
                 c.payload,
                 c.attempts,
                 v_lane || '.' || c.id || '.' || v_token,
                 v_now + p_lease
            from claimed c
           order by c.id;
        v_left := v_left - pg_catalog.cardinality(v_found);
      end if;

      if not v_ahead and coalesce(v_last > v_front, true) then
        v_looked := coalesce(v_back, v_looked);
      end if;
      -- back when nothing is there: whoever enqueues those has not committed yet
      if v_last > v_front or (v_ahead and v_last is null and v_front > v_from) then
        v_front := pg_catalog.setval('pyorch.q_front_{q}', coalesce(v_last, v_from));
      end if;
      v_crossed := v_last > v_cursor[3];
      if v_crossed then
        v_cursor[3] := coalesce(pg_catalog.pg_sequence_last_value('pyorch.q_high_{q}'), 0);
        while v_cursor[3] < v_last loop
          v_cursor[3] := pg_catalog.nextval('pyorch.q_high_{q}');
        end loop;
        select l.last_value, b.last_value
          into v_low, v_back
          from pyorch.q_low_{q} l, pyorch.q_back_{q} b;
        if v_back <> v_cursor[4] then
          -- something came back since: go there next
          v_last := v_low;
          v_ahead := false;
          v_cursor[4] := v_back;
        elsif pg_catalog.cardinality(v_lanes) = 1 and v_mark - 16 > v_low then
          -- new sessions start near us; lowered, it would tell all others that something came back
          perform pyorch._queue_low('{q}', v_mark - 16, true);
        end if;
      end if;
      if v_exact then
        v_cursor[2] := pyorch._queue_looked(
          '{q}',
          v_began,
          case when pg_catalog.cardinality(v_lanes) = 1 then coalesce(v_last - 1, v_end) end
        );
      end if;
      v_last := case when v_ahead then v_mark else v_last end;
      if v_exact or v_crossed or v_last <> v_cursor[1] or v_looked <> v_cursor[5] then
        v_cursor[1] := coalesce(v_last, case when v_exact then v_end end, v_mark);
        v_cursor[5] := v_looked;
        v_cursor[6] := pyorch._queue_draws('{q}', v_cursor);
        perform pg_catalog.set_config('pyorch.q{id}_' || (v_lane + 100000), v_cursor::text, false);
      end if;
      exit pass when v_left = 0;
    end loop;

    if v_again and pg_catalog.cardinality(v_lanes) = 1 then
      perform pyorch._queue_sure('{q}', v_end);
    end if;
    -- too little: has something been left behind, come back, or become due?
    exit when v_again;
    v_again := true;
    v_end := null;
    v_low := pyorch._queue_left('{q}');
    v_due := pyorch._queue_due('{q}', v_now);
    if exists (
      select 1
        from pyorch.waiting_{q} w
       where w.run_at > v_due and w.run_at <= v_now
         and not w.blocked
    ) then
      v_moved := pyorch._q_ready_{q}(p_batch, v_due);
      v_low := pyorch._queue_left('{q}');
    else
      perform pyorch._queue_all_due('{q}', v_now);
    end if;
  end loop;
end;
$body$
$template$;

comment on function pyorch._native_claim() is
  'Template of the claim of a native queue.';

revoke all on function pyorch._native_claim() from public;
