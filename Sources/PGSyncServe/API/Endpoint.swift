import JSON
import Postgres

/// What a token may do.
enum Scope: String, Sendable, CaseIterable {
    case read, images, operate, admin, audit
    /// What a system does that exchanges records; its token belongs to it alone.
    case node

    /// What people are given.
    static let ofPeople = allCases.filter { $0 != .node }

    /// The database role that requests of this scope run as.
    var role: String { self == .node ? "pgsync_node" : "pgsync_api_\(rawValue)" }
}

/// One method at one path: who may use it, what it takes, and what it answers.
///
/// The router, the checks of parameters and the OpenAPI document all follow from this.
struct Endpoint: Sendable {
    enum Method: String, Sendable {
        case get = "GET", post = "POST", put = "PUT", delete = "DELETE"
    }

    /// What is answered.
    enum Work: Sendable {
        /// Rows by pages, sorted by the columns k1, k2 … of the statement, which have these types.
        case pages(Statement, keys: [String], isAscending: Bool)
        /// All rows; beyond a thousand it is capped.
        case rows(Statement)
        /// The first row; none is not found, and then what lies near is told. A field may serve as its tag, which a change
        /// of it is shown.
        case row(Statement, tag: String? = nil, near: Statement? = nil)
        /// A statement that does something, in one transaction with its record and its answer.
        case act(Act)
        /// The first row of a statement, and in it, by this name, rows by pages.
        case framed(Statement, String, Statement, keys: [String])
        /// What no statement answers: the figures, their stream, this API's document, the journal as a file, and who is
        /// logged in.
        case status, events, document, export
        case session(SessionVerb)
        /// What a document of users asks for in its own words: to start an import, and to say how far it is.
        case startSync, sync
        case exchange(Exchange.Verb)
    }

    /// What is done about a log-in.
    enum SessionVerb: Sendable {
        case show, begin, confirm, end
    }

    let method: Method
    /// The path below its base, with parameters as `{name}`.
    let path: String
    /// Where its path begins.
    var base = "/api/v1"
    let scope: Scope?
    let summary: String
    var parameters: [Field] = []
    var body: [Field] = []
    let answer: [Field]
    private(set) var work: Work
    /// What a token of one site is answered with; nil where it is refused.
    private let siteWork: Work?
    /// What each reading of it is put on record as; nil where it is not.
    let look: String?
    /// The parts of the path.
    let parts: [Substring]

    init(
        _ method: Method,
        _ path: String,
        _ scope: Scope?,
        _ summary: String,
        parameters: [Field] = [],
        body: [Field] = [],
        answer: [Field],
        _ work: Work,
        look: String? = nil,
        site siteWork: Work? = nil
    ) {
        self.method = method
        self.path = path
        self.scope = scope
        self.summary = summary
        self.parameters = parameters
        self.body = body
        self.answer = answer
        self.work = work
        self.siteWork = siteWork
        self.look = look
        parts = path.dropFirst().split(separator: "/")
    }

    /// An act that a token of one site does by a statement of its own.
    init(
        _ method: Method,
        _ path: String,
        _ scope: Scope?,
        _ summary: String,
        body: [Field],
        answer: [Field],
        _ work: Work,
        site statement: Statement
    ) {
        var siteWork = work
        if case .act(var act) = work {
            act.statement = statement
            siteWork = .act(act)
        }
        self.init(method, path, scope, summary, body: body, answer: answer, work, site: siteWork)
    }

    /// The same for a token of one site, if it may use it.
    var ofSite: Endpoint? {
        siteWork.map { work in
            var own = self
            own.work = work
            return own
        }
    }

    /// The values of the path's parameters if a path is this one's.
    func match(_ path: ArraySlice<String>) -> [String: String]? {
        guard path.count == parts.count else { return nil }
        var values: [String: String] = [:]
        for (part, text) in zip(parts, path) {
            if let name = Self.parameter(of: part) {
                let before = part.prefix { $0 != "{" }
                guard text.hasPrefix(before), text.count > before.count else { return nil }
                values[name] = String(text.dropFirst(before.count))
            } else if part != text {
                return nil
            }
        }
        return values
    }

