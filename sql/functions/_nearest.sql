-- pyorch._nearest(text, text[])
-- The known word that a misspelt one most likely means; null when none is near: a suggestion that
-- is nothing like it only leads astray.
-- Calls: pyorch._edit_distance.
create or replace function pyorch._nearest(p_word text, p_known text[])
  returns text
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select x.known
    from (
      select k as known,
             -- a slip in each four letters; a word that shares no letter is not near
             least(longer - 1, greatest(1, longer / 4)) as allowed,
             -- so many insertions at least, whatever the letters: spares the distance of long words
             pg_catalog.abs(pg_catalog.length(k) - pg_catalog.length(p_word)) as differ
        from pg_catalog.unnest(p_known) k,
             greatest(pg_catalog.length(k), pg_catalog.length(p_word)) longer
    ) x,
    lateral (
      select case
               when x.differ <= x.allowed
                 then pyorch._edit_distance(pg_catalog.lower(p_word), pg_catalog.lower(x.known))
             end as distance
    ) d
   where d.distance <= x.allowed
   order by d.distance, x.known
   limit 1;
$$;

comment on function pyorch._nearest(text, text[]) is
  'The known word that a misspelt one most likely means, or null.';

revoke all on function pyorch._nearest(text, text[]) from public;
