import Glibc
import Concurrency
import Postgres

/// Somebody else who does something while a session's closure, which is synchronous, waits for it.
enum Rival {
    /// Runs a statement on another connection and blocks this thread, which is a connection's own, until it is done.
    static func run(_ statement: Query, on connection: PostgresConnection) throws {
        let done = Semaphore()
        let result = Locked<Result<Void, any Error>?>(nil)
        Task {
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await connection.withSession { _ = try $0.query(statement) })
            } catch {
                outcome = .failure(error)
            }
            result.withLock { $0 = outcome }
            done.signal()
        }
        done.wait()
        try result.withLock { $0 }?.get()
    }
}

/// A place where so many threads wait for one another, once; later ones pass.
final class Meeting: Sendable {
    private let missing: Locked<Int>
    private let complete = Semaphore()

    init(of count: Int) {
        missing = Locked(count)
    }

    func arrive() {
        let isComplete = missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        if !isComplete { complete.wait() }
        complete.signal()
    }
}

/// A POSIX semaphore.
@safe
final class Semaphore: @unchecked Sendable {
    // Sendable because semaphores are made for many threads, and only `deinit` frees it.
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        unsafe raw = .allocate(capacity: 1)
        unsafe sem_init(raw, 0, 0)
    }

    deinit {
        unsafe sem_destroy(raw)
        unsafe raw.deallocate()
    }

    func signal() { unsafe sem_post(raw) }

    func wait() {
        while unsafe sem_wait(raw) != 0 {}
    }
}
