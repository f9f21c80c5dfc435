import Postgres

/// One application connection that writes as fast as it is answered, on the connection's own thread.
struct BenchWriter {
    let workload: BenchWorkload
    let table: String
    /// Which of the writers it is.
    let index: Int

    /// Finds the rows to work on: such as no other writer touches, so that none waits for another.
    func targets(on session: Session) throws -> [Int64] {
        switch workload {
        case .update(let writers), .delete(let writers):
            try session.query(
                Query(
                    "select id from \(table) where id % $1 = $2 order by id limit 100000",
                    [Int64(writers), Int64(index)]
                )
            ).map { try $0.decode(0) }
        default: []
        }
    }

    /// Writes until the deadline, or as long as there are rows, and returns how many rows it changed.
    func run(on session: Session, _ targets: [Int64], until deadline: ContinuousClock.Instant) throws -> Int {
        func repeated(on session: Session, _ query: (Int) -> Query?) throws -> Int {
            var (number, rows) = (0, 0)
            while ContinuousClock.now < deadline, let query = query(number) {
                rows += try session.execute(query)
                number += 1
            }
            return rows
        }
        switch workload {
        case .insert:
            return try repeated(on: session) { number in .prepared(Self.insert(into: table, number)) }
        case .insertHundred:
            return try repeated(on: session) { number in .prepared(Self.insertHundred(into: table, number)) }
        case .copy(let rows): return try copy(rows, on: session)
        case .update:
            return try repeated(on: session) { number in
                guard !targets.isEmpty else { return nil }
                let id = targets[number % targets.count]
                return .prepared(
                    Query("update \(table) set amount = amount + 1, status = 'paid' where id = $1", [id])
                )
            }
        case .delete:
            return try repeated(on: session) { number in
                guard number < targets.count else { return nil }
                return .prepared(Query("delete from \(table) where id = $1", [targets[number]]))
            }
        }
    }

    private static let columns = "(patient_id, bill_number, status, amount, gst_amount)"

    private static func insert(into table: String, _ number: Int) -> Query {
        Query(
            "insert into \(table) \(columns) values ($1, $2, 'final', $3::numeric, $4::numeric)",
            [number, "P-\(number)", Double(number % 1_000), 18.0]
        )
    }

    private static func insertHundred(into table: String, _ number: Int) -> Query {
        Query(
            """
            insert into \(table) \(columns)
            select $1 + n, 'P-' || n, 'final', n, 18 from generate_series(1, 100) as n
            """,
            [number]
        )
    }

    private func copy(_ rows: Int, on session: Session) throws -> Int {
        try session.copyIn("copy \(table) \(Self.columns) from stdin") { writer in
            for number in 0..<rows {
                try writer.write(row: ["\(number)", "P-\(number)", "final", "\(number % 1_000).50", "18.00"])
            }
        }
    }
}
