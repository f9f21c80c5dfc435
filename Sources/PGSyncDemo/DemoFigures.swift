/// What a demonstration has written, and what has become of it.
package struct DemoFigures: Sendable, Equatable {
    package var bills = 0
    /// Payments, returns, refunds and settlements.
    package var followers = 0
    /// Edits, cancellations and deletions.
    package var changes = 0
    /// Changes that are still to be posted.
    package var waiting = 0
    /// Changes that led to entries since the demonstration began.
    package var posted = 0
    /// Changes that wait for a person.
    package var failed = 0
}
