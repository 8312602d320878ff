-- pyorch._dispatch_allowed()
-- May calls be decided and sent now? Null: yes. Else the reason.
-- Calls: pyorch._setting, pyorch._identity_ok.
create or replace function pyorch._dispatch_allowed()
  returns text
  language sql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select case
    when not pyorch._identity_ok() then 'identity mismatch'
    when pyorch._setting('paused') = 'true' then 'paused'
  end;
$$;

comment on function pyorch._dispatch_allowed() is
  'Null when calls may be decided and sent, else why not: paused | identity mismatch.';

revoke all on function pyorch._dispatch_allowed() from public;
