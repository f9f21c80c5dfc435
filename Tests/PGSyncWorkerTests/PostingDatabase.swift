import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with a table of bills that is attached, a rule for it, and the year 2026 open.
    static var postingDatabase: DatabaseTrait {
        .migrated(as: "posting_worker", LittleLedger.bills)
    }
}

extension TestDatabase {
    /// Writes bills, all in one transaction.
    func insertBills(_ ids: ClosedRange<Int>, note: String = "bill") async throws {
        try await run(
            "insert into bills select g, g, '\(note)' from generate_series(\(ids.lowerBound), \(ids.upperBound)) as g"
        )
    }

    func count(_ what: String) async throws -> Int {
        Int(try await run("select count(*)::text from \(what)")[0] ?? "") ?? -1
    }

    /// Waits until nothing may be posted any more.
    func untilPosted(within limit: Duration = .seconds(60)) async throws {
        try await connect { connection in
            try await eventually(within: limit) {
                try await connection.withSession { session in
                    try session.query(
                        "select ready = 0 from pgsync.waiting_counts()"
                    ).onlyRow().decode(0)
                }
            }
        }
    }

    /// Which promises are broken.
    func violations() async throws -> [String] {
        try await lines(
            Promises.broken(
                expected: """
                    select bill.id::text as record_id, (bill.amount * 100)::bigint as amount
                    from bills as bill
                    where bill.amount is not null
                    """,
                account: "1000"
            )
        )
    }
}
