internal import Glibc
internal import Subprocesses

/// Where server programs may lie.
struct BinarySearch {
    /// The user's own choice, which allows no other.
    let chosen: String?
    private let path: [String]
    private let root: String

    /// Reads `PGSYNC_PG_BINDIR` and `PATH`; `root` stands in front of the usual places.
    init(environment: [String: String], root: String = "") {
        chosen = environment["PGSYNC_PG_BINDIR"].flatMap { $0.isEmpty ? nil : $0 }
        path = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        self.root = root
    }

    /// The usual places as a person would write them.
    var places: [String] {
        ["PATH", "pg_config --bindir"]
            + ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"].map { root + $0 }
    }

    /// All directories that exist and have the programs, in the order of `places`, each once.
    func directories() async throws -> [String] {
        var candidates = path
        for directory in path where Self.isExecutable("\(directory)/pg_config") {
            let output = try await ChildProcess.run(Invocation("\(directory)/pg_config", ["--bindir"]))
            let answer = output.standardOutput.text.split(separator: "\n").first.map(String.init)
            if output.status.isSuccess, let answer { candidates.append(answer) }
        }
        candidates += FileSystem.names(in: "\(root)/usr/lib/postgresql").map {
            "\(root)/usr/lib/postgresql/\($0)/bin"
        }
        candidates += FileSystem.names(in: "\(root)/usr").filter { $0.hasPrefix("pgsql-") }.map {
            "\(root)/usr/\($0)/bin"
        }
        candidates.append("\(root)/usr/local/pgsql/bin")
        var found: [String] = []
        for directory in candidates.compactMap(Self.installation) where !found.contains(directory) {
            found.append(directory)
        }
        return found
    }

    /// The directory where programs really are that are found in another one, perhaps by links; nil for none.
    private static func installation(_ directory: String) -> String? {
        guard missing(in: directory).isEmpty else { return nil }
        let program = try? FileSystem.resolved("\(directory)/postgres")
        let real = program.flatMap { program in program.lastIndex(of: "/").map { String(program[..<$0]) } }
        return real.flatMap { missing(in: $0).isEmpty ? $0 : nil } ?? directory
    }

    /// Which of the programs a directory lacks.
    static func missing(in directory: String) -> [String] {
        ["initdb", "postgres"].filter { !isExecutable("\(directory)/\($0)") }
    }

    static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }
}
