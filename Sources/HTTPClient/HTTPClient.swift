import Concurrency

/// Speaks HTTP and sends mail, on a thread of its own, to addresses that its policy permits.
///
/// A name is looked up once, and each address is checked in the moment before the connection to it is opened, so that no
/// second look-up can bring another. Certificates are always verified, proxies and settings of the environment ignored.
/// Connections are kept for the next request and closed with the client.
public final class HTTPClient: Sendable {
    private let loop: TransferLoop

    /// A client whose thread runs for as long as it lives.
    ///
    /// - Throws: ``TransferError/failed(_:)`` if the system has no thread or no memory for it.
    public init(policy: AddressPolicy = AddressPolicy()) throws(TransferError) {
        loop = try TransferLoop(policy: policy)
    }

    deinit { loop.stop() }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Throws: ``TransferError``; ``TransferError/cancelled`` when the task is cancelled.
    public func send(_ request: HTTPRequest) async throws(TransferError) -> HTTPReply {
        try request.check()
        let end = try await loop.run(.http(request))
        return HTTPReply(status: end.status, headers: end.headers, body: end.body)
    }

    /// Hands a message to a mail server.
    ///
    /// - Throws: ``TransferError``; the server has taken the message unless it is thrown.
    public func send(_ mail: MailRequest) async throws(TransferError) -> MailReply {
        try mail.check()
        let end = try await loop.run(.mail(mail))
        return MailReply(code: end.status, text: end.lastLine)
    }
}

extension HTTPRequest {
    fileprivate func check() throws(TransferError) {
        guard method.isToken else { throw .invalid("\"\(method)\" is no method") }
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), url.isPlain, !url.contains(" ") else {
            throw .invalid(
                "the URL does not begin with https:// or http://, or has a space or control character"
            )
        }
        for (name, value) in headers {
            guard name.isToken else { throw .invalid("a header has no proper name") }
            guard value.isPlain else { throw .invalid("the header \(name) has a control character") }
        }
    }
}

extension MailRequest {
    fileprivate func check() throws(TransferError) {
        guard !host.isEmpty, host.unicodeScalars.allSatisfy({ $0.isHostCharacter }) else {
            throw .invalid("\"\(host)\" is no name of a server")
        }
        guard !recipients.isEmpty else { throw .invalid("nobody to send it to") }
        for address in [sender] + recipients {
            guard address.isPlain, address.contains("@"), !address.contains(where: { " <>".contains($0) })
            else {
                throw .invalid("\"\(address)\" is no address")
            }
        }
        guard login == nil || encryption != .none else {
            throw .invalid("a password is not sent over a connection without encryption")
        }
    }
}

extension String {
    /// Without control characters, the ends of lines among them.
    fileprivate var isPlain: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } }

    /// A word as the grammar of HTTP has it.
    fileprivate var isToken: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || "0123456789!#$%&'*+-.^_`|~".unicodeScalars.contains($0))
            }
    }
}

extension Unicode.Scalar {
    fileprivate var isHostCharacter: Bool {
        isASCII && (properties.isAlphabetic || "0123456789.-_:[]".unicodeScalars.contains(self))
    }
}
