// Long because the words of all parts are read by one grammar.
import Days

extension Parser {
    /// The words that begin a part of a configuration.
    private static let parts = ["settings", "schedules", "channels", "chart", "excluded", "table", "rules"]
    /// Those behind the expression of a schedule.
    private static let scheduleOptions = ["kind", "subject", "type", "zone", "too_late", "every", "disabled"]
    /// Those behind the kind of a channel.
    private static let channelOptions = [
        "url", "host", "port", "encryption", "user", "from", "to", "authorities", "command", "environment",
        "seconds", "secret", "previous_secret", "min_severity", "disabled",
    ]
    /// Those that say how a table is captured.
    private static let captureOptions = [
        "key", "columns", "exclude", "kind", "actions", "before", "site", "encrypt", "posting",
    ]

    /// Reads a configuration: parts that begin with a word, and what belongs to one, indented below it.
    mutating func parse(_ file: inout ConfigurationFile) {
        while next.kind != .end {
            let level = next.range.column
            recovering(until: { $0.range.column <= level }) { try $0.parsePart(of: &file) }
        }
    }

    private mutating func parsePart(of file: inout ConfigurationFile) throws {
        let opening = next
        advance()
        switch opening.kind == .word ? opening.text : "" {
        case "settings":
            try expectEndOfLine()
            parseLines(under: opening) { try $0.parseSetting(of: &file) }
        case "schedules":
            try expectEndOfLine()
            parseLines(under: opening) { try $0.parseSchedule(of: &file) }
        case "channels":
            try expectEndOfLine()
            parseLines(under: opening) { try $0.parseChannel(of: &file) }
        case "chart":
            if file.chart != nil { throw Fault(opening.range, "there are two charts") }
            file.chart = try takeRun("the path of a CSV file", of: opening)
            try expectEndOfLine()
        case "excluded":
            file.exclusions.append(try parseExclusion(opening))
        case "table":
            try parseCapturedTable(opening, of: &file)
        case "rules":
            file.rules.append(try parseRules(opening))
        default:
            throw unknown(opening, among: Self.parts, "a part begins with")
        }
    }

    mutating func parseLines(under opening: Token, _ line: (inout Parser) throws -> Void) {
        while next.kind != .end, next.isFirstOnLine, next.range.column > opening.range.column {
            let level = next.range.column
            recovering(until: { $0.range.column <= level }) { parser in
                try line(&parser)
                try parser.expectEndOfLine()
            }
        }
    }

    func unknown(_ token: Token, among words: [String], _ beginning: String) -> Fault {
        let list = words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
        return Fault(
            token.range,
            "a line cannot begin with \(token.name)",
            help: Spelling.nearest(to: token.text, among: words).map { "did you mean \($0)?" }
                ?? "\(beginning) \(list)"
        )
    }

    // MARK: Parts

    private mutating func parseSetting(of file: inout ConfigurationFile) throws {
        let opening = next
        let name = try takeName("the name of a setting")
        if file.settings.contains(where: { $0.name.value == name.value }) {
            throw Fault(name.range, "the setting \(name.value) is set twice")
        }
        let value = try takeRun("its value", of: opening)
        guard next.isFirstOnLine || next.kind == .end else {
            throw Fault(
                next.range,
                "expected the end of the line, found \(next.name)",
                help: "put a value with blanks or commas in single quotes"
            )
        }
        file.settings.append(ConfigurationFile.Setting(name: name, value: value))
    }

    private mutating func parseSchedule(of file: inout ConfigurationFile) throws {
        let opening = next
        let name = try takeName("the name of a schedule")
        if file.schedules.contains(where: { $0.name.value == name.value }) {
            throw Fault(name.range, "the schedule \(name.value) is listed twice")
        }
        try expectMore("when it runs, such as '0 3 * * *'", of: opening)
        let cron = try take(.text, "when it runs, in single quotes, such as '0 3 * * *'")
        var schedule = ConfigurationFile.Schedule(name: name, cron: cron)
        schedule.isEnabled = try parseOptions(
            among: Self.scheduleOptions,
            "behind the expression stands",
            of: "a schedule"
        ) { parser, word in schedule.options[word.text] = try parser.takeRun("its value", of: word) }
        file.schedules.append(schedule)
    }

