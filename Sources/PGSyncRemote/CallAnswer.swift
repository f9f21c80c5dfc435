package import HTTPClient
internal import JSON
package import PGSyncRules

/// What an answer of an API means for whoever called it.
package enum CallAnswer: Sendable, Equatable {
    case ok
    /// Unchanged since it was last asked for, or nothing to say.
    case empty
    /// The secret was not taken.
    case auth(String)
    /// The call itself is wrong; making it again is of no use.
    case config(String)
    /// What was asked for is no longer there.
    case gone
    /// It may work later.
    case transient(String)
    /// There were too many calls; with what was told to wait, if that could be read.
    case limited(String, wait: Duration?)
    /// It points elsewhere; followed only to hosts that are allowed.
    case redirect(String)
    /// It is not safe to go on.
    case refused(String)

    /// Reads the status and the headers of an answer, with what the API means by them where that differs.
    package init(_ reply: HTTPReply, conditions: [AnswerCondition]) {
        let told = "the API answered with status \(reply.status)"
        if let meaning = conditions.first(where: { $0.holds(for: reply) })?.meaning {
            switch meaning {
            case .retry: self = .transient(told)
            case .neverRetry: self = reply.status < 300 ? .ok : .config(told)
            case .limited: self = .limited(told, wait: RetryAfter.wait(of: reply))
            }
            return
        }
        switch reply.status {
        case 204, 304: self = .empty
        case 200..<300: self = .ok
        case 301, 302, 303, 307, 308:
            self = reply["Location"].map { .redirect($0) } ?? .config("\(told) and no place to go")
        case 401: self = .auth(told)
        case 404, 410: self = .gone
        case 408, 425: self = .transient(told)
        case 429: self = .limited(told, wait: RetryAfter.wait(of: reply))
        case 503 where reply["Retry-After"] != nil: self = .limited(told, wait: RetryAfter.wait(of: reply))
        case 300..<500: self = .config(told)
        default: self = .transient(told)
        }
    }

    /// What a transfer that brought no answer means.
    package init(_ error: TransferError) {
        switch error {
        case .unknownHost, .unreachable, .timedOut, .failed: self = .transient(error.description)
        case .untrusted: self = .transient(error.description)
        case .addressRefused(let address):
            self = .refused("the address \(address) is not public, and PGSYNC_ADDRESSES does not name it")
        case .bodyTooLarge: self = .refused(error.description)
        case .invalid, .identity, .refused, .cancelled: self = .config(error.description)
        }
    }
}

extension AnswerCondition {
    fileprivate func holds(for reply: HTTPReply) -> Bool {
        switch place {
        case .header(let name): return reply[name] == value
        case .body(let path):
            guard let text = String(validating: reply.body, as: UTF8.self),
                let body = try? JSONValue(parsing: text)
            else { return false }
            return switch path.value(in: body) {
            case .string(let text)?: text == value
            case .number(let number)?: number.text == value
            case .bool(let flag)?: (flag ? "true" : "false") == value
            default: false
            }
        }
    }
}

/// How long an answer asks to wait.
package enum RetryAfter {
    /// Longer than any API means.
    private static let longest = Duration.seconds(7 * 86_400)

    /// Nil where nothing that can be read is told; a date counts from the answer's own.
    package static func wait(of reply: HTTPReply) -> Duration? {
        guard let text = reply["Retry-After"]?.trimmed, !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(text).map { min(.seconds($0), longest) } ?? longest
        }
        guard let until = HTTPDate.seconds(text), let now = reply["Date"].flatMap(HTTPDate.seconds) else {
            return nil
        }
        return until > now ? min(.seconds(until - now), longest) : nil
    }
}

extension String {
    fileprivate var trimmed: String {
        let kept = drop { $0 == " " || $0 == "\t" }
        return String(kept.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
