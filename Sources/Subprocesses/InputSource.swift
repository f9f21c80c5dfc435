internal import CSpawn
import Glibc

/// What a child process reads from its standard input.
public enum InputSource: Sendable {
    /// Nothing: the end of the input at once.
    case null
    /// These bytes, held in memory by the kernel, so that a child that does not read them blocks nobody.
    case bytes([UInt8])
    /// What we read.
    case inherited

    /// The UTF-8 bytes of a text.
    public static func text(_ text: String) -> InputSource { .bytes(Array(text.utf8)) }

    /// Opens what the child gets as its standard input; nil where it keeps ours.
    func open() throws(SubprocessError) -> OwnedDescriptor? {
        switch self {
        case .inherited:
            return nil
        case .null:
            return try unsafe OwnedDescriptor(Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)) {
                .cannotOpen("/dev/null", errno: $0)
            }
        case .bytes(let bytes):
            let file = try OwnedDescriptor(cspawn_memory_file()) { .outOfResources("memory file", errno: $0) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes {
                    unsafe write(file.number, $0.baseAddress, $0.count)
                }
                let code = errno
                guard count > 0 || code == EINTR else { throw .outOfResources("memory file", errno: code) }
                rest = rest.dropFirst(max(0, count))
            }
            lseek(file.number, 0, SEEK_SET)
            return file
        }
    }
}