    private mutating func parseChannel(of file: inout ConfigurationFile) throws {
        let opening = next
        let name = try takeName("the name of a channel")
        if file.channels.contains(where: { $0.name.value == name.value }) {
            throw Fault(name.range, "the channel \(name.value) is listed twice")
        }
        let kind = try takeRun("its kind, such as webhook", of: opening)
        var channel = ConfigurationFile.Channel(name: name, kind: kind)
        channel.isEnabled = try parseOptions(
            among: Self.channelOptions,
            "behind the kind stands",
            of: "a channel"
        ) { parser, word in
            var values: [Located<String>] = []
            repeat { values.append(try parser.takeRun("its value", of: word)) } while parser.skip(symbol: ",")
            channel.options[word.text] = values
        }
        file.channels.append(channel)
    }

    /// Reads words with their values to the end of a line; returns false where it says 'disabled'.
    private mutating func parseOptions(
        among words: [String],
        _ beginning: String,
        of thing: String,
        _ value: (inout Parser, Token) throws -> Void
    ) throws -> Bool {
        var seen: Set<String> = []
        while !next.isFirstOnLine, next.kind != .end {
            let word = next
            guard word.kind == .word, words.contains(word.text) else {
                throw unknown(word, among: words, beginning)
            }
            advance()
            guard seen.insert(word.text).inserted else {
                throw Fault(word.range, "\(thing) can have '\(word.text)' only once")
            }
            if word.text != "disabled" { try value(&self, word) }
        }
        return !seen.contains("disabled")
    }

    private mutating func parseExclusion(_ opening: Token) throws -> ConfigurationFile.Exclusion {
        let schema = try takePattern("a schema", of: opening)
        try expectMore("a table: \(schema.value).'%' is all of them", of: opening)
        try expect(symbol: ".")
        let table = try takePattern("a table, or '%' for all", of: opening)
        try expectMore("the reason, in single quotes", of: opening)
        let reason = try take(.text, "the reason, in single quotes")
        try expectEndOfLine()
        return ConfigurationFile.Exclusion(
            schemaPattern: schema.value,
            tablePattern: table.value,
            reason: reason.value,
            range: schema.range.through(table.range)
        )
    }

    /// A name, which means itself, or a pattern of LIKE in single quotes.
    private mutating func takePattern(_ expected: String, of opening: Token) throws -> Located<String> {
        try expectMore(expected, of: opening)
        if next.kind == .text { return try take(.text, expected) }
        let name = try takeName(expected)
        return Located(value: LikePattern.matching(name.value), range: name.range)
    }

    private mutating func parseCapturedTable(
        _ opening: Token,
        of file: inout ConfigurationFile
    ) throws {
        try expectMore("the table, such as public.bills", of: opening)
        let name = try parseTable()
        try expectEndOfLine()
        var table = ConfigurationFile.Table(name: name)
        var seen: Set<String> = []
        let known = faults.count
        parseLines(under: opening) { try $0.parseCaptureOption(of: &table, &seen) }
        table.isWhole = faults.count == known
        if file.tables.contains(where: { $0.name.value == name.value }) {
            throw Fault(name.range, "the table \(name.value) is listed twice")
        }
        file.tables.append(table)
    }

