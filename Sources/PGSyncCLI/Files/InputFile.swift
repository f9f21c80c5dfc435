import Files

/// A file that somebody names on the command line.
enum InputFile {
    /// Whoever names a larger one has named the wrong one.
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
