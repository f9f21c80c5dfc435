/// What proves a webhook to its receiver, as the specification Standard Webhooks has it.
public struct WebhookSecret: Sendable {
    private let key: [UInt8]

    /// Reads `whsec_` and 24 to 64 bytes in base64; nil if it is anything else.
    public init?(_ text: String) {
        let prefix = "whsec_"
        guard text.hasPrefix(prefix), let key = Base64.decode(String(text.dropFirst(prefix.count))),
            (24...64).contains(key.count)
        else { return nil }
        self.key = key
    }

    /// One of 32 bytes.
    init(key: [UInt8]) {
        precondition(key.count == 32, "a key of signatures has 32 bytes")
        self.key = key
    }

    fileprivate func signature(of message: [UInt8]) -> String {
        "v1,\(Base64.encode(HMAC.sha256(key: key, message)))"
    }
}

/// The three headers of a signed webhook.
public enum WebhookSignature {
    /// The headers for a body as it is sent.
    ///
    /// The id names the message and stays when it is sent again; the time is that of the attempt. While secrets are
    /// exchanged, it is signed with each.
    public static func headers(
        id: String,
        secondsSince1970 time: Int64,
        body: [UInt8],
        secrets: [WebhookSecret]
    ) -> [(name: String, value: String)] {
        // A dot would let two different messages have the same text to sign.
        precondition(!id.contains("."), "an id of a webhook has no dot")
        let message = Array("\(id).\(time).".utf8) + body
        return [
            ("webhook-id", id), ("webhook-timestamp", String(time)),
            ("webhook-signature", secrets.map { $0.signature(of: message) }.joined(separator: " ")),
        ]
    }

    /// Whether one of the signatures of a header is that of the secret.
    public static func isValid(
        _ signatures: String,
        id: String,
        secondsSince1970 time: Int64,
        body: [UInt8],
        secret: WebhookSecret
    ) -> Bool {
        guard !id.contains(".") else { return false }
        let own = Array(secret.signature(of: Array("\(id).\(time).".utf8) + body).utf8)
        var isFound = false
        for shown in signatures.split(separator: " ").prefix(10) where shown.utf8.count == own.count {
            // In a time that does not say how far they are equal.
            if zip(shown.utf8, own).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 { isFound = true }
        }
        return isFound
    }
}
