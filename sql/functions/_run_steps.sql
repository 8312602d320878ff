-- pyorch._run_steps(text[], text[])
-- The steps of a run in the order to be tried: what did not fit into an earlier run comes first.
-- Reads: pyorch.step_debt.
create or replace function pyorch._run_steps(
  -- those that there are, in their order
  p_steps text[],
  -- those to be left out
  p_skip text[]
)
  returns text[]
  language sql
  stable
  parallel unsafe
  security definer
  set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
           pg_catalog.array_agg(
             -- whatever came first for ten minutes and never ended kills every run: it has lost its
             -- turn
             s.step
             order by coalesce(d.since < pyorch._now() - interval '10 minutes', true), s.position
           ),
           '{}'
         )
    from pg_catalog.unnest(p_steps) with ordinality s (step, position)
    left join pyorch.step_debt d on d.step = s.step
   where s.step <> all (p_skip);
$$;

comment on function pyorch._run_steps(text[], text[]) is
  'The steps of a run in the order to be tried.';

revoke all on function pyorch._run_steps(text[], text[]) from public;
