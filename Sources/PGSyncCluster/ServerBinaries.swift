internal import Subprocesses

/// The programs of one PostgreSQL server installation.
package struct ServerBinaries: Sendable, Equatable {
    /// The major versions pgsync works with.
    package static let supportedMajors = 14...18

    package let directory: String
    package let major: Int
    package let minor: Int

    package var initdb: String { "\(directory)/initdb" }
    package var postgres: String { "\(directory)/postgres" }
    /// The client beside the server where there is one, so that both are of one version.
    package var psql: String {
        BinarySearch.isExecutable("\(directory)/psql") ? "\(directory)/psql" : "psql"
    }

    /// Finds the newest supported installation, or that of the given major version.
    ///
    /// `PGSYNC_PG_BINDIR` decides alone where it is set; then `PATH`, `pg_config` and the usual places count alike.
    package static func locate(
        major: Int? = nil,
        environment: [String: String]
    ) async throws -> ServerBinaries {
        try await locate(major: major, in: BinarySearch(environment: environment))
    }

    static func locate(major: Int?, in search: BinarySearch) async throws -> ServerBinaries {
        if let chosen = search.chosen {
            let missing = BinarySearch.missing(in: chosen)
            guard missing.isEmpty else {
                throw ClusterError.binariesUnusable(
                    directory: chosen,
                    reason: "\(missing.joined(separator: ", ")) not found there"
                )
            }
            guard let binaries = try await ServerBinaries(in: chosen) else {
                throw ClusterError.binariesUnusable(
                    directory: chosen,
                    reason: "postgres is not of a version from 14 to 18"
                )
            }
            return binaries
        }
        var best: ServerBinaries?
        for directory in try await search.directories() {
            guard let binaries = try await ServerBinaries(in: directory),
                major ?? binaries.major == binaries.major
            else { continue }
            if let known = best, (known.major, known.minor) >= (binaries.major, binaries.minor) { continue }
            best = binaries
        }
        guard let best else { throw ClusterError.binariesNotFound(searched: search.places, major: major) }
        return best
    }

    /// Asks the server program of a directory for its version; nil where that is not a supported one.
    private init?(in directory: String) async throws {
        guard
            let output = try? await ChildProcess.run(
                Invocation("\(directory)/postgres", ["--version"]),
                timeout: .seconds(10)
            ),
            let version = Self.version(in: output.standardOutput.text),
            Self.supportedMajors.contains(version.major)
        else {
            try Task.checkCancellation()
            return nil
        }
        self.directory = directory
        (major, minor) = version
    }

    /// Reads `postgres (PostgreSQL) 15.14 (Debian …)` and `postgres (PostgreSQL) 18beta1`.
    static func version(in text: String) -> (major: Int, minor: Int)? {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count >= 3, words[1] == "(PostgreSQL)" else { return nil }
        let numbers = words[2].split(separator: ".")
        guard let major = numbers.first.flatMap({ Int($0.prefix { $0.isNumber }) }) else { return nil }
        return (major, numbers.count > 1 ? Int(numbers[1]) ?? 0 : 0)
    }
}

/// How the server's own programs are run.
enum ServerTools {
    /// As the server's user, in a surrounding without PG* variables, and speaking English, which we have to read.
    static func invocation(_ program: String, _ arguments: [String], user: UserAccount) -> Invocation {
        var invocation = Invocation(program, arguments)
        let current = ProcessEnvironment.current
        var environment = ["LC_ALL": "C", "HOME": user.home]
        for name in ["PATH", "TZ", "LD_LIBRARY_PATH"] { environment[name] = current[name] }
        invocation.environment = .exactly(environment)
        invocation.user = user
        // Our own working directory may be closed to the user, and busy for as long as the server runs.
        invocation.workingDirectory = "/"
        return invocation
    }
}
