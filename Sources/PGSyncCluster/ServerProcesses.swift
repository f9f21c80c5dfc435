internal import Glibc

/// The processes of one server, told from all others by what everyone may read in `/proc`.
///
/// Working directories would say more, but root of a container may not read them of another user's processes. The
/// user, the command line of the postmaster and the titles of its children, which start with the cluster's name,
/// are enough: whoever can forge them is that user already. Start times are no evidence, since clocks get set.
struct ServerProcesses {
    let layout: ClusterLayout
    let userID: UInt32

    /// Whether this number is our server's postmaster at this moment, and not a stranger with a recycled number.
    func isPostmaster(_ pid: Int32) -> Bool {
        let words = commandLine(of: pid)
        guard let program = words.first, program == "postgres" || program.hasSuffix("/postgres"),
            let option = words.firstIndex(of: "-D"), option + 1 < words.count
        else { return false }
        return words[option + 1] == layout.data && belongsToServerUser(pid)
    }

    /// All that live on this data directory, also those whose postmaster is dead.
    func all() -> [Int32] {
        FileSystem.names(in: "/proc").compactMap { Int32($0) }.filter { isPostmaster($0) || isChild($0) }
    }

    /// Kills one of the processes, if it still is one.
    func kill(_ pid: Int32) {
        if isPostmaster(pid) || isChild(pid) { Glibc.kill(pid, SIGKILL) }
    }

    private func isChild(_ pid: Int32) -> Bool {
        guard let title = commandLine(of: pid).first else { return false }
        return title.hasPrefix("postgres: \(layout.clusterName): ") && belongsToServerUser(pid)
    }

    /// Empty for a process that has ended, even while its parent has not noticed.
    private func commandLine(of pid: Int32) -> [Substring] {
        (FileSystem.contents(of: "/proc/\(pid)/cmdline") ?? "").split(separator: "\0")
    }

    private func belongsToServerUser(_ pid: Int32) -> Bool {
        let status = FileSystem.contents(of: "/proc/\(pid)/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Uid:") }
        return line?.split(separator: "\t").dropFirst().first.flatMap { UInt32($0) } == userID
    }
}
