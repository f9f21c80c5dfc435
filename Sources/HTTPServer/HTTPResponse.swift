/// An answer to a request.
public struct HTTPResponse: Sendable, Equatable {
    /// The status, such as 200.
    public var status: Int
    /// The media type of the body.
    public var contentType: String
    /// What is sent, and only measured for HEAD.
    public var body: String
    /// The methods that are served, in an answer that says so.
    var allow: String?

    /// An answer with a text.
    public init(status: Int = 200, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A sentence for people.
    static func plain(_ status: Int, _ sentence: String) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: sentence + "\n")
    }
}
