/// What an installation of the clinic has changed.
package struct DemoInstallation: Sendable, Equatable {
    /// Accounts that are new or were changed.
    package var accounts = 0
    /// Periods that were opened.
    package var periods = 0
    /// Versions of rules that were applied.
    package var rules = 0

    /// Whether it was all there before.
    package var isUnchanged: Bool { self == DemoInstallation() }
}
