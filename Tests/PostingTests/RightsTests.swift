import Postgres
import TestSupport
import Testing

@Suite("Rights in posting", .posting, .timeLimit(.minutes(2)))
struct RightsTests {
    let database = TestDatabase.current

    private static let reading = [
        "select count(*) from pgsync.sync_log_status", "select count(*) from pgsync.sync_audit_log",
        "select count(*) from pgsync.sync_master_status", "select count(*) from ledger.entry_details",
    ]
    private static let posting = [
        "select pgsync.process_batch('test')", "select pgsync.post_now('public.bills', '1')",
    ]
    private static let operating = [
        "select pgsync.pause('public.bills')", "select pgsync.resume('public.bills')",
        "select pgsync.pause()",
        "select pgsync.retry_changes()", "select pgsync.skip_changes('{1}', 'test')",
        "update pgsync.sync_queue set retry_count = 0, scheduled_at = now() where retry_count >= max_retries",
        "select pgsync.set_configuration('queue_batch_size', '10')",
    ]
    private static let forbidden = [
        "update pgsync.sync_queue set sync_status = 'pending'", "delete from pgsync.sync_queue",
        "insert into pgsync.sync_queue (log_id, slot) values (99, 1)", "truncate pgsync.sync_queue",
        "update pgsync.sync_audit_log set outcome = 'posted'", "delete from pgsync.sync_audit_log",
        "insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id) values (99, 1, 'posted', 'public.bills', '1')",
        "truncate pgsync.sync_audit_log", "update pgsync.sync_master_status set entry_ids = '{}'",
        "delete from pgsync.sync_master_status", "truncate pgsync.sync_master_status",
        "update ledger.journal_entries set description = ''", "delete from ledger.journal_lines",
        "update pgsync.sync_logs set data = null", "delete from pgsync.sync_logs",
        "update pgsync.sources set paused_at = now()",
        "select pgsync.post_claims('{}', 'test')",
        "select pgsync.reverse_entries('{1}', '{1}', '{t}', '{2026-01-01}', '{x}')",
        "select pgsync.rank_claims('{}')",
        "select pgsync.claim_changes(10)",
        "select pgsync.post_isolated('{}', 'test')", "select pgsync.reschedule('{1}', '{x}', '{x}')",
        "select pgsync.defer_changes('{1}')", "select pgsync.claim_due(1)",
        "select pgsync.find_waiting('{}', 0, 1)", "select pgsync.empty_records(null, '{}')",
        "select pgsync.empty_next(null, '', '{}', 1)", "select pgsync.free_overtaken(null, 0, 0, 1)",
        "select pgsync.finish_emptying('{}')", "delete from pgsync.truncate_steps",
        "select pgsync.supersede_failed('{}', '{}', 'test', now())",
        "select pgsync.fail_claim(null, 'x', 'x', 'test', now())",
        "select pgsync.post_truncate(null, 'test', now())",
        "select pgsync.finish_truncate(null, 'test', now(), 1)",
    ]

