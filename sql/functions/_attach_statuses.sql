-- pyorch._attach_statuses(regclass, text, jsonb)
-- The table's own words for pending, processing, complete and failed: what the options give, else
-- the known synonyms, whatever their case. A word for which an enum or a check constraint has no
-- place is left out.
-- Calls: pyorch._attach_words.
create or replace function pyorch._attach_statuses(
  p_relation regclass,
  p_column text,
  -- options → statuses
  p_given jsonb
)
  returns jsonb
  language plpgsql
  stable
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_words text[];
  v_closed boolean;
  v_result jsonb := '{}';
  v record;
  v_word text;
begin
  select coalesce(pg_catalog.array_agg(w.word), '{}'), coalesce(pg_catalog.bool_or(w.closed), false)
    into v_words, v_closed
    from pyorch._attach_words(p_relation, p_column) w;

  for v in
    select *
      from (values
        ('pending', 'pending,queued,new,ready,waiting,todo,open,enqueued,scheduled'),
        ('processing', 'processing,in_progress,in-progress,inprogress,in progress,running,working,'
          'active,started,claimed,locked'),
        ('complete', 'complete,completed,done,success,succeeded,successful,finished,processed,ok'),
        ('failed', 'failed,failure,error,errored,dead,permanently_failed')
      ) x (status, synonyms)
  loop
    v_word := p_given ->> v.status;
    if v_word is null then
      select w
        into v_word
        from pg_catalog.unnest(v_words) w
        join pg_catalog.unnest(pg_catalog.string_to_array(v.synonyms, ','))
             with ordinality s (word, n)
          on s.word = pg_catalog.lower(w)
       -- the same word in two cases: take the one that is written as we do
       order by s.n, w = s.word desc, w
       limit 1;
      if v_word is null and not v_closed then
        v_word := case
          when exists (
            select 1
              from pg_catalog.unnest(v_words) w
             where w = pg_catalog.upper(w)
               and w <> pg_catalog.lower(w)
          )
            then pg_catalog.upper(v.status)
          else v.status
        end;
      end if;
    elsif v_closed and v_word <> all (v_words) then
      v_word := null;
    end if;
    if v_word is not null then
      v_result := v_result || pg_catalog.jsonb_build_object(v.status, v_word);
    end if;
  end loop;
  return v_result;
end;
$$;

comment on function pyorch._attach_statuses(regclass, text, jsonb) is
  'The table''s own words for the four statuses that pyorch sets.';

revoke all on function pyorch._attach_statuses(regclass, text, jsonb) from public;
