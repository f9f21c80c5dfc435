import CMicroHTTPD
import Concurrency

/// A body that is made while it is sent, such as events or an export.
///
/// Who makes it offers or writes; the server's thread takes. While there is nothing to take, the connection is suspended.
public final class ResponseStream: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        var isFinished = false
        var isBroken = false
        /// Whether the client has gone, or the server stops.
        var isGone = false
        var suspended: ConnectionReference?
        var producer: Task<Void, Never>?
        var writer: Semaphore?
    }

    /// Bytes that may wait for a slow client.
    private static let limit = 64 << 10

    private let state = Locked(State())

    /// Starts the task that makes the body.
    init(_ produce: @escaping @Sendable (ResponseStream) async -> Void) {
        let task = Task {
            await produce(self)
            finish()
        }
        state.withLock { $0.producer = task }
    }

    /// Whether the client has gone.
    public var isGone: Bool { state.withLock(\.isGone) }

    /// How many bytes wait for the client.
    public var backlog: Int { state.withLock(\.buffer.count) }

    /// Adds bytes if fewer than 64 KiB wait; false if not, or if the client has gone.
    public func offer(_ bytes: some Sequence<UInt8>) -> Bool {
        state.withLock { state in
            guard !state.isGone, state.buffer.count < Self.limit else { return false }
            state.buffer.append(contentsOf: bytes)
            Self.wake(&state)
            return true
        }
    }

    /// Adds bytes, and blocks its thread until fewer than 64 KiB wait.
    ///
    /// For one thread that may block. False if the client has gone, or has taken nothing for as long as is waited.
    public func write(_ bytes: some Sequence<UInt8>, waiting patience: Duration) -> Bool {
        let hasRoom = Semaphore()
        let mustWait = state.withLock { state in
            guard !state.isGone else { return false }
            state.buffer.append(contentsOf: bytes)
            Self.wake(&state)
            guard state.buffer.count >= Self.limit else { return false }
            state.writer = hasRoom
            return true
        }
        if mustWait, !hasRoom.wait(for: patience) { return false }
        return !isGone
    }

    /// Cuts the connection, so that the client does not take what it has for the whole.
    public func breakOff() {
        state.withLock { state in
            state.isBroken = true
            Self.wake(&state)
        }
    }

    /// Ends the body once what was added is sent.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            Self.wake(&state)
        }
    }

    /// The client has gone, or must.
    func abandon() {
        let (writer, producer) = state.withLock { state in
            defer { state.writer = nil }
            state.isGone = true
            state.buffer = []
            Self.wake(&state)
            return (state.writer, state.producer)
        }
        writer?.signal()
        producer?.cancel()
    }

    /// Called on the server's thread: copies what there is, or suspends the connection until there is something.
    func read(into target: UnsafeMutableRawBufferPointer, of connection: ConnectionReference) -> Int {
        state.withLock { state in
            if state.isBroken { return mhd_broken_stream }
            if state.buffer.isEmpty {
                if state.isFinished || state.isGone { return mhd_end_of_stream }
                connection.suspend()
                state.suspended = connection
                return 0
            }
            let count = min(state.buffer.count, target.count)
            unsafe state.buffer.withUnsafeBytes { bytes in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            state.buffer.removeFirst(count)
            if state.buffer.count < Self.limit {
                state.writer?.signal()
                state.writer = nil
            }
            return count
        }
    }

    private static func wake(_ state: inout State) {
        state.suspended?.resume()
        state.suspended = nil
    }
}

/// A connection of libmicrohttpd, which is used only while it exists.
@safe
struct ConnectionReference: @unchecked Sendable {  // The library's functions that are called here lock.
    private let raw: OpaquePointer

    init(_ raw: OpaquePointer) { unsafe self.raw = raw }

    func suspend() { unsafe MHD_suspend_connection(raw) }

    func resume() { unsafe MHD_resume_connection(raw) }
}
