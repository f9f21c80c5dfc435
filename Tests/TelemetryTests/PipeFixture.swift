import Dispatch
import Glibc
import Testing

/// A pipe whose reading end never blocks, for tests of what is written to the other end.
final class PipeFixture: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init(writesBlock: Bool = true) throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        (readEnd, writeEnd) = (ends[0], ends[1])
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
        if !writesBlock { _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Takes out everything that is in the pipe now.
    func drain() -> String {
        var text: [UInt8] = []
        while true {
            let part = take()
            guard !part.isEmpty else { break }
            text += part
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Takes out that many bytes as they come, on a thread that waiting writers cannot keep from running.
    func read(length: Int) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "pipe reader").async { [self] in
                var text: [UInt8] = []
                while text.count < length {
                    var request = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
                    // A minute without a byte means that none will come.
                    guard unsafe poll(&request, 1, 60_000) == 1 else { break }
                    text += take()
                }
                continuation.resume(returning: String(decoding: text, as: UTF8.self))
            }
        }
    }

    private func take() -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(readEnd, &buffer, buffer.count)
        return buffer[..<max(count, 0)]
    }
}
