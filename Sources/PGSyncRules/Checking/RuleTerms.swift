package import Days

/// What is said of rule files from outside: the option of a command, or the line of a configuration.
package struct RuleTerms: Sendable, Hashable {
    /// The files of one set share their maps.
    package var set = 0
    /// The first day of documents that new versions are for; nil for all, or those from today on where there is an
    /// earlier version.
    package var from: Day?
    /// The first day of documents that the rules are no longer for.
    package var until: Day?

    package init(set: Int = 0, from: Day? = nil, until: Day? = nil) {
        self.set = set
        self.from = from
        self.until = until
    }
}
