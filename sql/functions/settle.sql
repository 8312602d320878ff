-- pyorch.settle(integer)
-- Bring the ledger up to date: read what the transport has answered, end calls that will get no
-- answer, and those that are no longer busy. The agent reports by itself; this settles what pg_net
-- carried, and what nobody reported. Cost: the open calls.
-- Calls: pyorch._look_at_calls, pyorch._settle_net, pyorch._settle_lost, pyorch._wake_net,
-- pyorch._settle_busy.
create or replace function pyorch.settle(
  -- calls at most; null: 1000
  batch integer default null,
  -- by outcome, what this very call has settled
  out ok bigint,
  out failed bigint,
  out timed_out bigint,
  out lost bigint
)
  returns record
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := pyorch._now();
  v_batch constant integer := coalesce(settle.batch, 1000);
  v_open bigint[];
begin
  if v_batch < 1 then
    raise exception using
      errcode = 'PY001',
      message = 'batch must be 1 or more',
      hint = 'For example: select * from pyorch.settle(batch => 100);';
  end if;
  perform pyorch._look_at_calls();
  v_open := array(select c.call_id from pyorch.live_call c where c.outcome is null
    and c.sent_at is not null);
  if v_open <> '{}' then
    perform pyorch._settle_net(v_batch, v_now);
    perform pyorch._settle_lost(v_batch, v_now);
  end if;
  -- shut out for sending again and again: look whether that is over, although nothing of ours is
  -- open
  if (select n.young_worker > 0 from pyorch.net_epoch n) then
    perform pyorch._wake_net('-infinity');
  end if;
  perform pyorch._settle_busy(v_now);
  select count(*) filter (where x.outcome = 'ok'),
         count(*) filter (where x.outcome = 'failed'),
         count(*) filter (where x.outcome = 'timed_out'),
         count(*) filter (where x.outcome = 'lost')
    into ok, failed, timed_out, lost
    from (
      select c.outcome from pyorch.live_call c where c.call_id = any (v_open)
      union all
      select h.outcome from pyorch.call_history h where h.call_id = any (v_open)
    ) x;
end;
$$;

comment on function pyorch.settle(integer) is
  'Read outcomes of calls from the transport into the ledger, at most batch (null: 1000). Answers '
  'how many by outcome. Raises PY001.';

revoke all on function pyorch.settle(integer) from public;
call pyorch._grant('operator', 'execute', 'function', 'pyorch.settle(integer)');
