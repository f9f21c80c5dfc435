import Files
import Glibc

/// A file that someone names on the command line.
enum InputFile {
    /// A larger file is surely the wrong one.
    private static let longest = 16 << 20

    /// All that is in it.
    static func bytes(of path: String) throws -> [UInt8] {
        do {
            return try OpenFile.bytes(of: path, limit: longest)
        } catch {
            throw CommandError.unreadableFile(path: path, reason: "\(error)")
        }
    }
}

/// A file that a command writes, whole or not at all.
struct OutputFile {
    private let path: String
    private let file: ReplacementFile

    /// Begins a file that its owner alone may read.
    init(_ path: String) throws {
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw CommandError.cannotWrite(path: path, reason: "it exists and is not a file")
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
