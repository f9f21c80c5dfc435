import Postgres

/// A database that exists for one benchmark.
enum BenchDatabase {
    /// Makes it, lends it together with a connection of its maker, and drops it.
    ///
    /// `server` reaches any database of the server as a user who may create one.
    static func with<Result>(
        on server: ConnectionOptions,
        _ body: (ConnectionOptions, PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let name = "pgsync_bench_\(UInt32.random(in: 0 ... .max))"
        return try await PostgresConnection.withConnection(to: server) { administrator in
            try await administrator.withSession { session in
                _ = try session.execute(
                    "create database \(Identifier(name)) encoding 'UTF8' template template0"
                )
            }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(server.with("dbname", name), administrator))
            } catch {
                result = .failure(error)
            }
            try await drop(name, on: server)
            return try result.get()
        }
    }

    /// In a task of its own, so that it also happens when the benchmark was cancelled.
    private static func drop(_ name: String, on server: ConnectionOptions) async throws {
        try await Task.detached {
            try await PostgresConnection.withConnection(to: server) { connection in
                try await connection.withSession { session in
                    _ = try session.execute("drop database \(Identifier(name)) with (force)")
                }
            }
        }.value
    }
}
