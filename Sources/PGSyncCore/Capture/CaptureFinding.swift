/// Something in the catalog that keeps changes of an attached table from being captured.
package struct CaptureFinding: Sendable, Equatable {
    package let table: String
    /// The name of the kind of fault, such as `trigger_missing`.
    package let kind: String
    package let severity: Severity
    package let found: String
    /// What to do, as SQL where there is some.
    package let remedy: String

    package init(table: String, kind: String, severity: Severity, found: String, remedy: String) {
        self.table = table
        self.kind = kind
        self.severity = severity
        self.found = found
        self.remedy = remedy
    }
}
