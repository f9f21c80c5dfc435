internal import Glibc
internal import Concurrency
internal import Subprocesses

/// A PostgreSQL server of our own under a state directory, of which this process is the only master.
///
/// The server is not our child: it lives on when we are killed, and the next master adopts it. The operations follow
/// one another; to run two at a time on one cluster is a mistake of the caller.
package final class PrivateCluster: Sendable {
    /// The role that owns everything.
    package static let superuser = "postgres"
    /// The port in the name of a socket that is not accompanied by a real one.
    static let socketPort = 5432

    /// The programs the server is run with.
    package let binaries: ServerBinaries
    let configuration: ClusterConfiguration
    let layout: ClusterLayout
    let user: UserAccount
    let data: DataDirectory
    let control: ServerControl
    let currentPort: Locked<Int>
    private let lock: OwnerLock

    /// Becomes the master of a state directory, which is made if missing; nothing is started yet.
    ///
    /// Throws `ClusterError.inUse` while another process is, or this one already.
    package init(owning configuration: ClusterConfiguration) async throws {
        let user = try ServerUser.choose(for: configuration)
        let isServerUser = user.userID == geteuid()
        // The server's user has to pass through the directory, and has no business to list it.
        try FileSystem.makeDirectories(at: configuration.stateDirectory, mode: isServerUser ? 0o700 : 0o711)
        let state = try FileSystem.resolved(configuration.stateDirectory)
        guard let entry = FileSystem.entry(at: state), [user.userID, geteuid()].contains(entry.owner) else {
            throw ClusterError.directoryTaken(
                state,
                owner: FileSystem.entry(at: state)?.ownerName ?? "unknown"
            )
        }
        try await ServerUser.checkPassage(of: user, to: state)
        let layout = ClusterLayout(state: state, serverUserID: user.userID)
        lock = try OwnerLock(at: layout.lock, directory: state, profile: configuration.profile)
        let data = DataDirectory(layout: layout, user: user)
        data.sweepAttempts()
        binaries = try await Self.binaries(for: data, environment: configuration.environment)
        control = ServerControl(layout: layout, userID: user.userID)
        currentPort = Locked(control.note?.port ?? Self.socketPort)
        self.configuration = configuration
        self.layout = layout
        self.user = user
        self.data = data
    }

    /// The newest programs, or those an existing data directory needs.
    private static func binaries(
        for data: DataDirectory,
        environment: [String: String]
    ) async throws -> ServerBinaries {
        guard let version = try data.version() else {
            return try await ServerBinaries.locate(environment: environment)
        }
        guard let major = Int(version), ServerBinaries.supportedMajors.contains(major) else {
            throw ClusterError.versionMismatch(dataDirectory: data.layout.data, found: version, offered: nil)
        }
        let offered: ServerBinaries
        do {
            offered = try await ServerBinaries.locate(major: major, environment: environment)
        } catch ClusterError.binariesNotFound {
            // The newest of another version says more than that this one is missing.
            offered = try await ServerBinaries.locate(environment: environment)
        }
        guard offered.major == major else {
            throw ClusterError.versionMismatch(
                dataDirectory: data.layout.data,
                found: version,
                offered: offered.major
            )
        }
        return offered
    }

    /// What is there now.
    package func status() async throws -> ClusterStatus {
        let control = control
        return try await BackgroundThread.run { control.status() }
    }

    /// What is there in a state directory, whoever its master is; it needs the rights to read the data directory.
    package static func status(of stateDirectory: String) async throws -> ClusterStatus {
        guard let control = existing(in: stateDirectory) else { return .absent }
        return try await BackgroundThread.run { control.status() }
    }

    /// Stops the server, and returns when it is gone; does nothing where none runs.
    package func stop(_ mode: StopMode = .fast, timeout: Duration = .seconds(60)) async throws {
        let control = control
        try await BackgroundThread.run { try control.stop(mode, timeout: timeout) }
    }

    /// Stops the server in fast mode and starts it again.
    package func restart() async throws {
        try await stop()
        try await start()
    }

    /// Kills all processes of the server, as a power failure would; the next start recovers.
    package func crash() async throws {
        let control = control
        try await BackgroundThread.run { try control.crash() }
    }

    /// Ends the server at once and removes all that the cluster ever made; the cluster is of no use afterwards.
    package func destroy() async throws {
        let control = control
        try await BackgroundThread.run { try control.destroy() }
    }

    /// The same as `destroy`, blocking the calling thread: for the last moments of a process.
    package func destroyNow() throws { try control.destroy() }

    /// Removes the test clusters in a directory whose masters are dead; returns their state directories.
    ///
    /// A test run that was killed leaves its server running and its files on the disk; the next run cleans up after
    /// it. Only clusters with the `.testing` profile that belong to this user are touched.
    @discardableResult
    package static func sweepAbandoned(in directory: String) async throws -> [String] {
        try await BackgroundThread.run {
            var swept: [String] = []
            for state in FileSystem.names(in: directory).map({ "\(directory)/\($0)" }) {
                guard FileSystem.entry(at: state)?.owner == geteuid(), let control = existing(in: state),
                    let lock = try? OwnerLock(abandonedAt: control.layout.lock, directory: state),
                    OwnerLock.note(in: control.layout.lock)?.profile == .testing
                else { continue }
                // What cannot be removed now is left to the next sweep.
                if (try? control.destroy()) != nil { swept.append(state) }
                _ = consume lock
            }
            return swept
        }
    }

    /// The server of a state directory that has been there before; it runs as whoever owns its data.
    static func existing(in stateDirectory: String) -> ServerControl? {
        guard let state = try? FileSystem.resolved(stateDirectory) else { return nil }
        let userID = FileSystem.entry(at: "\(state)/data")?.owner ?? geteuid()
        return ServerControl(layout: ClusterLayout(state: state, serverUserID: userID), userID: userID)
    }
}
