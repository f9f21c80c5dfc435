import Glibc

/// What this process was called with.
enum ProcessArguments {
    /// The arguments after the program's own name.
    ///
    /// Swift finds them on the stack behind the environment, and finds none when a preloaded library has moved the
    /// environment before `main` (by setting a variable, say). There always is a name, so an empty list is that case.
    static var all: [String] {
        let found = CommandLine.arguments
        return Array((found.isEmpty ? ofKernel() : found).dropFirst())
    }

    private static func ofKernel() -> [String] {
        let file = unsafe open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
