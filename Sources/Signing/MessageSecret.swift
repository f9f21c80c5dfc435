/// What two programs share that exchange messages over HTTP, and the keys made of it: one for each direction and purpose.
///
/// It is made of a token, which itself is never sent then.
public struct MessageSecret: Sendable, Equatable {
    /// 32 bytes, from which the token cannot be found.
    public let bytes: [UInt8]

    /// How many letters of a token name it to whoever knows it.
    public static let prefixLength = 10

    /// What names a token.
    public static func prefix(of token: String) -> String { String(token.prefix(prefixLength)) }

    /// That of a token.
    public init(token: String) {
        bytes = HKDF.sha256(
            secret: Array(token.utf8),
            salt: Array("pgsync".utf8),
            info: Array("messages".utf8),
            count: 32
        )
    }

    /// One that was kept; nil if it is none.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    private func key(_ purpose: String) -> [UInt8] {
        HKDF.sha256(secret: bytes, salt: [], info: Array(purpose.utf8), count: 32)
    }

    /// Signs requests.
    public var ofRequests: WebhookSecret { WebhookSecret(key: key("requests")) }
    /// Signs answers, so that no request passes for one.
    public var ofAnswers: WebhookSecret { WebhookSecret(key: key("answers")) }

    /// Encrypts a body.
    public func seal(_ plain: [UInt8], name: String) throws(EncryptedContent.Failure) -> [UInt8] {
        try EncryptedContent.seal(plain, secret: key("bodies"), name: name)
    }

    /// Decrypts it.
    public func open(_ sealed: [UInt8]) throws(EncryptedContent.Failure) -> [UInt8] {
        try EncryptedContent.open(sealed, secret: key("bodies"))
    }

    // MARK: Ids

    /// What the signature of a request would not cover; its id holds it.
    public struct Request: Sendable {
        let method: String
        let target: String
        let wantsSealed: Bool
        let key: String

        /// Its method, its path with the query, whether its answer has to be encrypted, and its header Idempotency-Key.
        public init(_ method: String, _ target: String, wantsSealed: Bool, key: String? = nil) {
            self.method = method
            self.target = target
            self.wantsSealed = wantsSealed
            self.key = key ?? ""
        }
    }

    /// A new id of a request.
    public func id(of request: Request) -> String {
        var generator = SystemRandomNumberGenerator()
        let chance = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "msg_\(chance.hexadecimal)_\(mark(of: request))"
    }

    /// Whether the id is one of this request.
    public func fits(_ id: String, _ request: Request) -> Bool {
        let parts = id.split(separator: "_", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "msg" && (16...64).contains(parts[1].utf8.count)
            && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            && parts[2] == mark(of: request)
    }

    private func mark(of request: Request) -> String {
        let lines = [request.method, request.target, request.wantsSealed ? "aes128gcm" : "", request.key]
        let code = HMAC.sha256(key: key("targets"), Array(lines.joined(separator: "\n").utf8))
        return Array(code.prefix(16)).hexadecimal
    }

    /// The id of the answer to a request, which holds its status.
    public static func answerID(to request: String, status: Int) -> String { "\(request)_\(status)" }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
