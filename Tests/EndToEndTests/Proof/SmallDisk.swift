import Glibc
import Subprocesses
import TestSupport

/// A disk in memory that is soon full; only root can make one.
struct SmallDisk {
    let directory: String
    private var filler: String { "\(directory)/filler" }

    static let canBeMade = geteuid() == 0 && canMount

    /// Some containers have a root that may not.
    private static let canMount: Bool = {
        let directory = "\(ScratchSpace.directory)/pgsync-disk-probe-\(getpid())"
        guard unsafe mkdir(directory, 0o700) == 0 else { return false }
        defer { unsafe rmdir(directory) }
        guard unsafe mount("none", directory, "tmpfs", 0, "size=64k") == 0 else { return false }
        return unsafe umount(directory) == 0
    }()

    /// Lends a disk that the server may write to, and takes it away again.
    static func with(megabytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
        let disk = SmallDisk(
            directory: "\(ScratchSpace.directory)/pgsync-disk-\(UInt64.random(in: 0 ... .max))"
        )
        guard unsafe mkdir(disk.directory, 0o755) == 0,
            unsafe mount("none", disk.directory, "tmpfs", 0, "size=\(megabytes)m,mode=0755") == 0
        else { throw CannotMake() }
        defer {
            unsafe umount2(disk.directory, Int32(MNT_DETACH))
            unsafe rmdir(disk.directory)
        }
        guard let owner = UserAccount(named: "postgres") ?? UserAccount(named: "nobody"),
            unsafe chown(disk.directory, owner.userID, owner.groupID) == 0
        else { throw CannotMake() }
        try await body(disk)
    }

    /// How many bytes are left.
    func free() throws -> Int {
        var status = statvfs()
        guard unsafe statvfs(directory, &status) == 0 else { throw CannotMake() }
        return Int(status.f_bavail * status.f_frsize)
    }

    /// Takes all room but a little.
    func fill(leaving bytes: Int) throws {
        let room = try free() - bytes
        let file = unsafe open(filler, O_CREAT | O_WRONLY, 0o600)
        defer { close(file) }
        guard file >= 0, posix_fallocate(file, 0, room) == 0 else { throw CannotMake() }
    }

    func makeRoom() { unsafe unlink(filler) }

    struct CannotMake: Error {}
}
