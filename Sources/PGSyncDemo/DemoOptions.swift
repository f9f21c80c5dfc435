/// How a demonstration writes bills.
package struct DemoOptions: Sendable {
    /// Bills a second.
    package var rate = 5
    /// How many of them cannot be posted, from 0 to 1.
    package var badShare = 0.02
    /// How many bills are edited, cancelled, reinstated or deleted for each that is written, from 0 to 10.
    package var editShare = 0.3
    /// Ends after so many bills.
    package var limit: Int?
    /// Ends after so long.
    package var duration: Duration?
    package var seed = 1

    package init() {}
}
