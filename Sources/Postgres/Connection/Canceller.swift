import CLibPQ
import Glibc

/// The means to disturb a connection from another thread.
@safe
final class Canceller: @unchecked Sendable {
    // Sendable because a PGcancel is made to be used from any thread, and only `deinit` frees it.
    private let raw: OpaquePointer?
    /// A descriptor of our own for the connection's socket: libpq may close its one at any time.
    private let socket: Int32

    init(_ connection: OpaquePointer) throws(PostgresError) {
        unsafe raw = PQgetCancel(connection)
        socket = unsafe fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)
        guard socket >= 0 else {
            unsafe PQfreeCancel(raw)
            throw PostgresError(
                .cannotConnect,
                "cannot connect: the system refuses a further file descriptor"
            )
        }
    }

    deinit {
        unsafe PQfreeCancel(raw)
        close(socket)
    }

    /// Asks the server to cancel what the session runs; returns when the server has been told.
    func requestCancel() {
        var reason = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(raw, &reason, Int32(reason.count))
    }

    /// Ends the connection under whoever is blocked on it.
    func cutConnection() {
        shutdown(socket, Int32(SHUT_RDWR))
    }
}
