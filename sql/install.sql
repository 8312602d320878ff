-- The manifest: a fresh database is exactly this.  psql -1 -v ON_ERROR_STOP=1 -f sql/install.sql
-- Only \ir lines, in order: what a table or an SQL-language function needs stands above it.

-- foundation
\ir schema.sql
\ir tables/setting.sql
\ir tables/role_map.sql
\ir tables/wanted_grant.sql
\ir tables/fake_clock.sql
\ir functions/_grant.sql
\ir functions/_apply_grants.sql
\ir functions/_create_roles.sql
\ir roles.sql
\ir functions/_now.sql
\ir functions/_edit_distance.sql
\ir functions/_check_options.sql
\ir functions/_option_interval.sql
\ir functions/_option_number.sql
\ir functions/_backoff.sql

-- queues

-- endpoints and calls
\ir tables/endpoint.sql
\ir tables/endpoint_state.sql
\ir tables/secret.sql
\ir tables/variable.sql
\ir tables/agent.sql
\ir tables/call.sql
\ir tables/call_history.sql
\ir tables/slot.sql
\ir tables/wake_mark.sql
\ir tables/net_epoch.sql
\ir tables/net_sentinel.sql

-- orchestrator, schedule, metrics, health

-- views

-- last: nobody has a right that is not on the list
\ir finish.sql
