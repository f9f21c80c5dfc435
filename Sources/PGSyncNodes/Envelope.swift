import Compression
import Concurrency
import HTTPClient
import JSON
import PGSyncDelivery
import Signing

/// Signs the calls of a master, encrypts them if that is wanted, and opens its answers.
///
/// One call is made after the other.
final class Envelope: Sendable {
    private struct State {
        /// The call that an answer is expected to.
        var call: (id: String, secret: MessageSecret)?
        /// Seconds by which the master's clock is ahead of this one, where that is more than it takes.
        var offset: Int64 = 0
    }

    private let isSealed: Bool
    /// Where the master may be.
    private let places: [String]
    private let token: @Sendable () throws(DeliveryFailure) -> String
    private let state = Locked(State())

    /// The most bytes that an answer may become.
    private static let limit = 64 << 20
    /// Seconds by which clocks may differ before signatures are refused, and some to spare.
    private static let tolerance: Int64 = 120

    init(isSealed: Bool, places: [String], token: @escaping @Sendable () throws(DeliveryFailure) -> String) {
        self.isSealed = isSealed
        self.places = places
        self.token = token
    }

    func close(_ request: inout HTTPRequest) throws(DeliveryFailure) {
        let token = try token()
        let secret = MessageSecret(token: token)
        let prefix = MessageSecret.prefix(of: token)
        if isSealed, let body = request.body {
            do { request.body = try secret.seal(body, name: prefix) } catch {
                throw .settings("a body cannot be encrypted here: the library has no AES, or no memory")
            }
            let codings =
                request.headers.filter { $0.name == "Content-Encoding" }.map(\.value) + ["aes128gcm"]
            request.headers.removeAll { $0.name == "Content-Encoding" }
            request.headers.append(("Content-Encoding", codings.joined(separator: ", ")))
        }
        let target = places.first { request.url.hasPrefix($0 + "/") }.map { request.url.dropFirst($0.count) }
        let id = secret.id(of: .init(request.method, String(target ?? ""), wantsSealed: isSealed))
        let offset = state.withLock { state in
            state.call = (id, secret)
            return state.offset
        }
        request.decompresses = false
        request.headers += [
            ("Authorization", "Signed \(prefix)"),
            ("Accept-Encoding", isSealed ? "gzip, aes128gcm" : "gzip"),
        ]
        request.headers += WebhookSignature.headers(
            id: id,
            secondsSince1970: Duration.sinceEpoch.components.seconds + offset,
            body: request.body ?? [],
            secrets: [secret.ofRequests]
        )
    }

    func open(_ reply: HTTPReply) throws(TransferError) -> HTTPReply {
        guard let call = state.withLock({ $0.call }) else { throw .failed("no call is open") }
        guard let id = reply["webhook-id"], let signature = reply["webhook-signature"],
            let time = reply["webhook-timestamp"].flatMap({ Int64($0) }), time >= 0, time < 100_000_000_000,
            id == MessageSecret.answerID(to: call.id, status: reply.status),
            WebhookSignature.isValid(
                signature,
                id: id,
                secondsSince1970: time,
                body: reply.body,
                secret: call.secret.ofAnswers
            )
        else { return try Self.unsigned(reply) }
        let ahead = time - Duration.sinceEpoch.components.seconds
        state.withLock { $0.offset = abs(ahead) > Self.tolerance ? ahead : 0 }
        let body = try Self.decoded(reply, call.secret)
        // It knows the token; the next call may have another time, or come as it was sent.
        if reply.status == 401 {
            let detail = (try? JSONValue(parsing: String(decoding: body, as: UTF8.self)))?["detail"]?.string
            throw .failed("the master does not take the signature: \(detail ?? "")")
        }
        guard !isSealed || body.isEmpty || Self.codings(of: reply).last == "aes128gcm" else {
            throw .failed("the answer is not encrypted")
        }
        return HTTPReply(status: reply.status, headers: Self.signedHeaders(of: reply), body: body)
    }

    /// An answer that is not signed, which only says that it does not work, and nothing that lasts: it is of somebody who
    /// does not know the token, or stands before the master.
    private static func unsigned(_ reply: HTTPReply) throws(TransferError) -> HTTPReply {
        guard [401, 429].contains(reply.status) || reply.status >= 500 else {
            throw .failed(
                "the answer with status \(reply.status) is not signed by the master: there is something else, or somebody "
                    + "has changed it on its way"
            )
        }
        return HTTPReply(status: reply.status, headers: [], body: [])
    }

    /// The headers that say nothing for which a signature would be needed.
    private static func signedHeaders(of reply: HTTPReply) -> [(name: String, value: String)] {
        reply.headers.filter { $0.name.lowercased().hasPrefix("webhook-") }
    }

    private static func codings(of reply: HTTPReply) -> [String] {
        (reply["Content-Encoding"] ?? "").lowercased().split(separator: ",").map {
            String($0.filter { $0 != " " })
        }
    }

    private static func decoded(_ reply: HTTPReply, _ secret: MessageSecret) throws(TransferError) -> [UInt8]
    {
        var body = reply.body
        for coding in codings(of: reply).reversed() {
            switch coding {
            case "aes128gcm":
                do { body = try secret.open(body) } catch {
                    throw .failed("the answer was encrypted with something else than the token")
                }
            case "gzip":
                do { body = try Gzip.decompress(body, limit: limit) } catch {
                    throw .failed("the answer is not what gzip makes, or longer than \(limit) bytes")
                }
            case let other: throw .failed("the answer has the coding \(other)")
            }
        }
        return body
    }
}
