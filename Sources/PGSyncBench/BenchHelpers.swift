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

/// What the sleeping worker and the busy worker did while the application wrote.
struct HelperCounts: Sendable {
    /// How often the sleeping listener was woken, by what.
    var wakes: [SleepState.Wake: Int] = [:]
    /// How many changes the busy worker has taken.
    var taken = 0

    mutating func add(_ other: HelperCounts) {
        wakes.merge(other.wakes, uniquingKeysWith: +)
        taken += other.taken
    }
}
