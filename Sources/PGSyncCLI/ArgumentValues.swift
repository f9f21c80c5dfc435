public import Arguments
public import Days
public import HTTPServer
import PGSyncStore

extension Day: ArgumentValue {
    public init?(argument: String) { self.init(argument) }
    public var argument: String { description }
    public static var expectation: String { "a day such as 2026-01-31" }
    public static var placeholder: String { "DAY" }
}

extension ListenAddress: ArgumentValue {
    public init?(argument: String) { self.init(argument) }

    public var argument: String { description }
    public static var expectation: String { "a port, or a numeric address and a port such as 127.0.0.1:9187" }
    public static var placeholder: String { "ADDRESS" }
}

extension Job.State: ArgumentValue {
    package static var placeholder: String { "STATE" }
}

extension WaitingChange.State: ArgumentValue {
    package static var placeholder: String { "STATE" }
}
