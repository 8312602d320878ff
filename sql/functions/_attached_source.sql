-- pyorch._attached_source(integer)
-- The bodies of an attached queue's functions: the templates, filled with what the table has.
-- Calls: pyorch._attached_pieces, pyorch._fill_template, pyorch._attached_<verb>_template,
-- pyorch._plain_one, pyorch._plain_done.  Reads: pyorch.queue.
create or replace function pyorch._attached_source(p_queue_id integer)
  returns table (verb text, source text)
  language sql
  stable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select t.verb, pyorch._fill_template(t.template, p.pieces)
    from (values
      ('claim', pyorch._attached_claim_template()),
      ('complete', pyorch._attached_complete_template()),
      ('hold', pyorch._attached_hold_template()),
      ('fail', pyorch._attached_fail_template()),
      ('release', pyorch._attached_release_template()),
      ('heartbeat', pyorch._attached_heartbeat_template()),
      ('unlock', pyorch._attached_unlock_template()),
      ('pending', pyorch._attached_pending_template()),
      ('depth', pyorch._attached_depth_template()),
      ('in_work', pyorch._attached_in_work_template()),
      ('redrive', pyorch._attached_redrive_template()),
      ('explain', pyorch._attached_explain_template())
    ) t (verb, template),
    (
      select a.pieces || pg_catalog.jsonb_build_object(
               'back', pyorch._fill_template(pyorch._attached_back_template(), a.pieces),
               'pick', pyorch._fill_template(pyorch._attached_pick_template(g.grouped), a.pieces),
               'pick_groups', case when g.grouped
                 then pyorch._fill_template(pyorch._attached_groups_template(), a.pieces)
                 else '' end,
               'claim_state', pyorch._fill_template(pyorch._attached_state_template(), a.pieces),
               'sweep', pyorch._fill_template(pyorch._attached_sweep_template(), a.pieces)
             ) as pieces
        from pyorch._attached_pieces(p_queue_id) a (pieces),
             lateral (select (a.pieces ->> 'grouped')::boolean as grouped) g
    ) p
  union all
  -- the short ways for one item
  select s.verb, s.source
    from pyorch.queue q
   cross join lateral (
     select pyorch._attached_pieces(q.queue_id) as pieces
   ) a
   cross join lateral (
     select f.template, pyorch._fill_template(f.template, a.pieces) as take
       from pyorch._attached_take_template(a.pieces ? 'above_k') f (template)
   ) t
   cross join lateral (
     select a.pieces || pg_catalog.jsonb_build_object(
       'claim_state', pyorch._fill_template(pyorch._attached_state_template(), a.pieces),
       'take', pyorch._fill_template(
         pyorch._attached_go_on_template(
           case when a.pieces ? 'unranked' then 'unranked' when a.pieces ? 'drawn' then 'drawn' end
         ),
         a.pieces || pg_catalog.jsonb_build_object(
           'take', t.take,
           'take_unranked', pyorch._fill_template(
             t.template, a.pieces || coalesce(a.pieces -> 'unranked', '{}')),
           'take_drawn', pyorch._fill_template(
             t.template, a.pieces || coalesce(a.pieces -> 'drawn', '{}'))
         ))
     ) as pieces,
            (a.pieces ->> 'in_table')::boolean and q.concurrency is null as is_short
   ) p
   cross join lateral (values
     ('one', case
       when p.is_short and q.rate_limit is null and not q.paused
         and not (a.pieces ->> 'grouped')::boolean
         then pyorch._fill_template(pyorch._attached_one_template(), p.pieces)
       else pyorch._plain_one(q)
     end),
     ('done', case
       when p.is_short then pyorch._fill_template(pyorch._attached_done_template(), p.pieces)
       else pyorch._plain_done(q)
     end)
   ) s (verb, source)
   where q.queue_id = p_queue_id;
$$;

comment on function pyorch._attached_source(integer) is
  'The bodies of the functions of an attached queue.';

revoke all on function pyorch._attached_source(integer) from public;
