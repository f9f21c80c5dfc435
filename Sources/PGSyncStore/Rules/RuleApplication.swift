package import Days

/// What applying one version of a rule came to.
package struct RuleApplication: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// Documents from a day on, or all, are posted by it.
        case applied(from: Day?)
        /// It was there, with the same content.
        case unchanged
        /// It was there, but its compiled function was not what was made of it.
        case recompiled
        /// It was there, and is for documents before a day from now on.
        case ended(Day?)
    }

    package let name: String
    package let version: Int
    package let table: String
    package let outcome: Outcome
    /// Records that other versions of the rule have posted, of the documents it is now for; counted up to a limit.
    package var postedByOthers = 0

    /// How far they are counted.
    package static let countLimit = 10_000
}

/// A table that rules are for.
package struct RuledTable: Sendable, Equatable {
    /// As the rules write it.
    package let name: String
    /// As SQL and command lines write it.
    package let nameInSQL: String
    package let isAttached: Bool
    /// Changes that wait as dead letters because there was no rule.
    package let deadLetters: Int
}
