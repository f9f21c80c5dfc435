/// What is fetched from an API, how, and into which tables.
package struct ImportDefinition: Sendable, Hashable {
    package let name: String
    package let version: Int
    /// What all paths are below, without a slash at its end.
    package internal(set) var base: ImportAddress
    /// The only hosts that are called, in lower case, that of the base among them.
    package internal(set) var hosts: [String] = []
    /// Where the secret is that `{secret}` stands for.
    package internal(set) var secret: SecretReference?
    package internal(set) var auth: ImportAuth?
    /// What the names of environment variables that change its settings begin with.
    package internal(set) var settingsPrefix: String?
    /// By their spans, the shortest first; no two have the same.
    package internal(set) var budgets: [ImportBudget] = []
    /// How many calls may be under way at once.
    package internal(set) var parallel = 1
    /// How often a call that failed for a while is made again.
    package internal(set) var retries = 3
    /// How long to wait before the first of them; each waits twice as long as the one before.
    package internal(set) var backoff = Duration.seconds(1)
    package internal(set) var timeout = Duration.seconds(30)
    /// After how many failures in a row nothing is called.
    package internal(set) var breakerFailures = 5
    /// How long nothing is called then.
    package internal(set) var breakerReset = Duration.seconds(60)
    /// What this API means by its answers, where it differs from the usual; the first that fits counts.
    package internal(set) var conditions: [AnswerCondition] = []
    /// Rows younger than this are left for the next run.
    package internal(set) var settle = Duration.zero
    package internal(set) var headers: [ImportParameter] = []
    /// As written.
    package internal(set) var streams: [ImportStream] = []

    /// The streams, each after those that it names; else as written.
    package var streamsInOrder: [ImportStream] {
        var (rest, done) = (streams, Set<String>())
        var ordered: [ImportStream] = []
        while let index = rest.firstIndex(where: { done.isSuperset(of: $0.after) }) {
            done.insert(rest[index].name)
            ordered.append(rest.remove(at: index))
        }
        // A definition without problems has no cycle.
        return ordered + rest
    }

    /// The stream of a name.
    package func stream(_ name: String) -> ImportStream? { streams.first { $0.name == name } }

    /// The URL of a path below the base.
    package func url(of path: String) -> String { base.description + path }

    /// Whether a URL that an answer names may be called: of a host of the import, at the port of the base or the usual
    /// one, and never in the clear where the base is encrypted.
    package func allows(_ url: String) -> Bool {
        guard let address = ImportAddress(url) else { return false }
        return hosts.contains(address.host) && (address.isEncrypted || !base.isEncrypted)
            && (address.isAtUsualPort || address.port == base.port)
    }
}

/// Where a secret is; a definition never has it.
package enum SecretReference: Sendable, Hashable, CustomStringConvertible {
    /// The name of an environment variable.
    case environment(String)
    /// The path of a file from the root on.
    case file(String)

    package var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        }
    }
}

/// How an API knows who calls; `{secret}` in a text stands for the secret.
package enum ImportAuth: Sendable, Hashable {
    case header(name: String, value: String)
    /// A parameter of the query.
    case parameter(name: String, value: String)
    /// A user and a password with a colon between them.
    case basic(String)
    case oauth(ImportOAuth)

    static let placeholder = "{secret}"
}

/// A client of OAuth 2 that has a refresh token.
package struct ImportOAuth: Sendable, Hashable {
    /// The URL that gives tokens.
    package let url: String
    package let client: SecretReference
    package let secret: SecretReference
    package let refresh: SecretReference
}

/// How many calls there may be in a span.
package struct ImportBudget: Sendable, Hashable {
    package let limit: Int
    package let span: Duration
    /// What a span is called: second, minute, hour or day, else such as 90s.
    package let name: String

    init(limit: Int, seconds: Int) {
        self.limit = limit
        span = .seconds(seconds)
        name = [1: "second", 60: "minute", 3_600: "hour", 86_400: "day"][seconds] ?? "\(seconds)s"
    }
}

/// A name with its value: of a header, or of a query.
package struct ImportParameter: Sendable, Hashable {
    package let name: String
    package let value: String
}

/// What an answer means that has a value in a place.
package struct AnswerCondition: Sendable, Hashable {
    package enum Meaning: String, Sendable {
        /// It failed for a while: the call is made again.
        case retry
        /// Calling again is of no use.
        case neverRetry
        /// There were too many calls.
        case limited
    }

    package enum Place: Sendable, Hashable {
        /// A header, by its name in lower case.
        case header(String)
        /// A value of a JSON answer.
        case body(JSONPath)
    }

    package let meaning: Meaning
    package let place: Place
    /// The whole value: a text, or a number, true or false as it is written.
    package let value: String
}
