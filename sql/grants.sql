-- Who may do what: the whole list. What is not granted here is taken away, from PUBLIC first of all. Roles
-- that do not exist are passed over; this runs again when they appear.
do $$
begin
    -- For whoever runs this by hand; the types below are looked up before.
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

    declare
        v_kind pg_catalog.text;
        v_role pg_catalog.text;
        v_right pg_catalog.text;
        v_scopes constant pg_catalog.text[] := array[
            'pgsync_api_read', 'pgsync_api_images', 'pgsync_api_operate', 'pgsync_api_admin', 'pgsync_api_audit'
        ];
        v_images constant pg_catalog.text[] := array[
            'data', 'old_data', 'encrypted_image', 'encrypted_secret', 'payload', 'image', 'local_image',
            'remote_image', 'base_image', 'result_image', 'last_answer', 'unanswered', 'left_row', 'right_row', 'undo'
        ];
        v_secret constant pg_catalog.text[] := array[
            'acts', 'api_requests', 'api_sessions', 'api_tokens', 'chain_rows', 'node_identity', 'rule_diff_records',
            'token_states'
        ];
    begin
        -- One statement for all roles, which is faster.
        for v_kind, v_role in
            select what.kind, string_agg(held.name, ', ' order by held.place)
            from (values ('tables'), ('sequences'), ('routines')) as what (kind)
            inner join (
                select 0 as place, 'public' as name
                union all
                select 1, quote_ident(role.rolname)
                from pg_catalog.pg_roles as role
                where role.rolname in (
                        'pgsync_capture', 'pgsync_worker', 'pgsync_operator', 'pgsync_reader', 'pgsync_auditor',
                        'pgsync_site_reader', 'pgsync_dashboard', 'pgsync_importer', 'pgsync_api_site', 'pgsync_node'
                    )
                    or role.rolname = any(v_scopes)
            ) as held
                on what.kind <> 'routines' or held.name <> 'pgsync_capture'
            group by what.kind
        loop
            execute format('revoke all on all %s in schema pgsync, ledger from %s', v_kind, v_role);
            if v_kind = 'tables' then
                execute format('revoke all on schema pgsync, ledger, pgsync_read from %s', v_role);
            end if;
        end loop;

        -- The generated capture functions are its own, which it must be able to run.
        for v_right in
            select format('revoke all on routine %s from pgsync_capture', routine.oid::regprocedure)
            from pg_catalog.pg_proc as routine
            inner join pg_catalog.pg_roles as role on role.rolname = 'pgsync_capture' and routine.proowner <> role.oid
            where routine.pronamespace = any(array['pgsync', 'ledger']::regnamespace[])
        loop
            execute v_right;
        end loop;

        for v_role, v_right in
            select string_agg(distinct quote_ident(role.rolname), ', '), granted.privilege
            from (
                values
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator'], array[
                    'usage on schema pgsync, ledger',
                    'select on all tables in schema pgsync, ledger',
                    'select on sequence pgsync.sync_logs_id_seq',
                    'execute on function pgsync.configuration_allowed(text, numeric, numeric, text)',
                    'execute on function pgsync.configuration_complaint(text, text)',
                    'execute on function pgsync.configuration_text_allowed(text)',
                    'execute on function pgsync.error_classes()',
                    'execute on function pgsync.configuration_boolean(text)',
                    'execute on function pgsync.configuration_integer(text)',
                    'execute on function pgsync.configuration_number(text)',
                    'execute on function pgsync.configuration_text(text)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator'], array[
                    'execute on function pgsync.capture_growth(interval)',
                    'execute on function pgsync.read_rows(regclass, jsonb, bigint)',
                    'execute on function pgsync.changes_between(bigint, bigint)',
                    'execute on function pgsync.inspect_capture(regclass)',
                    'execute on function pgsync.is_included(pgsync.sync_logs, pgsync.sync_logs)'
                ]),
                (array['pgsync_capture'], array[
                    'usage on schema pgsync',
                    'insert on table pgsync.sync_logs, pgsync.sync_queue',
                    'select (id, slot) on table pgsync.sync_logs',
                    'select on table pgsync.sources',
                    'usage on sequence pgsync.sync_logs_id_seq',
                    'usage on schema pgsync_read',
                    'usage on type pgsync.gone',
                    'execute on function pgsync.base_type(oid)',
                    'execute on function pgsync.attached_root(text, oid)',
                    'execute on function pgsync.check_reader(text)',
                    'execute on function pgsync.has_type(anyelement, oid)',
                    'execute on function pgsync.keeps_columns(text)',
                    'execute on function pgsync.note_nesting(text, text, text)',
                    'execute on function pgsync.qualified_name(regclass)',
                    'execute on function pgsync.record_id_of(oid, jsonb)',
                    'execute on function pgsync.renamed_image(oid, jsonb)',
                    'execute on function pgsync.shape_columns(regclass, jsonb)',
                    'execute on function pgsync.source_of(oid)',
                    'execute on function pgsync.special_image(anyelement)',
                    'execute on function pgsync.special_value(jsonb, anyelement)',
                    'execute on function pgsync.new_secret(text)'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.fold_is_due()',
                    'execute on function pgsync.fold_versions(bigint)',
                    'execute on function pgsync.request_live_syncs()',
                    'execute on function pgsync.tick()'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.set_synced(regclass, boolean, text, text[], text[], text)',
                    'execute on function pgsync.versions_between('
                    || 'regclass, bigint, bigint, text, bigint, text, bigint)',
                    'execute on function pgsync.attach('
                    || 'regclass, text[], text[], text[], text, text[], boolean, text, text, boolean, boolean, boolean, '
                    || 'interval)',
                    'execute on function pgsync.attach_steps(pgsync.sources)',
                    'execute on function pgsync.backfill_step(bigint, bigint)',
                    'execute on function pgsync.cancel_backfill(bigint)',
                    'execute on function pgsync.check_source(pgsync.sources)',
                    'execute on function pgsync.check_table(pgsync.sources)',
                    'execute on function pgsync.detach(regclass, boolean, interval)',
                    'execute on function pgsync.image_names(jsonb, text[])',
                    'execute on function pgsync.finish_capture(regclass)',
                    'execute on function pgsync.install_capture(pgsync.sources)',
                    'execute on function pgsync.is_captured(pgsync.sources)',
                    'execute on function pgsync.lock_patiently(regclass, interval, boolean)',
                    'execute on function pgsync.planned_source('
                    || 'regclass, text[], text[], text[], text, text[], boolean, text, text, boolean)',
                    'execute on function pgsync.reader_steps(name)',
                    'execute on function pgsync.reader_text(name)',
                    'execute on function pgsync.reattach(regclass, boolean, interval)',
                    'execute on function pgsync.remember_growth(regclass, interval)',
                    'execute on function pgsync.remove_capture(text)',
                    'execute on function pgsync.renew_capture()',
                    'execute on function pgsync.start_backfill(regclass)'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.begin_job(text, text, text, text, text)',
                    'execute on function pgsync.end_job(bigint, text, jsonb, text, text)',
                    'execute on function pgsync.note_interruption(bigint, text, text)',
                    'execute on function pgsync.note_phase(bigint, text, text, bigint, bigint, boolean)',
                    'execute on function pgsync.put_failed_item(bigint, text, text, text, jsonb, text, integer)',
                    'execute on function pgsync.request_item_retries(interval)',
                    'execute on function pgsync.request_job(text, text, text, text, text)',
                    'execute on function pgsync.retention_step(text, integer)',
                    'execute on function pgsync.runnable_jobs(text[])',
                    'execute on function pgsync.settle_failed_item(bigint, text)',
                    'execute on function pgsync.take_due_schedules(timestamptz)',
                    'execute on function pgsync.take_job(text[])'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.add_image_key(text, text)',
                    'execute on function pgsync.make_encryption()'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.decrypted_images(bigint[])',
                    'execute on function pgsync.inspect_encryption()',
                    'execute on function pgsync.opened_image_keys()',
                    'execute on function pgsync.parameter_leaks()',
                    'execute on function pgsync.refuse_leaks()'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.image_keys'
                ]),
                (array['pgsync_api_site'], array[
                    'execute on function pgsync.begin_request(text, bytea)',
                    'execute on function pgsync.record_act(text, text, text, text, jsonb)',
                    'execute on function pgsync.retry_site_changes(bigint[], text, regclass, boolean)',
                    'execute on function pgsync.settle_request(text, integer, text)',
                    'execute on function pgsync.skip_site_changes(bigint[], text)'
                ]),
                (array['pgsync_site_reader', 'pgsync_api_site'], array[
                    'usage on schema pgsync',
                    'select on table pgsync.own_sites, pgsync.site_attempts, pgsync.site_changes, pgsync.site_entries, '
                    || 'pgsync.site_lines, pgsync.site_records, pgsync.site_waiting',
                    'execute on function pgsync.error_classes()',
                    'execute on function pgsync.failure_text(text, text)',
                    'execute on function pgsync.qualified_name(regclass)',
                    'execute on function pgsync.serves()',
                    'execute on function pgsync.short_id(text)',
                    'execute on function pgsync.site_in(jsonb, text, text)',
                    'execute on function pgsync.slot_of(text)',
                    'execute on function pgsync.table_named(text)',
                    'execute on function pgsync.token_site()',
                    'execute on function pgsync.utc_text(timestamptz)',
                    'execute on function pgsync.waiting_state(pgsync.sync_status, timestamptz, timestamptz, boolean)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.grant_site(name, text)',
                    'execute on function pgsync.revoke_site(name, text)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.cancel_job(bigint)',
                    'execute on function pgsync.cleanup_old_sync_data(integer)',
                    'execute on function pgsync.disable_schedule(text)',
                    'execute on function pgsync.enable_schedule(text)',
                    'execute on function pgsync.remove_schedule(text)',
                    'execute on function pgsync.run_schedule(text)',
                    'execute on function pgsync.set_schedule(text, text, text, text, text, text, interval, text, boolean)'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.channels, pgsync.alert_deliveries',
                    'execute on function pgsync.due_channels(timestamptz)',
                    'execute on function pgsync.settle_deliveries('
                    || 'text, uuid, text, text, text, interval, timestamptz)',
                    'execute on function pgsync.take_deliveries(text, timestamptz, interval)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.disable_channel(text)',
                    'execute on function pgsync.enable_channel(text)',
                    'execute on function pgsync.remove_channel(text)',
                    'execute on function pgsync.set_channel(text, text, jsonb, text, text, text, boolean)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.breaker_limit()',
                    'execute on function pgsync.channel_settings()',
                    'execute on function pgsync.failing_channels(timestamptz)'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.begin_verify('
                    || 'regclass, timestamptz, timestamptz, boolean, boolean, text)',
                    'execute on function pgsync.prepare_verify(bigint)',
                    'execute on function pgsync.verify_step(bigint, bigint, boolean)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.mark_difference(bigint, text, text)',
                    'execute on function pgsync.requeue_records(regclass, text[])',
                    'execute on function pgsync.undo_heals(bigint)',
                    'execute on function pgsync.verify_sync_integrity(text, date, date)'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.check_alerts(timestamptz, text)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.acknowledge_alert(bigint, timestamptz, text)',
                    'execute on function pgsync.end_acknowledgement(bigint)',
                    'execute on function pgsync.end_silence(bigint)',
                    'execute on function pgsync.silence_alerts(timestamptz, text, text, regclass, text)'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.sync_alerts, pgsync.alert_silences, pgsync.alert_notices, pgsync.alert_check, '
                    || 'pgsync.alert_conditions, pgsync.alert_states, pgsync.sync_system_health, pgsync.system_health',
                    'execute on function pgsync.record_health(integer, timestamptz)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.alert_facts(timestamptz)',
                    'execute on function pgsync.alert_kinds()',
                    'execute on function pgsync.latency_bounds()',
                    'execute on function pgsync.latency_percentiles(bigint[])'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.cut_step(text)',
                    'execute on function pgsync.drop_range_step()',
                    'execute on function pgsync.make_ranges()'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'select on table pgsync.id_ranges, pgsync.range_totals',
                    'execute on function pgsync.cut_bound(text)',
                    'execute on function pgsync.inspect_ranges()',
                    'execute on function pgsync.list_ranges()',
                    'execute on function pgsync.open_end(text)'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.verify_runs, pgsync.verified_days, pgsync.verified_sources, '
                    || 'pgsync.sync_differences, pgsync.sync_heals'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.difference_kinds()',
                    'execute on function pgsync.sync_score()'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.sync_jobs, pgsync.sync_failed_items, pgsync.job_states, '
                    || 'pgsync.sync_schedules, pgsync.sync_schedule_runs, pgsync.schedule_runs, pgsync.schedule_states'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.get_failed_items_summary()',
                    'execute on function pgsync.get_sync_performance_trends()',
                    'execute on function pgsync.get_sync_stats(integer)',
                    'execute on function pgsync.job_holders(bigint)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.clock_change(text, timestamptz, timestamptz)',
                    'execute on function pgsync.cron_clock( integer[], integer[], integer[], integer[], integer[], boolean, timestamp )',
                    'execute on function pgsync.cron_complaint(text)',
                    'execute on function pgsync.cron_day(integer[], integer[], integer[], boolean, date)',
                    'execute on function pgsync.cron_days_words(integer[], integer[], boolean)',
                    'execute on function pgsync.cron_next(text, text, timestamptz)',
                    'execute on function pgsync.cron_times_words(integer[], integer[])',
                    'execute on function pgsync.cron_words(text)',
                    'execute on function pgsync.default_schedules()',
                    'execute on function pgsync.first_moment(timestamp, text)',
                    'execute on function pgsync.job_kinds()',
                    'execute on function pgsync.list_words(integer[], text[])',
                    'execute on function pgsync.next_runs(text, text, integer, timestamptz, text)',
                    'execute on function pgsync.parse_cron(text)',
                    'execute on function pgsync.parse_cron_field(text, integer)',
                    'execute on function pgsync.recent_runs(text)',
                    'execute on function pgsync.retention_parts()',
                    'execute on function pgsync.schedule_next(text, text, text, timestamptz)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.base_type(oid)',
                    'execute on function pgsync.capture_checksum(text)',
                    'execute on function pgsync.capture_columns(regclass)',
                    'execute on function pgsync.capture_key(pgsync.sources, text)',
                    'execute on function pgsync.capture_value(text)',
                    'execute on function pgsync.default_key(regclass)',
                    'execute on function pgsync.special_image(anyelement)',
                    'execute on function pgsync.capture_name(regclass)',
                    'execute on function pgsync.capture_role()',
                    'execute on function pgsync.capture_scope(regclass)',
                    'execute on function pgsync.capture_treatment(oid)',
                    'execute on function pgsync.captured_columns(pgsync.sources)',
                    'execute on function pgsync.is_restored(pgsync.sources)',
                    'execute on function pgsync.may_act_as(name, name)',
                    'execute on function pgsync.owner_of(regclass)',
                    'execute on function pgsync.present_names(pgsync.sources, text[])',
                    'execute on function pgsync.is_reader(oid)',
                    'execute on function pgsync.reader_of(regclass)',
                    'execute on function pgsync.has_reader(regclass, text)',
                    'execute on function pgsync.present_triggers(pgsync.sources)',
                    'execute on function pgsync.reader_body(boolean)',
                    'execute on function pgsync.reader_settings()',
                    'execute on function pgsync.reads_refused(regclass)',
                    'execute on function pgsync.key_uniqueness(regclass, text[])',
                    'execute on function pgsync.missed_by_statements(regclass)',
                    'execute on function pgsync.capture_triggers(pgsync.sources)',
                    'execute on function pgsync.foreign_locks()',
                    'execute on function pgsync.holds_its_lock(integer)',
                    'execute on function pgsync.qualified_name(regclass)',
                    'execute on function pgsync.shape_columns(regclass, jsonb)',
                    'execute on function pgsync.table_growth(regclass)',
                    'execute on function pgsync.table_named(text)',
                    'execute on function pgsync.table_shape(regclass, jsonb)',
                    'execute on function pgsync.trigger_fingerprint(regclass)',
                    'execute on function pgsync.unlogged_parts(regclass)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'select on table pgsync.schema_objects',
                    'select on sequence ledger.journal_entries_id_seq',
                    'execute on function pgsync.inspect_references(integer)',
                    'execute on function pgsync.inspect_schema()',
                    'execute on function pgsync.present_objects()'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.arm_doorbell()',
                    'execute on function pgsync.disarm_doorbell()'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.tick()'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.sources, pgsync.source_versions, pgsync.sync_logs, pgsync.sync_queue, pgsync.ticks, '
                    || 'pgsync.sync_progress, pgsync.sync_log_status',
                    'select on sequence pgsync.sync_logs_id_seq',
                    'execute on function pgsync.changes_between(bigint, bigint)',
                    'execute on function pgsync.inspect_capture(regclass)',
                    'execute on function pgsync.capture_growth(interval)',
                    'execute on function pgsync.remember_growth(regclass, interval)',
                    'execute on function pgsync.renew_capture()',
                    'execute on function pgsync.is_included(pgsync.sync_logs, pgsync.sync_logs)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function ledger.account_statement(text, date, date)',
                    'execute on function ledger.already_posted(text[], bytea[])',
                    'execute on function ledger.amount_text(numeric, text)',
                    'execute on function ledger.balances_at(date)',
                    'execute on function ledger.days_moved(text, date, date, text)',
                    'execute on function ledger.entry_date_for(date)',
                    'execute on function ledger.entry_ids('
                    || 'date, date, text, text, text, text, text, text, numeric, numeric, date, bigint, boolean, integer)',
                    'execute on function ledger.excess_of(text, text[], jsonb[])',
                    'execute on function ledger.inspect_books()',
                    'execute on function ledger.inspect_safeguards()',
                    'execute on function ledger.inspect_entries(bigint, bigint)',
                    'execute on function ledger.inspect_journal()',
                    'execute on function ledger.is_shown(text, text, text, bigint, text, text, text, numeric, numeric)',
                    'execute on function ledger.statement_lines('
                    || 'text, date, date, date, bigint, smallint, boolean, integer, text, text, text, numeric, numeric)',
                    'execute on function ledger.statement_sums(text, date, date, text, text, text, numeric, numeric)',
                    'execute on function ledger.trial_balance_at(date)',
                    'execute on function ledger.turnover_at(date)',
                    'execute on function pgsync.capture_findings()',
                    'execute on function pgsync.entries_of(regclass, text)',
                    'execute on function pgsync.last_id_before(timestamptz, interval)',
                    'execute on function pgsync.recent_captures(integer)',
                    'execute on function pgsync.summed_latency(text, timestamptz)'
                ]),
                (array['pgsync_worker'], array[
                    'select on all tables in schema ledger'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function ledger.take_snapshot()'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function ledger.post_entry('
                    || 'date, text, text, jsonb, text, date, ledger.purpose, regclass, text, text)',
                    'execute on function ledger.reverse_entry(bigint, date, text, boolean)',
                    'execute on function ledger.close_period(text)',
                    'execute on function ledger.import_chart(jsonb)',
                    'execute on function ledger.open_period(text, date, date)',
                    'execute on function ledger.reopen_period(text, text)',
                    'execute on function ledger.start_closing(text)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'select on table pgsync.rules, pgsync.rule_spans',
                    'execute on function pgsync.rule_checksum(text)',
                    'execute on function pgsync.rule_account(text, boolean)',
                    'execute on function pgsync.rule_boolean(jsonb)',
                    'execute on function pgsync.rule_bounded(numeric, integer)',
                    'execute on function pgsync.rule_date(text)',
                    'execute on function pgsync.rule_day(text, text)',
                    'execute on function pgsync.rule_decimals(text)',
                    'execute on function pgsync.rule_number(jsonb, text)',
                    'execute on function pgsync.rule_number_problem(jsonb)',
                    'execute on function pgsync.rule_round_down(numeric, numeric, integer)',
                    'execute on function pgsync.rule_round_even(numeric, numeric, integer)',
                    'execute on function pgsync.rule_text(jsonb, text)',
                    'execute on function pgsync.rule_timestamp(text)'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.audit_chain, pgsync.chain_total, pgsync.chain_kinds, pgsync.chain_tables, '
                    || 'pgsync.chain_anchors, '
                    || 'pgsync.chain_verifications, pgsync.chain_findings, pgsync.chain_rows, pgsync.chain_state'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.chain_block_content(pgsync.audit_chain)',
                    'execute on function pgsync.chain_contents(pgsync.audit_chain)',
                    'execute on function pgsync.chain_field(text)',
                    'execute on function pgsync.chain_head(pgsync.audit_chain)',
                    'execute on function pgsync.chain_length()',
                    'execute on function pgsync.chain_list(text[], bytea[])',
                    'execute on function pgsync.chain_part(text, bigint)',
                    'execute on function pgsync.chained_part(text, bigint)',
                    'execute on function pgsync.count_chained(bigint, bigint)',
                    'execute on function pgsync.is_range_chained(text)',
                    'execute on function pgsync.next_part(text, bigint)',
                    'execute on function pgsync.verify_links(bigint, bigint)',
                    'execute on function pgsync.verify_part(text, bigint)'
                ]),
                (array['pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.compare_anchors('
                    || 'bigint, text, bigint[], text[], timestamptz[], bigint[], text[])',
                    'execute on function pgsync.end_verification(bigint)',
                    'execute on function pgsync.verify_chain(timestamptz)',
                    'execute on function pgsync.verify_chain_step(bigint)'
                ]),
                (array['pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.add_anchor(text, text, bigint, bytea)',
                    'execute on function pgsync.extend_chain(integer)'
                ]),
                (array['pgsync_worker', 'pgsync_operator'], array[
                    'execute on function pgsync.error_class_of(text, text, text, text)',
                    'execute on function pgsync.find_truncated(bigint)',
                    'execute on function pgsync.post_now(regclass, text)',
                    'execute on function pgsync.process_batch(text, integer, bigint, regclass[], boolean, boolean)'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.sync_workers',
                    'execute on function pgsync.begin_careful(text, bigint, regclass[], boolean, boolean)',
                    'execute on function pgsync.end_careful(text, bigint, text, text, boolean)',
                    'execute on function pgsync.find_lost_workers(integer)',
                    'execute on function pgsync.process_one(text, bigint, boolean)',
                    'execute on function pgsync.register_worker(text, text, integer, text, integer, boolean)',
                    'execute on function pgsync.report_worker(integer, jsonb)',
                    'execute on function pgsync.resume_worker(integer)',
                    'execute on function pgsync.stop_worker(integer, jsonb)',
                    'execute on function pgsync.survey_queue(bigint, regclass[], boolean)',
                    'execute on function pgsync.waiting_counts(regclass[])'
                ]),
                (array['pgsync_operator'], array[
                    'update (retry_count, scheduled_at) on table pgsync.sync_queue',
                    'execute on function pgsync.pause(regclass)',
                    'execute on function pgsync.request_queue_job(text, text, regclass, text, interval, text)',
                    'execute on function pgsync.request_rule_diff(text, text, date, date)',
                    'execute on function pgsync.resume(regclass)',
                    'execute on function pgsync.retry_changes(bigint[], text, regclass, boolean)',
                    'execute on function pgsync.skip_changes(bigint[], text)'
                ]),
                (array['pgsync_worker'], array[
                    'select on table pgsync.sync_audit_log, pgsync.sync_master_status',
                    'execute on function pgsync.queue_job_changes(bigint, integer)',
                    'execute on function pgsync.queue_job_step(bigint, integer)',
                    'execute on function pgsync.note_rule_diff(bigint, bigint, jsonb, jsonb, jsonb)',
                    'select on table pgsync.queue_jobs, pgsync.rule_diffs'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'select on table pgsync.waiting_changes, pgsync.worker_states',
                    'execute on function pgsync.backlog(integer)',
                    'execute on function pgsync.failed_kinds()',
                    'execute on function pgsync.failures(integer)',
                    'execute on function pgsync.lost_changes(bigint)',
                    'execute on function pgsync.failure_text(text, text)',
                    'execute on function pgsync.permanent_error_classes()',
                    'execute on function pgsync.queue_counts(regclass, integer)',
                    'execute on function pgsync.queue_page('
                    || 'text, regclass, text, text, timestamptz, bigint, boolean, integer)',
                    'execute on function pgsync.queue_size(integer)',
                    'execute on function pgsync.recent_outcomes(integer)',
                    'execute on function pgsync.setting_reasons(xid8)',
                    'execute on function pgsync.record_key(regclass, text[])',
                    'execute on function pgsync.running_totals()',
                    'execute on function pgsync.sync_log_counts(integer)',
                    'execute on function pgsync.short_id(text)',
                    'execute on function pgsync.slot_of(text)',
                    'execute on function pgsync.waiting_state(pgsync.sync_status, timestamptz, timestamptz, boolean)',
                    'execute on function pgsync.utc_text(timestamptz)',
                    'execute on function pgsync.trace(regclass, text, boolean)'
                ]),
                (array['pgsync_operator'], array[
                    'update (config_value) on table pgsync.sync_configuration',
                    'execute on function pgsync.reset_configuration(text)',
                    'execute on function pgsync.set_configuration(text, text)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker', 'pgsync_importer'], array[
                    'select on table pgsync.endpoint_states, pgsync.budget_states, pgsync.import_states, '
                    || 'pgsync.import_runs, pgsync.import_run_streams, pgsync.import_failed_items, pgsync.job_states, '
                    || 'pgsync.sync_progress, pgsync.imports, pgsync.import_streams, '
                    || 'pgsync.import_jobs, pgsync.import_plans, pgsync.import_slices, pgsync.cursors, pgsync.endpoint_members',
                    'execute on function pgsync.cut_times(tstzmultirange, text)',
                    'execute on function pgsync.image_error_class(text)',
                    'execute on function pgsync.job_holders(bigint)',
                    'execute on function pgsync.limited_endpoints(name)',
                    'execute on function pgsync.qualified_name(regclass)',
                    'execute on function pgsync.wanted_times(text, text, tstzrange, interval, boolean)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'select on table pgsync.comparisons, pgsync.comparison_runs, pgsync.comparison_states, '
                    || 'pgsync.compare_runs, pgsync.compare_results',
                    'select on table pgsync.compare_differences',
                    'execute on function pgsync.compare_report(bigint)',
                    'execute on function pgsync.compare_verdict(numeric)'
                ]),
                (array['pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.begin_comparison(bigint)',
                    'execute on function pgsync.resume_job(bigint, boolean)',
                    'execute on function pgsync.finish_comparison(bigint, interval)',
                    'execute on function pgsync.import_for_comparison(bigint, text[])',
                    'execute on function pgsync.note_compare_heals(bigint, text, jsonb, text, boolean)',
                    'execute on function pgsync.note_comparison(bigint, text, jsonb, jsonb)'
                ]),
                (array['pgsync_operator', 'pgsync_api_operate'], array[
                    'execute on function pgsync.request_comparison(text, text[], boolean, boolean, text)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.apply_comparison(text, integer, text, text, text, text[], text)',
                    'execute on function pgsync.note_compare_undone(bigint)'
                ]),
                (array['pgsync_importer'], array[
                    'usage on schema pgsync',
                    'select on table pgsync.migrations',
                    'execute on function pgsync.add_import_column(regclass, text, text)',
                    'execute on function pgsync.add_sightings(bigint, text, text[])',
                    'execute on function pgsync.apply_images(regclass, text[], text[], jsonb)',
                    'execute on function pgsync.base_type(oid)',
                    'execute on function pgsync.apply_isolated(regclass, text[], text[], jsonb, integer)',
                    'execute on function pgsync.begin_import(bigint)',
                    'execute on function pgsync.begin_job(text, text, text, text, text)',
                    'execute on function pgsync.due_items(text, text, text, integer, bigint)',
                    'execute on function pgsync.end_job(bigint, text, jsonb, text, text)',
                    'execute on function pgsync.end_sweep(bigint, text, bigint, text[])',
                    'execute on function pgsync.error_class_of(text, text, text, text)',
                    'execute on function pgsync.hold_slot(text)',
                    'execute on function pgsync.image_ids(regclass, text[], jsonb)',
                    'execute on function pgsync.import_items('
                    || 'bigint, text, regclass, text[], text[], text[], jsonb, text[], jsonb, text[], integer)',
                    'execute on function pgsync.import_pages('
                    || 'bigint, text, tstzrange, regclass, text[], text[], text[], jsonb, text[], jsonb, integer, text, '
                    || 'boolean, timestamptz, boolean, integer)',
                    'execute on function pgsync.join_import(bigint)',
                    'execute on function pgsync.keep_plan('
                    || 'bigint, text, tstzmultirange, text, boolean, timestamptz, boolean, text)',
                    'execute on function pgsync.other_columns(regclass, text[])',
                    'execute on function pgsync.note_absences(bigint, text, text[])',
                    'execute on function pgsync.note_call(text, text, text, interval, interval, integer, interval)',
                    'execute on function pgsync.note_interruption(bigint, text, text)',
                    'execute on function pgsync.note_items(bigint, text, text[], jsonb, integer)',
                    'execute on function pgsync.note_pages('
                    || 'bigint, text, tstzrange, integer, text, boolean, timestamptz, bigint, bigint, bigint, text[], '
                    || 'jsonb, integer)',
                    'execute on function pgsync.note_phase(bigint, text, text, bigint, bigint, boolean)',
                    'execute on function pgsync.pause_endpoint(text, text)',
                    'execute on function pgsync.release_slot(text, integer)',
                    'execute on function pgsync.resume_job(bigint, boolean)',
                    'execute on function pgsync.release_slice(bigint, text, tstzrange)',
                    'execute on function pgsync.runnable_jobs(text[])',
                    'execute on function pgsync.seen_by_import(bigint, text)',
                    'execute on function pgsync.short_id(text)',
                    'execute on function pgsync.sweep_stream('
                    || 'bigint, text, regclass, text[], text, integer, numeric, boolean)',
                    'execute on function pgsync.take_budget(text, integer, interval)',
                    'execute on function pgsync.take_given_job(bigint)',
                    'execute on function pgsync.take_job(text[])',
                    'execute on function pgsync.take_slice(bigint, text, tstzmultirange, text, boolean)',
                    'execute on function pgsync.wait_for_endpoint(bigint, interval, text, text)',
                    'execute on function pgsync.write_items(regclass, text[], text[], text[], jsonb, text[])'
                ]),
                (array['pgsync_node'], array[
                    'usage on schema pgsync',
                    'select on table pgsync.migrations',
                    'execute on function pgsync.acknowledge_exchange(text, timestamptz, text, text, text, jsonb)',
                    'execute on function pgsync.add_columns(regclass, jsonb, boolean)',
                    'execute on function pgsync.answered_records(text, jsonb)',
                    'execute on function pgsync.apply_images(regclass, text[], text[], jsonb)',
                    'execute on function pgsync.base_type(oid)',
                    'execute on function pgsync.apply_isolated(regclass, text[], text[], jsonb, integer)',
                    'execute on function pgsync.begin_exchange(text)',
                    'execute on function pgsync.catch_up(text)',
                    'execute on function pgsync.begin_job(text, text, text, text, text)',
                    'execute on function pgsync.begin_upload(text, bigint, bytea, bigint)',
                    'execute on function pgsync.checked_keys(regclass, bigint, text[], text[], jsonb)',
                    'execute on function pgsync.capture_treatment(oid)',
                    'execute on function pgsync.checked_records(text, jsonb)',
                    'execute on function pgsync.columns_to_evolve(text, jsonb)',
                    'execute on function pgsync.columns_to_take(text, jsonb)',
                    'execute on function pgsync.decide_answers(regclass, jsonb)',
                    'execute on function pgsync.decide_staged(text, regclass, bigint[])',
                    'execute on function pgsync.decide_upload(text, regclass, jsonb)',
                    'execute on function pgsync.delete_records(regclass, text[], jsonb)',
                    'execute on function pgsync.download_page(text, text[], text, timestamptz, integer, bigint)',
                    'execute on function pgsync.end_answer(text)',
                    'execute on function pgsync.end_exchange(text, text, text)',
                    'execute on function pgsync.end_job(bigint, text, jsonb, text, text)',
                    'execute on function pgsync.end_upload(text, jsonb)',
                    'execute on function pgsync.error_class_of(text, text, text, text)',
                    'execute on function pgsync.evolve_tables(text, jsonb)',
                    'execute on function pgsync.exchange_status(text)',
                    'execute on function pgsync.failures_of(jsonb, jsonb)',
                    'execute on function pgsync.begin_request(text, bytea)',
                    'execute on function pgsync.fold_is_due()',
                    'execute on function pgsync.folded_through()',
                    'execute on function pgsync.settle_request(text, integer, text)',
                    'execute on function pgsync.fold_records(regclass, text[])',
                    'execute on function pgsync.fold_versions(bigint)',
                    'execute on function pgsync.hold_slot(text)',
                    'execute on function pgsync.image_error_class(text)',
                    'execute on function pgsync.key_expression(regclass, text)',
                    'execute on function pgsync.keys_of(text[], text[])',
                    'execute on function pgsync.lacking_records(text, integer)',
                    'execute on function pgsync.lock_records(regclass, text[], jsonb)',
                    'execute on function pgsync.master_sums(text)',
                    'execute on function pgsync.master_status(text)',
                    'execute on function pgsync.note_answers(text, regclass, jsonb, bigint[])',
                    'execute on function pgsync.note_call(text, text, text, interval, interval, integer, interval)',
                    'execute on function pgsync.note_interruption(bigint, text, text)',
                    'execute on function pgsync.note_master(text, text, text, text[])',
                    'execute on function pgsync.note_phase(bigint, text, text, bigint, bigint, boolean)',
                    'execute on function pgsync.note_staged(text, regclass, bigint[], bigint[], bigint[])',
                    'execute on function pgsync.note_upload(text, regclass, jsonb, jsonb)',
                    'execute on function pgsync.owner_of(regclass)',
                    'execute on function pgsync.pause_endpoint(text, text)',
                    'execute on function pgsync.put_failed_item(bigint, text, text, text, jsonb, text, integer)',
                    'execute on function pgsync.refused_record(bigint, text, text)',
                    'execute on function pgsync.release_slot(text, integer)',
                    'execute on function pgsync.renew_capture()',
                    'execute on function pgsync.resume_job(bigint, boolean)',
                    'execute on function pgsync.resync_master(text, bigint, boolean)',
                    'execute on function pgsync.runnable_jobs(text[])',
                    'execute on function pgsync.settle_exchanged(text)',
                    'execute on function pgsync.short_id(text)',
                    'execute on function pgsync.stage_page(text, jsonb, jsonb)',
                    'execute on function pgsync.stage_unconfirmed(text, text[])',
                    'execute on function pgsync.staged_parts(text, boolean, integer)',
                    'execute on function pgsync.start_upload(text, integer, boolean, timestamptz)',
                    'execute on function pgsync.synced_source(regclass)',
                    'execute on function pgsync.tables_of_node(text)',
                    'execute on function pgsync.take_answer(text, jsonb)',
                    'execute on function pgsync.take_columns(text, jsonb)',
                    'execute on function pgsync.take_budget(text, integer, interval)',
                    'execute on function pgsync.take_job(text[])',
                    'execute on function pgsync.take_records(text, regclass, jsonb)',
                    'execute on function pgsync.take_staged(text, boolean, integer)',
                    'execute on function pgsync.take_staged_part(text, regclass, boolean, bigint[], text[])',
                    'execute on function pgsync.take_upload(text, jsonb, bigint, bytea, bigint)',
                    'execute on function pgsync.tick()',
                    'execute on function pgsync.typed_keys(regclass, text[], jsonb)',
                    'execute on function pgsync.unsent_records(text, integer, timestamptz)',
                    'execute on function pgsync.park_unique_values(regclass, text[], jsonb)',
                    'execute on function pgsync.base_type(oid)',
                    'execute on function pgsync.write_records(regclass, text[], text[], jsonb)',
                    'execute on function pgsync.write_records_plainly(regclass, text[], text[], jsonb)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker', 'pgsync_node'], array[
                    'select on table pgsync.endpoint_states, pgsync.job_states, pgsync.sync_progress, '
                    || 'pgsync.node_states, pgsync.master_states',
                    'execute on function pgsync.job_holders(bigint)',
                    'execute on function pgsync.exchanged_name(regclass)',
                    'execute on function pgsync.own_name()',
                    'execute on function pgsync.synced_tables(regclass[])',
                    'execute on function pgsync.pending_records(text)',
                    'execute on function pgsync.unsent_by_table(text)',
                    'execute on function pgsync.unsent_count(text)',
                    'execute on function pgsync.limited_endpoints(name)',
                    'execute on function pgsync.qualified_name(regclass)',
                    'execute on function pgsync.version_text(bigint, text)'
                ]),
                (array['pgsync_operator', 'pgsync_api_operate'], array[
                    'execute on function pgsync.conflict_to_resolve(bigint)',
                    'execute on function pgsync.keys_of(text[], text[])',
                    'execute on function pgsync.note_resolution(bigint, text, boolean)',
                    'execute on function pgsync.reset_master(text, boolean)',
                    'execute on function pgsync.reset_node(text, boolean, text)',
                    'execute on function pgsync.resolve_conflict(bigint, text, jsonb)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.delete_records(regclass, text[], jsonb)',
                    'execute on function pgsync.fold_records(regclass, text[])',
                    'execute on function pgsync.image_error_class(text)',
                    'execute on function pgsync.lock_records(regclass, text[], jsonb)',
                    'execute on function pgsync.park_unique_values(regclass, text[], jsonb)',
                    'execute on function pgsync.base_type(oid)',
                    'execute on function pgsync.write_records(regclass, text[], text[], jsonb)',
                    'execute on function pgsync.write_records_plainly(regclass, text[], text[], jsonb)',
                    'execute on function pgsync.apply_images(regclass, text[], text[], jsonb)',
                    'execute on function pgsync.apply_isolated(regclass, text[], text[], jsonb, integer)'
                ]),
                (array['pgsync_operator', 'pgsync_node'], array[
                    'execute on function pgsync.schedule_sync(text, integer)',
                    'execute on function pgsync.set_live(text, boolean)',
                    'execute on function pgsync.set_master(text, text, text, text[], text[], text, text, text)'
                ]),
                (array['pgsync_operator', 'pgsync_reader', 'pgsync_auditor'], array[
                    'execute on function pgsync.replay_conflicts(text, text[], text[], regclass, integer)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.add_node(text, text[], jsonb, text)',
                    'execute on function pgsync.protect_node(text, text)',
                    'execute on function pgsync.remove_master(text)',
                    'execute on function pgsync.begin_incarnation(text)',
                    'execute on function pgsync.remove_node(text)',
                    'execute on function pgsync.resync_node(text, text)',
                    'execute on function pgsync.folded_through()',
                    'execute on function pgsync.start_fold(bigint)',
                    'execute on function pgsync.rotate_node(text, interval)'
                ]),
                (array['pgsync_operator', 'pgsync_importer', 'pgsync_api_operate'], array[
                    'execute on function pgsync.cancel_job(bigint)',
                    'execute on function pgsync.request_import('
                    || 'text, text, text[], timestamptz, timestamptz, text, boolean, boolean, boolean, text, text)',
                    'execute on function pgsync.resume_endpoint(text)',
                    'execute on function pgsync.pause_endpoint(text, text)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.apply_import(text, integer, text, jsonb, jsonb)',
                    'execute on function pgsync.check_import_target(text, text, text[], text[], text)',
                    'execute on function pgsync.grant_endpoint(name, text)',
                    'execute on function pgsync.revoke_endpoint(name, text)'
                ]),
                (array['pgsync_dashboard'], array[
                    'usage on schema pgsync',
                    'execute on function pgsync.begin_session(bytea, bytea, text, interval)',
                    'execute on function pgsync.confirm_session(bytea, bytea, text)',
                    'execute on function pgsync.end_session(bytea)',
                    'execute on function pgsync.ended_logins(text[], bigint[], interval)',
                    'execute on function pgsync.message_secrets(text)',
                    'execute on function pgsync.note_message(bytea)',
                    'execute on function pgsync.record_act(text, text, text, text, jsonb)',
                    'execute on function pgsync.session_of(bytea, interval, boolean)',
                    'execute on function pgsync.token_of(bytea, text)'
                ]),
                (v_scopes, array[
                    'execute on function pgsync.begin_request(text, bytea)',
                    'execute on function pgsync.record_act(text, text, text, text, jsonb)',
                    'execute on function pgsync.settle_request(text, integer, text)',
                    'execute on function pgsync.trace_events(regclass, text)'
                ]),
                (array['pgsync_api_images'], array[
                    'select on table pgsync.conflicts, pgsync.rule_diff_records, pgsync.sync_failed_items',
                    'select on table pgsync.compare_differences',
                    'select on table pgsync.sync_logs, pgsync.waiting_changes',
                    'execute on function pgsync.decrypted_images(bigint[])',
                    'execute on function pgsync.request_rule_diff(text, text, date, date)',
                    'execute on function pgsync.trace(regclass, text, boolean)'
                ]),
                (array['pgsync_api_audit'], array[
                    'select on table pgsync.acts'
                ]),
                (array['pgsync_api_operate'], array[
                    'execute on function pgsync.acknowledge_alert(bigint, timestamptz, text)',
                    'execute on function pgsync.end_acknowledgement(bigint)',
                    'execute on function pgsync.cancel_backfill(bigint)',
                    'execute on function pgsync.cancel_job(bigint)',
                    'execute on function pgsync.disable_schedule(text)',
                    'execute on function pgsync.enable_schedule(text)',
                    'execute on function pgsync.end_silence(bigint)',
                    'execute on function pgsync.mark_difference(bigint, text, text)',
                    'execute on function pgsync.pause(regclass)',
                    'execute on function pgsync.post_now(regclass, text)',
                    'execute on function pgsync.request_job(text, text, text, text, text)',
                    'execute on function pgsync.request_queue_job(text, text, regclass, text, interval, text)',
                    'execute on function pgsync.resume(regclass)',
                    'execute on function pgsync.retry_changes(bigint[], text, regclass, boolean)',
                    'execute on function pgsync.run_schedule(text)',
                    'execute on function pgsync.settle_failed_item(bigint, text)',
                    'execute on function pgsync.silence_alerts(timestamptz, text, text, regclass, text)',
                    'execute on function pgsync.skip_changes(bigint[], text)',
                    'execute on function pgsync.start_backfill(regclass)',
                    'execute on function pgsync.undo_heals(bigint)'
                ]),
                (array['pgsync_api_admin'], array[
                    'select on table pgsync.token_states',
                    'update (config_value) on table pgsync.sync_configuration',
                    'execute on function ledger.close_period(text)',
                    'execute on function ledger.reopen_period(text, text)',
                    'execute on function ledger.start_closing(text)',
                    'execute on function pgsync.create_token(text, text, bytea, text[], text, timestamptz, text, bytea)',
                    'execute on function pgsync.disable_channel(text)',
                    'execute on function pgsync.enable_channel(text)',
                    'execute on function pgsync.mark_difference(bigint, text, text)',
                    'execute on function pgsync.request_job(text, text, text, text, text)',
                    'execute on function pgsync.reset_configuration(text)',
                    'execute on function pgsync.revoke_token(bigint)',
                    'execute on function pgsync.set_configuration(text, text)',
                    'execute on function pgsync.set_schedule(text, text, text, text, text, text, interval, text, boolean)'
                ]),
                (array['pgsync_operator'], array[
                    'execute on function pgsync.create_token(text, text, bytea, text[], text, timestamptz, text, bytea)',
                    'execute on function pgsync.revoke_token(bigint)'
                ]),
                (array['pgsync_reader', 'pgsync_auditor', 'pgsync_operator', 'pgsync_worker'], array[
                    'execute on function pgsync.actor()',
                    'execute on function pgsync.serves()'
                ]),
                (array['pgsync_worker'], array[
                    'usage on schema pgsync, ledger',
                    'execute on function pgsync.exchange_figures(bigint)',
                    'select on table pgsync.migrations, pgsync.sync_configuration, pgsync.configuration',
                    'execute on function pgsync.configuration_allowed(text, numeric, numeric, text)',
                    'execute on function pgsync.configuration_complaint(text, text)',
                    'execute on function pgsync.configuration_text_allowed(text)',
                    'execute on function pgsync.error_classes()',
                    'execute on function pgsync.configuration_boolean(text)',
                    'execute on function pgsync.configuration_integer(text)',
                    'execute on function pgsync.configuration_number(text)',
                    'execute on function pgsync.configuration_text(text)'
                ])
            ) as list (roles, privileges)
            cross join unnest(list.privileges) as granted (privilege)
            inner join pg_catalog.pg_roles as role
                on role.rolname = any(list.roles)
                -- Scopes read what readers do, but no images.
                or (
                    role.rolname = any(v_scopes)
                    and 'pgsync_reader' = any(list.roles)
                    and granted.privilege
                    !~ 'all tables|waiting_changes|sync_failed_items|compare_differences|(read_rows|changes_between|is_included|decrypted_images|trace|chain_contents|verify_part|lost_changes)\('
                )
            group by granted.privilege
            order by granted.privilege
        loop
            execute format('grant %s to %s', v_right, v_role);
        end loop;

        -- Images are columns of some tables; nobody reads who may come in.
        for v_role, v_right in
            select string_agg(quote_ident(role.rolname), ', ' order by role.rolname), readable.privilege
            from (
                select
                    format(
                        case
                            when bool_or(part.attname = any(v_images)) then 'select (%1$s) on table %2$I.%3$I'
                            else 'select on table %2$I.%3$I'
                        end,
                        string_agg(quote_ident(part.attname), ', ' order by part.attnum)
                            filter (where part.attname <> all(v_images)),
                        space.nspname, relation.relname
                    ) as privilege
                from pg_catalog.pg_class as relation
                inner join pg_catalog.pg_namespace as space on space.oid = relation.relnamespace
                inner join pg_catalog.pg_attribute as part
                    on part.attrelid = relation.oid and part.attnum > 0 and not part.attisdropped
                where space.nspname in ('pgsync', 'ledger')
                    and relation.relkind in ('r', 'p', 'v')
                    and not relation.relispartition
                    and relation.relname <> all(v_secret)
                group by space.nspname, relation.relname
            ) as readable
            inner join pg_catalog.pg_roles as role on role.rolname = any(v_scopes)
            group by readable.privilege
            order by readable.privilege
        loop
            execute format('grant %s to %s', v_right, v_role);
        end loop;
        for v_role in
            select role.rolname
            from pg_catalog.pg_roles as role
            where role.rolname in ('pgsync_reader', 'pgsync_operator', 'pgsync_auditor')
        loop
            execute format(
                'revoke all on table pgsync.api_tokens, pgsync.api_sessions, pgsync.api_requests, pgsync.node_identity from %I',
                v_role
            );
            if v_role <> 'pgsync_auditor' then
                execute format('revoke all on table pgsync.acts from %I', v_role);
            end if;
        end loop;
        perform pgsync.grant_rules();
        perform pgsync.grant_capture();
        if exists (select from pgsync.image_keys)
            and exists (select from pg_catalog.pg_extension as extension where extension.extname = 'pgcrypto')
        then
            perform pgsync.make_encryption();
        end if;

        -- Only for a role of our own: the default covers all its schemas, and a database owner has others.
        if current_user = 'pgsync_owner' then
            alter default privileges revoke all on routines from public;
        end if;
    end;
end;
$$;
