import Glibc

/// Lets other threads end a thread's wait for its sockets.
package final class WakeUpPipe: Sendable {
    /// What a thread waits for, besides the bell.
    package struct Wait: Sendable {
        package var limit: Duration?
        fileprivate var sockets: [pollfd] = []

        package init() {}

        /// Ends the wait when the socket can be read from or written to.
        package mutating func add(_ socket: Socket, reading: Bool = false, writing: Bool = false) {
            // Without events a socket would still report that it hung up, again and again.
            guard reading || writing else { return }
            let events = (reading ? Int16(POLLIN) : 0) | (writing ? Int16(POLLOUT) : 0)
            sockets.append(pollfd(fd: socket.descriptor, events: events, revents: 0))
        }
    }

    private let receiver: Socket
    private let sender: Socket

    package init() throws {
        (receiver, sender) = try Socket.pair()
    }

    /// Ends the present wait, or the next one at once.
    package func ring() {
        // A full buffer is a bell that rings already.
        _ = sender.send([1])
    }

    package func wait(for wait: Wait) {
        var descriptors = wait.sockets + [pollfd(fd: receiver.descriptor, events: Int16(POLLIN), revents: 0)]
        unsafe poll(&descriptors, nfds_t(descriptors.count), wait.limit.map(\.pollTimeout) ?? -1)
        while case .bytes = receiver.receive(atMost: 64) {}
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a wait never ends just before its time.
    fileprivate var pollTimeout: Int32 {
        Int32(clamping: Int((max(self, .zero) / .milliseconds(1)).rounded(.up)))
    }
}
