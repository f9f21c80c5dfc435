package import Postgres

/// What a database remembers of one migration or object that was applied to it: a row of `pgsync.migrations`.
package struct SchemaRecord: Sendable, Equatable {
    package let path: String
    /// The place in the order of migrations; nil for an object.
    package let number: Int?
    package let checksum: String
    package let isBreaking: Bool
    package let appliedAt: Timestamp
    package let appliedBy: String
    package let binaryVersion: String

    package init(
        path: String,
        number: Int?,
        checksum: String,
        isBreaking: Bool = false,
        appliedAt: Timestamp = Timestamp(microsecondsSinceEpoch: 0),
        appliedBy: String = "",
        binaryVersion: String = ""
    ) {
        self.path = path
        self.number = number
        self.checksum = checksum
        self.isBreaking = isBreaking
        self.appliedAt = appliedAt
        self.appliedBy = appliedBy
        self.binaryVersion = binaryVersion
    }
}
