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
    private let token: @Sendable () throws(DeliveryFailure) -> String
    private let state = Locked(State())

    /// The most bytes that an answer may become.
    private static let limit = 64 << 20
    /// Seconds by which clocks may differ before signatures are refused, and some to spare.
    private static let tolerance: Int64 = 120

    init(isSealed: Bool, token: @escaping @Sendable () throws(DeliveryFailure) -> String) {
        self.isSealed = isSealed
        self.token = token
    }

    func close(_ request: inout HTTPRequest) throws(DeliveryFailure) {
        let token = try token()
        let secret = MessageSecret(token: token)
        let prefix = String(token.prefix(10))
        if isSealed, let body = request.body {
            do { request.body = try secret.seal(body, name: prefix) } catch {
                throw .settings("a body cannot be encrypted here: the library has no AES, or no memory")
            }
            let codings =
                request.headers.filter { $0.name == "Content-Encoding" }.map(\.value) + ["aes128gcm"]
            request.headers.removeAll { $0.name == "Content-Encoding" }
            request.headers.append(("Content-Encoding", codings.joined(separator: ", ")))
        }
        let target = request.url.firstRange(of: "/api/sync/").map { request.url[$0.lowerBound...] } ?? ""
        let id = secret.requestID(request.method, target)
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
        else {
            // Who does not know the token, or is not the master but stands before it, can only say that it does not work.
            guard Self.isFailure(reply.status) else {
                throw .failed(
                    "the answer with status \(reply.status) is not signed by the master, or was changed on its way"
                )
            }
            return reply
        }
        let ahead = time - Duration.sinceEpoch.components.seconds
        state.withLock { $0.offset = abs(ahead) > Self.tolerance ? ahead : 0 }
        let body = try Self.decoded(reply, call.secret)
        // It knows the token; the next call may have another time, or come as it was sent.
        if reply.status == 401 {
            let detail = (try? JSONValue(parsing: String(decoding: body, as: UTF8.self)))?["detail"]?.string
            throw .failed("the master does not take the signature: \(detail ?? "")")
        }
        return HTTPReply(
            status: reply.status,
            headers: reply.headers.filter { $0.name.lowercased() != "content-encoding" },
            body: body
        )
    }

    private static func isFailure(_ status: Int) -> Bool {
        [401, 404, 405, 408, 421, 429].contains(status) || status >= 500
    }

    private static func decoded(_ reply: HTTPReply, _ secret: MessageSecret) throws(TransferError) -> [UInt8]
    {
        var body = reply.body
        for coding in (reply["Content-Encoding"] ?? "").lowercased().split(separator: ",").reversed() {
            switch coding.filter({ $0 != " " }) {
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
