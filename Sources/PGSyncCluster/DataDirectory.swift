internal import Glibc
internal import Subprocesses

/// The directory with the databases: what is in it, and how it comes to be.
struct DataDirectory {
    let layout: ClusterLayout
    let user: UserAccount

    /// The major version that made it, as `PG_VERSION` says; nil where there is none yet.
    ///
    /// Throws where something else lies there, or the server would refuse it.
    func version() throws -> String? {
        guard let entry = FileSystem.entry(at: layout.data) else { return nil }
        guard entry.isDirectory else { throw ClusterError.dataDirectoryIncomplete(layout.data) }
        guard entry.owner == user.userID else {
            throw ClusterError.dataDirectoryNotOurs(layout.data, owner: entry.ownerName, expected: user.name)
        }
        // Reading for the group is what PostgreSQL allows, too.
        guard entry.permissions & 0o027 == 0 else {
            throw ClusterError.dataDirectoryOpenToOthers(
                layout.data,
                mode: String(entry.permissions, radix: 8)
            )
        }
        if let version = FileSystem.contents(of: "\(layout.data)/PG_VERSION")?.split(separator: "\n").first {
            return String(version)
        }
        guard FileSystem.names(in: layout.data).isEmpty else {
            throw ClusterError.dataDirectoryIncomplete(layout.data)
        }
        return nil
    }

    /// Removes what interrupted attempts have left.
    ///
    /// A server that such an attempt had just started may still be writing. It ends soon; what it adds meanwhile
    /// is in nobody's way and goes with the next sweep.
    func sweepAttempts() {
        for name in FileSystem.names(in: layout.state) where name.hasPrefix(ClusterLayout.stagingPrefix) {
            try? FileSystem.remove("\(layout.state)/\(name)")
        }
    }

    /// Makes a new data directory: beside its place, and put there by one rename, so that it is whole or not there.
    func initialize(with binaries: ServerBinaries, profile: ServerProfile) async throws {
        let staging = "\(layout.state)/\(ClusterLayout.stagingPrefix)\(Self.randomDigits().prefix(8))"
        // Also when it has succeeded: only the data directory is moved away from there.
        do {
            try await prepare(staging, with: binaries, profile: profile)
        } catch {
            try? FileSystem.remove(staging)
            throw error
        }
        try? FileSystem.remove(staging)
    }

    private func prepare(_ staging: String, with binaries: ServerBinaries, profile: ServerProfile)
        async throws
    {
        try FileSystem.makeDirectories(at: staging, mode: 0o711)
        let data = "\(staging)/data"
        try FileSystem.makePrivateDirectory(at: data, owner: user)
        let password = Self.randomDigits()
        try FileSystem.write(password + "\n", to: "\(staging)/password", mode: 0o600, owner: user)

        var arguments = [
            "--pgdata", data, "--username", PrivateCluster.superuser, "--pwfile", "\(staging)/password",
            // The directory of the socket lets nobody through but the server's user, ourselves and root. On the
            // socket every role is open to those, as the tests of roles and grants need it.
            "--auth-local", "trust", "--auth-host", "scram-sha-256",
            "--encoding", "UTF8", "--data-checksums",
        ]
        arguments += Self.hasUnicodeLocale ? ["--locale", "C.UTF-8"] : ["--no-locale"]
        if profile == .testing { arguments.append("--no-sync") }
        var invocation = ServerTools.invocation(binaries.initdb, arguments, user: user)
        // It must not go on in a directory that the next start removes.
        invocation.diesWithParent = true
        let output = try await ChildProcess.run(invocation)
        guard output.status.isSuccess else {
            let log = ServerLog.tail(of: output.standardOutput.text + "\n" + output.standardError.text)
            throw ServerLog.showsFullDisk(log, at: layout.state)
                ? ClusterError.diskFull(layout.state, log: log)
                : ClusterError.initializationFailed(directory: layout.state, log: log)
        }
        try FileSystem.append(
            "\ninclude = '../\(ClusterLayout.settingsName)'\t# written anew at each start\n",
            to: "\(data)/postgresql.conf"
        )
        try FileSystem.write(
            "127.0.0.1:*:*:\(PrivateCluster.superuser):\(password)\n",
            to: layout.passwordFile,
            mode: 0o600
        )
        FileSystem.removeEmptyDirectory(layout.data)
        try FileSystem.move(data, to: layout.data)
    }

    /// 192 random bits as hexadecimal digits, which need no quoting anywhere.
    private static func randomDigits() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<3).map { _ in String(generator.next() | 1 << 63, radix: 16) }.joined()
    }

    private static var hasUnicodeLocale: Bool {
        guard let locale = unsafe newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return false }
        unsafe freelocale(locale)
        return true
    }
}
