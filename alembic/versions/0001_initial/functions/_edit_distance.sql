-- pyorch._edit_distance(text, text)
-- Levenshtein distance, where two neighbours that changed places count once, for "did you mean".
-- Our own, since fuzzystrmatch cannot be had everywhere; only ever run on the way to an error.
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
  -- the row above that
  v_higher integer[];
  v_row integer[];
begin
  v_above := array(select i from pg_catalog.generate_series(0, pg_catalog.length(p_b)) i);
  for i in 1 .. pg_catalog.length(p_a) loop
    v_row := array[i];
    for j in 1 .. pg_catalog.length(p_b) loop
      v_row := v_row || least(
        v_row[j] + 1,
        v_above[j + 1] + 1,
        v_above[j] + (substr(p_a, i, 1) is distinct from substr(p_b, j, 1))::integer,
        case
          when i > 1 and j > 1 and substr(p_a, i - 1, 2) = reverse(substr(p_b, j - 1, 2))
            then v_higher[j - 1] + 1
        end
      );
    end loop;
    v_higher := v_above;
    v_above := v_row;
  end loop;
  return v_above[pg_catalog.length(p_b) + 1];
end;
$$;

comment on function pyorch._edit_distance(text, text) is
  'How many slips two short words are apart.';

revoke all on function pyorch._edit_distance(text, text) from public;
