-- pyorch._maintain_cron_history()
-- Step of maintain(): delete a batch of what pg_cron keeps of our jobs' runs, those that never got
-- an end time, too; never a row of a run that may be at work, on which the launcher would wait for
-- us. Other jobs' history is not ours.
-- Writes: cron.job_run_details.
create or replace function pyorch._maintain_cron_history()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_before constant timestamptz := pyorch._now() - pyorch._keep_for('cron');
  v_rows bigint;
begin
  if pyorch._pg_cron() ->> 'state' <> 'here' then
    return '{"state": "skipped", "why": "pg_cron is not in this database"}';
  end if;
  execute $cron$
    with mark as (
      -- rows without any time are as old as the rows around them
      select pg_catalog.max(d.runid) as runid
        from cron.job_run_details d
       where coalesce(d.end_time, d.start_time) < $1
    ),
    old as (
      select d.runid
        from cron.job_run_details d, mark m
       where d.runid <= m.runid
         and d.username = current_user
         and d.command ~ '^call pyorch\.'
         and coalesce(d.end_time, d.start_time, '-infinity') < $1
         and (
           d.status in ('succeeded', 'failed')
           or coalesce(d.start_time, '-infinity') < $1 - interval '1 day'
         )
       order by d.runid
       limit 1000
    )
    delete from cron.job_run_details d
     using old o
     where d.runid = o.runid
  $cron$
    using v_before;
  get diagnostics v_rows = row_count;
  return pg_catalog.jsonb_build_object('again', v_rows = 1000);
end;
$$;

comment on function pyorch._maintain_cron_history() is
  'Step of maintain(): delete a batch of pg_cron''s history of our jobs.';

revoke all on function pyorch._maintain_cron_history() from public;
