/// How a demonstration writes bills.
package struct DemoOptions: Sendable {
    /// Bills per second.
    package var rate = 5
    /// How many of them cannot be posted, from 0 to 1.
    package var badShare = 0.02
    /// How many bills are edited, cancelled, reinstated or deleted for each that is written, from 0 to 10.
    package var editShare = 0.3
    /// Stop after this many bills.
    package var limit: Int?
    /// Stop after this time.
    package var duration: Duration?
    package var seed = 1

    package init() {}
}

/// What a demonstration has written, and its state.
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
    /// Dead letters.
    package var failed = 0
}

/// What an installation of the clinic has changed.
package struct DemoInstallation: Sendable, Equatable {
    /// Accounts that are new or were changed.
    package var accounts = 0
    /// Periods that were opened.
    package var periods = 0
    /// Versions of rules that were applied.
    package var rules = 0

    /// Whether everything was already there.
    package var isUnchanged: Bool { self == DemoInstallation() }
}
