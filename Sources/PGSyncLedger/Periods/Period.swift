package import Postgres

/// An accounting period.
package struct Period: Sendable, Equatable {
    package enum Status: String, Sendable {
        case open, closing, closed
    }

    package let name: String
    package let firstDay: LedgerDay
    package let lastDay: LedgerDay
    package let status: Status
    package let closedAt: Timestamp?
    package let closedBy: String?
    /// Why it was last opened again.
    package let reason: String?
}
