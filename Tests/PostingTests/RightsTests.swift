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
