internal import Files
internal import Glibc
internal import Subprocesses

/// The few file operations a cluster needs, with errors that name the path.
enum FileSystem {
    /// What `lstat` tells about a path.
    struct Entry {
        let owner: UInt32
        let mode: UInt32
        let inode: UInt64
        /// Seconds since 1970.
        let changed: Int

        var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
        var ownerName: String { UserAccount(userID: owner)?.name ?? String(owner) }
        var permissions: UInt32 { mode & 0o7777 }
    }

    /// The entry at a path, without following a link; nil where there is none.
    static func entry(at path: String) -> Entry? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return Entry(
            owner: status.st_uid,
            mode: status.st_mode,
            inode: UInt64(status.st_ino),
            changed: status.st_mtim.tv_sec
        )
    }

    /// The whole of a small file, or nil where it cannot be read.
    static func contents(of path: String) -> String? {
        guard let bytes = try? OpenFile(path, followsLinks: false).read(upTo: .max) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a file whole or not at all, for `owner` if given.
    static func write(_ text: String, to path: String, mode: mode_t, owner: UserAccount? = nil) throws {
        do {
            let file = try ReplacementFile(path, mode: mode, suffix: ".new")
            try file.write(text)
            if let owner, owner.userID != geteuid() {
                try file.giveAway(toUser: owner.userID, group: owner.groupID)
            }
            try file.finish()
        } catch {
            throw ClusterError(error)
        }
    }

    /// Puts a file or directory where another name was free, or a file was.
    static func move(_ path: String, to target: String) throws {
        guard unsafe rename(path, target) == 0 else {
            throw ClusterError.failure(to: "move into place", target, errno: errno)
        }
    }

    /// Removes a file if it is there and can be removed.
    static func removeFile(_ path: String) { _ = unsafe unlink(path) }

    /// Removes a directory if it is there and empty.
    static func removeEmptyDirectory(_ path: String) { _ = unsafe rmdir(path) }

    /// Appends to a file that exists.
    static func append(_ text: String, to path: String) throws {
        do {
            try FileWriter.append(text, to: path)
        } catch {
            throw ClusterError(error)
        }
    }

    /// Makes a directory with its parents; those that exist stay as they are.
    static func makeDirectories(at path: String, mode: mode_t) throws {
        if let existing = entry(at: path), existing.isDirectory { return }
        if let end = path.lastIndex(of: "/"), end != path.startIndex {
            try makeDirectories(at: String(path[..<end]), mode: mode)
        }
        if unsafe mkdir(path, mode) == 0 {
            // The mode above is cut by the umask.
            guard unsafe chmod(path, mode) == 0 else {
                throw ClusterError.failure(to: "open up", path, errno: errno)
            }
        } else {
            // A link to a directory is as good as one.
            let code = errno
            guard code == EEXIST, unsafe access("\(path)/.", F_OK) == 0 else {
                throw ClusterError.failure(to: "create", path, errno: code == EEXIST ? ENOTDIR : code)
            }
        }
    }

    /// Makes a directory that `owner` alone may enter, or takes an earlier one of ours; never one of someone else.
    static func makePrivateDirectory(at path: String, owner: UserAccount) throws {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw ClusterError.failure(to: "create", path, errno: errno)
        }
        // From here on through a descriptor: what is checked is what is changed.
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        var status = stat()
        guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0,
            [owner.userID, geteuid()].contains(status.st_uid)
        else { throw ClusterError.directoryTaken(path, owner: entry(at: path)?.ownerName ?? "unknown") }
        guard status.st_uid == owner.userID || fchown(descriptor, owner.userID, owner.groupID) == 0 else {
            throw ClusterError.failure(to: "give away", path, errno: errno)
        }
        guard fchmod(descriptor, 0o700) == 0 else {
            throw ClusterError.failure(to: "protect", path, errno: errno)
        }
    }

    /// The names in a directory, sorted; none where it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        return unsafe names(reading: directory).sorted()
    }

    /// Removes a file, or a directory with all that is in it, without ever following a link out of it.
    static func remove(_ path: String) throws {
        try remove(path, in: AT_FDCWD, shown: path)
    }

    private static func remove(_ name: String, in parent: Int32, shown path: String) throws {
        if unsafe unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else {
            throw ClusterError.failure(to: "remove", path, errno: errno)
        }
        let descriptor = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw ClusterError.failure(to: "remove", path, errno: errno) }
        defer { close(descriptor) }
        if let listing = unsafe fdopendir(dup(descriptor)) {
            for child in unsafe names(reading: listing) {
                try remove(child, in: descriptor, shown: "\(path)/\(child)")
            }
        }
        guard unsafe unlinkat(parent, name, Int32(AT_REMOVEDIR)) == 0 || errno == ENOENT else {
            throw ClusterError.failure(to: "remove", path, errno: errno)
        }
    }

    private static func names(reading directory: OpaquePointer) -> [String] {
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The path without links and dots; it has to exist.
    static func resolved(_ path: String) throws -> String {
        guard let real = unsafe realpath(path, nil) else {
            throw ClusterError.failure(to: "find", path, errno: errno)
        }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// The room left on the disk of a path, in bytes; nil where the kernel does not say.
    static func freeSpace(at path: String) -> UInt64? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}
