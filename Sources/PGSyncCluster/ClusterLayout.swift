/// Where things lie in a state directory.
///
/// The directory itself and the files beside the subdirectories belong to whoever started the cluster; the
/// subdirectories belong to the user the server runs as.
struct ClusterLayout: Sendable {
    /// The state directory, absolute and without links.
    let state: String
    /// The directory with the server's socket.
    let socketDirectory: String

    /// Longest path of a unix socket, without the zero byte that ends it (unix(7)).
    private static let longestSocketPath = 107

    init(state: String, serverUserID: UInt32) {
        self.state = state
        let inside = "\(state)/run"
        // A long path leaves no room for the socket's name, and libpq takes a comma for the end of a host. The socket
        // then goes to a directory that follows from user and path alone: the next start, and a sweep, find it.
        let longestName = "/.s.PGSQL.65535"
        socketDirectory =
            inside.utf8.count + longestName.utf8.count <= Self.longestSocketPath && !inside.contains(",")
            ? inside : "/tmp/pgsync-\(serverUserID)-\(Self.fingerprint(of: state))"
    }

    var lock: String { "\(state)/owner.lock" }
    var data: String { "\(state)/data" }
    var log: String { "\(state)/log" }
    /// What the server says before its own log is open.
    var startLog: String { "\(state)/start.log" }
    static let settingsName = "server.conf"
    var settings: String { "\(state)/\(Self.settingsName)" }
    /// The superuser's password, in the form that libpq reads.
    var passwordFile: String { "\(state)/pgpass" }
    var postmasterFile: String { "\(data)/postmaster.pid" }

    /// A data directory in the making has this in front of its name.
    static let stagingPrefix = "initializing-"

    /// All that a cluster ever puts into its state directory, apart from the lock.
    var contents: [String] {
        let staging = FileSystem.names(in: state).filter { $0.hasPrefix(Self.stagingPrefix) }
        // The data goes last: its owner tells an interrupted removal where the rest is.
        return staging.map { "\(state)/\($0)" }
            + [socketDirectory, "\(state)/run", log, startLog, settings, passwordFile, data]
    }

    /// The name by which the server's processes can be told from those of other servers in a process list.
    var clusterName: String { "pgsync-\(Self.fingerprint(of: state))" }

    /// FNV-1a: short, stable between runs, and not meant to keep secrets.
    private static func fingerprint(of path: String) -> String {
        let hash = path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
