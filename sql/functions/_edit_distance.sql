-- pyorch._edit_distance(text, text)
-- Levenshtein distance, for "did you mean". Our own, since fuzzystrmatch cannot be had everywhere;
-- only ever run on the way to an error.
create or replace function pyorch._edit_distance(p_a text, p_b text)
  returns integer
  language plpgsql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_above integer[];
  v_row integer[];
begin
  v_above := array(select i from pg_catalog.generate_series(0, pg_catalog.length(p_b)) i);
  for i in 1 .. pg_catalog.length(p_a) loop
    v_row := array[i];
    for j in 1 .. pg_catalog.length(p_b) loop
      v_row := v_row || least(
        v_row[j] + 1,
        v_above[j + 1] + 1,
        v_above[j] + (substr(p_a, i, 1) is distinct from substr(p_b, j, 1))::integer
      );
    end loop;
    v_above := v_row;
  end loop;
  return v_above[pg_catalog.length(p_b) + 1];
end;
$$;

comment on function pyorch._edit_distance(text, text) is
  'Levenshtein distance of two short words.';

revoke all on function pyorch._edit_distance(text, text) from public;
