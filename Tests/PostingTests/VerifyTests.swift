import Postgres
import TestSupport
import Testing

/// A fault that somebody plants, what a verification must call it, and whether healing mends it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let name: String
    let sql: String
    let kinds: Set<String>
    let heals: Bool

    init(_ name: String, _ sql: String, _ kinds: Set<String>, heals: Bool = true) {
        self.name = name
        self.sql = sql
        self.kinds = kinds
        self.heals = heals
    }

    var testDescription: String { name }

    /// With the triggers of a table off, as its owner or a superuser can do.
    private static func unseen(_ table: String, _ sql: String) -> String {
        // The triggers fire always, and are as they were before.
        """
        do $do$
        declare v_trigger record;
        begin
            for v_trigger in
                select tgrelid::regclass as target, tgname from pg_trigger
                where tgrelid in (
                    select relid from pg_partition_tree('\(table)')
                    union select '\(table)'::regclass
                ) and not tgisinternal and tgparentid = 0
            loop
                execute format('alter table %s disable trigger %I', v_trigger.target, v_trigger.tgname);
            end loop;
        end;
        $do$;
        \(sql);
        do $do$
        declare v_trigger record;
        begin
            for v_trigger in
                select tgrelid::regclass as target, tgname from pg_trigger
                where tgrelid in (
                    select relid from pg_partition_tree('\(table)')
                    union select '\(table)'::regclass
                ) and not tgisinternal and tgparentid = 0
            loop
                execute format('alter table %s enable always trigger %I', v_trigger.target, v_trigger.tgname);
            end loop;
        end;
        $do$;
        """
    }

    static let records: [PlantedFault] = [
        .init("a row inserted unseen", unseen("bills", "insert into bills (id, amount) values (90, 5)"), ["growth", "not_captured"]),
        .init(
            "many rows inserted unseen",
            unseen("bills", "insert into bills (id, amount) select id, 5 from generate_series(90, 94) as id"),
            ["growth", "not_captured"]
        ),
        .init("a row copied into a partition unseen", unseen("parts", "insert into parts_2 (id, amount) values (6, 5)"), ["growth", "not_captured"]),
        .init("an amount changed unseen", unseen("bills", "update bills set amount = 7 where id = 1"), ["growth", "wrong_entry"]),
        .init("a party changed unseen", unseen("bills", "update bills set party = 'P-9' where id = 1"), ["growth", "wrong_entry"]),
        .init("an account changed unseen", unseen("bills", "update bills set account = '4100' where id = 1"), ["growth", "wrong_entry"]),
        .init("a day changed unseen", unseen("bills", "update bills set day = '2026-05-05' where id = 1"), ["growth", "wrong_entry"]),
        .init("dimensions changed unseen", unseen("bills", "update bills set dims = '{\"a\": 1}' where id = 1"), ["growth", "wrong_entry"]),
        .init("a second entry gone unseen", unseen("bills", "update bills set fee = 0 where id = 2"), ["growth", "older_rule"]),
        .init("a draft made final unseen", unseen("bills", "update bills set status = 'final' where id = 3"), ["growth", "missing_entry"]),
        .init("a final bill made a draft unseen", unseen("bills", "update bills set status = 'draft' where id = 1"), ["growth", "extra_entry"]),
        .init("a row deleted unseen", unseen("bills", "delete from bills where id = 1"), ["growth", "deleted_record"]),
        .init("a row of a partition deleted unseen", unseen("parts", "delete from parts where id = 1"), ["growth", "deleted_record"]),
        .init("a table emptied unseen", unseen("bills", "truncate bills"), ["deleted_record"]),
        .init("a key changed unseen", unseen("bills", "update bills set id = 91 where id = 1"), ["growth", "not_captured", "deleted_record"]),
        .init("an amount made wrong unseen", unseen("bills", "update bills set amount = null where id = 1"), ["growth", "rule_failure"], heals: false),
        .init(
            "a version of a rule for days that are posted",
            """
            set role pgsync_owner;
            select pgsync.add_rule('bill', 2, 'public.bills', '2026-04-01');
            reset role
            """,
            ["older_rule"]
        ),
    ]

    static let journal: [PlantedFault] = [
        .init(
            "an amount of a line altered",
            unseen("ledger.journal_lines", "update ledger.journal_lines set amount = amount + 1 where entry_id = 1 and line = 1"),
            ["altered_entry", "journal"],
            heals: false
        ),
        .init(
            "both amounts of an entry altered",
            unseen("ledger.journal_lines", "update ledger.journal_lines set amount = amount * 2 where entry_id = 1"),
            ["altered_entry"]
        ),
        .init(
            "the account of a line altered",
            unseen("ledger.journal_lines", "update ledger.journal_lines set account = '4100' where entry_id = 1 and line = 2"),
            ["altered_entry"]
        ),
        .init(
            "the party of a line altered",
            unseen("ledger.journal_lines", "update ledger.journal_lines set party = 'P-8' where entry_id = 1 and line = 1"),
            ["altered_entry"]
        ),
        .init(
            "a line deleted",
            unseen("ledger.journal_lines", "delete from ledger.journal_lines where entry_id = 1 and line = 2"),
            ["altered_entry", "journal"],
            heals: false
        ),
        .init(
            "a line added",
            unseen(
                "ledger.journal_lines",
                "insert into ledger.journal_lines (entry_id, line, account, amount, currency) values (1, 3, '1000', 5, 'INR')"
            ),
            ["altered_entry", "journal"],
            heals: false
        ),
        .init(
            "the description of an entry altered",
            unseen("ledger.journal_entries", "update ledger.journal_entries set description = 'x' where id = 1"),
            ["altered_entry"]
        ),
        .init(
            "an entry of another rule",
            unseen("ledger.journal_entries", "update ledger.journal_entries set rule = 'fee@1' where id = 1"),
            ["altered_entry"]
        ),
        .init(
            "an entry deleted with its lines",
            unseen("ledger.journal_lines", "delete from ledger.journal_lines where entry_id = 1")
                + unseen("ledger.journal_entries", "delete from ledger.journal_entries where id = 1"),
            ["lost_entry", "unknown_entry"],
            heals: false
        ),
        .init(
            "an entry deleted without its lines",
            unseen("ledger.journal_entries", "delete from ledger.journal_entries where id = 1"),
            ["lost_entry", "unknown_entry", "journal"],
            heals: false
        ),
        .init(
            "an entry posted twice",
            unseen(
                "ledger.journal_lines",
                unseen(
                    "ledger.journal_entries",
                    """
                    insert into ledger.journal_entries (
                        id, entry_date, document_date, purpose, currency, change_id, source_table, record_id, rule,
                        idempotency_key, input_hash, description
                    )
                    select
                        nextval('ledger.journal_entries_id_seq'), entry_date, document_date, purpose, currency, change_id,
                        source_table, record_id, rule, 'twice', input_hash, description
                    from ledger.journal_entries where id = 1;
                    insert into ledger.journal_lines (entry_id, amount, line, account, currency, party, dimensions)
                    select currval('ledger.journal_entries_id_seq'), amount, line, account, currency, party, dimensions
                    from ledger.journal_lines where entry_id = 1
                    """
                )
            ),
            ["orphan_entry", "journal"],
            heals: false
        ),
        .init(
            "an entry reversed by hand",
            "select ledger.reverse_entry(1, '2026-04-10', 'by hand')",
            ["reversed_entry"]
        ),
        .init(
            "an entry in a period that was closed before",
            """
            select ledger.start_closing('2026-04'), ledger.close_period('2026-04');
            """
                + unseen("ledger.journal_entries", "update ledger.journal_entries set posted_at = clock_timestamp() where id = 1"),
            ["journal"],
            heals: false
        ),
        .init(
            "a period deleted",
            unseen("ledger.periods", "delete from ledger.periods where name = '2026-04'"),
            ["journal"],
            heals: false
        ),
        .init(
            "an account deleted",
            unseen("ledger.accounts", "delete from ledger.accounts where code = '4100'"),
            ["journal"],
            heals: false
        ),
        .init(
            "a balance altered",
            "select ledger.take_snapshot(); update ledger.balance_snapshots set amount = amount + 1 where account = '4000'",
            ["balance"],
            heals: false
        ),
        .init(
            "a safeguard off",
            "alter table ledger.journal_lines disable trigger journal_lines_are_never_rewritten",
            ["journal", "schema"],
            heals: false
        ),
    ]

    static let bookkeeping: [PlantedFault] = [
        .init("a fingerprint altered", "update pgsync.sync_master_status set fingerprint = 5 where record_id = '1' and source_table = 'bills'::regclass", ["wrong_status", "wrong_entry"]),
        .init("a status without its entries", "update pgsync.sync_master_status set entry_ids = '{}' where record_id = '1' and source_table = 'bills'::regclass", ["wrong_status", "orphan_entry"]),
        .init(
            "a status with the entry of another record",
            "update pgsync.sync_master_status set entry_ids = '{4}' where record_id = '1' and source_table = 'bills'::regclass",
            ["wrong_status", "orphan_entry"]
        ),
        .init("a status deleted", "delete from pgsync.sync_master_status where record_id = '1' and source_table = 'bills'::regclass", ["not_captured", "orphan_entry"]),
        .init(
            "a waiting change removed from the queue",
            """
            update bills set amount = 9 where id = 1;
            \(unseen("pgsync.sync_queue", "delete from pgsync.sync_queue"))
            """,
            ["lost_change", "wrong_entry"]
        ),
        .init(
            "an outcome deleted",
            unseen("pgsync.sync_audit_log", "delete from pgsync.sync_audit_log where log_id = 1"),
            ["lost_change", "journal"],
            heals: false
        ),
        .init(
            "a second outcome",
            unseen(
                "pgsync.sync_audit_log",
                """
                insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id)
                select log_id, 9, 'unchanged', source_table, record_id from pgsync.sync_audit_log where log_id = 1
                """
            ),
            ["outcome_twice"],
            heals: false
        ),
        .init(
            "an outcome without its change",
            unseen(
                "pgsync.sync_audit_log",
                """
                insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id)
                select 4000, 1, 'unchanged', source_table, record_id from pgsync.sync_audit_log where log_id = 1
                """
            ),
            ["unknown_change", "sequence"],
            heals: false
        ),
        .init(
            "a change deleted from the log",
            unseen("pgsync.sync_logs", "delete from pgsync.sync_logs where id = 1"),
            ["unknown_change", "growth"],
            heals: false
        ),
        .init(
            "an outcome that names another entry",
            unseen("pgsync.sync_audit_log", "update pgsync.sync_audit_log set entry_ids = '{4000}' where log_id = 1"),
            ["unknown_entry", "journal"],
            heals: false
        ),
    ]

    static let signs: [PlantedFault] = [
        .init("a capture trigger off", "alter table bills disable trigger \"000_pgsync_insert\"", ["capture"], heals: false),
        .init("a capture trigger that replicas do not fire", "alter table bills enable trigger \"000_pgsync_insert\"", ["capture"], heals: false),
        .init("a capture trigger dropped", "drop trigger \"000_pgsync_delete\" on bills", ["capture"], heals: false),
        .init("a partition attached later", "create table parts_3 partition of parts for values in (7)", ["capture"], heals: false),
        .init("a table renamed", "alter table moves rename to moved", ["capture"], heals: false),
        .init("a table dropped", "drop table notes", ["capture"], heals: false),
        .init(
            "the function of a rule changed",
            """
            do $do$ begin
                execute replace(pg_get_functiondef('pgsync.rule_fee_v1'::regproc), '4100', '4200');
            end; $do$;
            set role pgsync_owner;
            update pgsync.rules set function_checksum = pgsync.rule_checksum('rule_bill_v1') where name = 'fee';
            reset role
            """,
            ["rule", "wrong_entry"],
            heals: false
        ),
        .init("a function of the schema changed", "alter function pgsync.queue_size volatile", ["schema"], heals: false),
        .init("a right given away", "grant update on pgsync.sync_audit_log to public", ["schema"], heals: false),
        .init("the sequence of the log set back", "select setval('pgsync.sync_logs_id_seq', 2)", ["sequence"], heals: false),
        .init("the sequence of the journal set back", "select setval('ledger.journal_entries_id_seq', 2)", ["sequence"], heals: false),
        .init(
            "the clock set back",
            unseen("pgsync.sync_logs", "update pgsync.sync_logs set captured_at = clock_timestamp() + interval '1 hour' where id = (select max(id) from pgsync.sync_logs)"),
            ["clock"],
            heals: false
        ),
    ]
}

