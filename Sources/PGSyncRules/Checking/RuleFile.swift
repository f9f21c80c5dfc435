/// The text of a rule file with the name messages call it by.
package struct RuleFile: Sendable, Hashable {
    package let name: String
    package let text: String
    /// The text cut at the ends of its lines; each fault shows one, and each rule is some.
    let lines: [String]

    package init(name: String, text: String) {
        self.name = name
        self.text = text
        lines = Self.lines(of: text)
    }

    static func lines(of text: String) -> [String] {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    func problem(_ fault: Fault, _ severity: RuleProblem.Severity = .error) -> RuleProblem {
        let line = lines.indices.contains(fault.range.line - 1) ? lines[fault.range.line - 1] : ""
        var shown = String.UnicodeScalarView()
        for scalar in line.unicodeScalars { shown.append(scalar == "\t" ? " " : scalar) }
        while shown.last == " " || shown.last == "\r" { shown.removeLast() }
        return RuleProblem(
            file: name,
            range: fault.range,
            severity: severity,
            message: fault.message,
            help: fault.help,
            sourceLine: String(shown)
        )
    }
}
