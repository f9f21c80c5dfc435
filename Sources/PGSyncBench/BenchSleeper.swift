import Concurrency
import PGSyncCore
import PGSyncStore
import PGSyncWorker
import Postgres
import Services

/// A worker with nothing to do but to sleep and wake: each wake-up falls asleep again at once.
struct BenchSleeper: Sendable {
    let options: ConnectionOptions

    /// Sleeps and wakes until asked to stop; returns how often it was woken, by what.
    func run(until shutdown: Shutdown) async throws -> [SleepState.Wake: Int] {
        try await PostgresConnection.withConnection(to: options) { connection in
            // What has been seen counts as done, since nobody drains the queue here.
            let seen = Locked<Int64>(try await connection.withSession(Self.newest))
            let look: @Sendable (Session) throws -> WakeUpSleep.Sight = { session in
                let newest = try Self.newest(session)
                return WakeUpSleep.Sight(somethingWaits: seen.withLock { newest > $0 })
            }
            return try await WakeUpSleep.with(connection, pollInterval: .seconds(1), look: look) { sleeper in
                var wakes: [SleepState.Wake: Int] = [:]
                while !shutdown.isRequested {
                    wakes[try await sleeper.sleep(until: shutdown), default: 0] += 1
                    let newest = try await connection.withSession(Self.newest)
                    seen.withLock { $0 = max($0, newest) }
                }
                return wakes
            }
        }
    }

    private static func newest(_ session: Session) throws -> Int64 {
        try session.query(.prepared("select coalesce(max(log_id), 0) from pgsync.sync_queue")).onlyRow()
            .decode(0)
    }
}