    /// The names of the path's parameters.
    var pathParameters: [String] { parts.compactMap(Self.parameter) }

    /// The name of a parameter that a part of a path ends in.
    private static func parameter(of part: Substring) -> String? {
        guard part.hasSuffix("}"), let brace = part.firstIndex(of: "{") else { return nil }
        return String(part[part.index(after: brace)...].dropLast())
    }

    /// Whether a repetition is told by a key.
    var needsKey: Bool {
        guard method == .post, scope != nil else { return false }
        return switch work {
        case .act(let act): act.keepsAnswer
        case .startSync, .exchange: false
        default: true
        }
    }

    /// Whether systems ask for it that exchange records.
    var isExchange: Bool { if case .exchange = work { true } else { false } }

    /// Whether a repetition may be told by a key.
    var takesKey: Bool { if case .exchange(.upload) = work { true } else { false } }

    /// Whether its answer can be asked for only if it has changed.
    var hasTag: Bool { if case .row = work { true } else { false } }

    /// Whether its answer is a list in pages.
    var hasPages: Bool {
        switch work {
        case .pages, .framed: true
        default: false
        }
    }
    /// Whether its answer is a list.
    var isList: Bool {
        switch work {
        case .pages, .rows: true
        default: false
        }
    }
}

/// Something that is done: a statement that returns one row, and how it is recorded.
struct Act: Sendable {
    /// The name on record.
    let name: String
    var statement: Statement
    /// Which parameter says what it was done to.
    var object: String?
    /// Whether a token has to be shown again, by the same or a second person.
    var isConfirmed: @Sendable (Arguments) -> Bool = { _ in false }
    /// Whether the value that is changed has to be shown.
    var needsIfMatch = false
    /// Whether the answer has a new token, which nobody else keeps.
    var makesToken = false
    /// The status of the answer.
    var status = 200
    /// Where the answer says that more is to be seen, with the job's number.
    var location: String?
    /// Whether its record keeps the answer.
    var keepsAnswer = true
    /// Whether all rows are answered, rather than the one there has to be.
    var isList = false
    /// Why its result is no success; then nothing is done.
    var refusal: @Sendable (JSONValue) -> Problem? = { _ in nil }
    /// What an empty result means.
    var nothing: ProblemKind = .conflict
    /// The same in words.
    var whenNothing = "it is not in a state that allows this, or not there"
}

/// SQL with named parameters, `:name`, each of which is bound as a text.
///
/// A list in pages may also name `:page_size`, with the row that tells of a further page, `:is_backward`, and
/// the keys of the row that the page follows, which are null on the first page: so that it reads no more than that.
struct Statement: Sendable, ExpressibleByStringLiteral {
    let sql: String
    let names: [String]

    static let placeNames = ["place", "second_place", "third_place"]

    init(stringLiteral value: String) { self.init(value) }

    init(_ text: String) {
        var sql = ""
        var names: [String] = []
        var rest = text[...]
        while let colon = rest.firstIndex(of: ":") {
            sql += rest[..<colon]
            rest = rest[rest.index(after: colon)...]
            let name = rest.prefix { $0.isLetter || $0 == "_" }
            // Two colons are a cast.
            guard !name.isEmpty, sql.last != ":" else {
                sql += ":"
                continue
            }
            if !names.contains(String(name)) { names.append(String(name)) }
            sql += "$\((names.firstIndex(of: String(name)) ?? 0) + 1)"
            rest = rest.dropFirst(name.count)
        }
        self.sql = sql + rest
        self.names = names
    }

    /// The values of its parameters; what was not given is null.
    func values(_ arguments: Arguments) -> [String?] { names.map { arguments[$0] } }
}

/// The values that came with a request, by name, as texts.
struct Arguments: Sendable {
    private(set) var values: [String: String] = [:]

    subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// Takes a value of a JSON body: a list as an array literal would be ambiguous, so as JSON.
    mutating func take(_ name: String, _ value: JSONValue?) {
        guard let value, value != .null else { return }
        values[name] = value.string ?? value.text()
    }
}
