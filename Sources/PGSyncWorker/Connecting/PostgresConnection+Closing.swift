import Postgres

extension PostgresConnection {
    /// Runs a closure and closes the connection after it, whichever way it ends.
    nonisolated func closing<Success>(_ body: () async throws -> Success) async throws -> Success {
        do {
            let success = try await body()
            await close()
            return success
        } catch {
            await close()
            throw error
        }
    }
}
