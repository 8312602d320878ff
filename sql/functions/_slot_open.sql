-- pyorch._slot_open(text)
-- Does a slot of this job wait to be run: the present one, or with `missed` = each one before it?
-- Slots are aligned to the epoch, so that all schedulers see the same ones.
-- Calls: pyorch._now.  Reads: pyorch.job, pyorch.run_lock.
create or replace function pyorch._slot_open(p_job text)
  returns boolean
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  -- the last one may lie in the future: the clock was set back
  select pg_catalog.date_bin(j.every, n.t, 'epoch') is distinct from l.slot
     and (
       j.missed = 'each'
       or l.started_at is null
       or l.started_at > n.t
       or n.t - l.started_at >= j.every / 2
     )
    from pyorch.job j
    join pyorch.run_lock l on l.job = j.job
   cross join (select pyorch._now() as t) n
   where j.job = p_job;
$$;

comment on function pyorch._slot_open(text) is
  'Does a slot of this job wait to be run?';

revoke all on function pyorch._slot_open(text) from public;