@Suite("A verification", .posting, .timeLimit(.minutes(5)))
struct VerifyTests {
    let database = TestDatabase.current

    /// Bills with one entry, with two and with none, and a record of each other table.
    private func fill() async throws {
        try await database.run(
            """
            insert into bills (id, amount, fee, status)
            values (1, 100, null, 'final'), (2, 200, 20, 'final'), (3, 300, null, 'draft'), (4, 400, null, 'final');
            insert into moves (id, amount) values (1, 10), (2, 20);
            insert into parts (id, amount) values (1, 10), (4, 40);
            insert into notes values (1, 1);
            """
        )
        try await database.drain()
        try await database.run("update bills set amount = 110 where id = 4; delete from moves where id = 2")
        try await database.drain()
    }

    /// Verifies everything in a session of its own.
    private func verify(heals: Bool = false, dryRun: Bool = false, rows: Int = 3) async throws {
        try await database.connect { session in
            let job = try #require(
                try await session.run("select job from pgsync.begin_verify(heals => \(heals), dry_run => \(dryRun))")
            )
            for _ in 1...1000 {
                let state = try await session.run("select state from pgsync.verify_step(\(job), \(rows))")
                if state != "running" {
                    #expect(state == "completed")
                    break
                }
            }
        }
    }

    private func open() async throws -> [String] {
        try await database.lines(
            "select kind from pgsync.sync_differences where state in ('open', 'investigating') order by kind, id"
        )
    }

    /// All differences, for the comment of an expectation.
    private func details() async throws -> Comment {
        let lines = try await database.lines(
            """
            select concat_ws(' ', kind, record_id, entry_id, change_id, found, state, reason)
            from pgsync.sync_differences order by id
            """
        )
        return Comment(rawValue: lines.joined(separator: "\n"))
    }

    private func expectOpen(_ kinds: Set<String>, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let (found, details) = (try await open(), try await details())
        #expect(Set(found) == kinds, details, sourceLocation: sourceLocation)
    }

    @Test("finds nothing where nothing is wrong, whatever the size of its steps", arguments: [1, 2, 7, 1000])
    func clean(rows: Int) async throws {
        try await fill()
        try await verify(rows: rows)
        try await expectOpen([])
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', source_table, records, equal, no_entry) from pgsync.verified_sources
                where job = 1 order by source_table::text
                """
            ) == ["bills 4 3 1", "moves 1 1 0", "notes 1 0 1", "parts 2 2 0"]
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', source_table, captured, posted, amended, reversed, failed, waiting)
                from pgsync.verified_days order by source_table::text
                """
            ) == ["bills 5 3 1 0 0 0", "moves 3 2 0 1 0 0", "notes 1 0 0 0 1 0", "parts 2 2 0 0 0 0"]
        )
        #expect(
            try await database.value(
                "select digest = sha256(convert_to(report, 'UTF8')) and report::jsonb ->> 'job' = '1' from pgsync.verify_runs"
            ) == "t"
        )
    }

    @Test(
        "names a planted fault, heals it where that is right, and is clean after that",
        arguments: PlantedFault.records + PlantedFault.journal + PlantedFault.bookkeeping + PlantedFault.signs
    )
    func finds(fault: PlantedFault) async throws {
        try await fill()
        try await verify()
        try await expectOpen([])
        try await database.run(fault.sql)
        for _ in 1...2 {
            try await verify()
            try await expectOpen(fault.kinds)
        }

        try await database.run("select pgsync.set_configuration('heal_limit_percent', '100')")
        try await verify(heals: true)
        guard fault.heals else {
            let left = try await open()
            let waiting = try await database.value("select count(*) from pgsync.sync_queue")
            #expect(!left.isEmpty || waiting != "0")
            return
        }
        try await expectOpen([])
        try await database.drain()
        try await verify()
        try await expectOpen([])
        #expect(try await database.value("select count(*) > 0 from pgsync.sync_heals") == "t")
    }
}
