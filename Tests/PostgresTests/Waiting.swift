import Postgres
import TestSupport

/// Whether something takes less time than that; generous, since what it tells from is waiting for ever.
func isQuick(_ limit: Duration = .seconds(60), _ body: () async throws -> Void) async rethrows -> Bool {
    let start = ContinuousClock.now
    try await body()
    return ContinuousClock.now - start < limit
}

extension TestDatabase {
    /// Waits until the session with that process id runs a statement that contains a text.
    func untilRunning(_ text: String, in processID: Int32) async throws {
        let query = """
            select count(*) from pg_stat_activity
            where pid = \(processID) and state = 'active' and query like '%\(text)%' and wait_event is not null
            """
        try await connect { watcher in
            try await eventually {
                try await watcher.withSession { try $0.query(Query(query)).onlyRow().decode(0, as: Int.self) }
                    == 1
            }
        }
    }
}
