package import Days

/// A configuration as a text, part by part; what is written can be read.
package struct ConfigurationText {
    package private(set) var text: String

    /// Begins with a comment.
    package init(comment: String) {
        text = "# \(comment)\n"
    }

    /// Adds settings, by name.
    package mutating func add(settings: [(name: String, value: String)]) {
        guard !settings.isEmpty else { return }
        let width = settings.map(\.name.count).max() ?? 0
        add(
            "settings",
            settings.map { setting in
                "\(setting.name)\(blanks(width + 2 - setting.name.count))\(Self.run(setting.value))"
            }
        )
    }

    /// Adds schedules: the words behind each expression, and what they say.
    package mutating func add(
        schedules: [(name: String, cron: String, options: [(word: String, value: String)], isEnabled: Bool)]
    ) {
        guard !schedules.isEmpty else { return }
        add(
            "schedules",
            schedules.map { schedule in
                let options = schedule.options.map { ($0.word, [$0.value]) }
                return Self.line(schedule.name, Self.quoted(schedule.cron), options, schedule.isEnabled)
            }
        )
    }

    /// Adds channels: the words behind each kind, and what they say.
    package mutating func add(
        channels: [(name: String, kind: String, options: [(word: String, values: [String])], isEnabled: Bool)]
    ) {
        guard !channels.isEmpty else { return }
        add("channels", channels.map { Self.line($0.name, $0.kind, $0.options, $0.isEnabled) })
    }

    private static func line(
        _ name: String,
        _ first: String,
        _ options: [(word: String, values: [String])],
        _ isEnabled: Bool
    ) -> String {
        (["\(Self.name(name))  \(first)"]
            + options.map { "\($0.word) \($0.values.map(run).joined(separator: ", "))" }
            + (isEnabled ? [] : ["disabled"])).joined(separator: "  ")
    }

    package mutating func add(chart path: String) { add("chart \(Self.run(path))") }

    /// Adds tables that must never be attached.
    package mutating func add(exclusion schemaPattern: String, _ tablePattern: String, reason: String) {
        let tables = "\(Self.pattern(schemaPattern)).\(Self.pattern(tablePattern))"
        add(line: "excluded \(tables)  \(Self.quoted(reason))")
    }

    /// Adds a table with the lines that say how it is captured.
    package mutating func add(table: TableName, options: [(word: String, rest: String)]) {
        add(
            "table \(Self.name(table.schema)).\(Self.name(table.name))",
            options.map { "\($0.word)\(blanks(9 - $0.word.count))\($0.rest)" }
        )
    }

    /// Adds rule files, and the days they are for.
    package mutating func add(rules path: String, from: Day?, until: Day?) {
        add(
            line: "rules \(Self.run(path))" + (from.map { " from \($0)" } ?? "")
                + (until.map { " until \($0)" } ?? "")
        )
    }

    /// Names of columns as they stand behind a word.
    package static func columns(_ names: [String]) -> String { names.map(name).joined(separator: ", ") }

    // MARK: Parts

    private mutating func add(_ head: String, _ lines: [String] = []) {
        text += "\n\(head)\n" + lines.map { "  \($0)\n" }.joined()
    }

    /// Lines of one kind stand together.
    private mutating func add(line: String) {
        let word = line.prefix { $0 != " " }
        let last = text.split(separator: "\n").last ?? ""
        text += last.hasPrefix("\(word) ") ? "\(line)\n" : "\n\(line)\n"
    }

    private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(count, 1)) }

    // MARK: Words

    private static func name(_ name: String) -> String {
        let tokens = Lexer.scan(name).tokens
        let isPlain = tokens.count == 2 && tokens[0].isWord(name) && !Parser.reserved.contains(name)
        return isPlain ? name : quoted(name, by: "\"")
    }

    private static func pattern(_ pattern: String) -> String {
        LikePattern.onlyMatch(of: pattern).map(name) ?? quoted(pattern)
    }

    /// Without quotes where it reads back as it stands.
    private static func run(_ text: String) -> String {
        let (tokens, faults) = Lexer.scan(text)
        let isPlain =
            faults.isEmpty && tokens.count > 1 && tokens.dropLast().map(\.text).joined() == text
            && tokens.dropLast().allSatisfy {
                [.word, .number, .symbol].contains($0.kind) && !$0.isSymbol(",")
            }
        return isPlain ? text : quoted(text)
    }

    private static func quoted(_ text: String, by quote: Character = "'") -> String {
        let parts = text.split(separator: quote, omittingEmptySubsequences: false)
        return "\(quote)\(parts.joined(separator: "\(quote)\(quote)"))\(quote)"
    }
}
