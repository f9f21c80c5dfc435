import Files
import Glibc

/// A file that a command writes, whole or not at all.
struct OutputFile {
    private let path: String
    private let file: ReplacementFile

    /// Begins a file that its owner alone may read.
    init(_ path: String) throws {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CommandError.cannotWrite(path: path, reason: "it is there and is no file")
        }
        self.path = path
        file = try Self.writing(path) { () throws(FileError) in try ReplacementFile(path, mode: 0o600) }
    }

    func write(_ text: String) throws {
        try Self.writing(path) { () throws(FileError) in try file.write(text) }
    }

    /// Puts the file into its place, once it is on the disk.
    func finish() throws {
        try Self.writing(path) { () throws(FileError) in try file.finish() }
    }

    static func writing<Result>(_ path: String, _ body: () throws(FileError) -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw CommandError.cannotWrite(path: path, reason: "\(error)")
        }
    }
}
