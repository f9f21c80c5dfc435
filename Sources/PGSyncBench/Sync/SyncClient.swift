import HTTPClient
import JSON
import Postgres

/// Asks a master what a node asks, without a database behind it.
struct SyncClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let http: HTTPClient
    private let base: String
    private let token: String

    init(_ base: String, _ token: String) throws {
        http = try HTTPClient(
            policy: AddressPolicy(allowing: [AddressRange("127.0.0.1/32")].compactMap(\.self))
        )
        self.base = base
        self.token = token
    }

    func ask(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil,
        encoding: String = "gzip"
    ) async throws -> HTTPReply {
        var request = HTTPRequest(method, "\(base)/api/sync/\(path)")
        request.headers = [("Authorization", "Bearer \(token)"), ("Accept-Encoding", encoding)]
        if let body {
            request.headers.append(("Content-Type", "application/json"))
            request.body = Array(body.text().utf8)
        }
        request.limits.body = 64 << 20
        let reply = try await http.send(request)
        guard reply.status == 200 else {
            throw Failure(
                description:
                    "the master answers \(reply.status): \(String(decoding: reply.body, as: UTF8.self))"
            )
        }
        return reply
    }

    /// A page, as far as it has to be read in order to ask for the next one.
    struct Page: Sendable {
        let cursor: String
        let timestamp: String
        let hasMore: Bool
    }

    func download(_ query: String) async throws -> Page {
        let body = try await ask("GET", "download?limit=1000&\(query)").body
        // Rows have none of these, and reading all of them is not what is measured here.
        func end(of text: String) -> Int? {
            let word = Array(text.utf8)
            return (0...max(body.count - word.count, 0)).first {
                body[$0] == word[0] && body[$0...].starts(with: word)
            }.map { $0 + word.count }
        }
        func value(_ name: String) -> String? {
            end(of: "\"\(name)\": \"").map {
                String(decoding: body[$0...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            }
        }
        guard let cursor = value("cursor"), let timestamp = value("timestamp") else {
            throw Failure(description: "a page of the master has no cursor")
        }
        return Page(cursor: cursor, timestamp: timestamp, hasMore: end(of: "\"has_more\": true") != nil)
    }

    /// Reads whatever comes, as a live node does, until the task is cancelled.
    func listen() async throws {
        var cursor = try await current()
        while !Task.isCancelled {
            cursor = try await download("wait=20&cursor=\(cursor)").cursor
        }
    }

    /// The cursor behind all that there is, without loading it.
    func current() async throws -> String {
        let status = try JSONValue(
            parsing: String(decoding: try await ask("GET", "status").body, as: UTF8.self)
        )
        guard status["node"] != nil else { throw Failure(description: "this is no master") }
        var page = try await download("last_synced_at=2100-01-01T00:00:00Z")
        while page.hasMore { page = try await download("cursor=\(page.cursor)") }
        return page.cursor
    }
}
