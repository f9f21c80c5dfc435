import Arguments
import PGSyncCluster

/// Where the private server listens beside its socket: a port, any free port, or none.
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

    static let expectation = "a port number, 0 for any free one, or none"
    static let placeholder = "PORT"

    var listening: ClusterConfiguration.Listening {
        switch self {
        case .none: .socketOnly
        case .number(let number): .loopback(port: number)
        }
    }
}
