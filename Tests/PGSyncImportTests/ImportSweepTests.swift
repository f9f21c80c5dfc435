import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("A sweep for what an API has no longer", .crm, .timeLimit(.minutes(5)))
struct ImportSweepTests {
    private static func streams(_ action: String, _ lines: [String] = ImportBench.changed) -> [String] {
        [ImportBench.merchants(.cursor, lines + ["deletes sweep daily \(action)"])]
    }

    /// Lets the next run find a sweep due.
    private func nextDay(_ bench: ImportBench) async throws {
        try await bench.database.run("update pgsync.cursors set swept_at = swept_at - interval '2 days'")
    }

    @Test(
        "removes or marks what two walks have missed, and nothing before",
        arguments: ["then remove", "then mark deleted_at"]
    )
    func twoWalks(_ action: String) async throws {
        try await ImportBench.with(streams: Self.streams(action)) { (bench) throws in
            #expect(try await bench.run().state == .completed)
            #expect(try await bench.differences() == [])
            bench.crm.delete(.merchants, 17)
            // Only edited, and so in none of the spans that are new.
            bench.crm.edit(.merchants, 18)
            let gone =
                action == "then remove" ? "count(*) filter (where id = 17) = 0" : "count(deleted_at) = 1"
            #expect(try await bench.run("daily").state == .completed)
            #expect(try await bench.value("select \(gone) from crm.merchants") == "f")
            #expect(
                try await bench.value("select string_agg(record_id, ' ') from pgsync.import_absences")
                    == #"["17"]"#
            )
            try await nextDay(bench)
            #expect(try await bench.run("daily").state == .completed)
            #expect(try await bench.value("select \(gone) from crm.merchants") == "t")
            #expect(try await bench.runState().counts["removed"] == 1)
            #expect(try await bench.value("select count(*) from pgsync.import_absences") == "0")
            #expect(try await bench.value("select count(*) from pgsync.import_sightings") == "0")
        }
    }

    @Test("leaves what has come back, and unmarks what was marked")
    func back() async throws {
        try await ImportBench.with(streams: Self.streams("then mark deleted_at")) { (bench) throws in
            try await bench.run()
            bench.crm.delete(.merchants, 17)
            try await bench.run("daily")
            try await nextDay(bench)
            try await bench.run("daily")
            #expect(
                try await bench.value(
                    "select string_agg(id::text, ' ') from crm.merchants where deleted_at is not null"
                ) == "17"
            )
            bench.crm.edit(.merchants, 17)
            #expect(try await bench.run("daily").state == .completed)
            #expect(
                try await bench.value("select count(*) from crm.merchants where deleted_at is not null")
                    == "0"
            )
            // Missed once, and there the next time.
            bench.crm.delete(.merchants, 20)
            try await nextDay(bench)
            try await bench.run("daily")
            bench.crm.edit(.merchants, 20)
            try await nextDay(bench)
            try await bench.run("daily")
            try await nextDay(bench)
            try await bench.run("daily")
            #expect(try await bench.differences() == [])
            #expect(
                try await bench.value("select count(*) from crm.merchants where deleted_at is not null")
                    == "0"
            )
        }
    }

    @Test("does not walk through everything in the runs after it, and brings a first run in its spans")
    func runsBetween() async throws {
        try await ImportBench.with(streams: Self.streams("then remove")) { (bench) throws in
            try await bench.run()
            // By months, not in one walk.
            #expect(try await (bench.value("select count(*) from pgsync.import_slices") ?? "") > "20")
            #expect(try await bench.run("daily").state == .completed)
            #expect(try await bench.value("select swept_at is not null from pgsync.cursors") == "t")
            let calls = bench.crm.calls.count
            bench.crm.edit(.merchants, 5)
            #expect(try await bench.run("daily").state == .completed)
            #expect(bench.crm.calls.count <= calls + 2)
            #expect(try await bench.differences() == [])
            #expect(
                try await bench.value(
                    "select upper(finished) is not null and upper(finished) < now() from pgsync.cursors"
                ) == "t"
            )
        }
    }

    @Test("stops at the guard where an API answers less than it has", arguments: [30, 95])
    func guarded(missing: Int) async throws {
        try await ImportBench.with(streams: Self.streams("then remove")) { (bench) throws in
            try await bench.run()
            for id in 1...missing { bench.crm.delete(.merchants, id) }
            #expect(try await bench.run("daily").state == .completed)
            try await nextDay(bench)
            #expect(try await bench.run("daily").state == .failed)
            #expect(try await bench.runState().errorClass == "guard.deletes")
            #expect(try await bench.value("select count(*) from crm.merchants") == "95")
        }
    }

    @Test("takes a row that cannot be read for one that is there", arguments: [ImportBench.Pager.cursor])
    func unreadable(_ pager: ImportBench.Pager) async throws {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (20, 0, 60)
        try await ImportBench.with(
            options,
            streams: [
                ImportBench.merchants(),
                ImportBench.residuals(pager, ["deletes sweep daily then remove"]),
            ]
        ) { (bench) throws in
            try await bench.run()
            for _ in 1...3 {
                bench.crm.inject(
                    .rewritten {
                        $0.replacing(
                            #""merchant_id":7,"month":"2024-05-01","volume":"#,
                            with: #""merchant_id":7,"month":"2024-05-01","volume":"x","was":"#
                        )
                    },
                    times: 10
                ) { $0.lists(.residuals) }
                try await nextDay(bench)
                #expect(try await bench.run("daily").state == .partial)
                bench.crm.heal()
            }
            #expect(
                try await bench.failedItems("item_id, error_column") == [
                    #"residuals ["7","2024-05-01"] volume"#
                ]
            )
            #expect(
                try await bench.value(
                    "select count(*) from crm.residuals where merchant_id = 7 and month = '2024-05-01'"
                ) == "1"
            )
            #expect(try await bench.value("select count(*) from pgsync.import_absences") == "0")
        }
    }

    @Test("finds a row that was changed before the lookback, which no daily run would")
    func olderThanLookback() async throws {
        try await ImportBench.with(streams: Self.streams("then remove")) { (bench) throws in
            try await bench.run()
            try await bench.database.run("update crm.merchants set name = 'Old' where id = 5")
            try await bench.run("daily")
            #expect(try await bench.differences() == [])
            try await bench.database.run("update crm.merchants set name = 'Old' where id = 5")
            try await bench.run("daily")
            #expect(try await bench.differences() == ["5 differs"])
            try await nextDay(bench)
            try await bench.run("daily")
            #expect(try await bench.differences() == [])
        }
    }

    @Test("of an API that forgets what changed is a walk through everything, told in a message")
    func remembers() async throws {
        try await ImportBench.with(
            streams: [ImportBench.merchants(.cursor, ImportBench.changed + ["remembers 30 days"])]
        ) { (bench) throws in
            try await bench.run()
            #expect(
                try await bench.runState().streams.first?.message?.contains("walks through everything")
                    == true
            )
            let calls = bench.crm.calls.count
            #expect(calls == 10)
            try await bench.run("daily")
            #expect(bench.crm.calls.count <= calls + 2)
            try await bench.database.run(
                "update pgsync.cursors set finished = '{[2024-04-01, 2024-06-01)}'"
            )
            try await bench.run("daily")
            #expect(bench.crm.calls.dropFirst(calls).contains { !$0.target.contains("updated_since") })
            #expect(try await bench.differences() == [])
        }
    }
}
