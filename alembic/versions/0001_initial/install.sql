-- The manifest: a fresh database is exactly this.  psql -1 -v ON_ERROR_STOP=1 -f sql/install.sql
-- Only \ir lines, in order: what a table or an SQL-language function needs stands above it.

-- foundation
\ir schema.sql
\ir tables/config.sql
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
\ir tables/queue.sql
\ir tables/queue_mark.sql
\ir tables/queue_slot.sql
\ir functions/_queue_id.sql
\ir functions/_queue_verbs.sql
\ir functions/_close_off.sql
\ir functions/_make_token.sql
\ir functions/_queue_source.sql
\ir functions/_rebuild_queue.sql
\ir functions/_drop_queue_routines.sql
\ir functions/_queue_token.sql
\ir functions/_queue_pending.sql
\ir functions/_queue_depth.sql
\ir functions/_queue_in_work.sql
\ir functions/_refuse_stale.sql
\ir functions/claim.sql
\ir functions/complete.sql
\ir functions/next.sql
\ir functions/heartbeat.sql
\ir functions/fail.sql
\ir functions/release.sql
\ir functions/unlock.sql
\ir functions/redrive.sql
\ir functions/explain_item.sql

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
\ir tables/identity.sql
\ir tables/job.sql
\ir tables/run_lock.sql
\ir tables/run.sql
\ir tables/step_debt.sql
\ir tables/heartbeat.sql
\ir tables/metric.sql
\ir tables/metric_hour.sql
\ir tables/metric_counter.sql
\ir tables/queue_depth.sql
\ir tables/custom_metric.sql
\ir functions/version.sql
\ir functions/_setting.sql
\ir functions/_platform_id.sql
\ir functions/_system_identifier.sql
\ir functions/_record_identity.sql
\ir functions/_identity_ok.sql
\ir functions/_check_identity.sql
\ir functions/_dispatch_allowed.sql
\ir functions/_source.sql
\ir functions/adopt.sql
\ir functions/pause.sql
\ir functions/resume.sql
\ir functions/_step_words.sql
\ir functions/_cron_text.sql
\ir functions/_check_setting.sql
\ir functions/configure.sql
\ir functions/_pg_cron_alive.sql
\ir functions/_scheduler.sql
\ir functions/_run_bar.sql
\ir functions/_jobs_due.sql
\ir functions/_next_slot.sql
\ir functions/_run_deadline.sql
\ir functions/_take_run.sql
\ir functions/_begin_run.sql
\ir functions/_keep_run.sql
\ir functions/_run_steps.sql
\ir functions/_tick_steps.sql
\ir functions/_look_at_queue.sql
\ir functions/_step_unlock.sql
\ir functions/_step_settle.sql
\ir functions/_step_dispatch.sql
\ir functions/_step_metrics.sql
\ir functions/_note_step.sql
\ir functions/_run_step.sql
\ir functions/_end_run.sql
\ir functions/_ping.sql
\ir functions/orchestrate.sql
\ir functions/tick.sql

-- views

-- last: nobody has a right that is not on the list
\ir finish.sql
