/// Something in the catalog that keeps changes of an attached table from being captured.
package struct CaptureFinding: Sendable, Equatable {
    /// The number of the table in the catalog: two can have had the same name.
    package let source: Int64
    package let table: String
    /// The name of the kind of fault, such as `trigger_missing`.
    package let kind: String
    package let severity: Severity
    package let found: String
    /// What to do, as SQL where there is some.
    package let remedy: String

    /// Whether capture is as an earlier version, or an earlier table of this name, set it up.
    package var isMendedByReattaching: Bool {
        severity == .problem && remedy.hasPrefix("select pgsync.reattach(")
    }

    package init(
        source: Int64 = 0,
        table: String,
        kind: String,
        severity: Severity,
        found: String,
        remedy: String
    ) {
        self.source = source
        self.table = table
        self.kind = kind
        self.severity = severity
        self.found = found
        self.remedy = remedy
    }
}

/// Rows that were written to an attached table and that no captured change explains.
package struct CaptureGrowth: Sendable, Equatable {
    package let table: String
    package let unexplained: Int

    package init(table: String, unexplained: Int) {
        self.table = table
        self.unexplained = unexplained
    }
}
