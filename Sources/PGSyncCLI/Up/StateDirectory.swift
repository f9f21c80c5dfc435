import Arguments
import Glibc
import PGSyncCluster

/// Where the private server keeps everything.
enum StateDirectory {
    /// Where root's server lives if its user cannot reach root's home.
    static let forRoot = "/var/lib/pgsync"
    /// What comes after the usual name, so that a node runs beside another server of the same user.
    static let nodeSuffix = "-node"

    /// The directory for `pgsync up`: the option, else the variable, else the user's state directory.
    static func choose(
        _ option: String?,
        isNode: Bool = false,
        environment: Environment,
        isRoot: Bool = geteuid() == 0,
        isOpenToOthers: (String) -> Bool = isOpenToOthers
    ) -> String {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

        if let chosen = option ?? variable("PGSYNC_STATE_DIR") { return chosen }
        let state = variable("XDG_STATE_HOME") ?? variable("HOME").map { "\($0)/.local/state" }
        let suffix = isNode ? nodeSuffix : ""
        guard let state else { return forRoot + suffix }
        let directory = "\(state)/pgsync\(suffix)"
        return isRoot && !isOpenToOthers(directory) ? forRoot + suffix : directory
    }

    /// Whether other users can pass every existing directory on the way.
    static func isOpenToOthers(_ path: String) -> Bool {
        var prefix = ""
        return path.split(separator: "/").allSatisfy { name in
            prefix += "/\(name)"
            var status = stat()
            return unsafe stat(prefix, &status) != 0 || status.st_mode & S_IXOTH != 0
        }
    }
}

/// Where the private server listens besides its socket: a port, any free port, or none.
enum PortChoice: ArgumentValue, Equatable {
    case none
    case number(Int)

    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else if let number = Int(argument), (0...65_535).contains(number) {
            self = .number(number)
        } else {
            return nil
        }
    }

    var argument: String {
        switch self {
        case .none: "none"
        case .number(let number): String(number)
        }
    }

    static let expectation = "a port number, 0 for any free port, or none"
    static let placeholder = "PORT"

    var listening: ClusterConfiguration.Listening {
        switch self {
        case .none: .socketOnly
        case .number(let number): .loopback(port: number)
        }
    }
}
