import Arguments
import JSON
import PGSyncCore
import VisibleText

/// The findings of `pgsync doctor`, as text and as JSON.
struct DoctorReport {
    private let findings: [Finding]
    private let isQuiet: Bool

    /// A quiet report leaves out what is in order.
    init(_ findings: [Finding], isQuiet: Bool = false) {
        self.findings = findings
        self.isQuiet = isQuiet
    }

    /// The findings in words; all that came from the database is escaped.
    func text(on terminal: Terminal) -> String {
        var text = ""
        for topic in Finding.Topic.allCases {
            let shown = findings.filter { $0.topic == topic && !(isQuiet && $0.severity == .ok) }
            guard !shown.isEmpty else { continue }
            text += "\(topic.rawValue)\n"
            for finding in shown { text += lines(finding, terminal) }
            text += "\n"
        }
        return text + summary + "\n"
    }

    private func lines(_ finding: Finding, _ terminal: Terminal) -> String {
        let verdict = finding.verdict
        let margin = String(repeating: " ", count: Self.labelWidth + 4)
        // An aligned column of labels, and the rest as wide as a person likes to read.
        let width = max(min(terminal.columns, 100) - margin.count, 30)
        let body = [verdict.found.visible] + [verdict.meaning?.visible].compactMap(\.self)
        var lines = body.flatMap { $0.wrapped(to: width) }
        // A command is to be copied, so it is never broken.
        if let remedy = verdict.remedy { lines.append("→ \(remedy.visible)") }
        let label = finding.severity.rawValue
        let padding = String(repeating: " ", count: Self.labelWidth - label.count)
        let head = "  \(paint(label, finding.severity, terminal))\(padding)  \(lines[0])\n"
        return head + lines.dropFirst().map { "\(margin)\($0)\n" }.joined()
    }

    private static let labelWidth = Severity.allCases.map(\.rawValue.count).max() ?? 0

    private func paint(_ label: String, _ severity: Severity, _ terminal: Terminal) -> String {
        guard terminal.allowsColor else { return label }
        let color =
            switch severity {
            case .ok: 32
            case .note: 36
            case .warning: 33
            case .problem: 31
            }
        return "\u{1B}[\(color)m\(label)\u{1B}[0m"
    }

    private var summary: String {
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            guard count > 0, severity != .ok else { return nil }
            return "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        return counts.isEmpty
            ? "All \(findings.count) checks passed."
            : "\(findings.count) checks: \(counts.joined(separator: ", "))."
    }

    var json: JSONValue {
        [
            "worst": .string((findings.map(\.severity).max() ?? .ok).rawValue),
            "findings": .array(
                findings.map { finding in
                    [
                        "finding": .string(finding.id),
                        "topic": .string(finding.topic.rawValue),
                        "severity": .string(finding.severity.rawValue),
                        "found": .string(finding.verdict.found),
                        "meaning": finding.verdict.meaning.map(JSONValue.string) ?? .null,
                        "remedy": finding.verdict.remedy.map(JSONValue.string) ?? .null,
                    ]
                }
            ),
        ]
    }
}
