import Arguments
import PGSyncLedger

extension LedgerDay: ArgumentValue {
    package init?(argument: String) { self.init(argument) }
    package var argument: String { description }
    package static var expectation: String { "a day such as 2026-04-30" }
    package static var placeholder: String { "DAY" }
}
