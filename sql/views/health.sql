-- pyorch.health: what is wrong and what to do about it; no rows: nothing.
create view pyorch.health as
  select h.severity,
         h.code,
         h.subject,
         h.since,
         h.evidence,
         h.advice
    from (
      select * from pyorch._health_schedule()
      union all
      select * from pyorch._health_queues()
      union all
      select * from pyorch._health_calls()
    ) h (severity, code, subject, since, evidence, advice)
   order by pg_catalog.array_position('{critical,warning,ok}', h.severity), h.code, h.subject;

comment on view pyorch.health is
  'What is wrong (severity critical | warning | ok), since when, what was seen, what to do.'
  ' Empty: all is well.';

revoke all on table pyorch.health from public;

call pyorch._grant('viewer', 'select', 'table', 'pyorch.health');
