/// How much a finding matters, from the least to the most.
package enum Severity: String, Sendable, Comparable, CaseIterable {
    case ok
    /// Worth knowing; nothing needs to be done.
    case note
    /// It works, but will not always, or not as well as it should.
    case warning
    /// It does not work, or promises more than it holds.
    case problem

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
