import CLinux
import Concurrency
import Glibc

/// A thread that belongs to one connection and runs everything that touches it.
///
/// It is the serial executor of its ``PostgresConnection``, so the compiler proves that one thread only uses the
/// connection, and libpq may simply block. While there is nothing to run it waits for work and for the socket at once.
final class ConnectionThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isAsleep = false
        var isStopping = false
        var socket: Int32 = -1
        var onReadable: (@Sendable () -> Void)?
        var thread: pthread_t?
    }

    private let state = Locked(State())
    private let wakeDescriptor: Int32

    /// Small, because libpq and the closures it runs need little and there may be many connections.
    private static let stackSize = 512 << 10

    /// Starts the thread with a first piece of work, which runs before any job.
    init(startingWith first: @escaping @Sendable () -> Void) throws(PostgresError) {
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wakeDescriptor >= 0 else {
            throw PostgresError(
                .cannotConnect,
                "cannot connect: the system refuses a further file descriptor"
            )
        }
        let refusal = DetachedThread.start(stackSize: Self.stackSize) { [self] in
            state.withLock { $0.thread = pthread_self() }
            first()
            loop()
        }
        guard refusal == nil else {
            throw PostgresError(.cannotConnect, "cannot connect: the system refuses a further thread")
        }
    }

    deinit {
        // Not before, or a late `wake` would write to whatever got the number next.
        close(wakeDescriptor)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The job may let go of the connection, and so of this thread, before the waking is done.
        let this = unsafe Unmanaged.passRetained(self)
        defer { unsafe this.release() }
        let mustWake = state.withLock { state in
            state.jobs.append(job)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustWake { wake() }
    }

    /// Tells the runtime, for code that it did not start as a job, whether it is on this thread.
    func isIsolatingCurrentContext() -> Bool? {
        let thread = state.withLock { $0.thread }
        return thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the connection's thread")
    }

    /// Ends the thread once the jobs in hand have run; no job may come after that.
    func stop() {
        state.withLock { $0.isStopping = true }
        wake()
    }

    /// Has a closure run, on this thread, whenever the socket becomes readable between two jobs.
    func watch(_ socket: Int32, onReadable: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.socket = socket
            state.onReadable = onReadable
        }
    }

    /// Stops looking at the socket, which may be closed now.
    func unwatch() {
        state.withLock { state in
            state.socket = -1
            state.onReadable = nil
        }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = unsafe write(wakeDescriptor, &one, 8)
    }

    private func loop() {
        var jobs: [UnownedJob] = []
        while true {
            jobs.removeAll(keepingCapacity: true)
            let (isStopping, socket) = state.withLock { state in
                swap(&jobs, &state.jobs)
                state.isAsleep = jobs.isEmpty && !state.isStopping
                return (state.isStopping, state.socket)
            }
            for job in jobs {
                unsafe job.runSynchronously(on: asUnownedSerialExecutor())
            }
            if !jobs.isEmpty { continue }
            if isStopping { return }
            sleep(watching: socket)
        }
    }

    private func sleep(watching socket: Int32) {
        var descriptors: InlineArray<2, pollfd> = [
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
        ]
        var span = descriptors.mutableSpan
        _ = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, -1) }
        if descriptors[0].revents != 0 {
            var count: UInt64 = 0
            _ = unsafe read(wakeDescriptor, &count, 8)
        }
        guard descriptors[1].revents != 0 else { return }
        let onReadable = state.withLock { state in
            state.isAsleep = false
            return state.socket == socket ? state.onReadable : nil
        }
        onReadable?()
    }
}

/// Runs a task on the thread of a connection, so that its statements cost no change of thread.
///
/// For a task that does little but use this connection:
///
/// ```swift
/// try await withTaskExecutorPreference(ConnectionExecutor(connection)) {
///     for order in orders { try await connection.withSession { try $0.execute(…) } }
/// }
/// ```
///
/// While a statement runs, such a task and its child tasks stand still, so none of them may do what the statement
/// waits for.
public final class ConnectionExecutor: TaskExecutor {
    // It holds the connection, whose thread ends with it.
    private let connection: PostgresConnection

    /// Takes the thread of a connection.
    public init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        connection.thread.enqueue(job)
    }
}
