import HTTPServer
import JSON

/// A request that has found its endpoint, and what is known of it.
struct Call: Sendable {
    var endpoint: Endpoint
    let request: HTTPRequest
    /// The values of the path's parameters, the query, and the body.
    let path: [String: String]
    let query: [(name: String, value: String)]
    let body: JSONObject
    /// The address of who asks, behind the proxies that are trusted.
    let client: String
    let correlation: String
    /// Who asks: nobody until that is known.
    var actor = Actor.nobody
    /// All values that were given, once they are checked.
    var arguments = Arguments()

    var head: HTTPHead { request.head }
}

/// What an endpoint answers.
struct Answer: Sendable {
    /// The value of `data`, as JSON.
    var json: String
    /// What stands beside it.
    var extra: [(String, JSONValue)] = []
    var status = 200
    var headers: [(name: String, value: String)] = []

    var response: HTTPResponse {
        let rest = extra.map { ",\(JSONValue.string($0.0).text()):\($0.1.text())" }.joined()
        return HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/json")] + headers,
            body: .bytes(Array("{\"data\":\(json)\(rest)}\n".utf8))
        )
    }
}

extension Call {
    /// Reads the parameters of a request, and complains of all that are wrong at once.
    func checkedArguments() throws -> Arguments {
        var arguments = Arguments()
        var errors: [(pointer: String, detail: String)] = []
        for (name, value) in path {
            arguments[name] = value
            if name == "id" || name == "job", !Field.Form.isID(value) {
                throw Problem(.notFound, "\(value) is no number of anything")
            }
        }
        var known = Dictionary(uniqueKeysWithValues: endpoint.parameters.map { ($0.name, $0) })
        if endpoint.hasPages {
            known["limit"] = .count("limit")
            known["cursor"] = .text("cursor")
        }
        for (name, value) in query {
            guard let field = known[name] else {
                errors.append(("?\(name)", "there is no such parameter"))
                continue
            }
            guard arguments[name] == nil else {
                errors.append(("?\(name)", "is given twice"))
                continue
            }
            // An empty one is as good as none: forms send them.
            guard !value.isEmpty else { continue }
            if let complaint = field.form.complaint(about: field.form.parsed(value)) {
                errors.append(("?\(name)", complaint))
            } else {
                arguments[name] = value
            }
        }
        if endpoint.hasPages, let limit = arguments["limit"], !(1...200).contains(Int(limit) ?? 0) {
            errors.append(("?limit", "is a number from 1 to 200"))
        }
        for field in endpoint.parameters where !field.isOptional && arguments[field.name] == nil {
            if !errors.contains(where: { $0.pointer == "?\(field.name)" }) {
                errors.append(("?\(field.name)", "is required"))
            }
        }
        for (key, _) in body where !endpoint.body.contains(where: { $0.name == key }) {
            errors.append(("/\(key)", "there is no such field"))
        }
        for field in endpoint.body {
            if let complaint = field.complaint(about: body[field.name]) {
                errors.append(("/\(field.name)", complaint))
            } else {
                arguments.take(field.name, body[field.name])
            }
        }
        guard errors.isEmpty else {
            var problem = Problem(
                errors.allSatisfy { $0.pointer.hasPrefix("/") } ? .unprocessable : .badRequest,
                errors.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
            )
            problem.errors = errors
            throw problem
        }
        return arguments
    }
}

extension Field.Form {
    /// A value of a query in the form it has in JSON.
    func parsed(_ text: String) -> JSONValue {
        switch self {
        case .number, .count, .within: JSONNumber(text).map { .number($0) } ?? .string(text)
        case .boolean:
            text == "1" || text == "true" ? true : text == "0" || text == "false" ? false : .string(text)
        case .list: .array(text.split(separator: ",").map { .string(String($0)) })
        default: .string(text)
        }
    }
}
