extension Parser {
    /// The words that begin a line of an import.
    private static let importOptions = [
        "base", "hosts", "secret", "auth", "settings", "budget", "retries", "backoff", "timeout", "breaker",
        "retry", "never", "limited", "settle", "send", "stream",
    ]
    /// Those that can be there many times.
    private static let manyOptions: Set = ["budget", "retry", "never", "limited", "send", "stream"]

    /// Reads an import: its name and version, and its lines, indented below; nil where even that is not there.
    mutating func parseImports() -> ImportDraft? {
        var draft: ImportDraft?
        while next.kind != .end {
            let level = next.range.column
            recovering(until: { $0.range.column <= level }) { parser in
                let opening = parser.next
                guard parser.skip(word: "import") else { throw parser.unexpected("'import' and its name") }
                if draft != nil {
                    throw Fault(opening.range, "there are two imports", help: "a file has one import")
                }
                draft = try parser.parseImport(opening)
            }
        }
        if draft == nil, faults.isEmpty {
            recovering(until: { _ in true }) { parser in
                throw Fault(
                    parser.next.range,
                    "there is no import",
                    help: "begin with a line such as: import shop version 1"
                )
            }
        }
        return draft
    }

    private mutating func parseImport(_ opening: Token) throws -> ImportDraft {
        let name = try takeAnyName("the name of the import", of: opening)
        try expect(word: "version", "'version' and a number")
        let version = try takeCount(1...1_000_000_000, "the number of the version", of: opening)
        try expectEndOfLine()
        var draft = ImportDraft(name: name, version: version)
        parseLines(under: opening) { parser in
            let word = parser.next
            do {
                try parser.parseImportOption(of: &draft)
            } catch {
                draft.unread.insert(word.text)
                throw error
            }
        }
        return draft
    }

    private mutating func parseImportOption(of draft: inout ImportDraft) throws {
        let opening = next
        guard opening.kind == .word, Self.importOptions.contains(opening.text) else {
            throw unknown(opening, among: Self.importOptions, "a line of an import begins with")
        }
        advance()
        try note(opening, in: &draft)
        switch opening.text {
        case "base": draft.base = try takeBase(of: opening)
        case "hosts":
            repeat {
                let host = try takeText("a host in single quotes", of: opening)
                guard ImportAddress.isHost(host.value) else {
                    throw Fault(
                        host.range,
                        "'\(host.value)' is not the name of a host",
                        help: "write it without http:// and without a port"
                    )
                }
                draft.hosts.append(Located(value: host.value.lowercased(), range: host.range))
            } while skip(symbol: ",")
        case "secret": draft.secret = try takeSecret(of: opening)
        case "auth": try parseAuth(opening, of: &draft)
        case "settings":
            try expectMore("'from' and a prefix, such as settings from 'SHOP'", of: opening)
            try expect(word: "from", "'from' and a prefix, such as settings from 'SHOP'")
            let prefix = try takeText("a prefix in single quotes", of: opening)
            let isPrefix = prefix.value.utf8.allSatisfy {
                $0.isDigit || $0 == UInt8(ascii: "_") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
            }
            guard isPrefix, prefix.value.utf8.first?.isDigit == false else {
                throw Fault(prefix.range, "a prefix has upper case letters, digits and _")
            }
            draft.settingsPrefix = prefix.value
        case "budget": try parseBudget(opening, of: &draft)
        case "retries", "backoff", "timeout": try parseRetries(opening, of: &draft)
        case "breaker":
            let failures = try takeCount(1...1_000, "a number of failures", of: opening)
            if !skip(word: "failures") { try expect(word: "failure", "'failures'") }
            try expect(symbol: ",")
            draft.breaker = (failures, try takeDuration("a span, such as 60 s", of: opening).value)
        case "retry", "never", "limited": draft.conditions.append(try parseCondition(opening))
        case "settle": draft.settle = try takeDuration("a span, such as 60 s", of: opening).value
        case "send":
            try expectMore("'header', its name and its value", of: opening)
            try expect(word: "header", "'header', its name and its value")
            let name = try takeHeaderName(of: opening)
            let value = try takeHeaderValue("the value of the header in single quotes", of: opening)
            guard !value.value.contains(ImportAuth.placeholder) else {
                throw Fault(value.range, "a secret is sent by 'auth' only")
            }
            draft.headers.append(ImportParameter(name: name, value: value.value))
        default: draft.streams.append(try parseStream(opening))
        }
    }

    private func note(_ opening: Token, in draft: inout ImportDraft) throws {
        guard !Self.manyOptions.contains(opening.text) else { return }
        guard draft.seen.insert(opening.text).inserted else {
            throw Fault(opening.range, "an import can have '\(opening.text)' only once")
        }
    }

    // MARK: Lines

    private mutating func takeBase(of opening: Token) throws -> Located<ImportAddress> {
        let text = try takeText("a URL in single quotes", of: opening)
        var trimmed = text.value[...]
        while trimmed.last == "/" { trimmed.removeLast() }
        guard let address = ImportAddress(String(trimmed)) else {
            throw Fault(
                text.range,
                "'\(text.value)' is not a URL that can be called",
                help: "write http:// or https://, a host and a path, and no user: 'https://crm.example/api'"
            )
        }
        guard !address.rest.contains(where: { "?#{}\"<>".contains($0) }) else {
            throw Fault(
                text.range,
                "the base has more than a path",
                help: "parameters of the query belong to streams, such as with 'status' 'all'"
            )
        }
        return Located(value: address, range: text.range)
    }

