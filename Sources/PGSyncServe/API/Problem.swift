import HTTPServer
import JSON
import Postgres

/// What can be wrong with a request, by the names that problems have (RFC 9457).
enum ProblemKind: String, Sendable, CaseIterable {
    case badRequest = "bad-request"
    case cursorInvalid = "cursor-invalid"
    case idempotencyKeyMissing = "idempotency-key-missing"
    case logInNeeded = "log-in-needed"
    case forbidden
    case confirmationNeeded = "confirmation-needed"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case conflict
    case gone
    case cursorExpired = "cursor-expired"
    case changedMeanwhile = "changed-meanwhile"
    case tooLarge = "too-large"
    case unsupportedType = "unsupported-type"
    case wrongHost = "wrong-host"
    case unprocessable
    case ifMatchMissing = "if-match-missing"
    case tooMany = "too-many"
    case internalError = "internal"
    case databaseAway = "database-away"
    case tooSlow = "too-slow"

    /// The status of an answer that says so.
    var status: Int {
        switch self {
        case .badRequest, .cursorInvalid, .idempotencyKeyMissing: 400
        case .logInNeeded: 401
        case .forbidden, .confirmationNeeded: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .conflict: 409
        case .gone, .cursorExpired: 410
        case .changedMeanwhile: 412
        case .tooLarge: 413
        case .unsupportedType: 415
        case .wrongHost: 421
        case .unprocessable: 422
        case .ifMatchMissing: 428
        case .tooMany: 429
        case .internalError: 500
        case .databaseAway: 503
        case .tooSlow: 504
        }
    }

    /// What it means, the same each time.
    var title: String {
        switch self {
        case .badRequest: "The request is not understood"
        case .cursorInvalid: "The cursor is not one of this list"
        case .idempotencyKeyMissing: "The header Idempotency-Key is missing"
        case .logInNeeded: "A token is needed"
        case .forbidden: "The token does not allow this"
        case .confirmationNeeded: "A token has to be shown again for this"
        case .notFound: "There is nothing here"
        case .methodNotAllowed: "This cannot be done here"
        case .notAcceptable: "There is no such form of the answer"
        case .conflict: "Its state does not allow this now"
        case .gone: "It is no longer kept"
        case .cursorExpired: "Everything has to be loaded anew"
        case .changedMeanwhile: "Somebody has changed it meanwhile"
        case .tooLarge: "The request is too large"
        case .unsupportedType: "The body is not JSON"
        case .wrongHost: "This host is not served"
        case .unprocessable: "The values are not allowed"
        case .ifMatchMissing: "The header If-Match is missing"
        case .tooMany: "Too many attempts"
        case .internalError: "Something went wrong here"
        case .databaseAway: "The database is away"
        case .tooSlow: "The answer took too long"
        }
    }
}

/// An answer that says why a request was not done.
struct Problem: Error, Sendable {
    let kind: ProblemKind
    var detail: String
    var scope: Scope?
    var errors: [(pointer: String, detail: String)] = []
    /// Names that there are, near one that there is not.
    var near: [String] = []
    var retryAfter: Int?
    /// Whether it is to be put on record.
    var isNews = false
    /// As what the metrics count it, if not as an ordinary mistake.
    var refusal: DashboardMetrics.Refusal?
    var headers: [(name: String, value: String)] = []
    /// What else is told, by name.
    var more: [(String, JSONValue)] = []

    init(_ kind: ProblemKind, _ detail: String, as refusal: DashboardMetrics.Refusal? = nil) {
        self.kind = kind
        self.detail = detail
        self.refusal = refusal
    }

    /// An answer to a request that nothing else is known of.
    var response: HTTPResponse {
        let correlation = Self.newCorrelation()
        var response = response(correlation: correlation)
        response.headers.append(("X-Correlation-Id", correlation))
        return response
    }

    static func newCorrelation() -> String { "http-" + Secret.random(length: 16).lowercased() }

    func response(correlation: String) -> HTTPResponse {
        var pairs: [(String, JSONValue)] = [
            ("type", .string("/problems/\(kind.rawValue)")),
            ("title", .string(kind.title)),
            ("status", JSONValue(kind.status)),
            ("detail", .string(detail)),
            ("instance", .string(correlation)),
            ("code", .string(kind.rawValue)),
        ]
        var headers = headers
        if let scope { pairs.append(("scope", .string(scope.rawValue))) }
        if !errors.isEmpty {
            pairs.append(
                (
                    "errors",
                    .array(errors.map { ["pointer": .string($0.pointer), "detail": .string($0.detail)] })
                )
            )
        }
        if !near.isEmpty { pairs.append(("near", .array(near.map { .string($0) }))) }
        pairs += more
        if let retryAfter {
            pairs.append(("retry_after", JSONValue(retryAfter)))
            headers.append(("Retry-After", "\(retryAfter)"))
        }
        if kind == .logInNeeded { headers.append(("WWW-Authenticate", "Bearer")) }
        return HTTPResponse(
            status: kind.status,
            headers: [("Content-Type", "application/problem+json")] + headers,
            body: .bytes(Array(JSONValue.object(JSONObject(pairs)).text().utf8))
        )
    }
}

extension Problem {
    /// What an error of the database means to who asked.
    ///
    /// What is not foreseen is told without its words, which may
    /// show what the asker must not see.
    init(_ error: PostgresError) {
        if case .commitOutcomeUnknown = error.kind {
            self.init(
                .databaseAway,
                "it may or may not have been done; ask again with the same Idempotency-Key"
            )
            retryAfter = 2
            return
        }
        guard !error.isConnectionLost, let state = error.sqlState else {
            self.init(.databaseAway, "the database does not answer; it is tried again with the next request")
            retryAfter = 2
            return
        }
        // Statements are for who sits at psql.
        let hint = error.hint.flatMap { $0.contains("pgsync.") ? nil : "; \($0)" } ?? ""
        switch state.code {
        case "57014": self.init(.tooSlow, "it took the database too long and was stopped; ask for less")
        case "42501": self.init(.forbidden, "the database does not allow this to the role of the token")
        case "55P03":
            self.init(.conflict, "somebody else is at it; try again")
            retryAfter = 1
        case "40001", "40P01":
            self.init(.conflict, "others were in the way; try again")
            retryAfter = 1
        case "P0002", "42P01", "42704": self.init(.notFound, error.message)
        case "55000", "55006", "42701", "42710", "PL005", "PL009", "PL011":
            self.init(.conflict, error.message + hint)
        case "42601", "42602", "42622", "42703", "42809", "0A000": self.init(.unprocessable, error.message)
        case "PS003":
            self.init(.conflict, error.message + hint)
            if let expected = error.detail.flatMap({ Int64($0) }) {
                more = [("expected", JSONValue(expected))]
            }
        case "54000": self.init(.unprocessable, error.message + hint)
        case "PS004": self.init(.cursorExpired, error.message + hint)
        case "PS006":
            self.init(.cursorExpired, error.message + hint)
            more = [("restored", true)]
        case "PS002": self.init(.unprocessable, "this Idempotency-Key belongs to another request")
        case let code where code.hasPrefix("22") || code.hasPrefix("23") || code.hasPrefix("PL"):
            self.init(.unprocessable, error.message + hint)
        case let code where code.hasPrefix("08") || code.hasPrefix("57P") || code.hasPrefix("53"):
            self.init(.databaseAway, "the database cannot answer now")
            retryAfter = 2
        default: self.init(.internalError, "the log of pgsync serve says more under this correlation id")
        }
    }
}
