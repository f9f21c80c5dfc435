import CLibPQ

/// Where the server is and how to talk to it: everything libpq understands.
///
/// Several hosts, `target_session_attrs`, TLS files and service names work as libpq documents them; what is not given
/// comes from the `PG*` environment variables. A connection that is not told otherwise gives up connecting after ten
/// seconds per host and notices a dead peer within about thirty.
public struct ConnectionOptions: Sendable, Equatable {
    /// libpq's keywords with their values, in order.
    public private(set) var settings: [(key: String, value: String)] = []
    /// Whether ``Query/prepared(_:)`` statements are kept on the server; off behind a transaction pooler that cannot.
    public var keepsPreparedStatements = true
    /// Where a session looks for what its statements do not qualify, set before any of them; nil leaves it to the server.
    ///
    /// Database and role can have a path of their own, and whoever may create something there can put a function or
    /// operator of his before those of PostgreSQL. So by default only PostgreSQL's own objects are found.
    public var searchPath: String? = "pg_catalog, pg_temp"
    /// Whether a pooler lends the server's session for one transaction at a time, which is found out where it can be.
    public var sharesSession = false

    /// Reads a `postgresql://` URI or a `keyword=value` string; an empty one means the environment.
    public init(_ text: String = "") throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        let parsed = unsafe PQconninfoParse(text, &message)
        defer {
            unsafe PQconninfoFree(parsed)
            unsafe PQfreemem(message)
        }
        guard let options = unsafe parsed else {
            let reason = unsafe message.map { unsafe String(cString: $0).trimmed } ?? "out of memory"
            throw PostgresError(.invalidOptions, "invalid connection string: \(Self.withoutQuotes(reason))")
        }
        var index = 0
        while let keyword = unsafe options[index].keyword {
            if let value = unsafe options[index].val {
                unsafe settings.append((String(cString: keyword), String(cString: value)))
            }
            index += 1
        }
        setDefaults()
    }

    /// A setting's value.
    public subscript(keyword: String) -> String? {
        get { settings.first { $0.key == keyword }?.value }
        set {
            settings.removeAll { $0.key == keyword }
            if let newValue { settings.append((keyword, newValue)) }
        }
    }

    /// The same options with one setting changed.
    public func with(_ keyword: String, _ value: String) -> ConnectionOptions {
        var copy = self
        copy[keyword] = value
        return copy
    }

    public static func == (left: ConnectionOptions, right: ConnectionOptions) -> Bool {
        left.keepsPreparedStatements == right.keepsPreparedStatements
            && left.searchPath == right.searchPath && left.sharesSession == right.sharesSession
            && left.settings.elementsEqual(right.settings) { $0 == $1 }
    }

    private mutating func setDefaults() {
        // Values are read as UTF-8 and nothing else.
        self["client_encoding"] = "UTF8"
        let defaults = [
            ("fallback_application_name", "pgsync"), ("connect_timeout", "10"),
            ("keepalives", "1"), ("keepalives_idle", "15"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
        ]
        for (keyword, value) in defaults where self[keyword] == nil && !Self.isInEnvironment(keyword) {
            self[keyword] = value
        }
    }

    private static func isInEnvironment(_ keyword: String) -> Bool {
        guard keyword == "connect_timeout" else { return false }
        let defaults = unsafe PQconndefaults()
        defer { unsafe PQconninfoFree(defaults) }
        var index = 0
        while let options = unsafe defaults, let name = unsafe options[index].keyword {
            if unsafe String(cString: name) == keyword { return unsafe options[index].val != nil }
            index += 1
        }
        return false
    }

    /// What libpq says about a string, without the part it quotes: that may be the password, or hold it.
    private static func withoutQuotes(_ reason: String) -> String {
        guard let quote = reason.firstIndex(of: "\"") else { return reason }
        // Here the first quotes are libpq's own.
        if reason.hasPrefix("missing \"=\"") { return "a word in it has no \"=\" after it" }
        let words = reason[..<quote].description.trimmed
        return words.hasSuffix(":") ? String(words.dropLast()) : words
    }

    /// A message of libpq without what stands there only because a password was not escaped.
    func withoutSecrets(_ message: String) -> String {
        ["host", "hostaddr", "port", "dbname"].compactMap { self[$0] }.filter(Self.mayHoldPassword)
            .reduce(message) { $0.replacing($1, with: "…") }
    }

    /// Whether a value may be the end of a password: `ann:pass@word@host` makes a host of `word@host`.
    private static func mayHoldPassword(_ value: String) -> Bool { value.dropFirst().contains("@") }
}

extension ConnectionOptions: CustomStringConvertible, CustomReflectable {
    /// Nothing, so that a dump shows no password either.
    public var customMirror: Mirror {
        Mirror(self, children: [])
    }

    /// Host, port, database and user; never a password.
    public var description: String {
        let shown = ["host", "hostaddr", "port", "dbname", "user", "service"].compactMap { keyword in
            self[keyword].map { value in
                let isShown = keyword == "user" || !Self.mayHoldPassword(value)
                return "\(keyword)=\(isShown ? value : "…")"
            }
        }
        return shown.isEmpty ? "the server of the environment" : shown.joined(separator: " ")
    }
}
