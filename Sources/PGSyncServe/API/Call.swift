import HTTPServer
import JSON

/// A request that has found its endpoint.
struct Call: Sendable {
    let endpoint: Endpoint
    let request: HTTPRequest
    let actor: Actor
    /// The address of who asks, behind the proxies that are trusted.
    let client: String
    let correlation: String
    var arguments: Arguments
    /// The body as it came.
    let body: JSONObject
}

/// What an endpoint answers.
enum Answer: Sendable {
    /// The value of `data`, as JSON, and what stands beside it.
    case data(String, extra: [(String, JSONValue)], status: Int, headers: [(name: String, value: String)])
    case response(HTTPResponse)

    static func data(_ json: String) -> Answer { .data(json, extra: [], status: 200, headers: []) }
}

extension Call {
    /// Reads the parameters of a request, and complains of all that are wrong at once.
    static func arguments(
        of endpoint: Endpoint,
        path: [String: String],
        query: [(name: String, value: String)],
        body: JSONObject
    ) throws -> Arguments {
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
        if let limit = arguments["limit"], !(1...200).contains(Int(limit) ?? 0) {
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
        case .number, .count: JSONNumber(text).map { .number($0) } ?? .string(text)
        case .boolean:
            text == "1" || text == "true" ? true : text == "0" || text == "false" ? false : .string(text)
        default: .string(text)
        }
    }
}
