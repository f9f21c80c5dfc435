import PGSyncOperations
import PGSyncStore
import Postgres

extension Exchange {
    /// How often this system is looked at for changes of its own.
    private static let lookEvery = Duration.milliseconds(50)
    /// How often it is looked for a table to exchange, where there is none.
    private static let lookForTablesEvery = Duration.seconds(2)

    /// Waits until the master or this system has something new, at most for so many seconds.
    func waitForNews(atMost seconds: Int) async throws {
        guard !common.isEmpty else { return try await job.rest(for: Self.lookForTablesEvery) }
        let (client, cursor, tables, connection) = (client, cursor, common, job.connection)
        let sequence = try await store { try $0.look() }.sequence
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await client.download(
                    cursor: cursor,
                    sequence: sequence,
                    tables: tables,
                    limit: 1,
                    wait: seconds,
                    on: connection
                )
            }
            group.addTask {
                let options = TransactionOptions(isolation: .readCommitted)
                while try await !connection.withTransaction(options, { try VersionStore($0).isDue() }) {
                    try await Task.sleep(for: Self.lookEvery)
                }
            }
            try await group.next()
            group.cancelAll()
            // What was cancelled has ended for that.
            while let result = await group.nextResult() { if case .failure = result { continue } }
        }
    }
}
