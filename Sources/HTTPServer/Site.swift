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
