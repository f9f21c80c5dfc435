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
    package let attachedAt: Timestamp
    package let attachedBy: String
    /// Grows each time it is attached; its changes name it.
    package let version: Int
    /// Changes that are not finished.
    package let waiting: Int
    /// Changes there are in the log; nil where they were not counted.
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
        attachedAt = try row.decode("attached_at")
        attachedBy = try row.decode("attached_by")
        version = try row.decode("version")
        waiting = try row.decode("waiting")
        captured = try row.decode("captured")
        self.findings = findings
    }
}
