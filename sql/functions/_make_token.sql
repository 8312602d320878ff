-- pyorch._make_token(text)
-- The claim counter of a queue: its nextval is the token in a receipt, so it moves at each claim.
-- It begins anywhere, so that receipts of a dropped queue mean nothing to a new one of the same
-- name.
create or replace function pyorch._make_token(p_queue text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
declare
  v_sequence constant text := 'pyorch.q_token_' || p_queue;
begin
  execute pg_catalog.format(
    'create sequence %s start %s', v_sequence, 1 + (pg_catalog.random() * 1e9)::bigint
  );
  call pyorch._close_off('sequence', v_sequence);
  -- a new sequence shows its start before and after its first nextval: get beyond that
  perform pg_catalog.nextval(v_sequence::regclass);
end;
$$;

comment on function pyorch._make_token(text) is
  'Make the claim counter of a queue.';

revoke all on function pyorch._make_token(text) from public;
