/// Something wrong with the ranges of ids.
package struct RangeFinding: Sendable, Equatable {
    package let kind: String
    package let severity: Severity
    package let found: String
    package let remedy: String

    package init(kind: String, severity: Severity, found: String, remedy: String) {
        self.kind = kind
        self.severity = severity
        self.found = found
        self.remedy = remedy
    }
}
