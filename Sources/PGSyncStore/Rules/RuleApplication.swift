package import Days

/// The result of applying one version of a rule.
package struct RuleApplication: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// It posts documents from a day on, or all.
        case applied(from: Day?)
        /// It was already applied, with the same content.
        case unchanged
        /// It was already applied, but its compiled function had changed.
        case recompiled
        /// It was there, and is for documents before a day from now on.
        case ended(Day?)
    }

    package let name: String
    package let version: Int
    package let table: String
    package let outcome: Outcome
    /// Records of the documents it now covers that other versions of the rule have posted; counted up to a
    /// limit.
    package var postedByOthers = 0

    /// The limit of the count.
    package static let countLimit = 10_000
}

/// A table that rules are for.
package struct RuledTable: Sendable, Equatable {
    /// As the rules write it.
    package let name: String
    /// As SQL and command lines write it.
    package let nameInSQL: String
    package let isAttached: Bool
    /// Dead letters because there was no rule.
    package let deadLetters: Int
}
