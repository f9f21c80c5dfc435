// What is defined as a definition writes it, to compare two of them.

extension Duration {
    /// Such as 90 s or 2 h.
    var words: String {
        let (seconds, rest) = components
        let units: [(seconds: Int64, word: String)] = [(86_400, "d"), (3_600, "h"), (60, "min")]
        guard rest == 0 else {
            let digits = String(rest / 1_000_000_000_000)
            let padded = String(repeating: "0", count: max(6 - digits.count, 0)) + digits
            let trimmed = padded.reversed().drop { $0 == "0" }.reversed()
            return "\(seconds).\(String(trimmed)) s"
        }
        for unit in units where seconds > 0 && seconds % unit.seconds == 0 {
            return "\(seconds / unit.seconds) \(unit.word)"
        }
        return "\(seconds) s"
    }
}

extension ImportParameter {
    var words: String { "\(name) '\(value)'" }
}

extension ImportAuth {
    var words: String {
        switch self {
        case .header(let name, let value): "header \(name) '\(value)'"
        case .parameter(let name, let value): "parameter \(name) '\(value)'"
        case .basic(let value): "basic '\(value)'"
        case .oauth(let oauth):
            "oauth '\(oauth.url)' client \(oauth.client) secret \(oauth.secret) refresh \(oauth.refresh)"
        }
    }
}

extension AnswerCondition {
    var words: String {
        let meaning = meaning == .neverRetry ? "never retry" : meaning.rawValue
        return switch place {
        case .header(let name): "\(meaning) when header \(name) is '\(value)'"
        case .body(let path): "\(meaning) when body \(path) is '\(value)'"
        }
    }
}

extension JSONPath {
    /// A path may be none.
    var words: String { self == .root ? "the answer itself" : description }
}

extension PageSize {
    var words: String { " size \(parameter) \(rows)" }
}

extension PageEnd {
    var words: String {
        switch self {
        case .empty: " until empty"
        case .short: " until short"
        case .flag(let path): " until flag \(path)"
        }
    }
}

extension ImportPager {
    var words: String {
        let size = size?.words ?? ""
        return switch self {
        case .single: "one"
        case .page(let parameter, let first, _, let end): "page \(parameter) from \(first)\(size)\(end.words)"
        case .offset(let parameter, _, let end): "offset \(parameter)\(size)\(end.words)"
        case .cursor(let path, let parameter, _): "cursor \(path) as \(parameter)\(size)"
        case .link: "link\(size)"
        case .next(let path, _): "next \(path)\(size)"
        case .after(let parameter, _, let end): "after \(parameter)\(size)\(end.words)"
        }
    }
}

extension ImportChanged {
    var words: String {
        "\(column) since \(since)" + (before.map { " before \($0)" } ?? "") + " as \(form.rawValue)"
            + (lookback == .zero ? "" : " lookback \(lookback.words)")
    }
}

extension ImportHistory {
    var words: String { "from \(from)" + (step.map { " by \($0.rawValue)" } ?? "") }
}

extension ImportDeletes {
    var words: String {
        switch action {
        case .remove: "sweep \(sweep.rawValue) then remove"
        case .mark(let column): "sweep \(sweep.rawValue) then mark \(column)"
        }
    }
}

extension ImportColumn {
    var words: String {
        let isElsewhere = path != JSONPath(field: name) || epoch != nil
        return "\(type)" + (isElsewhere ? " from \(epoch.map { "\($0.rawValue) " } ?? "")\(path)" : "")
            + (isRequired ? " required" : "")
    }
}
