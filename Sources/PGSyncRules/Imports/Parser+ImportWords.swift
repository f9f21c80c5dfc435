extension Parser {
    /// The name of a stream or a column, which may be any word: where one stands, nothing else can.
    mutating func takeAnyName(_ expected: String, of opening: Token) throws -> Located<String> {
        try expectMore(expected, of: opening)
        return try takeAnyName(expected)
    }

    mutating func takeAnyName(_ expected: String) throws -> Located<String> {
        guard next.kind == .word else { return try takeName(expected) }
        guard next.text.utf8.count <= 63 else { throw Fault(next.range, "a name has 1 to 63 bytes") }
        return try take(.word, expected)
    }

    /// Names with commas between them, in parentheses or without.
    mutating func takeNames(_ expected: String, of opening: Token) throws -> [Located<String>] {
        try expectMore(expected, of: opening)
        let isClosed = skip(symbol: "(")
        var names: [Located<String>] = []
        repeat {
            let name = try takeAnyName(expected, of: opening)
            if names.contains(where: { $0.value == name.value }) {
                throw Fault(name.range, "\(name.value) is named twice")
            }
            names.append(name)
        } while skip(symbol: ",")
        if isClosed { try expect(symbol: ")") }
        return names
    }

    /// A text in single quotes with something in it.
    mutating func takeText(_ expected: String, of opening: Token) throws -> Located<String> {
        try expectMore(expected, of: opening)
        let text = try take(.text, expected)
        guard !text.value.isEmpty else { throw Fault(text.range, "expected \(expected), found ''") }
        return text
    }

    mutating func takeCount(_ range: ClosedRange<Int>, _ expected: String, of opening: Token) throws -> Int {
        try expectMore(expected, of: opening)
        let written = try take(.number, expected)
        guard let count = Int(written.value), range.contains(count) else {
            throw Fault(
                written.range,
                "\(written.value) is not \(expected)",
                help: "it is a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return count
    }

    /// The seconds of a unit, by its words.
    private static let units: [(words: [String], milliseconds: Int)] = [
        (["ms", "millisecond", "milliseconds"], 1),
        (["s", "second", "seconds"], 1_000),
        (["min", "minute", "minutes"], 60_000),
        (["h", "hour", "hours"], 3_600_000),
        (["d", "day", "days"], 86_400_000),
    ]

    /// Milliseconds of a unit of time, such as `s`, `minute` or `days`.
    mutating func takeUnit(of opening: Token) throws -> Int {
        let expected = "a unit: ms, s, min, h or d"
        try expectMore(expected, of: opening)
        guard next.kind == .word, let unit = Self.units.first(where: { $0.words.contains(next.text) }) else {
            let words = Self.units.flatMap(\.words)
            throw Fault(
                next.range,
                "expected \(expected), found \(next.name)",
                help: Spelling.nearest(to: next.text, among: words).map { "did you mean \($0)?" }
            )
        }
        advance()
        return unit.milliseconds
    }

    /// A span of time, such as `30 s` or `0.5 h`, up to 10,000 days.
    mutating func takeDuration(_ expected: String, of opening: Token) throws -> Located<Duration> {
        try expectMore(expected, of: opening)
        let number = try take(.number, expected)
        let unit = try takeUnit(of: opening)
        // Up to six digits behind the point, in millionths.
        let parts = number.value.split(separator: ".")
        let fraction = parts.count > 1 ? parts[1] : ""
        let padded = String(fraction.prefix(6)) + String(repeating: "0", count: max(6 - fraction.count, 0))
        guard let whole = Int(parts[0]), whole <= 864_000_000, let millionths = Int(padded),
            fraction.count <= 6
        else { throw Fault(number.range, "\(number.value) is too much, or too exact") }
        let exact = whole.multipliedReportingOverflow(by: unit * 1_000)
        guard !exact.overflow, exact.partialValue <= 10_000 * 86_400_000_000 else {
            throw Fault(number.range, "\(number.value) is too long", help: "10000 days are the most")
        }
        return Located(
            value: .microseconds(exact.partialValue + millionths * unit / 1_000),
            range: number.range
        )
    }

    /// The path of a value in a JSON document, in single quotes.
    mutating func takeJSONPath(_ expected: String, of opening: Token) throws -> JSONPath {
        let text = try takeText(expected, of: opening)
        guard let path = JSONPath(text.value) else {
            throw Fault(
                text.range,
                "'\(text.value)' is not a path: a name in it is empty",
                help: "write names with dots between them, such as 'meta.next'"
            )
        }
        return path
    }

    /// A path below the base, in single quotes.
    mutating func takeURLPath(
        _ expected: String,
        of opening: Token,
        hasPlaces: Bool = false
    ) throws -> Located<String> {
        let text = try takeText(expected, of: opening)
        func fault(_ message: String, _ help: String) -> Fault { Fault(text.range, message, help: help) }
        guard text.value.hasPrefix("/") else {
            throw fault("the path does not begin with /", "it is below the base: '/\(text.value)'")
        }
        guard text.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"?#\\\"<>".utf8.contains($0) })
        else {
            throw fault(
                "a path cannot have blanks, quotes, '?', '#', '\\' or letters beyond ASCII",
                "a parameter of the query is a line of its own, such as with 'status' 'all'"
            )
        }
        guard hasPlaces || !text.value.contains(where: { "{}".contains($0) }) else {
            throw fault("this path cannot have places such as {id}", "they belong into 'item'")
        }
        guard !text.value.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }) else {
            throw fault("the path leaves its place by '.' or '..'", "write where it leads")
        }
        return text
    }

    /// Where a secret is: `env:NAME` or `file:/path`.
    mutating func takeSecret(
        of opening: Token,
        called thing: String = "a secret"
    ) throws -> Located<SecretReference> {
        let expected = "env: and the name of a variable, or file: and a path"
        try expectMore(expected, of: opening)
        // What stands here instead may be the secret itself, and is not shown.
        func fault(_ message: String, at range: SourceRange) -> Fault {
            Fault(range, message, help: "write env:NAME or file:/run/secrets/name")
        }
        guard next.kind != .quotedName, next.kind != .json else {
            throw fault("\(thing) is \(expected)", at: next.range)
        }
        let written = try takeRun(expected, of: opening)
        func fault(_ message: String) -> Fault { fault(message, at: written.range) }
        let parts = written.value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw fault("\(thing) is \(expected)") }
        let name = parts[1]
        switch parts[0] {
        case "env":
            guard name.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }),
                name.utf8.first?.isDigit == false
            else { throw fault("this is no name of an environment variable") }
            return Located(value: .environment(String(name)), range: written.range)
        case "file":
            guard name.hasPrefix("/"), name.utf8.count > 1 else {
                throw fault("the path of the file does not begin with /")
            }
            return Located(value: .file(String(name)), range: written.range)
        default: throw fault("\(thing) is \(expected)")
        }
    }

    /// The name of a header, in single quotes.
    mutating func takeHeaderName(of opening: Token) throws -> String {
        let name = try takeText("the name of a header in single quotes", of: opening)
        let isName = name.value.utf8.allSatisfy {
            $0.isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains($0)
        }
        guard isName else { throw Fault(name.range, "'\(name.value)' is not the name of a header") }
        return name.value
    }

    /// A text that goes into a header.
    mutating func takeHeaderValue(_ expected: String, of opening: Token) throws -> Located<String> {
        let value = try takeText(expected, of: opening)
        guard value.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw Fault(value.range, "a header has only letters of ASCII")
        }
        return value
    }
}
