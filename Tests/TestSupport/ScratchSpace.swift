internal import Glibc
internal import Subprocesses

/// Where the clusters of tests live.
package enum ScratchSpace {
    /// `TMPDIR` where it is set, else memory where there is plenty, else the disk.
    ///
    /// Each test makes and removes hundreds of files, which takes twice the time on a disk.
    package static let directory =
        ProcessEnvironment.current["TMPDIR"] ?? (hasRoom("/dev/shm") ? "/dev/shm" : "/tmp")

    private static let needed: UInt = 4 << 30

    private static func hasRoom(_ directory: String) -> Bool {
        var status = statvfs()
        guard unsafe statvfs(directory, &status) == 0, unsafe access(directory, W_OK) == 0 else {
            return false
        }
        return status.f_bavail * status.f_frsize >= needed
    }
}
