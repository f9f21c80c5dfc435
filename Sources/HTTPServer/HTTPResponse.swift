/// An answer to a request.
public struct HTTPResponse: Sendable {
    /// What is sent after the headers.
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Made while it is sent, by a task that is cancelled when the client has gone.
        case stream(@Sendable (ResponseStream) async -> Void)
    }

    /// The status, such as 200.
    public var status: Int
    /// The headers, without those that each answer of the server has.
    public var headers: [(name: String, value: String)]
    /// What is sent, and only measured for HEAD.
    public var body: Body
    /// How many bytes the kernel keeps for a client that does not read; nil for what it thinks right.
    public var sendBuffer: Int?

    /// An answer.
    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a text.
    public init(status: Int = 200, contentType: String, body: String) {
        self.init(status: status, headers: [("Content-Type", contentType)], body: .bytes(Array(body.utf8)))
    }

    /// A sentence for people.
    public static func plain(_ status: Int, _ sentence: String) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: sentence + "\n")
    }

    /// The body as text; empty for a stream.
    public var text: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    /// The value of a header; of several with this name, the first.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}
