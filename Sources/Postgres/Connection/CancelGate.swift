import Concurrency
import Glibc

/// One use of a connection, which can be cancelled before, while and after it runs.
final class CancelTicket: Sendable {}

/// Lets a cancellation reach the statement it was meant for and no later one.
///
/// PostgreSQL cancels whatever a session happens to run when the request arrives. So requests are sent only while a
/// statement of the cancelled use is running, the statement does not count as over before the sending has ended, and
/// a request that came too early is sent again. An unguarded cancel hits the next statement about one time in three.
@safe
final class CancelGate: @unchecked Sendable {
    // Sendable because everything below `mutex` is touched only while it is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let canceller: Canceller
    private let patience: Duration
    private var current: CancelTicket?
    private var isCancelled = false
    private var mode: Mode?
    /// Tells one statement from the next.
    private var statementCount = 0
    private var isSending = false
    private var isCut = false
    private var refused: [ObjectIdentifier: CancelTicket] = [:]

    /// What a cancellation may do to a statement.
    enum Mode {
        /// The server is asked to cancel it; in the end the connection is cut.
        case cancellable
        /// Only cutting the connection: for COMMIT and ROLLBACK, which must run although their use was cancelled.
        case onlyCut
    }

    private static let requestInterval = Duration.milliseconds(100)
    private static let stackSize = 128 << 10

    /// `patience` is how long a statement of a cancelled use may go on before its connection is cut.
    init(canceller: Canceller, patience: Duration) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        self.canceller = canceller
        self.patience = patience
        unsafe pthread_mutex_init(mutex, nil)
        unsafe Deadline.initialize(condition)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Starts a use; false when it was cancelled before it could start.
    func begin(_ ticket: CancelTicket) -> Bool {
        locked {
            guard refused.isEmpty || refused.removeValue(forKey: ObjectIdentifier(ticket)) == nil else {
                return false
            }
            current = ticket
            isCancelled = false
            return true
        }
    }

    /// Ends the current use; a cancellation that comes now is forgotten.
    func end() {
        locked {
            current = nil
            if isCancelled { unsafe pthread_cond_broadcast(condition) }
        }
    }

    /// A ticket that will never begin or has ended needs no memory of its cancellation.
    func forget(_ ticket: CancelTicket) {
        locked {
            if !refused.isEmpty { refused[ObjectIdentifier(ticket)] = nil }
        }
    }

    /// Whether the use now running was cancelled.
    var isCurrentCancelled: Bool {
        locked { isCancelled }
    }

    /// Starts a statement; false when it is cancellable and its use already is cancelled.
    func enterStatement(_ mode: Mode) -> Bool {
        locked {
            guard !isCancelled || mode == .onlyCut else { return false }
            self.mode = mode
            statementCount += 1
            return true
        }
    }

    /// Ends a statement; false when its connection cannot be trusted with a further one.
    ///
    /// That is so when it was cut, or when a request is still under way after long waiting.
    func leaveStatement() -> Bool {
        locked {
            mode = nil
            guard isSending || isCut else { return true }
            let deadline = Deadline(after: patience)
            while isSending, !isCut {
                guard unsafe deadline.wait(condition, mutex) else { break }
            }
            return !isSending && !isCut
        }
    }

    /// Asks the server, for once, to cancel the statement now running; never blocks.
    func cancelStatement() {
        locked {
            if mode == .cancellable, !isSending { sendRequest() }
        }
    }

    /// Ends the connection under whoever uses it; it is of no use afterwards.
    func cutConnection() {
        locked { cut() }
    }

    /// Cancels a use, whenever that comes; never blocks.
    func cancel(_ ticket: CancelTicket) {
        locked {
            guard current === ticket else {
                refused[ObjectIdentifier(ticket)] = ticket
                return
            }
            guard !isCancelled else { return }
            isCancelled = true
            let isPursued = DetachedThread.start(stackSize: Self.stackSize) { self.pursue(ticket) } == nil
            // Without a thread to ask from, nothing gentler is left.
            if !isPursued { cut() }
        }
    }

    /// Has requests sent until the cancelled use has ended; in the end cuts the connection.
    private func pursue(_ ticket: CancelTicket) {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        var pursued = 0
        var end = Deadline(after: patience)
        var nextRequest = Deadline(after: .zero)
        while current === ticket, !isCut {
            if mode != nil {
                if pursued != statementCount { (pursued, end) = (statementCount, Deadline(after: patience)) }
                if end.isPast {
                    cut()
                } else if mode == .cancellable, !isSending, nextRequest.isPast {
                    sendRequest()
                    nextRequest = Deadline(after: Self.requestInterval)
                }
            }
            _ = unsafe Deadline(after: Self.requestInterval).wait(condition, mutex)
        }
    }

    /// Sends a request from its own thread, since a server that does not answer blocks it.
    ///
    /// That thread lives until the kernel gives the server up, however long the connection has been cut by then.
    private func sendRequest() {
        let refusal = DetachedThread.start(stackSize: Self.stackSize) {
            self.canceller.requestCancel()
            self.locked {
                self.isSending = false
                unsafe pthread_cond_broadcast(self.condition)
            }
        }
        isSending = refusal == nil
    }

    private func cut() {
        isCut = true
        canceller.cutConnection()
        unsafe pthread_cond_broadcast(condition)
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}
