/// What is served, and all that a request leads to.
struct Site: Sendable {
    let routes: [String: @Sendable () -> HTTPResponse]

    /// Answers a request whose headers have come, before any body is read.
    func response(method: String, path: String, lacksHost: Bool, hasBody: Bool) -> HTTPResponse {
        guard !lacksHost else { return .plain(400, "the request names no host") }
        guard method == "GET" || method == "HEAD" else {
            var response = HTTPResponse.plain(405, "only GET and HEAD are served here")
            response.allow = "GET, HEAD"
            return response
        }
        guard !hasBody else { return .plain(413, "no body is taken here") }
        guard let answer = routes[path] else {
            return .plain(404, "there is nothing here; see \(routes.keys.sorted().joined(separator: ", "))")
        }
        return answer()
    }
}

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
