-- pyorch._forget_refusal(bigint[], text)
-- The hand-over of these calls went well: what an earlier one refused is over.
-- Reads: pyorch.call.  Writes: pyorch.endpoint_state.
create or replace function pyorch._forget_refusal(
  p_call_ids bigint[],
  -- of these reasons only, as in LIKE
  p_reasons text default '%'
)
  returns void
  language sql
  volatile
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  with late as materialized (
    select s.endpoint_id
      from pyorch.endpoint_state s
     where s.endpoint_id in (
             select c.endpoint_id from pyorch.call c where c.call_id = any (p_call_ids)
           )
       and s.refused_late
       and s.refused_why like p_reasons
     order by s.endpoint_id
       for no key update
  )
  update pyorch.endpoint_state s
     set refused_why = null, refused_since = null, refused_late = false
    from late l
   where s.endpoint_id = l.endpoint_id;
$$;

comment on function pyorch._forget_refusal(bigint[], text) is
  'Forget why hand-overs were refused, after one that was not.';

revoke all on function pyorch._forget_refusal(bigint[], text) from public;
