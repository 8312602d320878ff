-- pyorch._make_counters(text)
-- The sequences of each queue. The claim counter: its nextval is the token in a receipt, so it
-- moves at each claim. It begins anywhere, so that receipts of a dropped queue mean nothing to a
-- new one of the same name. The front: up to where items have been handed out.
create or replace function pyorch._make_counters(p_queue text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence text;
begin
  execute pg_catalog.format(
    'create sequence pyorch.q_token_%1$s start %2$s;'
      'create sequence pyorch.q_front_%1$s minvalue 0 start 0',
    p_queue,
    1 + (pg_catalog.random() * 1e9)::bigint
  );
  foreach v_sequence in array array['pyorch.q_token_' || p_queue, 'pyorch.q_front_' || p_queue] loop
    call pyorch._close_off('sequence', v_sequence);
    -- a new sequence shows its start before and after its first nextval: get beyond that
    perform pg_catalog.nextval(v_sequence::regclass);
  end loop;
end;
$$;

comment on function pyorch._make_counters(text) is
  'Make the claim counter and the front of a queue.';

revoke all on function pyorch._make_counters(text) from public;
