-- pyorch._per_minute(text, text, text, double precision)
-- How much a counter moved per minute since it was last seen; null the first time, and after a
-- reset.
-- Writes: pyorch.metric_counter.
create or replace function pyorch._per_minute(
  p_kind text,
  p_subject text,
  p_counter text,
  p_value double precision
)
  returns double precision
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := pyorch._now();
  v_last pyorch.metric_counter;
begin
  if p_value is null then
    return null;
  end if;
  select *
    into v_last
    from pyorch.metric_counter c
   where (c.kind, c.subject, c.counter) = (p_kind, p_subject, p_counter);
  insert into pyorch.metric_counter (kind, subject, counter, value, at)
  values (p_kind, p_subject, p_counter, p_value, v_now)
  on conflict (kind, subject, counter) do update
    set value = excluded.value,
        at = excluded.at;
  if p_value < v_last.value or v_now <= v_last.at then
    return null;
  end if;
  return (p_value - v_last.value) * 60 / extract(epoch from v_now - v_last.at);
end;
$$;

comment on function pyorch._per_minute(text, text, text, double precision) is
  'How much a counter moved per minute since it was last seen.';

revoke all on function pyorch._per_minute(text, text, text, double precision) from public;
