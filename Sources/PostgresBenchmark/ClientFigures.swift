import Glibc
import Postgres

extension PostgresConnection {
    /// One awaited use of the connection per query: a hop to its thread and back each time.
    nonisolated func singleQueries(count: Int) async throws -> Double {
        var sum = 0
        let start = ContinuousClock.now
        for number in 0..<count {
            sum += try await withSession { session in
                try session.query(.prepared("select \(number) + 1")).onlyRow().decode(0, as: Int.self)
            }
        }
        let time = ContinuousClock.now - start
        try check(sum, count)
        return Double(count) / time.seconds
    }

    nonisolated func pipelinedQueries(count: Int, batch: Int) async throws -> Double {
        var sum = 0
        let start = ContinuousClock.now
        for first in stride(from: 0, to: count, by: batch) {
            sum += try await withSession { session in
                let queries = (first..<(first + batch)).map { Query.prepared("select \($0) + 1") }
                var sum = 0
                try session.pipeline(queries) { sum += try $1[0].decode(0, as: Int.self) }
                return sum
            }
        }
        let time = ContinuousClock.now - start
        try check(sum, count)
        return Double(count) / time.seconds
    }

    nonisolated func sendNotifications(count: Int) async throws {
        for _ in 0..<count {
            try await withSession { session in
                usleep(1_000)
                _ = try session.query(.prepared("select pg_notify('pgsync_benchmark', \(String(now())))"))
            }
        }
    }
}

/// The median delay of a listener that blocks a thread.
func wakeUps(
    sender: PostgresConnection,
    count: Int,
    _ wait: @escaping @Sendable (Int) throws -> [Double]
) async throws -> Double {
    async let delays = onOwnThread { try wait(count) }
    try await sender.sendNotifications(count: count)
    return median(try await delays)
}

/// The median delay of a task that awaits the notifications of a connection.
func wakeUps(sender: PostgresConnection, options: ConnectionOptions, count: Int) async throws -> Double {
    try await PostgresConnection.withConnection(to: options) { listener in
        let notifications = try await listener.listen(to: "pgsync_benchmark")
        async let delays = collect(notifications, count: count)
        try await sender.sendNotifications(count: count)
        return median(try await delays)
    }
}

private func collect(
    _ notifications: AsyncThrowingStream<PostgresNotification, any Error>,
    count: Int
) async throws -> [Double] {
    var delays: [Double] = []
    for try await notification in notifications {
        delays.append(microseconds(since: notification.payload))
        if delays.count == count { break }
    }
    return delays
}

/// Blocks its own thread, never one of the cooperative pool.
private func onOwnThread(_ body: @escaping @Sendable () throws -> [Double]) async throws -> [Double] {
    try await withCheckedThrowingContinuation { continuation in
        final class Box {
            let run: () -> Void
            init(_ run: @escaping () -> Void) { self.run = run }
        }
        let box = Box { continuation.resume(with: Result { try body() }) }
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(box).toOpaque()
        let status = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                unsafe Unmanaged<Box>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue().run()
                return nil
            },
            argument
        )
        precondition(status == 0, "no thread could be started")
    }
}
