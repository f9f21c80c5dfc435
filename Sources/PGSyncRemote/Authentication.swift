import Concurrency
internal import Files
import HTTPClient
internal import JSON
package import PGSyncDelivery
package import PGSyncRules
import Postgres
internal import Signing

/// Shows an endpoint who calls, with secrets that stay where they are: in the environment, in a file, or in a request.
package final class Authentication: Sendable {
    /// Names of variables that an import may read besides those of channels.
    private static let endings = ["_API_KEY", "_CLIENT_ID", "_CLIENT_SECRET"]

    private let definition: ImportDefinition
    private let site: DeliverySite
    /// What came with a request instead of being where the definition says.
    private let givenKey: String?
    private let accessToken = Locked<String?>(nil)
    private let refreshing = Locked<Task<TokenAnswer, any Error>?>(nil)

    package init(_ definition: ImportDefinition, site: DeliverySite, givenKey: String? = nil) {
        self.definition = definition
        self.site = site
        self.givenKey = givenKey
    }

    /// Whether the secret came with a request, so that others have nothing to do with it.
    var isGiven: Bool { givenKey != nil }

    package var canRefresh: Bool {
        if case .oauth? = definition.auth { true } else { false }
    }

    /// The token that calls are made with; nil where there is none, or none yet.
    var token: String? { accessToken.withLock { $0 } }

    func add(to request: inout HTTPRequest) throws(DeliveryFailure) {
        switch definition.auth {
        case nil: return
        case .header(let name, let value)?:
            request.headers.append((name, try filled(value)))
        case .parameter(let name, let value)?:
            // A redirect may repeat it.
            let url = definition.withoutSecret(request.url)
            request.url =
                url + (url.contains("?") ? "&" : "?") + "\(name.urlEncoded)=\(try filled(value).urlEncoded)"
        case .basic(let value)?:
            request.headers.append(("Authorization", "Basic \(Base64.encode(Array(try filled(value).utf8)))"))
        case .oauth?:
            request.headers.append(("Authorization", "Bearer \(token ?? "")"))
        }
    }

    private func filled(_ text: String) throws(DeliveryFailure) -> String {
        guard text.contains("{secret}") else { return text }
        let secret: String
        if let givenKey {
            secret = givenKey
        } else if let reference = definition.secret {
            secret = try site.secret(reference.description, orEndingIn: Self.endings)
        } else {
            throw .settings("the import names no secret")
        }
        guard secret.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            throw .settings("the secret has a control character")
        }
        return text.replacing("{secret}", with: secret)
    }

    // MARK: Tokens

    /// What came of asking for a token.
    enum TokenAnswer {
        case given
        /// The refresh token is not taken.
        case refused(String)
        /// The call failed, as other calls do.
        case failed(CallAnswer)
    }

    /// Gets a new token in place of one that was used, unless another task has got one since.
    ///
    /// One process at a time does so, and a new refresh token is written before anything is done with it.
    func refresh(
        replacing used: String?,
        with client: HTTPClient,
        on connection: PostgresConnection
    ) async throws -> TokenAnswer {
        // Calls of one process may share a session, so that its lock keeps them apart no more.
        let (task, isOwn) = refreshing.withLock { running in
            if let running { return (running, false) }
            let task = Task { try await refreshAlone(replacing: used, with: client, on: connection) }
            running = task
            return (task, true)
        }
        let result = await task.result
        if isOwn { refreshing.withLock { $0 = nil } }
        return try result.get()
    }

    private func refreshAlone(
        replacing used: String?,
        with client: HTTPClient,
        on connection: PostgresConnection
    ) async throws -> TokenAnswer {
        guard case .oauth(let oauth)? = definition.auth else { return .refused("there is no refresh token") }
        let lock = "token \(definition.name)"
        _ = try await connection.withTransaction { session in
            try session.execute("select pg_advisory_lock(1886876536 /* endpoints */, hashtext(\(lock)))")
        }
        let result: Result<TokenAnswer, any Error>
        if let token, token != used {
            result = .success(.given)
        } else {
            do { result = .success(try await refresh(oauth, with: client)) } catch {
                result = .failure(error)
            }
        }
        _ = try await connection.withTransaction { session in
            try session.execute("select pg_advisory_unlock(1886876536 /* endpoints */, hashtext(\(lock)))")
        }
        return try result.get()
    }

    private func refresh(_ oauth: ImportOAuth, with client: HTTPClient) async throws -> TokenAnswer {
        let user = try site.secret(oauth.client.description, orEndingIn: Self.endings)
        let password = try site.secret(oauth.secret.description, orEndingIn: Self.endings)
        // Read again under the lock, because another process may have put a new one there.
        let path = try site.file(oauth.refresh.description)
        let token = try site.secret(oauth.refresh.description)
        var request = HTTPRequest("POST", oauth.url)
        request.headers = [
            ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
            ("Authorization", "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"),
        ]
        request.body = Array("grant_type=refresh_token&refresh_token=\(token.urlEncoded)".utf8)
        request.limits.total = definition.timeout
        request.limits.connect = min(definition.timeout, .seconds(10))
        request.limits.body = 64 << 10
        let reply: HTTPReply
        do throws(TransferError) { reply = try await client.send(request) } catch {
            if error == .cancelled { throw CancellationError() }
            return .failed(CallAnswer(error))
        }
        switch CallAnswer(reply, conditions: []) {
        case .ok: break
        case .transient(let problem): return .failed(.transient("no token: \(problem)"))
        case .limited(let problem, let wait): return .failed(.limited("no token: \(problem)", wait: wait))
        default: return .refused("no new token was given: status \(reply.status)")
        }
        guard let text = String(validating: reply.body, as: UTF8.self),
            case .object(let answer)? = try? JSONValue(parsing: text),
            let access = answer["access_token"]?.string, !access.isEmpty
        else { return .refused("no new token was given: the answer has none") }
        // Without a new one, the old one stays.
        if let next = answer["refresh_token"]?.string, !next.isEmpty, next != token {
            do {
                let file = try ReplacementFile(path, mode: 0o600)
                try file.write(next)
                try file.finish()
            } catch {
                throw DeliveryFailure.settings("the new refresh token cannot be written: \(error)")
            }
        }
        accessToken.withLock { $0 = access }
        return .given
    }
}

extension String {
    /// As a query has it: all but letters, digits and `-._~` as bytes in hexadecimal.
    package var urlEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}

extension ImportDefinition {
    /// A URL without the secret, where that is a parameter of the query.
    package func withoutSecret(_ url: String) -> String {
        guard case .parameter(let name, _)? = auth, let mark = url.firstIndex(of: "?") else { return url }
        let kept = url[url.index(after: mark)...].split(separator: "&").filter {
            let written = $0.prefix { $0 != "=" }
            return written != name && written != name.urlEncoded
        }
        return url[..<mark] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }
}
