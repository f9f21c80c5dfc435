internal import Glibc
internal import Subprocesses

/// Who the server runs as.
enum ServerUser {
    /// Ourselves, unless we are root: PostgreSQL refuses to run as root.
    static func choose(for configuration: ClusterConfiguration) throws -> UserAccount {
        let current = UserAccount.current
        guard current.userID == 0 else { return current }
        if let name = configuration.serverUser ?? configuration.environment["PGSYNC_CLUSTER_USER"],
            !name.isEmpty
        {
            guard let user = UserAccount(named: name) else {
                throw ClusterError.serverUserUnusable(name: name, reason: "there is no such user")
            }
            guard user.userID != 0 else {
                throw ClusterError.serverUserUnusable(name: name, reason: "PostgreSQL refuses to run as root")
            }
            return user
        }
        guard let user = UserAccount(named: "postgres") ?? UserAccount(named: "nobody") else {
            throw ClusterError.serverUserUnusable(name: "postgres", reason: "there is no such user")
        }
        return user
    }

    /// Makes sure that the user gets as far as a directory; the error names the parent that is in the way.
    static func checkPassage(of user: UserAccount, to directory: String) async throws {
        guard user.userID != geteuid() else { return }
        guard try await !canEnter(directory, user) else { return }
        for (index, character) in zip(directory.indices, directory)
        where character == "/" && index > directory.startIndex {
            let parent = String(directory[..<index])
            guard try await canEnter(parent, user) else {
                throw ClusterError.directoryClosed(directory, user: user.name, closedAt: parent)
            }
        }
        throw ClusterError.directoryClosed(directory, user: user.name, closedAt: directory)
    }

    private static func canEnter(_ directory: String, _ user: UserAccount) async throws -> Bool {
        var invocation = Invocation("test", ["-x", directory])
        invocation.user = user
        invocation.workingDirectory = "/"
        return try await ChildProcess.run(invocation).status.isSuccess
    }
}
