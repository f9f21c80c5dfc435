import Postgres

/// A database that a benchmark makes and drops.
enum BenchDatabase {
    static func with<Result: Sendable>(
        on server: ConnectionOptions,
        _ body: (_ options: ConnectionOptions, _ administrator: PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let name = "pgsync_bench_\(UInt32.random(in: 0 ... .max))"
        let options = server.with("dbname", name)
        try await PostgresConnection.withConnection(to: server) { connection in
            try await connection.withSession { session in
                _ = try session.execute(
                    "create database \(Identifier(name)) encoding 'UTF8' template template0"
                )
            }
        }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await PostgresConnection.withConnection(to: options) { try await body(options, $0) }
            )
        } catch {
            result = .failure(error)
        }
        try await drop(name, on: server)
        return try result.get()
    }

    /// In a separate task, so that it also happens when the benchmark was cancelled.
    private static func drop(_ name: String, on server: ConnectionOptions) async throws {
        try await Task.detached {
            try await PostgresConnection.withConnection(to: server) { connection in
                try await connection.withSession { session in
                    _ = try session.execute("drop database \(Identifier(name)) with (force)")
                }
            }
        }.value
    }

    /// Lends connections that are all open before anything is timed.
    static func withConnections<Result>(
        _ count: Int,
        to options: ConnectionOptions,
        _ open: [PostgresConnection] = [],
        _ body: ([PostgresConnection]) async throws -> Result
    ) async throws -> Result {
        guard open.count < count else { return try await body(open) }
        return try await PostgresConnection.withConnection(to: options) { connection in
            try await withConnections(count, to: options, open + [connection], body)
        }
    }
}

extension ConnectionOptions {
    /// In the form that libpq and other programs read.
    var connectionString: String {
        settings.map { key, value in
            let escaped = value.map { "'\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
            return "\(key)='\(escaped)'"
        }.joined(separator: " ")
    }
}
