internal import CSpawn
import Glibc

/// Both ends of where one of a child's output streams goes: what the child gets, and what we read.
struct OutputChannel: ~Copyable {
    private let target: OutputTarget
    private var childEnd: OwnedDescriptor?
    private var ourEnd: OwnedDescriptor?
    private var splitter = LineSplitter()
    private(set) var captured = ProcessOutput.Captured()

    init(to target: OutputTarget) throws(SubprocessError) {
        self.target = target
        switch target {
        case .captured, .lines:
            var ends: [Int32] = [-1, -1]
            let result = unsafe cspawn_pipe(&ends)
            let code = errno
            guard result == 0 else { throw .outOfResources("pipe", errno: code) }
            ourEnd = try OwnedDescriptor(ends[0]) { .outOfResources("pipe", errno: $0) }
            childEnd = try OwnedDescriptor(ends[1]) { .outOfResources("pipe", errno: $0) }
            _ = fcntl(pollableNumber, F_SETFL, O_NONBLOCK)
        case .file(let path):
            childEnd = try unsafe OwnedDescriptor(
                open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            ) {
                .cannotOpen(path, errno: $0)
            }
        case .discarded:
            childEnd = try unsafe OwnedDescriptor(open("/dev/null", O_WRONLY | O_CLOEXEC)) {
                .cannotOpen("/dev/null", errno: $0)
            }
        case .inherited:
            break
        }
    }

    /// What the child gets as its descriptor; negative where it keeps ours.
    var childNumber: Int32 { childEnd.number }

    /// What to give to poll(2); a negative number, which it skips, where there is nothing to read any more.
    var pollableNumber: Int32 { ourEnd.number }

    /// Lets go of the child's end, so that the end of the output can be seen.
    mutating func closeChildEnd() { childEnd = nil }

    /// Reads what is there now, without waiting for more.
    mutating func drain(into buffer: inout [UInt8]) {
        while pollableNumber >= 0 {
            let count = unsafe read(pollableNumber, &buffer, buffer.count)
            if count > 0 {
                take(buffer[..<count])
            } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
                ourEnd = nil
            } else if errno == EAGAIN {
                return
            }
        }
    }

    /// Gives out the last line and tells the reader of lines that no more will come.
    mutating func finish() {
        guard case .lines(let stream) = target else { return }
        if let rest = splitter.finish() { stream.yield(rest) }
        stream.finish()
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        switch target {
        case .captured(let limit):
            let kept = bytes.prefix(max(0, limit - captured.bytes.count))
            captured.bytes += kept
            if kept.count < bytes.count { captured.isTruncated = true }
        case .lines(let stream):
            for line in splitter.split(bytes) { stream.yield(line) }
        case .inherited, .file, .discarded:
            break
        }
    }
}
