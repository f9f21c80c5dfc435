import Glibc

/// A file descriptor that takes whole lines and survives every failure to write.
struct LineStream {
    let descriptor: Int32
    private(set) var droppedLineCount = 0

    /// The last line broke off in the middle, so the next one starts on a line of its own.
    private var isTorn = false
    /// The last line found no room; until one does, nobody waits for room again.
    private var isStalled = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    mutating func write(_ line: String) {
        var bytes = Array((isTorn ? "\n\(line)\n" : "\(line)\n").utf8)[...]
        let length = bytes.count
        let isWhole = withBrokenPipeSignalHeldBack { writeAll(&bytes) }
        isStalled = !isWhole
        if isWhole {
            isTorn = false
        } else {
            droppedLineCount += 1
            isTorn = isTorn || bytes.count < length
        }
    }

    /// Writes until nothing is left; usually that is one call.
    private func writeAll(_ bytes: inout ArraySlice<UInt8>) -> Bool {
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if written > 0 {
                bytes.removeFirst(written)
            } else {
                guard written < 0, mayRetry(after: errno) else { return false }
            }
        }
        return true
    }

    private func mayRetry(after errorNumber: Int32) -> Bool {
        guard errorNumber == EAGAIN else { return errorNumber == EINTR }
        guard !isStalled else { return false }
        var request = pollfd(descriptor: descriptor)
        return unsafe poll(&request, 1, 100) == 1 && request.revents & Int16(POLLOUT) != 0
    }

    /// Keeps a closed pipe from ending the process, without changing what the signal does elsewhere.
    ///
    /// The kernel sends SIGPIPE to the writing thread, so it is enough to hold it back there and to take it
    /// off again before the thread's own mask returns.
    private func withBrokenPipeSignalHeldBack<Result>(_ body: () -> Result) -> Result {
        var brokenPipe = sigset_t()
        unsafe sigemptyset(&brokenPipe)
        unsafe sigaddset(&brokenPipe, SIGPIPE)
        var previous = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &brokenPipe, &previous)
        defer {
            if unsafe sigismember(&previous, SIGPIPE) == 0 {
                var noTime = timespec()
                unsafe sigtimedwait(&brokenPipe, nil, &noTime)
                unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
            }
        }
        return body()
    }
}

extension pollfd {
    fileprivate init(descriptor: Int32) {
        self.init(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    }
}
