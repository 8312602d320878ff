-- pyorch._native_async()
-- Template, part of claim: do not wait for the disk (durability: claims_may_be_lost). Only when
-- the claim is all that its transaction does: called directly, by a statement that is a
-- transaction of its own, with nothing written before. Otherwise the caller's own writes would be
-- at risk.
create or replace function pyorch._native_async()
  returns text
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $template$
  select $body$  if pg_catalog.statement_timestamp() = pg_catalog.transaction_timestamp()
    and pg_catalog.pg_current_xact_id_if_assigned() is null
    -- several statements sent as one share their time, and a begin may be among them
    and pg_catalog.strpos(pg_catalog.rtrim(pg_catalog.current_query(), E'; \n\t'), ';') = 0
  then
    get diagnostics v_context = pg_context;
    -- this function and pyorch.claim, nobody else's
    if pg_catalog.cardinality(
      pg_catalog.regexp_split_to_array(v_context, '(^|\n)[^\n]* function ')
    ) = 3 then
      perform pg_catalog.set_config('synchronous_commit', 'off', true);
    end if;
  end if;
$body$
$template$;

comment on function pyorch._native_async() is
  'Template: a claim that does not wait for the disk.';

revoke all on function pyorch._native_async() from public;
