package import PGSyncCore

/// How a table is to be captured.
package struct CaptureOptions: Sendable, Equatable {
    /// When the triggers fire.
    package enum Kind: String, Sendable, CaseIterable {
        /// By statement, or for partitioned tables by row.
        case auto
        case row, statement
    }

    /// The columns that identify a record; nil for the primary key, else a unique index over columns never null.
    package var key: [String]?
    /// The columns to store besides the key; nil for all, also later ones.
    package var columns: [String]?
    /// The columns to leave out, instead of naming those to store.
    package var exclude: [String]?
    package var kind = Kind.auto
    package var actions = ChangeAction.allCases
    /// Whether an update also keeps what was there before.
    package var keepsBeforeImage = false
    /// How long to try for a lock on the table.
    package var patience = Duration.seconds(30)

    package init() {}
}
