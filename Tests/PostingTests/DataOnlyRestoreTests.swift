import Postgres
import TestSupport
import Testing

@Suite("A restore of the rows alone", .posting, .timeLimit(.minutes(10)))
struct DataOnlyRestoreTests {
    let database = TestDatabase.current

    private func references(_ database: TestDatabase) async throws -> [String] {
        try await database.lines("select finding from pgsync.inspect_references() order by finding")
    }

    private func prepare(_ body: (TestDatabase) async throws -> Void) async throws {
        #expect(
            try await database.post("insert into bills (id, amount) values (1, 5), (2, 6), (3, null)")
                == "posted 2, failed 1"
        )
        #expect(try await references(database) == [])
        try await TestDatabase.with { restored in
            #expect(try await database.restore(into: restored, ["--schema-only"]))
            try await body(restored)
        }
    }

    @Test("that the triggers refuse in part is found, although no table is wrong by itself")
    func refused() async throws {
        try await prepare { restored in
            #expect(try await database.restore(into: restored, ["--data-only"]) == false)
            #expect(try await restored.lines("select finding from ledger.inspect_journal()") == [])
            let broken = try await references(restored)
            #expect(Set(broken) == ["entry_missing"])
            #expect(
                try await restored.lines(
                    "select found from pgsync.inspect_references() where found ~ '^record'"
                )
                    == ["record 1 of public.bills has entry 1, which is not in the journal"]
            )
        }
    }

    @Test("with the triggers off is whole; those that are not back as they were are named, and come back")
    func triggersOff() async throws {
        try await prepare { restored in
            #expect(try await database.restore(into: restored, ["--data-only", "--disable-triggers"]))
            #expect(try await references(restored) == [])
            let off = try await restored.lines(
                "select found from pgsync.inspect_schema() where finding = 'trigger_off'"
            )
            #expect(
                off.contains { $0.hasPrefix("trigger sync_logs_never_changes on pgsync.sync_logs_000001 ") }
            )
            for trigger in [
                "dead_letters_are_revived on pgsync.sync_queue",
                "entries_are_checked on ledger.journal_entries",
            ] {
                #expect(
                    off.contains("trigger \(trigger) is on, but not in a replica session, not always on")
                )
            }
            try await restored.migrate()
            #expect(try await restored.lines("select found from pgsync.inspect_schema()") == [])
            try await restored.run("select pgsync.reattach('bills')")
            #expect(try await restored.post("update bills set amount = 8 where id = 1") == "amended 1")
            #expect(try await references(restored) == [])
        }
    }

    @Test("that leaves a sequence behind is found before it gives out a number twice")
    func sequences() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 5), (2, 6)")
        try await database.run("select setval('ledger.journal_entries_id_seq', 1, false)")
        #expect(
            try await database.lines("select found from pgsync.inspect_references()")
                == ["ledger.journal_entries_id_seq would hand out numbers up to 2 again"]
        )
    }

    @Test("whose waiting changes have no row in the log is found")
    func lostLog() async throws {
        try await database.run("insert into pgsync.sync_queue (log_id, slot) values (4711, 0)")
        #expect(
            try await database.lines("select found from pgsync.inspect_references()")
                == ["change 4711 waits, but is not in the log"]
        )
    }
}
