-- pyorch._default_settings()
-- What each setting is as long as nobody sets it. null: none (allowed_hosts: every host), or chosen
-- by what is there (tick, see pyorch._set_intervals).
create or replace function pyorch._default_settings()
  returns jsonb
  language sql
  immutable
  parallel safe
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  select '{
    "scheduler": "auto",
    "transport": "auto",
    "tick": null,
    "budget": "10 seconds",
    "skip": [],
    "retention": {
      "runs": "30 days",
      "calls": "14 days",
      "metrics": "30 days",
      "raw_metrics": "2 days",
      "cron": "7 days"
    },
    "unlock_batch": 128,
    "metrics_every": "1 minute",
    "maintain_every": "1 hour",
    "missed": {"pyorch_tick": "skip", "pyorch_metrics": "skip", "pyorch_maintain": "once"},
    "allowed_hosts": null,
    "ping": null,
    "ping_every": "1 minute",
    "paused": false
  }'::jsonb;
$$;

comment on function pyorch._default_settings() is
  'What each setting is as long as nobody sets it.';

revoke all on function pyorch._default_settings() from public;
