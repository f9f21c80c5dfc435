internal import Glibc
internal import Subprocesses

/// Looks at, stops and removes the server of a state directory.
///
/// All of it blocks and none of it can be cancelled: it is for threads of our own, and for the process's last moments.
struct ServerControl: Sendable {
    let layout: ClusterLayout
    let userID: UInt32

    private var processes: ServerProcesses { ServerProcesses(layout: layout, userID: userID) }

    /// How often to look for what one can only look for.
    static let interval = Duration.milliseconds(5)

    /// The server's own note of itself, whether true or not.
    var note: PostmasterFile? {
        FileSystem.contents(of: layout.postmasterFile).flatMap { PostmasterFile($0) }
    }

    func status() -> ClusterStatus {
        guard FileSystem.entry(at: "\(layout.data)/PG_VERSION") != nil else { return .absent }
        guard let note else { return .stopped }
        guard processes.isPostmaster(note.pid) else { return .stale(pid: note.pid) }
        return .running(pid: note.pid, startTime: note.startTime, isReady: note.isReady)
    }

    /// Stops the server, and returns when it is gone.
    func stop(_ mode: StopMode, timeout: Duration) throws {
        guard case .running(let pid, _, _) = status() else { return }
        kill(pid, mode.signal)
        guard wait(upTo: timeout, until: { !processes.isPostmaster(pid) }) else {
            throw ClusterError.stopTimedOut(directory: layout.state, pid: pid, after: timeout)
        }
    }

    /// Kills every process of the server, the postmaster first, as a power failure would.
    func crash() throws {
        let timeout = Duration.seconds(10)
        if case .running(let pid, _, _) = status() { processes.kill(pid) }
        var last: Int32 = 0
        let isOver = wait(upTo: timeout) {
            let left = processes.all()
            for pid in left { processes.kill(pid) }
            last = left.first ?? last
            return left.isEmpty
        }
        guard isOver else {
            throw ClusterError.stopTimedOut(directory: layout.state, pid: last, after: timeout)
        }
    }

    /// Waits until a running server accepts connections.
    ///
    /// Returns false when it ended instead, or did not make it in time.
    func waitUntilReady(timeout: Duration) -> Bool {
        var isReady = false
        _ = wait(upTo: timeout) {
            guard case .running(_, _, let ready) = status() else { return true }
            isReady = ready
            return ready
        }
        return isReady
    }

    /// Clears what a dead server left behind, so that its next start does not stumble over it.
    ///
    /// Children that outlive a killed postmaster still hold its shared memory, and work for nobody. Only when none
    /// is left are its notes removed: PostgreSQL would take a stranger who got the dead server's number, or the
    /// dead server itself as long as its parent has not noticed, for a server that lives.
    func clearRemains() throws {
        try crash()
        FileSystem.removeFile(layout.postmasterFile)
        for name in FileSystem.names(in: layout.socketDirectory) {
            FileSystem.removeFile("\(layout.socketDirectory)/\(name)")
        }
    }

    /// Stops the server and removes all that the cluster ever made; the state directory only if nothing is left.
    func destroy() throws {
        // A server that ends by itself leaves no shared memory behind; what is left after that is killed.
        try? stop(.immediate, timeout: .seconds(10))
        try crash()
        // A server started by an initdb that was killed may be writing until it notices.
        _ = wait(upTo: .seconds(10)) { (try? removeContents()) != nil }
        try removeContents()
        // The lock goes last, while it is held.
        FileSystem.removeFile(layout.lock)
        FileSystem.removeEmptyDirectory(layout.state)
    }

    private func removeContents() throws {
        for path in layout.contents { try FileSystem.remove(path) }
    }

    private func wait(upTo timeout: Duration, until isMet: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + timeout
        while !isMet() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(UInt32(Self.interval / .microseconds(1)))
        }
        return true
    }
}
