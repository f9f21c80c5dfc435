/// What to ask of a web server.
public struct HTTPRequest: Sendable {
    /// GET, POST, or any other.
    public var method: String
    /// Begins with `https://` or `http://`, and names no user.
    public var url: String
    /// Names and values, sent in this order.
    public var headers: [(name: String, value: String)] = []
    /// What is sent behind the headers; nil for nothing.
    public var body: [UInt8]?
    /// How long it may take and how much may come back.
    public var limits = TransferLimits()
    /// How many redirects are followed, each under the same checks; an answer that redirects further is returned.
    public var redirects = 0
    /// Certificates (PEM) to trust instead of those of the system.
    public var authorities: [UInt8]?
    /// The certificate, with those that vouch for it, and its private key (PEM) that the server may ask for.
    public var identity: [UInt8]?
    /// Whether bodies may come compressed and are decompressed; if not, a header may ask for any form.
    public var decompresses = true

    /// A request without headers and body.
    public init(_ method: String = "GET", _ url: String) {
        self.method = method
        self.url = url
    }
}

/// What a web server answered.
public struct HTTPReply: Sendable {
    /// Such as 200.
    public let status: Int
    /// Names and values, as they came.
    public let headers: [(name: String, value: String)]
    /// Decompressed, unless the request said not to.
    public let body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header, whatever its case; nil where there is none.
    public subscript(header: String) -> String? {
        headers.first { $0.name.lowercased() == header.lowercased() }?.value
    }
}

/// A message for a mail server.
public struct MailRequest: Sendable {
    /// How the connection is encrypted.
    public enum Encryption: String, Sendable, CaseIterable {
        /// From the first byte on (port 465).
        case tls
        /// Before anything of the message is said (port 587).
        case starttls
        /// Not at all, for a server of one's own network.
        case none
    }

    /// A user of the mail server.
    public struct Login: Sendable {
        let user: String
        let password: String

        /// A user and what proves it.
        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// The name or address of the server.
    public var host: String
    /// Its port.
    public var port: UInt16
    /// How the connection is encrypted.
    public var encryption = Encryption.starttls
    /// Who says so; nil says nothing.
    public var login: Login?
    /// The address that a server returns the message to if it cannot deliver it.
    public var sender: String
    /// The addresses to deliver it to: all or none.
    public var recipients: [String]
    /// Headers and text, in lines that end in CR LF.
    public var message: [UInt8]
    /// How long it may take.
    public var limits = TransferLimits()
    /// Certificates (PEM) to trust instead of those of the system.
    public var authorities: [UInt8]?

    /// A message from one address to others.
    public init(host: String, port: UInt16, from sender: String, to recipients: [String], message: [UInt8]) {
        self.host = host
        self.port = port
        self.sender = sender
        self.recipients = recipients
        self.message = message
    }
}

/// What a mail server answered.
public struct MailReply: Sendable {
    /// Such as 250.
    public let code: Int
    /// The last line it said before the end.
    public let text: String
}

/// How long a transfer may take, and how much it may bring.
public struct TransferLimits: Sendable {
    /// Until the connection stands, with the look-up of its name.
    public var connect = Duration.seconds(10)
    /// For all of it, however it drips.
    public var total = Duration.seconds(30)
    /// Bytes of a body, decompressed.
    public var body = 1 << 20

    /// The limits as they are by default.
    public init() {}
}

/// Why a transfer brought no answer.
public enum TransferError: Error, Sendable, Equatable {
    /// The request itself cannot be sent.
    case invalid(String)
    /// The name has no address.
    case unknownHost(String)
    /// The address is not one that the client's policy permits.
    case addressRefused(String)
    /// Nobody answers there, or the connection ended.
    case unreachable(String)
    /// It took longer than the limits allow.
    case timedOut(String)
    /// The other side's certificate is not trusted, or encryption failed.
    case untrusted(String)
    /// The certificate or the private key of this side cannot be used.
    case identity(String)
    /// The answer is longer than the limit; with its status, which came before.
    case bodyTooLarge(limit: Int, status: Int)
    /// The mail server refused; with its code and words.
    case refused(code: Int, String)
    /// The task was cancelled.
    case cancelled
    /// Anything else.
    case failed(String)
}

extension TransferError: CustomStringConvertible {
    /// What happened, in words.
    public var description: String {
        switch self {
        case .invalid(let reason): "the request cannot be sent: \(reason)"
        case .unknownHost(let reason), .unreachable(let reason), .timedOut(let reason), .failed(let reason):
            reason
        case .addressRefused(let address): "the address \(address) is not allowed"
        case .untrusted(let reason): reason
        case .identity(let reason): "this side's certificate or private key cannot be used: \(reason)"
        case .bodyTooLarge(let limit, _): "the answer is longer than \(limit) bytes"
        case .refused(let code, let text): text.isEmpty ? "refused with code \(code)" : text
        case .cancelled: "cancelled"
        }
    }
}
