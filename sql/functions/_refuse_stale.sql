-- pyorch._refuse_stale(text, text[], text[])
-- Raise PY005 when a given receipt is not among the accepted ones.
create or replace function pyorch._refuse_stale(
  p_queue text,
  p_given text[],
  p_accepted text[]
)
  returns void
  language plpgsql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_stale text;
begin
  select g
    into v_stale
    from pg_catalog.unnest(p_given) g
   where g is null or g <> all (p_accepted)
   limit 1;
  if found then
    raise exception using
      errcode = 'PY005',
      message = pg_catalog.format('stale receipt %L of queue "%s"', v_stale, p_queue),
      hint = 'Its item was unlocked, claimed again, released or finished: drop this work.';
  end if;
end;
$$;

comment on function pyorch._refuse_stale(text, text[], text[]) is
  'Raise PY005 when a given receipt is not among the accepted ones.';

revoke all on function pyorch._refuse_stale(text, text[], text[]) from public;
