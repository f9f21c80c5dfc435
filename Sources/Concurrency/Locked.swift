import Glibc

/// A value that is only reachable while its lock is held.
///
/// It stands on a POSIX mutex rather than on `Synchronization.Mutex`, because the thread sanitizer understands
/// the former and reports false races for the latter, and a sanitizer that cries wolf guards nothing.
@safe
public final class Locked<Value>: @unchecked Sendable {
    // Sendable because every access to `value` happens between lock and unlock of `mutex`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    /// Creates a lock around a value that nobody else holds.
    public init(_ value: sending Value) {
        unsafe self.mutex = .allocate(capacity: 1)
        unsafe self.mutex.initialize(to: pthread_mutex_t())
        self.value = value
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` with exclusive access; the lock is not recursive.
    public func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
