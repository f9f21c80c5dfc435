// Long because the whole document is made here.
import HTTPServer
import JSON

/// The document of the API, made from the endpoints that answer it (OpenAPI 3.1).
enum OpenAPI {
    /// As it is sent.
    static let response = HTTPResponse(
        headers: [("Content-Type", "application/json"), ("Cache-Control", "max-age=300")],
        body: .bytes(Array(document.text().utf8))
    )

    static let document: JSONValue = {
        var paths: [(String, JSONValue)] = []
        var known: Set<String> = []
        for path in Catalog.all.map(\.path) where known.insert(path).inserted {
            let own = Catalog.all.filter { $0.path == path }
            var item = own.map { ($0.method.rawValue.lowercased(), operation($0)) }
            // Those outside say where they begin.
            if let base = own.first?.base, base != "/api/v1" {
                item.insert(("servers", [object([("url", .string(base))])]), at: 0)
            }
            paths.append((path, object(item)))
        }
        return object([
            ("openapi", "3.1.0"),
            (
                "info",
                object([
                    ("title", "pgsync"), ("version", "1"),
                    (
                        "description",
                        "Posts changes of PostgreSQL tables to a ledger: figures, queue, proof, acts."
                    ),
                ])
            ),
            ("servers", [object([("url", "/api/v1")])]),
            ("paths", object(paths)),
            (
                "components",
                object([
                    (
                        "securitySchemes",
                        object([
                            ("token", object([("type", "http"), ("scheme", "bearer")]))
                        ])
                    ),
                    ("schemas", object([("Problem", problemSchema)])),
                ])
            ),
        ])
    }()

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var pairs: [(String, JSONValue)] = [
            ("operationId", .string(identifier(of: endpoint))), ("summary", .string(endpoint.summary)),
        ]
        if let scope = endpoint.scope {
            pairs.append(("security", [object([("token", [.string(scope.rawValue)])])]))
            let site =
                endpoint.ofSite == nil
                ? "A token of one site is refused." : "A token of one site is answered for that alone."
            pairs.append(
                ("description", .string("Needs a token with the scope \(scope.rawValue). \(site)"))
            )
        }
        var parameters = endpoint.pathParameters.map { name in
            object([
                ("name", .string(name)), ("in", "path"), ("required", true),
                (
                    "schema",
                    name == "id" || name == "job"
                        ? schema(.id)
                        : object([("type", "string"), ("minLength", 1), ("pattern", .string(printable))])
                ),
            ])
        }
        parameters += endpoint.parameters.map(parameter)
        if endpoint.hasPages {
            parameters.append(
                object([
                    ("name", "limit"), ("in", "query"),
                    (
                        "schema",
                        object([("type", "integer"), ("minimum", 1), ("maximum", 200), ("default", 50)])
                    ),
                ])
            )
            parameters.append(parameter(Field.text("cursor").orNull))
        }
        if endpoint.needsKey || endpoint.takesKey {
            parameters.append(
                object([
                    ("name", "Idempotency-Key"), ("in", "header"), ("required", .bool(endpoint.needsKey)),
                    (
                        "schema",
                        object([
                            ("type", "string"), ("minLength", 1), ("maxLength", 200), ("pattern", "^[!-~]+$"),
                        ])
                    ),
                ])
            )
        }
        if case .act(let act) = endpoint.work, act.needsIfMatch {
            parameters.append(
                object([
                    ("name", "If-Match"), ("in", "header"), ("required", true),
                    ("schema", object([("type", "string")])),
                ])
            )
        }
        if !parameters.isEmpty { pairs.append(("parameters", .array(parameters))) }
        if !endpoint.body.isEmpty {
            pairs.append(
                (
                    "requestBody",
                    object([
                        ("required", .bool(endpoint.body.contains { !$0.isOptional })),
                        (
                            "content",
                            object([
                                (
                                    "application/json",
                                    object([("schema", schema(of: endpoint.body, isClosed: true))])
                                )
                            ])
                        ),
                    ])
                )
            )
        }
        pairs.append(("responses", responses(endpoint)))
        return object(pairs)
    }

    /// What a path or a query may hold.
    private static let printable = "^[^\\u0000-\\u001f\\u007f]*$"

    private static func parameter(_ field: Field) -> JSONValue {
        var pairs: [(String, JSONValue)] = [
            ("name", .string(field.name)), ("in", "query"), ("required", .bool(!field.isOptional)),
        ]
        var schema = schema(field.form)
        if case .text = field.form {
            var text: [(String, JSONValue)] = [("type", "string"), ("pattern", .string(printable))]
            if !field.isOptional { text.append(("minLength", 1)) }
            schema = object(text)
        }
        if case .list(let element) = field.form {
            pairs.append(("explode", false))
            if case .text = element {
                let text = object([("type", "string"), ("pattern", .string(printable))])
                schema = object([("type", "array"), ("items", text)])
            }
        }
        pairs.append(("schema", schema))
        // Forms send empty ones, which are as good as none.
        if field.isOptional { pairs.append(("allowEmptyValue", true)) }
        return object(pairs)
    }

    private static func responses(_ endpoint: Endpoint) -> JSONValue {
        var status = "200"
        if case .act(let act) = endpoint.work { status = "\(act.status)" }
        if case .startSync = endpoint.work { status = "202" }
        var success: JSONValue
        switch (endpoint.method, endpoint.path) {
        case (.delete, "/session"):
            status = "204"
            success = object([("description", "Logged out.")])
        case (let method, "/sync-{import}/enhanced"):
            var content = [("application/json", object([("schema", schema(of: endpoint.answer))]))]
            if method == .get {
                content.append(
                    ("text/event-stream", object([("schema", object([("type", "string")]))]))
                )
            }
            success = object([
                ("description", method == .get ? "How far it is." : "It was asked for."),
                ("content", object(content)),
            ])
        case (_, "/events"), (_, "/sync/stream"):
            success = object([
                ("description", "Events."),
                (
                    "content",
                    object([("text/event-stream", object([("schema", object([("type", "string")]))]))])
                ),
            ])
        case (_, "/ledger/export"):
            success = object([
                ("description", "The file."),
                (
                    "content",
                    object(
                        ["text/csv", "text/plain", "application/x-ndjson"].map {
                            ($0, object([("schema", object([("type", "string")]))]))
                        }
                    )
                ),
            ])
        default:
            let data: JSONValue
            if endpoint.path == "/openapi.json" || endpoint.path == "/status" {
                data = object([("type", "object")])
            } else if endpoint.isList || endpoint.isListOfRows {
                data = object([("type", "array"), ("items", schema(of: endpoint.answer))])
            } else {
                data = schema(of: endpoint.answer)
            }
            // Exchanges have the form in which users wrote them down.
            let envelope =
                endpoint.path == "/openapi.json" || endpoint.isExchange
                ? data
                : object([
                    ("type", "object"), ("required", ["data"]),
                    (
                        "properties",
                        object([
                            ("data", data), ("next", orNull(object([("type", "string")]))),
                            ("prev", orNull(object([("type", "string")]))), ("as_of", schema(.time)),
                            ("capped", schema(.boolean)),
                        ])
                    ),
                ])
            success = object([
                ("description", "Done."),
                ("content", object([("application/json", object([("schema", envelope)]))])),
            ])
        }
        let problem = object([
            ("description", "What was wrong."),
            (
                "content",
                object([
                    (
                        "application/problem+json",
                        object([("schema", object([("$ref", "#/components/schemas/Problem")]))])
                    )
                ])
            ),
        ])
        var all = [(status, success)]
        if case .exchange(let verb) = endpoint.work {
            // What a node has to understand.
            if verb == .upload || verb == .download { all.append(("409", problem)) }
            if verb == .download || verb == .acknowledge { all.append(("410", problem)) }
        }
        if endpoint.hasTag { all.append(("304", object([("description", "It has not changed.")]))) }
        return object(all + [("default", problem)])
    }

    private static func identifier(of endpoint: Endpoint) -> String {
        endpoint.method.rawValue.lowercased()
            + endpoint.parts.map { part in
                part.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map {
                    $0.prefix(1).uppercased() + $0.dropFirst()
                }
                .joined()
            }.joined()
    }

    private static let problemSchema = object([
        ("type", "object"), ("required", ["type", "title", "status", "detail", "instance", "code"]),
        (
            "properties",
            object([
                ("type", object([("type", "string")])), ("title", object([("type", "string")])),
                ("status", object([("type", "integer")])), ("detail", object([("type", "string")])),
                ("instance", object([("type", "string")])),
                (
                    "code",
                    object([
                        ("type", "string"),
                        ("enum", .array(ProblemKind.allCases.map { .string($0.rawValue) })),
                    ])
                ),
                ("scope", object([("type", "string")])), ("syncId", object([("type", "string")])),
                ("retry_after", object([("type", "integer")])), ("restored", schema(.boolean)),
                ("expected", object([("type", "integer")])),
                ("errors", object([("type", "array"), ("items", object([("type", "object")]))])),
                ("near", object([("type", "array"), ("items", object([("type", "string")]))])),
            ])
        ),
    ])

    private static func schema(of fields: [Field], isClosed: Bool = false) -> JSONValue {
        var pairs: [(String, JSONValue)] = [("type", "object")]
        let required = fields.filter { !$0.isOptional }.map { JSONValue.string($0.name) }
        if !required.isEmpty { pairs.append(("required", .array(required))) }
        pairs.append(
            (
                "properties",
                object(fields.map { ($0.name, $0.isOptional ? orNull(schema($0.form)) : schema($0.form)) })
            )
        )
        if isClosed { pairs.append(("additionalProperties", false)) }
        return object(pairs)
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        guard let object = schema.object, let type = object["type"]?.string, object["enum"] == nil else {
            return self.object([("anyOf", [schema, self.object([("type", "null")])])])
        }
        return self.object(
            object.map { $0.key == "type" ? ("type", [.string(type), "null"]) : ($0.key, $0.value) }
        )
    }

    private static func schema(_ form: Field.Form) -> JSONValue {
        switch form {
        case .text: object([("type", "string")])
        case .secret: object([("type", "string"), ("format", "password"), ("writeOnly", true)])
        case .uuid: object([("type", "string"), ("format", "uuid")])
        case .id: object([("type", "string"), ("pattern", "^(0|[1-9][0-9]{0,18})$")])
        case .money: object([("type", "string"), ("pattern", "^-?[0-9]{1,30}(\\.[0-9]{1,12})?$")])
        case .time: object([("type", "string"), ("format", "date-time")])
        case .date: object([("type", "string"), ("format", "date")])
        case .number: object([("type", "number")])
        case .within(let range):
            object([
                ("type", "integer"), ("minimum", JSONValue(range.lowerBound)),
                ("maximum", JSONValue(range.upperBound)),
            ])
        case .count: object([("type", "integer"), ("minimum", 0)])
        case .boolean: object([("type", "boolean")])
        case .choice(let words): object([("type", "string"), ("enum", .array(words.map { .string($0) }))])
        case .list(let element): object([("type", "array"), ("items", schema(element))])
        case .object(let fields): schema(of: fields)
        case .items(let most):
            object([("type", "array"), ("maxItems", JSONValue(most)), ("items", object([]))])
        case .any: object([])
        }
    }

    private static func object(_ pairs: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(pairs)) }
}
