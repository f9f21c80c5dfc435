import Postgres
import TestSupport
import Testing

@Suite("The day of an entry", .posting, .timeLimit(.minutes(2)))
struct DayTests {
    let database = TestDatabase.current
    private let entries = """
        select concat_ws(' ', purpose, entry_date, document_date, swept_from) from ledger.journal_entries order by id
        """

    private func close(_ periods: String...) async throws {
        for period in periods {
            try await database.run(
                "select ledger.start_closing('\(period)'); select ledger.close_period('\(period)')"
            )
        }
    }

    @Test("is swept to the next open one, and says from where")
    func swept() async throws {
        try await close("2026-04", "2026-05")
        try await database.run("select ledger.start_closing('2026-06')")
        #expect(try await database.post("insert into bills (id, amount) values (1, 100)") == "posted 1")
        #expect(try await database.lines(entries) == ["posting 2026-07-01 2026-04-10 2026-04-10"])
        // Reopened, the reversal stays where the entry was.
        try await database.run("select ledger.reopen_period('2026-04', 'late invoice')")
        #expect(try await database.post("update bills set amount = 90") == "amended 1")
        #expect(
            try await database.lines(entries).sorted() == [
                "posting 2026-04-10 2026-04-10", "posting 2026-07-01 2026-04-10 2026-04-10",
                "reversal 2026-07-01 2026-04-10",
            ]
        )
        try await database.expectNoFaults()
    }

    @Test("is refused by configuration, as a failure of its class, and taken once the period is open")
    func refused() async throws {
        try await close("2026-04")
        try await database.run("select pgsync.set_configuration('closed_period_policy', 'refuse')")
        #expect(
            try await database.post(
                "insert into bills (id, amount, day) values (1, 1, '2026-04-10'), (2, 2, '2026-05-01')"
            )
                == "posted 1, failed 1"
        )
        let dead = "select concat_ws(' ', sync_status, error_class, error_message) from pgsync.sync_queue"
        #expect(try await database.lines(dead) == ["failed period.closed no period is open for its day"])
        try await database.run(
            "select ledger.reopen_period('2026-04', 'late'); select pgsync.retry_changes(error_class => 'period.*')"
        )
        #expect(try await database.post() == "posted 1")
        try await database.expectNoFaults()
    }

    @Test("beyond all periods is a failure, whatever the policy", arguments: ["sweep", "refuse"])
    func beyond(policy: String) async throws {
        try await database.run("select pgsync.set_configuration('closed_period_policy', '\(policy)')")
        #expect(
            try await database.post(
                "insert into bills (id, amount, day) values (1, 1, '2027-01-01'), (2, 2, '2026-05-01')"
            )
                == "posted 1, failed 1"
        )
        #expect(try await database.lines("select error_class from pgsync.sync_queue") == ["period.closed"])
    }

    @Test("on which an entry can be taken back must be open, too, or that fails alone")
    func refusedReversal() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 100), (2, 200)")
        try await close("2026-04")
        try await database.run("select pgsync.set_configuration('closed_period_policy', 'refuse')")
        let script =
            "update bills set day = '2026-05-01' where id = 1; insert into bills (id, amount, day) values (3, 1, '2026-05-01')"
        #expect(
            try await database.refusal(of: "\(script); select pgsync.process_batch('test')").sqlState?.code
                == "23502"
        )
        try await database.run("\(script)")
        #expect(try await database.post(isolate: true) == "posted 1, failed 1")
        #expect(
            try await database.lines(
                "select concat_ws(' ', sync_status, error_class, error_message) from pgsync.sync_queue"
            )
                == ["failed period.closed no period is open to take back what is posted"]
        )
        try await database.run(
            "select pgsync.set_configuration('closed_period_policy', 'sweep'); select pgsync.retry_changes()"
        )
        #expect(try await database.post() == "amended 1")
        try await database.expectNoFaults()
    }

    @Test(
        "of a cancellation is that of the change, in the time zone of the books",
        arguments: [
            ("UTC", "2026-06-30"), ("Asia/Kolkata", "2026-07-01"), ("America/New_York", "2026-06-30"),
        ]
    )
    func cancelled(zone: String, day: String) async throws {
        try await database.run("select pgsync.set_configuration('books_time_zone', '\(zone)')")
        _ = try await database.post(
            "insert into bills (id, amount) values (1, 100), (2, 200); insert into bills (id, amount, day) values (3, 300, '2026-12-24')"
        )
        // As captured at that moment.
        try await database.run(
            """
            insert into pgsync.sync_logs (source_table, record_id, action, data, slot, captured_at)
            select log.source_table, log.record_id, 'delete', log.data, log.slot, '2026-06-30 20:00:00+00'
            from pgsync.sync_logs as log order by id;
            insert into pgsync.sync_queue (log_id, slot) select id, slot from pgsync.sync_logs where action = 'delete';
            """
        )
        #expect(try await database.post() == "reversed 3")
        // Never before the entry that it takes back.
        #expect(
            try await database.lines(
                "select record_id || ' ' || entry_date from ledger.journal_entries where reverses is not null order by record_id"
            ) == ["1 \(day)", "2 \(day)", "3 2026-12-24"]
        )
    }

    @Test("is reckoned in a time zone that exists")
    func unknownZone() async throws {
        for zone in ["Mars/Phobos", "+05:30x", "IST-5:30", ""] {
            let error = try await database.refusal(
                of: """
                    update pgsync.sync_configuration set config_value = '\(zone)'
                    where config_key = 'books_time_zone'
                    """
            )
            #expect(error.sqlState?.code == "22023")
        }
        try await database.run("select pgsync.set_configuration('books_time_zone', 'asia/kolkata')")
    }
}
