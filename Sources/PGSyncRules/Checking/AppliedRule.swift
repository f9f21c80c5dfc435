package import Days

/// A version of a rule that is in the database.
package struct AppliedRule: Sendable, Hashable {
    package let name: String
    package let version: Int
    /// The rule as written, after the maps it uses.
    package let content: String
    /// The first day of documents it is for; nil for all.
    package let activeFrom: Day?
    /// The first day of documents it is no longer for, once retired.
    package let activeUntil: Day?

    package init(
        name: String,
        version: Int,
        content: String,
        activeFrom: Day? = nil,
        activeUntil: Day? = nil
    ) {
        self.name = name
        self.version = version
        self.content = content
        self.activeFrom = activeFrom
        self.activeUntil = activeUntil
    }

    /// How entries and messages call it, such as `pharmacy_bill@1`.
    package var label: String { "\(name)@\(version)" }
}
