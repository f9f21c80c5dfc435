import PGSyncCluster
import Postgres
import Subprocesses
import TestSupport
import Testing

@Suite("The packs, posted", .packsAsBuilt, .timeLimit(.minutes(10)))
struct PostedPacksTests {
    @Test("end with the balances that were computed by hand, when each step is posted as it happens")
    func stories() async throws {
        for story in PackStory.clinic + PackStory.shop + PackStory.orders
            + PackStory.crm
        {
            try await TestDatabase.with(copyOf: TestDatabase.current.name) { database in
                for step in story.steps {
                    try await database.run(step)
                    try await database.run(Self.postAll)
                }
                #expect(try await bookings(database).net == story.net, "\(story.testDescription)")
                let failed = try await database.run(
                    "select count(distinct change.source_table || change.record_id) \(Self.waiting)"
                )
                #expect(failed == ["\(story.failures)"], "\(story.testDescription)")
            }
        }
    }

    @Test("lead each event of the clinic to the entry that was computed by hand")
    func events() async throws {
        for event in PackCase.clinic {
            try await TestDatabase.with(copyOf: TestDatabase.current.name) { database in
                try await database.run(event.insert)
                try await database.run(Self.postAll)
                let posted = try await bookings(database)
                let failure = try await database.run("select queue.error_class \(Self.waiting)").first ?? nil
                let outcome: PackCase.Outcome =
                    failure.map { .failure($0) } ?? (posted == Bookings() ? .nothing : .entry(posted))
                #expect(outcome == event.outcome, "\(event.testDescription): \(outcome)")
            }
        }
    }

    @Test("post what the clinic's programs record, once, and return the entry")
    func record() async throws {
        let database = TestDatabase.current
        let calls = [
            "record_consultation_revenue(1, 7, 500, 'cash')",
            "record_pharmacy_sale(1, 1050, 50, 700, 'card')",
            "record_lab_revenue(1, 300)", "record_ultrasound_revenue(1, 1500, 'upi')",
        ]
        for call in calls {
            let first = try await database.run("select \(call)::text")
            #expect(first.first ?? nil != nil, "\(call)")
            #expect(try await database.run("select \(call)::text") == first, "\(call)")
        }
        #expect(
            try await bookings(database).net
                == Bookings(
                    "Dr 1000 800, Dr 1150 1050, Dr 1155 1500, Cr 4000 500, Cr 4300 1000, Cr 2100 25, Cr 2101 25, "
                        + "Dr 5000 700, Cr 1300 700, Cr 4100 300, Cr 4200 1500"
                )
        )
        let queued = [
            "record_consultation_revenue(2, 7, 500, 'barter')", "record_pharmacy_sale(2, 1050, 50, null)",
            "record_lab_revenue(2, 'NaN')", "record_ultrasound_revenue(2, 1500.001)",
        ]
        for call in queued + queued {
            #expect(try await database.run("select \(call)::text") == [nil], "\(call)")
        }
        let classes = try await database.run("select queue.error_class \(Self.waiting) order by change.id")
        #expect(classes == ["data.unknown_mode", "data.missing", "data.range", "data.precision"])
    }

    private static let waiting =
        "from pgsync.sync_queue as queue inner join pgsync.sync_logs as change on change.id = queue.log_id"

    private static let postAll = """
        select pgsync.post_now(record.source_table, record.record_id)
        from (select distinct change.source_table, change.record_id \(waiting)) as record
        """

    private func bookings(_ database: TestDatabase) async throws -> Bookings {
        let lines = try await database.run(
            "select concat_ws(' ', account, amount, party) from ledger.journal_lines order by entry_id, line"
        )
        var bookings = Bookings()
        for line in lines.compactMap(\.self) {
            let words = line.split(separator: " ").map(String.init)
            bookings.add(
                account: words[0],
                party: words.count > 2 ? words[2] : nil,
                amount: try #require(Int64(words[1]))
            )
        }
        return bookings
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with the packs and their rules.
    fileprivate static var packsAsBuilt: DatabaseTrait {
        .asBuilt("packs_as_built") { url, connection in
            let name = try #require(try await connection.run("select current_database()"))
            for pack in ["clinic", "shop", "orders", "crm"] {
                try await Psql.run(file: "sql/examples/\(pack)/install.sql", database: name)
                let rules = Repository.path(of: "sql/examples/\(pack)/rules")
                _ = try await BuiltProgram.run("rules", "apply", rules, database: url).checked()
            }
        }
    }
}
