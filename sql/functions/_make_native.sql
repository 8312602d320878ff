-- pyorch._make_native(text)
-- The tables and sequences of a native queue. Items that may be claimed stand in native_<queue>
-- alone, so that its claims pass nothing else: what waits for its time or its group, what is dead
-- and what is done have tables of their own.
-- Calls: pyorch._make_counters, pyorch._close_off.
create or replace function pyorch._make_native(p_queue text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_object text;
  v_item constant text := 'priority integer not null, attempts integer not null default 0,'
    ' lease_losses integer not null default 0, key text, group_name text, history jsonb,'
    ' payload jsonb not null';
begin
  execute pg_catalog.replace(
    'create sequence pyorch.q_id_{q};'
    -- marks: see pyorch._native_claim
    'create sequence pyorch.q_low_{q} minvalue 0 start 0;'
    'create sequence pyorch.q_high_{q} minvalue 0 start 0 increment 1024;'
    'create sequence pyorch.q_seen_{q} minvalue 0 start 0;'
    'create sequence pyorch.q_sure_{q} minvalue 0 start 0;'
    'create sequence pyorch.q_look_{q} minvalue 0 start 0;'
    'create sequence pyorch.q_due_{q} minvalue 0 start 0;'
    'create sequence pyorch.q_back_{q};'
    -- called: there are more lanes than that of priority 0
    'create sequence pyorch.q_lanes_{q};'
    'create table pyorch.lane_{q} (priority integer primary key);'
    'insert into pyorch.lane_{q} values (0);'
    -- a claim updates in place as long as its page has room; the index never changes with it
    'create table pyorch.native_{q} (id bigint not null, token bigint not null default 0,'
    ' since timestamptz not null, claimed_at timestamptz, lease_until timestamptz,'
    ' worker text,' || v_item || ', primary key (priority, id)) with (fillfactor = 45,'
    ' autovacuum_vacuum_scale_factor = 0.02,'
    ' autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,'
    ' autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0.1);'
    'create table pyorch.waiting_{q} (id bigint primary key, run_at timestamptz not null,'
    ' blocked boolean not null, ' || v_item || ') with (autovacuum_vacuum_scale_factor = 0.02,'
    ' autovacuum_vacuum_threshold = 1000);'
    'create index on pyorch.waiting_{q} (run_at) where not blocked;'
    'create index on pyorch.waiting_{q} (group_name, id) where blocked;'
    'create table pyorch.dead_{q} (id bigint primary key, since timestamptz not null,'
    ' died_at timestamptz not null, error text, ' || v_item || ');'
    'create table pyorch.done_{q} (id bigint not null, finished_at timestamptz not null,'
    ' since timestamptz not null, claimed_at timestamptz, worker text, result jsonb, ' || v_item
    || ') partition by range (finished_at);'
    'create index on pyorch.done_{q} (id);'
    'create table pyorch.part_{q}_rest partition of pyorch.done_{q} default;'
    'create table pyorch.key_{q} (key text primary key, item_id bigint not null);'
    'create table pyorch.group_{q} (group_name text primary key, head bigint not null);'
    'create table pyorch.stalled_{q} (group_name text not null, head bigint not null);'
    -- shows 1 before and after its first nextval: get beyond that
    'select pg_catalog.nextval(''pyorch.q_back_{q}'')',
    '{q}', p_queue
  );
  perform pyorch._make_counters(p_queue);
  foreach v_object in array pyorch._native_tables(p_queue) loop
    call pyorch._close_off('table', v_object);
  end loop;
  foreach v_object in array pyorch._native_sequences(p_queue) loop
    call pyorch._close_off('sequence', v_object);
  end loop;
end;
$$;

comment on function pyorch._make_native(text) is
  'Make the tables and sequences of a native queue.';

revoke all on function pyorch._make_native(text) from public;
