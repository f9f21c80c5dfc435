/// The text of a rule file, or of a configuration, with the name messages call it by.
package struct RuleFile: Sendable, Hashable {
    package let name: String
    package let text: String
    /// Whether what follows the word secret is left out of what is shown of a line, unless it says where one is.
    var hidesSecrets = false
    /// Whether what may be a connection string is left out, too.
    var hidesConnections = false
    /// Whether only the maps count, because another file uses them.
    package var isForMaps = false
    package var terms: RuleTerms
    /// Why the maps of another file are not there, by the path as written.
    var unreadUses: [String: String] = [:]
    /// The paths whose files were found.
    var foundUses: Set<String> = []
    /// The text cut at the ends of its lines; each fault shows one, and each rule is some.
    let lines: [String]

    package init(name: String, text: String, terms: RuleTerms = RuleTerms()) {
        self.name = name
        self.text = text
        self.terms = terms
        lines = Self.lines(of: text)
    }

    /// The files whose maps it uses, as paths that begin where it is.
    var uses: [String] { Parser.parse(text).uses.map(\.value) }

    /// What is wrong with the files whose maps it uses.
    func faults(of uses: [Located<String>]) -> [Fault] {
        uses.filter { !foundUses.contains($0.value) }.map { use in
            Fault(
                use.range,
                "the maps of \(use.value) cannot be used: \(unreadUses[use.value] ?? "no file was looked for")",
                help: "the path begins where this file is"
            )
        }
    }

    static func lines(of text: String) -> [String] {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    /// Something wrong at a place of it.
    package func problem(_ range: SourceRange, _ message: String, help: String? = nil) -> RuleProblem {
        problem(Fault(range, message, help: help))
    }

    private func hiding(_ line: String) -> String {
        if hidesConnections {
            let reference = /\s*database\s+("[^"]*"|\w+)\s+('(env|file):[^']*'|(env|file):\S*)\s*(#.*)?/
            if line.wholeMatch(of: reference) != nil { return line }
            return line.replacing(/^(\s*database\b).*/) { "\($0.output.1) …" }
                .replacing(/postgres(?:ql)?:\/\/\S*/, with: "…")
                .replacing(/(password\s*=\s*)('[^']*'?|\S+)/) { "\($0.output.1)…" }
        }
        guard hidesSecrets else { return line }
        return line.replacing(/(secret\s+)(?!'?(?:env|file):)('[^']*'?|\S+)/) { "\($0.output.1)…" }
    }

    func problem(_ fault: Fault, _ severity: RuleProblem.Severity = .error) -> RuleProblem {
        let line = lines.indices.contains(fault.range.line - 1) ? hiding(lines[fault.range.line - 1]) : ""
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
