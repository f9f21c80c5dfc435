public import Arguments
public import HTTPServer
import PGSyncLedger
import PGSyncRules
import PGSyncStore

extension LedgerDay: ArgumentValue {
    package init?(argument: String) { self.init(argument) }
    package var argument: String { description }
    package static var expectation: String { "a day such as 2026-04-30" }
    package static var placeholder: String { "DAY" }
}

extension CalendarDate: ArgumentValue {
    package init?(argument: String) { self.init(argument) }
    package var argument: String { description }
    package static var expectation: String { "a day such as 2026-01-31" }
    package static var placeholder: String { "DATE" }
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
