import Concurrency
internal import Files
import Glibc
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

    package init(_ definition: ImportDefinition, site: DeliverySite, givenKey: String? = nil) {
        self.definition = definition
        self.site = site
        self.givenKey = givenKey
    }

    package var canRefresh: Bool {
        if case .oauth? = definition.auth { true } else { false }
    }

    func add(
        to request: inout HTTPRequest,
        with client: HTTPClient,
        on connection: PostgresConnection
    ) async throws {
        switch definition.auth {
        case nil: return
        case .header(let name, let value)?:
            request.headers.append((name, try filled(value)))
        case .parameter(let name, let value)?:
            request.url +=
                (request.url.contains("?") ? "&" : "?") + "\(name.urlEncoded)=\(try filled(value).urlEncoded)"
        case .basic(let value)?:
            request.headers.append(("Authorization", "Basic \(Base64.encode(Array(try filled(value).utf8)))"))
        case .oauth?:
            if accessToken.withLock({ $0 }) == nil {
                guard try await refresh(with: client, on: connection) else {
                    throw DeliveryFailure.settings("no token was given for the refresh token")
                }
            }
            let token = accessToken.withLock { $0 } ?? ""
            request.headers.append(("Authorization", "Bearer \(token)"))
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

    /// Gets a new token; false if none is given.
    ///
    /// One process at a time does so, and a new refresh token is written before anything is done with it.
    func refresh(with client: HTTPClient, on connection: PostgresConnection) async throws -> Bool {
        guard case .oauth(let oauth)? = definition.auth else { return false }
        let lock = "token \(definition.name)"
        _ = try await connection.withTransaction { session in
            try session.execute("select pg_advisory_lock(1886876536 /* endpoints */, hashtext(\(lock)))")
        }
        let result: Result<Bool, any Error>
        do { result = .success(try await refresh(oauth, with: client)) } catch { result = .failure(error) }
        _ = try await connection.withTransaction { session in
            try session.execute("select pg_advisory_unlock(1886876536 /* endpoints */, hashtext(\(lock)))")
        }
        return try result.get()
    }

    private func refresh(_ oauth: ImportOAuth, with client: HTTPClient) async throws -> Bool {
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
        request.limits.body = 64 << 10
        let reply = try await client.send(request)
        guard reply.status == 200, let text = String(validating: reply.body, as: UTF8.self),
            case .object(let answer)? = try? JSONValue(parsing: text),
            let access = answer["access_token"]?.string, !access.isEmpty
        else { return false }
        // Without a new one, the old one stays.
        if let next = answer["refresh_token"]?.string, !next.isEmpty, next != token {
            let file = try ReplacementFile(path, mode: 0o600)
            try file.write(next)
            try file.finish()
        }
        accessToken.withLock { $0 = access }
        return true
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

extension Duration {
    /// The time now, since 1970.
    static var sinceEpoch: Duration {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}
