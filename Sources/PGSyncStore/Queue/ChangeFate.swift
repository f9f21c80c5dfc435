import Postgres

/// Where a change is, that somebody has named.
package struct ChangeFate: Sendable, Equatable {
    package let id: Int64
    /// What it waits for; nil when it does not wait.
    package let state: WaitingChange.State?
    /// How it ended, or its last attempt.
    package let outcome: String?
    /// Whether it has failed and is not about to be tried anyway.
    package let canBeRetried: Bool
    package let isKnown: Bool

    init(_ row: Row) throws {
        id = try row.decode("id")
        state = try row.decode("state", as: String?.self).flatMap(WaitingChange.State.init)
        outcome = try row.decode("outcome")
        canBeRetried = try row.decode("can_be_retried")
        isKnown = try row.decode("is_known")
    }

    /// What keeps it from being tried again, or from being ended.
    package var explanation: String {
        switch state {
        case .ready?: "it waits to be posted"
        case .scheduled?: "it waits for its time"
        case .paused?: "its table is paused"
        case .working?: "it is being worked on"
        case .dead?: "it is a dead letter"
        case nil: isKnown ? "it is over: \(outcome ?? "finished")" : "there is no such change"
        }
    }
}
