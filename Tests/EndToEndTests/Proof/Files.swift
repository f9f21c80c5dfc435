import Glibc

/// Little files that a proof needs.
enum Files {
    /// Puts a text into a file, in one step, for somebody may be reading.
    static func write(_ text: String, to path: String) throws {
        let draft = "\(path).new"
        guard let file = unsafe fopen(draft, "w") else { throw NotAccessible(path: path) }
        unsafe fputs(text, file)
        unsafe fclose(file)
        unsafe rename(draft, path)
    }

    static func read(_ path: String) throws -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw NotAccessible(path: path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(file, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }

    struct NotAccessible: Error {
        let path: String
    }
}