    private mutating func parseAuth(_ opening: Token, of draft: inout ImportDraft) throws {
        let kind = next
        let auth: ImportAuth
        switch try takeWord(among: ["header", "parameter", "basic", "oauth"], of: opening) {
        case "header":
            let name = try takeHeaderName(of: kind)
            auth = .header(name: name, value: try takeTemplate("such as 'Bearer {secret}'", of: kind))
        case "parameter":
            let name = try takeText("the name of a parameter in single quotes", of: kind).value
            auth = .parameter(name: name, value: try takeTemplate("such as '{secret}'", of: kind))
        case "basic": auth = .basic(try takeTemplate("such as '{secret}'", of: kind))
        default: auth = .oauth(try parseOAuth(kind, of: &draft))
        }
        draft.auth = Located(value: auth, range: opening.range)
    }

    /// A text that `{secret}` stands in.
    private mutating func takeTemplate(_ example: String, of opening: Token) throws -> String {
        let text = try takeHeaderValue("a text \(example)", of: opening)
        let rest = text.value.replacing(ImportAuth.placeholder, with: "")
        guard rest != text.value else {
            throw Fault(
                text.range,
                "'auth \(opening.text)' lacks {secret}",
                help: "a definition says where its secret is, and never what it is"
            )
        }
        guard !rest.contains(where: { "{}".contains($0) }) else {
            throw Fault(text.range, "{secret} is the only place that is filled")
        }
        return text.value
    }

    private mutating func parseOAuth(_ opening: Token, of draft: inout ImportDraft) throws -> ImportOAuth {
        let expected = "where tokens come from, such as '/oauth/token'"
        try expectMore(expected, of: opening)
        let text: Located<String>
        if next.text.contains("://") {
            text = try takeText(expected, of: opening)
            guard let address = ImportAddress(text.value), !address.rest.contains("#") else {
                throw Fault(text.range, "'\(text.value)' is not a URL that can be called")
            }
            draft.otherHosts.append(Located(value: address.host, range: text.range))
        } else {
            text = try takeURLPath(expected, of: opening)
        }
        func reference(_ word: String, _ parser: inout Parser) throws -> SecretReference {
            let token = parser.next
            try parser.expect(word: word, "'\(word)' and where it is, such as env:NAME")
            return try parser.takeSecret(of: token).value
        }
        return ImportOAuth(
            url: text.value,
            client: try reference("client", &self),
            secret: try reference("secret", &self),
            refresh: try reference("refresh", &self)
        )
    }

    private mutating func parseBudget(_ opening: Token, of draft: inout ImportDraft) throws {
        let limit = try takeCount(1...1_000_000_000, "a number of calls", of: opening)
        try expectMore("'per' and a span, such as per minute", of: opening)
        try expect(word: "per", "'per' and a span, such as per minute")
        let count = next.kind == .number ? try takeCount(1...1_000_000, "a number", of: opening) : 1
        let unit = try takeUnit(of: opening)
        guard unit >= 1_000 else { throw Fault(opening.range, "a budget is for a second or more") }
        let seconds = count * (unit / 1_000)
        guard seconds <= 366 * 86_400 else { throw Fault(opening.range, "a budget is for 366 days at most") }
        draft.budgets.append(
            Located(value: ImportBudget(limit: limit, seconds: seconds), range: opening.range)
        )
        guard skip(symbol: ",") else { return }
        guard draft.parallel == nil else {
            throw Fault(next.range, "how many calls there may be at once is said twice")
        }
        draft.parallel = try takeCount(1...32, "a number of calls at once", of: opening)
        try expect(word: "at", "'at once'")
        try expect(word: "once", "'at once'")
    }

    /// These three may share a line.
    private mutating func parseRetries(_ first: Token, of draft: inout ImportDraft) throws {
        var opening = first
        while true {
            switch opening.text {
            case "retries": draft.retries = try takeCount(0...100, "a number of retries", of: opening)
            case "backoff": draft.backoff = try takeDuration("a span, such as 1 s", of: opening).value
            default:
                let timeout = try takeDuration("a span, such as 30 s", of: opening)
                guard timeout.value > .zero else { throw Fault(timeout.range, "nothing answers in no time") }
                draft.timeout = timeout.value
            }
            opening = next
            guard !opening.isFirstOnLine, ["retries", "backoff", "timeout"].contains(opening.text) else {
                return
            }
            advance()
            try note(opening, in: &draft)
        }
    }

    private mutating func parseCondition(_ opening: Token) throws -> AnswerCondition {
        if opening.text == "never" { try expect(word: "retry", "'retry'") }
        try expectMore("'when header' or 'when body'", of: opening)
        try expect(word: "when", "'when header' or 'when body'")
        let kind = next
        let place: AnswerCondition.Place
        if try takeWord(among: ["header", "body"], of: opening) == "header" {
            place = .header(try takeHeaderName(of: kind).lowercased())
        } else {
            place = .body(try takeJSONPath("the path of a value, such as 'error.code'", of: kind))
        }
        try expect(word: "is", "'is' and a value")
        let value = try takeText("a value in single quotes", of: opening).value
        let meaning: AnswerCondition.Meaning =
            switch opening.text {
            case "retry": .retry
            case "never": .neverRetry
            default: .limited
            }
        return AnswerCondition(meaning: meaning, place: place, value: value)
    }
}
