import Postgres
import TestSupport

/// What a poster did until there was nothing left to do.
struct PosterReport: Sendable {
    var claimed = 0
    var outcomes: [String: Int] = [:]
    var conditions: [String: Int] = [:]
}

/// Whether those who make work are done.
actor Finish {
    private(set) var isReached = false

    func reach() { isReached = true }
}

extension TestDatabase {
    /// Takes batches like a worker: from where the last one ended, and now and then from the start.
    ///
    /// One that fails is tried again, in isolation if it would fail again. Ends when the makers of work have, and
    /// nothing is due.
    func work(
        as name: String,
        limit: Int,
        until finish: Finish,
        options: ConnectionOptions? = nil
    ) async throws -> PosterReport {
        try await connect(as: options) { connection in
            var report = PosterReport()
            var mark: Int64 = 0
            var isolate = false
            var round = 0
            while true {
                let isLast = await finish.isReached
                round += 1
                let low = isLast || round % 5 == 0 ? 0 : mark
                do {
                    let (claimed, told, next) = try await connection.withSession {
                        [isolate] session in
                        let row = try session.query(
                            """
                            select made.claimed, checks.told(row(made.*)::pgsync.batch_result), made.next_mark, made.truncated_part
                            from pgsync.process_batch(\(name), \(Int32(limit)), \(low), isolate => \(isolate)) as made
                            """
                        ).onlyRow()
                        if let part = try row.decode(3, as: Int64?.self) {
                            try session.query("select pgsync.find_truncated(\(part))")
                        }
                        return (
                            try row.decode(0, as: Int.self), try row.decode(1, as: String.self),
                            try row.decode(2, as: Int64.self)
                        )
                    }
                    isolate = false
                    mark = max(mark, next)
                    report.claimed += claimed
                    for word in told.split(separator: ",") {
                        let parts = word.split(separator: " ")
                        if parts.count == 2 {
                            report.outcomes[String(parts[0]), default: 0] += Int(parts[1]) ?? 0
                        }
                    }
                    guard claimed == 0 else { continue }
                    if isLast, try await isDrained(on: connection) { return report }
                    // Who makes work needs the processor.
                    try await Task.sleep(for: .milliseconds(5))
                } catch let error as PostgresError {
                    guard let state = error.sqlState?.code else { throw error }
                    report.conditions[state, default: 0] += 1
                    isolate = !["40001", "40P01", "55P03"].contains(state)
                }
            }
        }
    }

    private func isDrained(on connection: PostgresConnection) async throws -> Bool {
        try await connection.withSession { session in
            try session.query(
                """
                select not exists (
                    select from pgsync.sync_queue
                    where sync_status = 'pending' and coalesce(scheduled_at, '-infinity') < now() + interval '1 minute'
                )
                """
            ).onlyRow().decode(0, as: Bool.self)
        }
    }
}