    private mutating func parseCaptureOption(
        of table: inout ConfigurationFile.Table,
        _ seen: inout Set<String>
    ) throws {
        let opening = next
        guard opening.kind == .word, Self.captureOptions.contains(opening.text) else {
            throw unknown(opening, among: Self.captureOptions, "below a table, a line begins with")
        }
        advance()
        guard seen.insert(opening.text).inserted else {
            throw Fault(opening.range, "a table can have '\(opening.text)' only once")
        }
        let choices: Set = ["columns", "exclude"]
        if choices.contains(opening.text), seen.isSuperset(of: choices) {
            throw Fault(opening.range, "choose one of 'columns' and 'exclude'")
        }
        switch opening.text {
        case "key": table.key = try takeColumns(of: opening)
        case "columns": table.columns = try takeColumns(of: opening)
        case "exclude": table.exclude = try takeColumns(of: opening)
        case "kind":
            table.kind = try takeWord(among: ["auto", "row", "statement"], of: opening)
        case "actions":
            var actions: [String] = []
            repeat {
                actions.append(
                    try takeWord(among: ["create", "update", "delete", "truncate"], of: opening)
                )
            } while skip(symbol: ",")
            table.actions = actions
        case "site":
            try expectMore("the name of a column", of: opening)
            table.siteColumn = try takeName("the name of a column")
        case "encrypt":
            try expectMore("the name of an image key", of: opening)
            table.imageKey = try takeName("the name of an image key")
        case "posting":
            table.posts = try takeWord(among: ["yes", "no"], of: opening) == "yes"
        default:
            try expectMore("'image'", of: opening)
            try expect(word: "image", "'image'")
            table.keepsBeforeImage = true
        }
    }

    private mutating func takeColumns(of opening: Token) throws -> [Located<String>] {
        try expectMore("the names of columns", of: opening)
        var names: [Located<String>] = []
        repeat { names.append(try takeName("the name of a column")) } while skip(symbol: ",")
        return names
    }

    private mutating func parseRules(_ opening: Token) throws -> ConfigurationFile.Rules {
        var paths: [Located<String>] = []
        repeat {
            paths.append(try takeRun("the path of a rule file or directory", of: opening))
        } while skip(symbol: ",")
        var rules = ConfigurationFile.Rules(paths: paths)
        if skip(word: "from") { rules.from = try takeDay(of: opening) }
        if skip(word: "until") { rules.until = try takeDay(of: opening) }
        if let from = rules.from, let until = rules.until, until.value <= from.value {
            throw Fault(until.range, "the rules would end before they start")
        }
        guard next.isFirstOnLine || next.kind == .end else {
            throw unexpected("'from' and a day, 'until' and a day, or the end of the line")
        }
        return rules
    }

    // MARK: Words

    func expectMore(_ expected: String, of opening: Token) throws {
        guard !next.isFirstOnLine, next.kind != .end else {
            throw Fault(opening.range, "'\(opening.text)' lacks \(expected)")
        }
    }

    mutating func takeWord(among words: [String], of opening: Token) throws -> String {
        let list = words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
        try expectMore(list, of: opening)
        guard next.kind == .word, words.contains(next.text) else { throw unexpected(list) }
        defer { advance() }
        return next.text
    }

    mutating func takeDay(of opening: Token) throws -> Located<Day> {
        let written = try takeRun("a day", of: opening)
        guard let day = Day(ofRules: written.value) else {
            throw Fault(
                written.range,
                "'\(written.value)' is not a day of the calendar",
                help: "write it as 2026-01-31"
            )
        }
        return Located(value: day, range: written.range)
    }

    /// A text in quotes, or what stands together without a blank or a comma, such as a path.
    mutating func takeRun(_ expected: String, of opening: Token) throws -> Located<String> {
        try expectMore(expected, of: opening)
        if next.kind == .text { return try take(.text, expected) }
        let first = next
        var (text, last) = ("", first.range)
        while [.word, .number, .symbol].contains(next.kind), !next.isSymbol(","),
            text.isEmpty || !next.isFirstOnLine && next.range.column == last.column + last.length
        {
            text += next.text
            last = next.range
            advance()
        }
        guard !text.isEmpty else { throw unexpected(expected) }
        return Located(value: text, range: first.range.through(last))
    }
}
