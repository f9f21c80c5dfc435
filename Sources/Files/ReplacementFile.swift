import Concurrency
import Glibc

/// A file that is there whole or not at all: it is written beside its place and put there by one rename.
public final class ReplacementFile: Sendable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let isFinished = Locked(false)

    /// Begins a file beside its place, under its name with a suffix: by default, one of this process.
    ///
    /// What is there by that name goes; nothing that someone put there is written into.
    public init(
        _ path: String,
        mode: UInt32,
        suffix: String? = nil
    ) throws(FileError) {
        self.path = path
        temporary = path + (suffix ?? ".\(getpid()).partial")
        _ = unsafe unlink(temporary)
        descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw FileError(.create, temporary) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if !isFinished.withLock(\.self) { _ = unsafe unlink(temporary) }
    }

    /// Adds a text.
    public func write(_ text: String) throws(FileError) {
        try FileWriter.write(text, to: descriptor, path: path)
    }

    /// Adds bytes.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try FileWriter.write(bytes[...], to: descriptor, path: path)
    }

    /// Gives it to another user.
    public func giveAway(toUser user: UInt32, group: UInt32) throws(FileError) {
        guard fchown(descriptor, user, group) == 0 else { throw FileError(.giveAway, path) }
    }

    /// Puts the file into its place; `durably`, once it is on the disk.
    public func finish(durably: Bool = true) throws(FileError) {
        guard !durably || fsync(descriptor) == 0 else { throw FileError(.write, path) }
        guard unsafe rename(temporary, path) == 0 else { throw FileError(.moveIntoPlace, path) }
        isFinished.withLock { $0 = true }
    }
}

/// Writes to files that are open.
public enum FileWriter {
    /// Appends to a file, and waits until it is on the disk; a new file its owner alone may read.
    public static func append(_ text: String, to path: String, creating: Bool = false) throws(FileError) {
        let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (creating ? O_CREAT : 0)
        let descriptor = unsafe open(path, flags, 0o600)
        guard descriptor >= 0 else { throw FileError(.open, path) }
        defer { close(descriptor) }
        try write(text, to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw FileError(.write, path) }
    }

    static func write(_ text: String, to descriptor: Int32, path: String) throws(FileError) {
        try write(Array(text.utf8)[...], to: descriptor, path: path)
    }

    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32, path: String) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 || errno == EINTR else { throw FileError(.write, path) }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
