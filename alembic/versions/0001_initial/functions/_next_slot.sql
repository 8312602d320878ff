-- pyorch._next_slot(pyorch.run_lock, timestamptz)
-- The slot that a run of the job stands for: the present one; with `missed` = each the oldest that
-- nobody ran, back to the last hundred.
-- Reads: pyorch.job.
create or replace function pyorch._next_slot(p_lock pyorch.run_lock, p_now timestamptz)
  returns timestamptz
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
           when j.missed = 'each' and (p_lock).slot < p_now
             then least(
               greatest(
                 (p_lock).slot + j.every,
                 pg_catalog.date_bin(j.every, p_now, 'epoch') - 100 * j.every
               ),
               pg_catalog.date_bin(j.every, p_now, 'epoch')
             )
           else pg_catalog.date_bin(j.every, p_now, 'epoch')
         end
    from pyorch.job j
   where j.job = (p_lock).job;
$$;

comment on function pyorch._next_slot(pyorch.run_lock, timestamptz) is
  'The slot that a run of the job stands for.';

revoke all on function pyorch._next_slot(pyorch.run_lock, timestamptz) from public;
