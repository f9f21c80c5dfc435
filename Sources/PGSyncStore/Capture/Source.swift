package import PGSyncCore
package import Postgres

/// An attached table.
package struct Source: Sendable, Equatable {
    package let table: String
    package let keyColumns: [String]
    /// nil for all columns, also later ones.
    package let capturedColumns: [String]?
    package let kind: CaptureOptions.Kind
    package let actions: [ChangeAction]
    package let keepsBeforeImage: Bool
    /// Which column says to which site a record belongs.
    package let siteColumn: String?
    /// What its images are encrypted for; nil when they are stored as they are.
    package let imageKey: String?
    /// Whether its changes are posted, and not only logged.
    package let posts: Bool
    package let attachedAt: Timestamp
    package let attachedBy: String
    /// Grows each time it is attached; its changes name it.
    package let version: Int
    /// Changes that wait for a worker.
    package let waiting: Int
    /// Dead letters.
    package let dead: Int
    /// Changes in the log; nil if they were not counted.
    package let captured: Int?
    /// What is wrong with its capture.
    package let findings: [CaptureFinding]

    init(_ row: Row, findings: [CaptureFinding]) throws {
        table = try row.decode("table_name")
        keyColumns = try row.decode("key_columns")
        capturedColumns = try row.decode("captured_columns")
        kind = CaptureOptions.Kind(rawValue: try row.decode("trigger_kind")) ?? .auto
        actions = try row.decode("actions", as: [String].self).compactMap(ChangeAction.init)
        keepsBeforeImage = try row.decode("before_image")
        siteColumn = try row.decode("site_column")
        imageKey = try row.decode("image_key")
        posts = try row.decode("posts")
        attachedAt = try row.decode("attached_at")
        attachedBy = try row.decode("attached_by")
        version = try row.decode("version")
        waiting = try row.decode("waiting")
        dead = try row.decode("dead")
        captured = try row.decode("captured")
        self.findings = findings
    }
}

/// An existing table, under the name that the user gave.
package struct TableReference: Sendable, Equatable {
    /// Its number in the catalog.
    package let id: Int64
    /// Its name with the schema, quoted where needed.
    package let name: String

    package init(id: Int64, name: String) {
        self.id = id
        self.name = name
    }

    /// The number as text, which the server accepts for a table.
    package var argument: String { String(id) }
}

/// How a table is to be captured.
package struct CaptureOptions: Sendable, Equatable {
    /// When the triggers fire.
    package enum Kind: String, Sendable, CaseIterable {
        /// By statement, or for partitioned tables by row.
        case auto
        case row, statement
    }

    /// The columns that identify a record; nil for the primary key, else another unique index on not-null
    /// columns.
    package var key: [String]?
    /// The columns to store besides the key; nil for all, also later ones.
    package var columns: [String]?
    /// The columns to exclude, instead of listing those to store.
    package var exclude: [String]?
    package var kind = Kind.auto
    package var actions = ChangeAction.allCases
    /// Whether an update also stores the row before it.
    package var keepsBeforeImage = false
    /// Which column says to which site a record belongs; nil for none.
    package var siteColumn: String?
    /// The key to encrypt its images for; empty for none, nil for the one it has.
    package var imageKey: String?
    /// Whether its changes are posted, and not only logged; nil for as it is, at first yes.
    package var posts: Bool?
    /// How long to try for a lock on the table.
    package var patience = Duration.seconds(30)

    package init() {}
}
