import Concurrency
import HTTPServer
import JSON

/// What tells the page of this server from other pages in the same browser.
extension Dashboard {
    /// The name has the port in it that the browser asks at, because cookies of one host are shared by all its ports.
    func cookieName(for head: HTTPHead) -> String {
        let host = head["Host"] ?? ""
        let port = host.drop { $0 != "]" }.isEmpty ? host[...] : host.drop { $0 != "]" }
        let named = port.lastIndex(of: ":").flatMap { UInt16(port[port.index(after: $0)...]) }
        return options.cookieName(at: named ?? boundPort.withLock { $0 })
    }

    func cookie(of head: HTTPHead) -> String? {
        let cookieName = cookieName(for: head)
        for pair in (head["Cookie"] ?? "").split(separator: ";") {
            let sides = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if sides.count == 2, sides[0] == cookieName { return String(sides[1]) }
        }
        return nil
    }

    /// Another page must not make a browser act; programs send neither header.
    func checkOrigin(of call: Call) throws(Problem) {
        let head = call.head
        // A look at an image is recorded, so that other pages must not make it either.
        let isAct = if case .act = call.endpoint.work { true } else { call.endpoint.method != .get }
        guard isAct else { return }
        if let site = head["Sec-Fetch-Site"], site != "same-origin", site != "none" {
            throw Problem(.forbidden, "a page of another site asked for this", as: .origin)
        }
        guard let origin = head["Origin"] else { return }
        let own = "\(options.isSecure ? "https" : "http")://\(head["Host"] ?? "")"
        guard origin.lowercased() == own.lowercased() || options.origins.contains(origin.lowercased()) else {
            throw Problem(.forbidden, "a page of another site asked for this", as: .origin)
        }
    }

    func checkCSRF(of call: Call) throws(Problem) {
        guard let shown = call.head["X-CSRF-Token"], let own = gate.csrfToken(of: call.actor),
            Secret.isEqual(shown, own)
        else {
            throw Problem(
                .forbidden,
                "the header X-CSRF-Token is not that of the session: see GET /session",
                as: .origin
            )
        }
    }

    func body(of request: HTTPRequest, _ signer: Signer?, _ endpoint: Endpoint) throws -> JSONObject {
        guard !request.body.isEmpty else { return JSONObject() }
        guard endpoint.method != .get else { throw Problem(.badRequest, "GET has no body") }
        let type = (request.head["Content-Type"] ?? "").prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard type == "application/json" else {
            throw Problem(.unsupportedType, "the body is application/json")
        }
        let value: JSONValue
        do {
            value = try JSONValue(
                parsing: try plainBody(
                    signer?.body ?? request.body,
                    signer.map(\.coding) ?? request.head["Content-Encoding"],
                    endpoint
                ),
                depthLimit: endpoint.depthLimit
            )
        } catch let error as JSONParseError {
            throw Problem(.badRequest, "the body is not JSON: \(error)")
        }
        guard let object = value.object else { throw Problem(.badRequest, "the body is a JSON object") }
        return object
    }
}
