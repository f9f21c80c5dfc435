/// The text of a rule file with the name messages call it by.
package struct RuleFile: Sendable, Hashable {
    package let name: String
    package let text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    func problem(_ fault: Fault) -> RuleProblem {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let line =
            lines.indices.contains(fault.range.line - 1)
            ? lines[fault.range.line - 1] : Substring.UnicodeScalarView()
        var shown = String.UnicodeScalarView()
        for scalar in line { shown.append(scalar.value < 0x20 ? " " : scalar) }
        while shown.last == " " { shown.removeLast() }
        return RuleProblem(
            file: name,
            range: fault.range,
            message: fault.message,
            help: fault.help,
            sourceLine: String(shown)
        )
    }
}
