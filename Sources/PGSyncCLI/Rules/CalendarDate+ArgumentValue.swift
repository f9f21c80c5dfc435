import Arguments
import PGSyncRules

extension CalendarDate: ArgumentValue {
    package init?(argument: String) { self.init(argument) }
    package var argument: String { description }
    package static var expectation: String { "a day such as 2026-01-31" }
    package static var placeholder: String { "DATE" }
}
