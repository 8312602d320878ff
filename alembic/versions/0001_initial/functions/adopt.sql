-- pyorch.adopt(interval)
-- This copy of the database is the real one: dispatch goes on here.
-- Calls: pyorch._record_identity, pyorch._now.  Writes: pyorch.identity.
create or replace function pyorch.adopt(
  -- null: adopt now. Else: a new identity that shows up within this time is adopted by itself
  -- (pg_upgrade)
  expect interval default null
)
  returns text
  language plpgsql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_until timestamptz;
begin
  if expect is null then
    perform pyorch._record_identity();
    return 'adopted: pyorch belongs to database '
      || pg_catalog.quote_ident(pg_catalog.current_database()) || ' of this cluster';
  end if;
  if expect <= '0' or expect > '7 days' then
    raise exception using
      errcode = 'PY001',
      message = pg_catalog.format('expect must be between 0 and 7 days, not %s', expect),
      hint = 'For example: select pyorch.adopt(expect => ''2 hours'');';
  end if;
  if not pyorch._check_identity() then
    raise exception using
      errcode = 'PY011',
      message = 'this is already another database than the one pyorch belongs to',
      hint = 'If this copy shall fire: select pyorch.adopt();';
  end if;
  update pyorch.identity
     set expect_until = pyorch._now() + expect
  returning expect_until
       into v_until;
  return pg_catalog.format('a new identity is adopted by itself until %s', v_until);
end;
$$;

comment on function pyorch.adopt(interval) is
  'Let dispatch go on in this database after a restore or a pg_upgrade. expect: adopt a new'
  ' identity by itself when it shows up within this time (up to 7 days). Returns what was done.'
  ' Raises PY001, PY011.';

revoke all on function pyorch.adopt(interval) from public;

call pyorch._grant('admin', 'execute', 'function', 'pyorch.adopt(interval)');
