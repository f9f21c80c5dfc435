internal import Glibc

/// The right to run the cluster of a state directory, held by one process until it ends or lets go.
///
/// It is `flock` on a file: the kernel frees it with its owner, however that one ends, so that no lock is ever stale.
struct OwnerLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock and notes in it who holds it and for what.
    init(at path: String, directory: String, profile: ServerProfile) throws {
        let taken = try Self.take(path, flags: O_CREAT, directory: directory)
        let note = Array("\(getpid())\n\(profile.rawValue)\n".utf8)
        guard ftruncate(taken, 0) == 0, unsafe pwrite(taken, note, note.count, 0) == note.count else {
            let code = errno
            close(taken)
            throw ClusterError.failure(to: "write", path, errno: code)
        }
        descriptor = taken
    }

    /// Takes the lock of a cluster whose owner is gone; fails where it lives, or where there is no lock at all.
    init(abandonedAt path: String, directory: String) throws {
        descriptor = try Self.take(path, flags: 0, directory: directory)
    }

    private static func take(_ path: String, flags: Int32, directory: String) throws -> Int32 {
        while true {
            let opened = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
            guard opened >= 0 else { throw ClusterError.failure(to: "open", path, errno: errno) }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(opened)
                guard code == EWOULDBLOCK else { throw ClusterError.failure(to: "lock", path, errno: code) }
                throw ClusterError.inUse(directory: directory, pid: note(in: path)?.pid)
            }
            // The owner before us may have removed the file between our opening and our locking it.
            var status = stat()
            if unsafe fstat(opened, &status) == 0, FileSystem.entry(at: path)?.inode == UInt64(status.st_ino)
            {
                return opened
            }
            close(opened)
        }
    }

    deinit {
        // A child process that is just being started holds copies of all our descriptors until it executes its
        // program; closing ours would not free the lock before that.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Who took the lock last, and for what.
    static func note(in path: String) -> (pid: Int32, profile: ServerProfile)? {
        let lines = (FileSystem.contents(of: path) ?? "").split(separator: "\n")
        guard lines.count == 2, let pid = Int32(lines[0]),
            let profile = ServerProfile(rawValue: String(lines[1]))
        else { return nil }
        return (pid, profile)
    }
}