    @Test("let each role do what it needs and no more")
    func roles() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, null)")
        let allowed: [String: [String]] = [
            "pgsync_worker": Self.reading + Self.posting,
            "pgsync_operator": Self.reading + Self.posting + Self.operating,
            "pgsync_reader": Self.reading, "pgsync_auditor": Self.reading, "pgsync_capture": [],
        ]
        for (role, permitted) in allowed {
            for statement in Self.reading + Self.posting + Self.operating + Self.forbidden {
                if role == "pgsync_capture", statement.hasPrefix("insert into pgsync.sync_queue") { continue }
                var found: String?
                do {
                    try await database.run("set role \(role); begin; \(statement); rollback")
                } catch let error as PostgresError { found = error.sqlState?.code }
                #expect(found == (permitted.contains(statement) ? nil : "42501"), "\(role): \(statement)")
            }
        }
    }

    /// All that can write: rights on tables beyond reading, sequences, functions that are not stable.
    private static let writing: [String: [String]] = [
        "pgsync_worker": [
            "pgsync.begin_verify", "pgsync.prepare_verify", "pgsync.verify_step", "pgsync.begin_job",
            "pgsync.end_job", "pgsync.settle_deliveries",
            "pgsync.take_deliveries", "pgsync.check_alerts", "pgsync.record_health",
            "pgsync.note_phase", "pgsync.put_failed_item", "pgsync.request_job",
            "pgsync.settle_failed_item", "pgsync.note_interruption", "pgsync.retention_step",
            "pgsync.take_due_schedules", "pgsync.take_job", "pgsync.add_anchor", "pgsync.compare_anchors",
            "pgsync.end_verification", "pgsync.extend_chain", "pgsync.verify_chain",
            "pgsync.verify_chain_step",
            "ledger.take_snapshot", "pgsync.arm_doorbell", "pgsync.begin_careful", "pgsync.capture_growth",
            "pgsync.disarm_doorbell", "pgsync.end_careful", "pgsync.find_lost_workers",
            "pgsync.find_truncated",
            "pgsync.post_now", "pgsync.process_batch", "pgsync.process_one", "pgsync.register_worker",
            "pgsync.remember_growth", "pgsync.renew_capture", "pgsync.report_worker", "pgsync.resume_worker",
            "pgsync.stop_worker", "pgsync.cut_step", "pgsync.drop_range_step", "pgsync.make_ranges",
        ],
        "pgsync_operator": [
            "pgsync.begin_verify", "pgsync.prepare_verify", "pgsync.mark_difference",
            "pgsync.requeue_records", "pgsync.grant_site", "pgsync.revoke_site", "pgsync.undo_heals",
            "pgsync.verify_step", "pgsync.disable_channel",
            "pgsync.enable_channel", "pgsync.remove_channel",
            "pgsync.set_channel", "pgsync.acknowledge_alert", "pgsync.check_alerts", "pgsync.end_silence",
            "pgsync.silence_alerts",
            "pgsync.verify_sync_integrity", "pgsync.begin_job", "pgsync.cancel_job", "pgsync.end_job",
            "pgsync.note_phase", "pgsync.put_failed_item", "pgsync.request_job",
            "pgsync.settle_failed_item", "pgsync.cleanup_old_sync_data", "pgsync.disable_schedule",
            "pgsync.enable_schedule", "pgsync.note_interruption", "pgsync.remove_schedule",
            "pgsync.retention_step", "pgsync.run_schedule", "pgsync.set_schedule", "pgsync.add_anchor",
            "pgsync.compare_anchors", "pgsync.end_verification", "pgsync.extend_chain",
            "pgsync.verify_chain", "pgsync.verify_chain_step", "pgsync.take_due_schedules",
            "pgsync.take_job", "pgsync.cut_step", "pgsync.drop_range_step", "pgsync.make_ranges",
            "ledger.close_period", "ledger.import_chart", "ledger.open_period", "ledger.post_entry",
            "ledger.reopen_period", "ledger.reverse_entry", "ledger.start_closing", "ledger.take_snapshot",
            "pgsync.arm_doorbell", "pgsync.attach", "pgsync.backfill_step", "pgsync.cancel_backfill",
            "pgsync.capture_growth", "pgsync.detach", "pgsync.disarm_doorbell", "pgsync.find_truncated",
            "pgsync.finish_capture", "pgsync.install_capture", "pgsync.lock_patiently",
            "pgsync.pause", "pgsync.post_now", "pgsync.process_batch", "pgsync.read_rows", "pgsync.reattach",
            "pgsync.remember_growth",
            "pgsync.remove_capture", "pgsync.renew_capture", "pgsync.reset_configuration", "pgsync.resume",
            "pgsync.retry_changes", "pgsync.set_configuration", "pgsync.skip_changes",
            "pgsync.start_backfill",
            "pgsync.tick", "update (retry_count, scheduled_at) pgsync.sync_queue",
            "update (config_value) pgsync.sync_configuration",
        ],
        "pgsync_capture": [
            "insert pgsync.sync_logs", "insert pgsync.sync_queue", "pgsync.note_nesting",
            "usage pgsync.sync_logs_id_seq",
        ],
        "pgsync_reader": ["pgsync.capture_growth", "pgsync.read_rows"],
        "pgsync_site_reader": [],
        "pgsync_auditor": [
            "pgsync.capture_growth", "pgsync.compare_anchors", "pgsync.end_verification", "pgsync.read_rows",
            "pgsync.verify_chain", "pgsync.verify_chain_step",
        ],
        "public": [],
    ]

    @Test("to write are these and no others", arguments: writing.keys.sorted())
    func matrix(role: String) async throws {
        let found = try await database.lines(
            """
            with relation as (
                select own.oid, own.oid::regclass::text as name, own.relkind = 'S' as is_sequence
                from pg_class as own
                where own.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                    and own.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                    -- Attaching generates these, for what it attaches.
                    and own.relname !~ '^capture_.*_[0-9]+_nesting$'
            )
            select lower(kind) || ' ' || name
            from relation, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as kind
            where not is_sequence and has_table_privilege('\(role)', oid, kind)
            union all
            select lower(kind) || ' (' || string_agg(field.attname, ', ' order by field.attnum) || ') ' || name
            from relation, unnest(array['INSERT', 'UPDATE', 'REFERENCES']) as kind, pg_attribute as field
            where not is_sequence and field.attrelid = relation.oid and field.attnum > 0 and not field.attisdropped
                and not has_table_privilege('\(role)', relation.oid, kind)
                and has_column_privilege('\(role)', relation.oid, field.attnum, kind)
            group by kind, name
            union all
            select lower(kind) || ' ' || name from relation, unnest(array['USAGE', 'UPDATE']) as kind
            where is_sequence and has_sequence_privilege('\(role)', oid, kind)
            union all
            select space.name || '.' || routine.proname
            from pg_proc as routine
            inner join (values ('pgsync'::regnamespace, 'pgsync'), ('ledger'::regnamespace, 'ledger')) as space (oid, name)
                on space.oid = routine.pronamespace
            where routine.provolatile = 'v' and routine.prorettype <> 'trigger'::regtype
                and routine.proname !~ '^capture_.*_[0-9]+_'
                and has_function_privilege('\(role)', routine.oid, 'EXECUTE')
            union all
            select 'create in ' || space from unnest(array['pgsync', 'ledger']) as space
            where has_schema_privilege('\(role)', space, 'CREATE')
            order by 1
            """
        )
        #expect(found.sorted() == Self.writing[role]?.sorted())
    }

    @Test(
        "of a worker are enough to post anything: failures, retries, amendments, a TRUNCATE of a part and of all"
    )
    func worker() async throws {
        for script in [
            "insert into bills (id, amount, fee) values (1, 1, 1), (2, null, null); insert into parts (id, amount) values (1, 1), (4, 4)",
            "update bills set amount = 3; insert into moves (id) values (1); update moves set amount = 1",
            "truncate parts_1; truncate bills",
            "insert into bills (id, amount, account) values (7, 7, 'none')",
        ] {
            try await database.run(script)
            for _ in 1...6 {
                let part = try await database.value(
                    "set role pgsync_worker; select truncated_part from pgsync.process_batch('test', isolate => true)"
                )
                if let part {
                    try await database.run("set role pgsync_worker; select pgsync.find_truncated(\(part))")
                }
            }
        }
        #expect(try await database.standing("parts").count == 1)
        try await database.expectNoFaults()
    }

    @Test(
        "do not let anybody change what was tried",
        arguments: ["", "set role pgsync_owner;", "set session_replication_role = replica;"]
    )
    func audit(prelude: String) async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        for statement in [
            "update pgsync.sync_audit_log set error_message = 'x'", "delete from pgsync.sync_audit_log",
            "truncate pgsync.sync_audit_log", "truncate pgsync.sync_audit_log cascade",
        ] {
            let error = try await database.refusal(of: prelude + statement)
            #expect(error.sqlState?.code == "55000", "\(statement)")
        }
        #expect(try await database.value("select count(*) from pgsync.sync_audit_log") == "1")
    }

    @Test("are not lent to what a caller puts in the way: temporary tables, operators, functions, settings")
    func shadowed() async throws {
        try await database.run(
            """
            create temporary table sync_queue (like pgsync.sync_queue); create temporary table sync_audit_log (like pgsync.sync_audit_log);
            create temporary table sync_master_status (like pgsync.sync_master_status); create temporary table sources (like pgsync.sources);
            create temporary table journal_entries (like ledger.journal_entries); create temporary table periods (like ledger.periods);
            create function public.hashtext(text) returns int language sql as 'select 1/0';
            create function public.never(bigint, bigint) returns boolean language sql as 'select 1/0 = 1';
            create operator public.<= (function = public.never, leftarg = bigint, rightarg = bigint);
            set search_path = pg_temp, public, pg_catalog;
            set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata'; set transform_null_equals = on; set enable_hashjoin = off;
            insert into public.bills (id, amount, fee) values (1, 1, 1);
            select pgsync.process_batch('test'); update public.bills set amount = 2; select pgsync.post_now('public.bills', '1');
            """
        )
        #expect(try await database.outcomes() == ["1 posted", "1 amended"])
        try await database.expectNoFaults()
    }
}
