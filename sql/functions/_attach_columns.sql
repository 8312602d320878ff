-- pyorch._attach_columns(regclass, jsonb)
-- Which column of a table plays which part: what the options name, else the usual names whose type
-- fits. The id is not found here but by pyorch._attach_id().
create or replace function pyorch._attach_columns(
  p_relation regclass,
  -- options → columns: word → column name, or null: this table has none
  p_given jsonb
)
  returns jsonb
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with word (word, types, names) as (
    values
      ('status', 'status', 'status,state,job_status,queue_status,item_status,processing_status,'
        'task_status'),
      ('payload', 'any', 'payload,data,body,job_data,message,args,params'),
      ('attempts', 'number', 'attempts,attempt_count,attempt,retry_count,retries,tries,'
        'num_attempts'),
      ('priority', 'number', 'priority,prio'),
      ('run_at', 'time', 'run_at,run_after,scheduled_at,scheduled_for,next_retry_at,'
        'next_attempt_at,retry_at,retry_after,not_before,available_at,visible_at,process_after'),
      ('created_at', 'time', 'created_at,inserted_at,enqueued_at,queued_at,added_at,created,'
        'create_time,created_on,date_created'),
      ('locked_at', 'time', 'locked_at,claimed_at,started_at,processing_started_at,picked_at,'
        'taken_at,leased_at,reserved_at'),
      ('locked_by', 'text', 'locked_by,worker_id,claimed_by,worker,processed_by,owner_id,'
        'lock_owner'),
      ('error', 'text', 'error,last_error,error_message,error_text,failure_reason,error_details'),
      ('updated_at', 'time', 'updated_at,modified_at,last_updated,last_updated_at,'
        'last_modified,update_time'),
      ('completed_at', 'time', 'completed_at,processed_at,finished_at,done_at,ended_at,'
        'complete_at'),
      ('result', 'any', 'result,results'),
      ('group', 'any', '')
  ),
  col as (
    select a.attname::text as name,
           a.attnum,
           not a.attnotnull as nullable,
           pg_catalog.format_type(a.atttypid, null) as type,
           b.typname as base,
           b.typtype = 'e' as is_enum,
           a.atttypid = 'timestamptz'::regtype and a.atttypmod in (-1, 6) as is_exact,
           -- varchar(n): what we write is cut to it
           case when b.typname in ('varchar', 'bpchar') and a.atttypmod > 4
             then a.atttypmod - 4 end as length
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type b on b.oid = pyorch._base_type(a.atttypid)
     where a.attrelid = p_relation
       and a.attnum > 0
       and not a.attisdropped
       -- nobody can write a generated column
       and a.attgenerated = ''
  ),
  found as (
    select distinct on (w.word) w.word, c.name, c.type, c.base, c.nullable, c.length,
           c.is_exact
      from word w
      join col c on case
        when p_given ? w.word then c.name = p_given ->> w.word
        else pg_catalog.lower(c.name) = any (pg_catalog.string_to_array(w.names, ','))
      end
     where case w.types
             when 'status' then c.is_enum or c.base in ('text', 'varchar', 'bpchar')
             when 'number' then c.base in ('int2', 'int4', 'int8')
             when 'time' then c.base in ('timestamptz', 'timestamp')
             when 'text' then c.base in ('text', 'varchar', 'bpchar')
             else true
           end
     order by w.word,
              pg_catalog.array_position(
                pg_catalog.string_to_array(w.names, ','), pg_catalog.lower(c.name)),
              c.attnum
  )
  select coalesce(
    pg_catalog.jsonb_object_agg(
      f.word,
      pg_catalog.jsonb_build_object(
        'name', f.name, 'type', f.type, 'base', f.base, 'nullable', f.nullable, 'length', f.length,
        'exact', f.is_exact
      )
    ),
    '{}'
  )
  from found f;
$$;

comment on function pyorch._attach_columns(regclass, jsonb) is
  'The columns of a table that play a part in a queue, by their usual or given names.';

revoke all on function pyorch._attach_columns(regclass, jsonb) from public;
