import Postgres
import Services

/// A busy worker: it takes changes out of the queue as fast as it can, and never sleeps.
///
/// What it makes of them is left out, so that the figures tell what capture costs and not what posting does.
struct QueueDrainer: Sendable {
    let options: ConnectionOptions

    /// Takes until asked to stop; returns how many changes it has taken.
    func run(until shutdown: Shutdown) async throws -> Int {
        try await PostgresConnection.withConnection(to: options) { connection in
            var (total, mark) = (0, Int64(0))
            _ = try await connection.withSession { try $0.execute("set pgsync.finishing = on") }
            while !shutdown.isRequested {
                let (count, newest) = try await connection.withSession { [mark] session in
                    let row = try session.query(.prepared(BenchSQL.take(after: mark))).onlyRow()
                    return (try row.decode("taken", as: Int.self), try row.decode("newest", as: Int64?.self))
                }
                total += count
                // What commits late has a lesser number: look from the beginning whenever the end is reached.
                mark = newest ?? 0
                if count == 0, try await shutdown.sleep(for: .milliseconds(1)) { break }
            }
            return total
        }
    }
}
